package org.cresset.base.spi;

/** Thrown where a provider has no kernel for a shape that it was asked for; the caller falls back. */
public final class ContractionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what was asked for, and the library's answer. */
    public ContractionException(String message, Throwable cause) {
        super(message, cause);
    }
}
