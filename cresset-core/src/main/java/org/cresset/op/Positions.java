package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** How the numbers in a tensor of indices are read: which are allowed and what is thrown for the others. */
public enum Positions {
    /** From 0 on; others are a RuntimeError, as for gather and scatter. */
    PLAIN,
    /** From 0 on; others are an IndexError, as for the functions of whole slices. */
    SLICES,
    /** Negative ones count from the end; others are an IndexError, as in square brackets. */
    WRAPPED,
    /** Any, modulo the size, as for take_along_dim. */
    MODULO;

    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** An index for a dimension of size n, counted from 0. */
    long checked(String op, long i, long n) {
        if (i >= 0 && i < n) {
            return i;
        }
        if (this == WRAPPED && i < 0 && i >= -n) {
            return i + n;
        }
        if (this == MODULO && n > 0) {
            return Math.floorMod(i, n);
        }
        String message = op + ": index " + i + " is out of range for a dimension of size " + n;
        throw this == PLAIN ? CressetException.runtime(message) : CressetException.index(message);
    }

    /** Throws unless all of an index may be used for a dimension of size n. What is repeated is looked at once. */
    void requireAll(String op, Dense index, long n) {
        if (this == MODULO && n > 0 || index.numel() == 0) {
            return;
        }
        Dense once = index;
        for (int d = 0; d < index.dim(); d++) {
            once = once.stride(d) == 0 ? (Dense) once.narrow(d, 0, 1) : once;
        }
        long[] numbers = once.detach().to(DType.INT64).toLongArray();
        for (long i : numbers) {
            checked(op, i, n);
        }
    }

    /** The number at a byte offset of a tensor of int64 or int32. */
    static long read(MemorySegment m, boolean wide, long offset) {
        return wide ? m.get(L, offset) : m.get(I, offset);
    }

    /** Throws unless {@code index} holds int64 or int32, or nothing. */
    static void checkType(String op, Tensor index) {
        if (index.dtype() != DType.INT64 && index.dtype() != DType.INT32 && index.numel() > 0) {
            throw CressetException.runtime(op + ": the index is " + index.dtype() + "; expected int64");
        }
    }

    /** Whether an index holds int64. */
    static boolean wide(Dense index) {
        return index.dtype() == DType.INT64;
    }
}
