package org.cresset.conformance;

/** How a case ended. */
public enum Outcome {
    /** Everything that the pack says about the case holds. */
    PASSED,
    /** Something differs, or an error was raised where none was expected. */
    FAILED,
    /** An operation, module or dtype that the case needs does not exist here. */
    UNSUPPORTED
}
