package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.autograd.Context;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Convert;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Makes tensors from Java values, rules and random numbers. */
final class Factories {
    private Factories() {}

    private static Dense target(int length, Shape shape, DType dtype) {
        if (length != shape.numel()) {
            throw CressetException.runtime("from: " + length + " values don't fill shape " + shape + ", which has "
                    + shape.numel() + " elements");
        }
        return fresh(shape, dtype);
    }

    static Dense fresh(Shape shape, DType dtype) {
        Dense t = Dense.empty(shape, dtype);
        if (Context.current().inference()) {
            t.markInference();
        }
        return t;
    }

    static Tensor floats(float[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.FLOAT32);
        MemorySegment.copy(v, 0, t.segment(), ValueLayout.JAVA_FLOAT, 0, v.length);
        return t;
    }

    static Tensor doubles(double[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.FLOAT64);
        MemorySegment.copy(v, 0, t.segment(), ValueLayout.JAVA_DOUBLE, 0, v.length);
        return t;
    }

    static Tensor longs(long[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.INT64);
        MemorySegment.copy(v, 0, t.segment(), ValueLayout.JAVA_LONG, 0, v.length);
        return t;
    }

    static Tensor ints(int[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.INT32);
        MemorySegment.copy(v, 0, t.segment(), ValueLayout.JAVA_INT, 0, v.length);
        return t;
    }

    static Tensor bytes(byte[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.UINT8);
        MemorySegment.copy(v, 0, t.segment(), ValueLayout.JAVA_BYTE, 0, v.length);
        return t;
    }

    static Tensor booleans(boolean[] v, Shape shape) {
        Dense t = target(v.length, shape, DType.BOOL);
        for (int i = 0; i < v.length; i++) {
            t.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (v[i] ? 1 : 0));
        }
        return t;
    }

    static Tensor rows(float[][] rows) {
        int width = rows.length == 0 ? 0 : rows[0].length;
        Dense t = fresh(Shape.of(rows.length, width), DType.FLOAT32);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != width) {
                throw CressetException.value(
                        "of: row " + i + " has " + rows[i].length + " values, the first has " + width);
            }
            MemorySegment.copy(rows[i], 0, t.segment(), ValueLayout.JAVA_FLOAT, 4L * i * width, width);
        }
        return t;
    }

    static Tensor memory(MemorySegment memory, DType dtype, Shape shape) {
        Dense t = fresh(shape, dtype);
        long bytes = shape.numel() * dtype.size();
        if (memory.byteSize() < bytes) {
            throw CressetException.value("from: " + memory.byteSize() + " bytes are too few for " + dtype + shape);
        }
        MemorySegment.copy(memory, 0, t.segment(), 0, bytes);
        return t;
    }

    static Dense full(Shape shape, double value, DType dtype) {
        Dense t = fresh(shape, dtype);
        Convert.fill(t.segment(), 0, dtype, shape.numel(), value);
        return t;
    }

    static Tensor eye(long n, long m, DType dtype) {
        Dense t = full(Shape.of(n, m), 0, dtype);
        for (long i = 0; i < Math.min(n, m); i++) {
            Convert.writeDouble(dtype, t.segment(), (i * m + i) * dtype.size(), 1);
        }
        return t;
    }

    private static Generator or(@Nullable Generator g) {
        return g == null ? Generator.defaultGenerator() : g;
    }

    static Tensor rand(Shape shape, DType dtype, @Nullable Generator g) {
        Dense t = fresh(shape, dtype);
        Draws.uniform(or(g), t.segment(), 0, shape.numel(), dtype, 0, 1);
        return t;
    }

    static Tensor randn(Shape shape, DType dtype, @Nullable Generator g) {
        Dense t = fresh(shape, dtype);
        Draws.normal(or(g), t.segment(), 0, shape.numel(), dtype, 0, 1);
        return t;
    }

    static Tensor randint(long low, long high, Shape shape, DType dtype, @Nullable Generator g) {
        if (low >= high) {
            throw CressetException.runtime("randint: from " + low + " to " + high + "; expected low < high");
        }
        Dense t = fresh(shape, dtype);
        Draws.integers(or(g), t.segment(), 0, shape.numel(), dtype, low, high);
        return t;
    }

    static Tensor randperm(long n, DType dtype, @Nullable Generator g) {
        if (n < 0) {
            throw CressetException.runtime("randperm: n is " + n + "; expected at least 0");
        }
        long[] order = Draws.permutation(or(g), Math.toIntExact(n));
        return longs(order, Shape.of(n)).to(dtype);
    }
}
