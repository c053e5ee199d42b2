package org.cresset.base;

import java.util.Arrays;

/**
 * The sizes of a tensor's dimensions: immutable, compared by value. Holds what is asked for at every operation (number of
 * elements, row-major strides), so that tensors of one shape share it.
 */
public final class Shape {
    /** Rank 0: one element. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] dims;
    private final long[] strides;
    private final long numel;

    private Shape(long[] dims) {
        this.dims = dims;
        this.strides = new long[dims.length];
        long step = 1;
        long n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            if (dims[i] < 0) {
                throw CressetException.runtime("negative size " + dims[i] + " in shape " + Arrays.toString(dims));
            }
            strides[i] = step;
            step = Math.multiplyExact(step, Math.max(dims[i], 1));
            n = Math.multiplyExact(n, dims[i]);
        }
        this.numel = n;
    }

    /** The shape with these sizes (copied). */
    public static Shape of(long... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Number of elements. */
    public long numel() {
        return numel;
    }

    /** Size of dimension {@code i}, which counts from 0 or, if negative, from the end. */
    public long size(int i) {
        return dims[i < 0 ? i + dims.length : i];
    }

    /** A copy of the sizes. */
    public long[] toArray() {
        return dims.clone();
    }

    /** The sizes themselves, for code inside Cresset that only reads them. */
    public long[] dims() {
        return dims;
    }

    /** Row-major strides in elements, for code inside Cresset that only reads them: equal by identity means contiguous. */
    public long[] contiguousStrides() {
        return strides;
    }

    @Override
    public boolean equals(Object o) {
        return this == o || o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As a tuple: {@code (64, 784)}, {@code (10,)}, {@code ()}. */
    @Override
    public String toString() {
        if (dims.length == 1) {
            return "(" + dims[0] + ",)";
        }
        StringBuilder b = new StringBuilder("(");
        for (int i = 0; i < dims.length; i++) {
            b.append(i == 0 ? "" : ", ").append(dims[i]);
        }
        return b.append(')').toString();
    }
}
