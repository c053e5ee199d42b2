package org.cresset.tensor;

import org.cresset.base.DType;
import org.cresset.op.Convert;

/** Single elements of tensors, for printing, tests and conversion to Java values. */
final class Elements {
    private Elements() {}

    /** Byte offset of the element at a flat row-major index. */
    static long offset(Dense t, long index) {
        long o = t.storageOffset();
        for (int d = t.dim() - 1; d >= 0 && index != 0; d--) {
            long n = t.shape().size(d);
            o += index % n * t.stride(d);
            index /= n;
        }
        return o << t.dtype().shift();
    }

    static double readDouble(Dense t, long index) {
        return Convert.readDouble(t.dtype(), t.segment(), offset(t, index));
    }

    static double imaginary(Dense t, long index) {
        DType part = t.dtype().real();
        return t.dtype().isComplex() ? Convert.readDouble(part, t.segment(), offset(t, index) + part.size()) : 0;
    }

    static long readLong(Dense t, long index) {
        return Convert.readLong(t.dtype(), t.segment(), offset(t, index));
    }

    static void writeDouble(Dense t, long index, double v) {
        Convert.writeDouble(t.dtype(), t.segment(), offset(t, index), v);
    }
}
