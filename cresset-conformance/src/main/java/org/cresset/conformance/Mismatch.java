package org.cresset.conformance;

/** What was computed differs from what the pack says. */
final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
        super(message, null, false, false); // thousands may be thrown and nobody reads where
    }
}
