package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Index;
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
    private long blocks(String op, int d, long size) {
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
        long n = input.size(0);
        long c = input.size(1);
        long[] count = {blocks("unfold", 0, input.size(2)), blocks("unfold", 1, input.size(3))};
        Tensor x = Padding.pad(input, new long[] {padding[1], padding[1], padding[0], padding[0]}, "constant", 0);
        for (int d = 0; d < 2; d++) {
            x = x.unfold(2 + d, dilation[d] * (kernel[d] - 1) + 1, stride[d]);
        }
        x = x.get(Index.ELLIPSIS, Index.slice(null, null, dilation[0]), Index.slice(null, null, dilation[1]));
        return x.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kernel[0] * kernel[1], count[0] * count[1]);
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
        long n = input.size(0);
        long c = input.size(1) / area;
        long h = height + 2 * padding[0];
        long w = width + 2 * padding[1];
        Tensor index = places(0, rows)
                .mul(w)
                .unsqueeze(1)
                .unsqueeze(3)
                .add(places(1, columns).unsqueeze(0).unsqueeze(2));
        Tensor source = input.reshape(n * c, area * rows * columns);
        Tensor sums = Tensor.zeros(Shape.of(n * c, h * w), input.dtype())
                .scatterAdd(1, index.reshape(1, -1).expand(n * c, -1), source);
        return sums.reshape(n, c, h, w).narrow(2, padding[0], height).narrow(3, padding[1], width);
    }

    /** Where along dimension d element k of block b lies, (kernel, blocks). */
    private Tensor places(int d, long blocks) {
        Tensor within = Tensor.arange(kernel[d]).mul(dilation[d]).unsqueeze(1);
        return within.add(Tensor.arange(blocks).mul(stride[d]));
    }
}
