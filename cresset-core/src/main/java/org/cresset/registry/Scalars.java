package org.cresset.registry;

import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Arguments that are one number, in the forms that Python allows for each other. */
enum Scalars implements Converter {
    /** A tensor; a number becomes one that gives way in promotion. */
    TENSOR {
        @Override
        public int rank(@Nullable Object v) {
            return v instanceof Tensor ? 0 : v instanceof Number || v instanceof Boolean ? 4 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return v instanceof Number n ? Tensor.number(n) : v instanceof Boolean b ? Dense.wrapped(b) : v;
        }
    },
    /** Any real number. */
    NUMBER {
        @Override
        public int rank(@Nullable Object v) {
            return v instanceof Number ? 0 : v instanceof Boolean ? 1 : real(v) ? 3 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return v instanceof Boolean b ? (Object) (b ? 1L : 0L) : v instanceof Tensor t ? number(t) : v;
        }
    },
    /** An integer. */
    LONG {
        @Override
        public int rank(@Nullable Object v) {
            return integer(v)
                    ? 0
                    : v instanceof Boolean
                            ? 2
                            : real(v) && v instanceof Tensor t && !t.dtype().isFloat() ? 3 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return asLong(v);
        }
    },
    /** An integer that fits 32 bits. */
    INT {
        @Override
        public int rank(@Nullable Object v) {
            return LONG.rank(v) != NEVER && asLong(v) == (int) asLong(v) ? LONG.rank(v) : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return (int) asLong(v);
        }
    },
    /** A floating-point number. */
    DOUBLE {
        @Override
        public int rank(@Nullable Object v) {
            return v instanceof Double || v instanceof Float
                    ? 0
                    : v instanceof Number ? 1 : v instanceof Boolean ? 2 : real(v) ? 3 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return number(NUMBER.convert(v)).doubleValue();
        }
    },
    /** True or false. */
    BOOLEAN {
        @Override
        public int rank(@Nullable Object v) {
            return v instanceof Boolean
                    ? 0
                    : v instanceof Tensor t && t.dim() == 0 && t.dtype() == DType.BOOL ? 3 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return v instanceof Tensor t ? (Object) t.itemBoolean() : v;
        }
    };

    static boolean integer(@Nullable Object v) {
        return v instanceof Long || v instanceof Integer || v instanceof Short || v instanceof Byte;
    }

    /** A tensor that can stand for a real number: of rank 0, readable, and no part of a recorded computation. */
    private static boolean real(@Nullable Object v) {
        return v instanceof Tensor t
                && t.dim() == 0
                && t.hasValues()
                && !t.dtype().isComplex()
                && !t.requiresGrad();
    }

    private static Number number(@Nullable Object v) {
        if (v instanceof Number n) {
            return n;
        }
        throw new IllegalArgumentException("not a number: " + v);
    }

    private static Number number(Tensor t) {
        return t.dtype().isFloat() ? (Number) t.item() : (Number) t.itemLong();
    }

    static long asLong(@Nullable Object v) {
        return number(NUMBER.convert(v)).longValue();
    }
}
