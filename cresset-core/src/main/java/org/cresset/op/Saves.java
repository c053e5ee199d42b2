package org.cresset.op;

/** What the derivative of an operation reads, and the tape therefore keeps. */
public enum Saves {
    /** Only the incoming gradient. */
    NOTHING,
    /** The inputs. */
    INPUTS,
    /** The outputs. */
    OUTPUTS,
    /** Both. */
    ALL;

    boolean inputs() {
        return this == INPUTS || this == ALL;
    }

    boolean outputs() {
        return this == OUTPUTS || this == ALL;
    }
}
