package org.cresset.base;

import java.util.function.Supplier;

/**
 * An error raised by Cresset: the message names the operation, the shapes and dtypes of its operands, and what to do.
 * {@link Kind} answers to the exception classes that PyTorch raises for the same mistake.
 */
public class CressetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What sort of mistake was made. */
    public enum Kind {
        /** A bad value of an argument (PyTorch: ValueError). */
        VALUE,
        /** An index or dimension out of range (PyTorch: IndexError). */
        INDEX,
        /** An argument of the wrong type (PyTorch: TypeError). */
        TYPE,
        /** Operands that don't fit together, and everything else (PyTorch: RuntimeError). */
        RUNTIME,
        /** An operation that does not exist for this dtype (PyTorch: NotImplementedError). */
        UNSUPPORTED,
        /** Not enough memory within the limits that are set. */
        MEMORY
    }

    private final Kind kind;

    /** An error of the given kind. */
    public CressetException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** An error of the given kind with its cause. */
    public CressetException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** The kind of this error. */
    public final Kind kind() {
        return kind;
    }

    /** What {@code body} gives; errors in what it is made of come under the name of the operation that was called. */
    public static <T> T under(String op, Supplier<T> body) {
        try {
            return body.get();
        } catch (CressetException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith(op + ":")) {
                throw e;
            }
            throw new CressetException(e.kind, op + ": " + message, e);
        }
    }

    /** A bad value of an argument. */
    public static CressetException value(String message) {
        return new CressetException(Kind.VALUE, message);
    }

    /** An index or dimension out of range. */
    public static CressetException index(String message) {
        return new CressetException(Kind.INDEX, message);
    }

    /** An argument of the wrong type. */
    public static CressetException type(String message) {
        return new CressetException(Kind.TYPE, message);
    }

    /** Operands that don't fit together. */
    public static CressetException runtime(String message) {
        return new CressetException(Kind.RUNTIME, message);
    }

    /** An operation that does not exist for this dtype. */
    public static CressetException unsupported(String message) {
        return new CressetException(Kind.UNSUPPORTED, message);
    }
}
