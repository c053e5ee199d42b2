package org.cresset.op;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;

/**
 * Where pooling windows lie: by spatial dimension the first element, the end, and the step between elements, of each window;
 * and by how much an average is divided besides.
 */
public record Windows(long[][] from, long[][] to, long[][] divisor, long[] step) {
    /** Windows of a fixed size, as the pooling layers use. */
    public static Windows sliding(
            String name,
            Shape x,
            long[] kernel,
            long[] stride,
            long[] padding,
            long[] dilation,
            boolean ceil,
            boolean countPadding) {
        int n = kernel.length;
        long[][] from = new long[n][];
        long[][] to = new long[n][];
        long[][] divisor = new long[n][];
        for (int d = 0; d < n; d++) {
            long size = x.size(x.rank() - n + d);
            if (kernel[d] < 1 || stride[d] < 1 || dilation[d] < 1) {
                throw CressetException.runtime(
                        name + ": kernel " + Arrays.toString(kernel) + ", stride " + Arrays.toString(stride)
                                + " and dilation " + Arrays.toString(dilation) + " must be at least 1");
            }
            if (padding[d] < 0 || padding[d] > (dilation[d] * (kernel[d] - 1) + 1) / 2) {
                throw CressetException.runtime(name + ": padding " + Arrays.toString(padding)
                        + " must be between 0 and half of the kernel " + Arrays.toString(kernel));
            }
            long reach = dilation[d] * (kernel[d] - 1) + 1;
            long room = size + 2 * padding[d] - reach;
            long count = Math.floorDiv(room + (ceil ? stride[d] - 1 : 0), stride[d]) + 1;
            if (ceil && (count - 1) * stride[d] >= size + padding[d]) {
                count--; // a window must begin in the input or its left padding
            }
            if (count < 1 || size < 1) {
                throw CressetException.runtime(
                        name + ": input " + x + " is too small for kernel " + Arrays.toString(kernel));
            }
            from[d] = new long[(int) count];
            to[d] = new long[(int) count];
            divisor[d] = new long[(int) count];
            for (int i = 0; i < count; i++) {
                long start = i * stride[d] - padding[d];
                long end = Math.min(start + reach, size + padding[d]);
                from[d][i] = start < 0 ? start + (-start + dilation[d] - 1) / dilation[d] * dilation[d] : start;
                to[d][i] = Math.min(end, size);
                divisor[d][i] = countPadding ? end - start : to[d][i] - from[d][i];
            }
        }
        return new Windows(from, to, divisor, dilation);
    }

    /** Windows that divide the input into a given number of parts, as the adaptive layers use. */
    public static Windows adaptive(String name, Shape x, long[] output) {
        int n = output.length;
        long[][] from = new long[n][];
        long[][] to = new long[n][];
        long[][] divisor = new long[n][];
        long[] step = new long[n];
        Arrays.fill(step, 1);
        for (int d = 0; d < n; d++) {
            long size = x.size(x.rank() - n + d);
            if (output[d] < 0 || size < 1) {
                throw CressetException.runtime(name + ": output size " + Arrays.toString(output) + " for input " + x
                        + "; expected no negative size and an input with elements");
            }
            int count = Math.toIntExact(output[d]);
            from[d] = new long[count];
            to[d] = new long[count];
            divisor[d] = new long[count];
            for (int i = 0; i < count; i++) {
                from[d][i] = i * size / count;
                to[d][i] = ((i + 1) * size + count - 1) / count;
                divisor[d][i] = to[d][i] - from[d][i];
            }
        }
        return new Windows(from, to, divisor, step);
    }

    /** Number of spatial dimensions. */
    public int spatial() {
        return from.length;
    }

    /** Whether no element lies in two windows. */
    boolean apart() {
        for (int d = 0; d < from.length; d++) {
            for (int i = 1; i < from[d].length; i++) {
                if (from[d][i] < to[d][i - 1]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether every element lies in a window, given that they are {@link #apart}. */
    boolean covers(Shape x) {
        for (int d = 0; d < from.length; d++) {
            long covered = 0;
            for (int i = 0; i < from[d].length; i++) {
                covered += step[d] == 1 ? to[d][i] - from[d][i] : 0;
            }
            if (covered != x.size(x.rank() - from.length + d)) {
                return false;
            }
        }
        return true;
    }

    /** The shape of the result for an input. */
    public Shape result(Shape x) {
        long[] dims = x.toArray();
        for (int d = 0; d < from.length; d++) {
            dims[dims.length - from.length + d] = from[d].length;
        }
        return Shape.of(dims);
    }

    /** These windows with dimensions of one window in front, until there are three. */
    Windows three() {
        int missing = 3 - from.length;
        if (missing == 0) {
            return this;
        }
        long[] step3 = new long[3];
        long[][] from3 = new long[3][];
        long[][] to3 = new long[3][];
        long[][] divisor3 = new long[3][];
        for (int d = 0; d < 3; d++) {
            boolean real = d >= missing;
            from3[d] = real ? from[d - missing] : new long[] {0};
            to3[d] = real ? to[d - missing] : new long[] {1};
            divisor3[d] = real ? divisor[d - missing] : new long[] {1};
            step3[d] = real ? step[d - missing] : 1;
        }
        return new Windows(from3, to3, divisor3, step3);
    }
}
