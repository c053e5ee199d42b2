package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Sliding blocks of images as columns, and their sums back. */
record Unfolding(long[] kernel, long[] dilation, long[] padding, long[] stride) {
    static Unfolding of(String op, long[] kernel, long[] dilation, long[] padding, long[] stride) {
        Unfolding u = new Unfolding(pair(op, kernel), pair(op, dilation), pair(op, padding), pair(op, stride));
        for (int d = 0; d < 2; d++) {
            if (u.kernel[d] < 1 || u.dilation[d] < 1 || u.padding[d] < 0 || u.stride[d] < 1) {
                throw CressetException.runtime(op + ": kernel " + Arrays.toString(u.kernel) + ", dilation "
                        + Arrays.toString(u.dilation) + ", padding " + Arrays.toString(u.padding) + ", stride "
                        + Arrays.toString(u.stride) + "; expected positive numbers, of padding not negative ones");
            }
        }
        return u;
    }

    /** One number stands for two. */
    static long[] pair(String op, long[] given) {
        if (given.length == 2) {
            return given;
        }
        if (given.length != 1) {
            throw CressetException.runtime(op + ": " + Arrays.toString(given) + "; expected one or two numbers");
        }
        return new long[] {given[0], given[0]};
    }

    /** How many blocks there are along dimension d of an image of a size. */
    long blocks(String op, int d, long size) {
        long reach = dilation[d] * (kernel[d] - 1) + 1;
        long room = size + 2 * padding[d] - reach;
        if (room < 0) {
            throw CressetException.runtime(op + ": blocks that reach over " + reach + " don't fit a size of " + size
                    + " with padding " + padding[d]);
        }
        return room / stride[d] + 1;
    }

    /** (N, C, H, W) to (N, C kh kw, L). */
    Tensor unfold(Tensor input) {
        return Columns.OP.on(new Columns.Attrs(this, input.size(2), input.size(3)), input);
    }

    /** (N, C kh kw, L) to (N, C, H, W): where blocks overlap, they add up. */
    Tensor fold(Tensor input, long height, long width) {
        long area = kernel[0] * kernel[1];
        if (height < 1 || width < 1 || input.size(1) % area != 0) {
            throw CressetException.runtime("fold: an input of shape " + input.shape() + " for blocks of "
                    + Arrays.toString(kernel) + " in an output (" + height + ", " + width + "); expected (N, C "
                    + area + ", L)");
        }
        long rows = blocks("fold", 0, height);
        long columns = blocks("fold", 1, width);
        if (input.size(2) != rows * columns) {
            throw CressetException.runtime("fold: an input of shape " + input.shape() + " has " + input.size(2)
                    + " blocks; expected " + rows + " times " + columns);
        }
        return ColumnSums.OP.on(new Columns.Attrs(this, height, width), input);
    }

    /** Element (i, j) of all blocks of images (N, C, H, W) with padding, (N, C, rows, columns), a view. */
    Tensor element(Tensor padded, long i, long j, long rows, long columns) {
        return along(along(padded, 0, i, rows), 1, j, columns);
    }

    private Tensor along(Tensor x, int d, long i, long count) {
        long first = i * dilation[d];
        return x.slice(2 + d, first, first + (count - 1) * stride[d] + 1, stride[d]);
    }
}
