package org.cresset.tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.cresset.base.DType;

/**
 * An array in the plainest form there is, against which tensors are held: a shape and its elements in row-major order.
 *
 * @param shape the sizes
 * @param values the elements
 */
public record Grid(long[] shape, double[] values) {
    /** The values of a tensor. */
    public static Grid of(Tensor t) {
        return new Grid(t.shape().toArray(), t.toDoubleArray());
    }

    /** Small whole numbers, which every dtype but bool holds exactly. */
    public static Grid random(long[] shape, long seed) {
        Random r = new Random(seed);
        double[] v = new double[(int) count(shape)];
        Arrays.setAll(v, i -> r.nextInt(1, 10));
        return new Grid(shape, v);
    }

    /** This as a tensor. */
    public Tensor tensor(DType dtype) {
        return Tensor.from(values, shape).to(dtype);
    }

    /** The element at an index. */
    public double at(long... index) {
        return values[(int) flat(shape, index)];
    }

    /** The number of elements of a shape. */
    public static long count(long... shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** The row-major position of an index. */
    public static long flat(long[] shape, long[] index) {
        long at = 0;
        for (int d = 0; d < shape.length; d++) {
            at = at * shape[d] + index[d];
        }
        return at;
    }

    /** Each index of a shape in row-major order; the array is new each time. */
    public static void forEach(long[] shape, Consumer<long[]> body) {
        long n = count(shape);
        for (long i = 0; i < n; i++) {
            long[] index = new long[shape.length];
            long rest = i;
            for (int d = shape.length - 1; d >= 0; d--) {
                index[d] = rest % shape[d];
                rest /= shape[d];
            }
            body.accept(index);
        }
    }
}
