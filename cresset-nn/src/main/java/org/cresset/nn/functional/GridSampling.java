package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Elementwise.Two;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;

/** Images read at positions that a grid gives, where -1 and 1 are the edges. */
final class GridSampling {
    /** The parameter of Keys' cubic convolution. */
    private static final double A = -0.75;

    private final String padding;
    private final boolean align;
    private final long[] sizes;
    private final Tensor pixels;
    private final Tensor[] positions;

    /** {@code input} and {@code grid} in float32 or float64. */
    private GridSampling(Tensor input, Tensor grid, String padding, boolean align) {
        this.padding = padding;
        this.align = align;
        int n = input.dim() - 2;
        sizes = new long[n];
        System.arraycopy(input.shape().dims(), 2, sizes, 0, n);
        pixels = input.flatten(2);
        Tensor points = grid.reshape(input.size(0), -1, n);
        positions = new Tensor[n];
        for (int d = 0; d < n; d++) {
            positions[d] =
                    scaled(points.select(2, n - 1 - d), sizes[d]); // a point is x, y, z, the last dimension first
        }
    }

    static Tensor sample(Tensor input, Tensor grid, String mode, String padding, boolean align) {
        input = Precision.FULL.of(input);
        grid = Precision.FULL.of(grid);
        check(input, grid, mode, padding);
        boolean wide = input.dtype() == DType.FLOAT64;
        DType t = wide ? DType.FLOAT64 : DType.FLOAT32;
        long pixels = input.numel() / Math.max(1, input.size(0) * input.size(1));
        // for few points many pixels needn't be touched
        boolean fused = !mode.equals("bicubic") && pixels < 1 << 24 && pixels <= 4 * grid.numel();
        return fused
                ? GridSample.sample(new GridSample.Attrs(mode, padding, align), input.to(t), grid.to(t))
                        .to(input.dtype())
                : composed(input.to(t), grid.to(t), mode, padding, align).to(input.dtype());
    }

    /** The same made of other operations, of float32 or float64. */
    static Tensor composed(Tensor input, Tensor grid, String mode, String padding, boolean align) {
        GridSampling g = new GridSampling(input, grid, padding, align);
        Tensor y =
                switch (mode) {
                    case "nearest" -> g.nearest();
                    case "bicubic" -> g.cubic();
                    default -> g.linear();
                };
        long[] dims = input.shape().toArray();
        System.arraycopy(grid.shape().dims(), 1, dims, 2, dims.length - 2);
        return y.reshape(dims);
    }

    private static void check(Tensor input, Tensor grid, String mode, String padding) {
        String op = "grid_sample";
        if (!mode.equals("bilinear") && !mode.equals("nearest") && !mode.equals("bicubic")) {
            throw CressetException.value(op + ": mode is \"" + mode + "\"; expected bilinear, nearest or bicubic");
        }
        if (!padding.equals("zeros") && !padding.equals("border") && !padding.equals("reflection")) {
            throw CressetException.value(
                    op + ": padding_mode is \"" + padding + "\"; expected zeros, border or reflection");
        }
        int n = input.dim() - 2;
        boolean fits = (n == 2 || n == 3)
                && grid.dim() == input.dim()
                && grid.size(0) == input.size(0)
                && grid.size(-1) == n
                && grid.dtype() == input.dtype();
        for (int d = 0; fits && d < n; d++) {
            fits = input.size(d + 2) > 0;
        }
        if (!fits || mode.equals("bicubic") && n != 2) {
            throw CressetException.runtime(op + ": input " + input.dtype() + input.shape() + ", grid " + grid.dtype()
                    + grid.shape()
                    + "; expected (N, C, H, W) with (N, h, w, 2), or, but for bicubic, (N, C, D, H, W) with"
                    + " (N, d, h, w, 3), of the same dtype");
        }
        if (!input.dtype().isFloat()) {
            throw CressetException.unsupported(op + ": does not exist for " + input.dtype());
        }
    }

    /** From -1 to 1 to pixels: those numbers are the centres of the outermost ones, or else their outer edges. */
    private Tensor scaled(Tensor x, long size) {
        return align ? x.add(1).mul((size - 1) / 2.0) : x.add(1).mul(size / 2.0).sub(0.5);
    }

    /** Positions outside brought inside, as the padding asks for; at the border the gradient is 0. */
    private Tensor inside(Tensor x, long size) {
        if (padding.equals("zeros")) {
            return x;
        }
        Tensor y = x;
        if (padding.equals("reflection")) {
            y = align ? reflected(x, 0, size - 1) : reflected(x, -0.5, size);
        }
        return Hardtanh.OP.on(new Two(0, size - 1), y);
    }

    private static Tensor reflected(Tensor x, double low, double span) {
        if (span == 0) {
            return x.mul(0);
        }
        Tensor distance = x.sub(low).abs();
        Tensor rest = distance.fmod(span);
        Tensor even = distance.detach().div(span).floor().remainder(2).eq(0);
        return rest.where(even, rest.neg().add(span)).add(low);
    }

    /** Pixels at whole positions times weights, 0 for those outside; one tensor for each dimension. */
    private Tensor read(Tensor[] at, Tensor weight) {
        Tensor index = place(at[0], 0);
        Tensor valid = within(at[0], 0);
        for (int d = 1; d < at.length; d++) {
            index = index.mul(sizes[d]).add(place(at[d], d));
            valid = valid.logicalAnd(within(at[d], d));
        }
        Tensor w = weight.mul(valid.to(weight.dtype()));
        Tensor taken = pixels.gather(2, index.unsqueeze(1).expand(index.size(0), pixels.size(1), index.size(1)));
        return taken.mul(w.unsqueeze(1));
    }

    /** The pixel at a whole position, or the nearest one, along dimension d. */
    private Tensor place(Tensor x, int d) {
        return x.clamp(0.0, (double) (sizes[d] - 1)).to(DType.INT64);
    }

    private Tensor within(Tensor x, int d) {
        return x.ge(0).logicalAnd(x.le(sizes[d] - 1));
    }

    private Tensor nearest() {
        Tensor[] at = new Tensor[positions.length];
        for (int d = 0; d < at.length; d++) {
            at[d] = inside(positions[d].detach(), sizes[d]).round();
        }
        return read(at, Tensor.ones(Shape.SCALAR, pixels.dtype()));
    }

    private Tensor linear() {
        int n = positions.length;
        Tensor[] low = new Tensor[n];
        Tensor[] part = new Tensor[n];
        for (int d = 0; d < n; d++) {
            Tensor x = inside(positions[d], sizes[d]);
            low[d] = x.detach().floor();
            part[d] = x.sub(low[d]);
        }
        Tensor sum = corner(low, part, 0);
        for (int corner = 1; corner < 1 << n; corner++) {
            sum = sum.add(corner(low, part, corner));
        }
        return sum;
    }

    /** The pixels on the upper side in those dimensions whose bit is set, weighted with their share. */
    private Tensor corner(Tensor[] low, Tensor[] part, int corner) {
        Tensor[] at = new Tensor[low.length];
        Tensor weight = Tensor.ones(Shape.SCALAR, pixels.dtype());
        for (int d = 0; d < at.length; d++) {
            boolean high = (corner >> d & 1) != 0;
            at[d] = high ? low[d].add(1) : low[d];
            weight = weight.mul(high ? part[d] : part[d].neg().add(1));
        }
        return read(at, weight);
    }

    private Tensor cubic() {
        Tensor[][] at = new Tensor[2][4];
        Tensor[][] weights = new Tensor[2][4];
        for (int d = 0; d < 2; d++) {
            Tensor low = positions[d].detach().floor();
            Tensor part = positions[d].sub(low);
            for (int k = 0; k < 4; k++) {
                at[d][k] = inside(low.add(k - 1), sizes[d]).trunc();
                Tensor distance = k < 2 ? part.add(1 - k) : part.neg().add(k - 1);
                weights[d][k] = k == 0 || k == 3 ? outer(distance) : inner(distance);
            }
        }
        Tensor sum = Tensor.zeros(Shape.SCALAR, pixels.dtype());
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                sum = sum.add(read(new Tensor[] {at[0][y], at[1][x]}, weights[0][y].mul(weights[1][x])));
            }
        }
        return sum;
    }

    /** Keys' kernel for distances up to 1. */
    private static Tensor inner(Tensor x) {
        return x.mul(A + 2).sub(A + 3).mul(x).mul(x).add(1);
    }

    /** Keys' kernel for distances from 1 to 2. */
    private static Tensor outer(Tensor x) {
        return x.mul(A).sub(5 * A).mul(x).add(8 * A).mul(x).sub(4 * A);
    }

    /** The grid (N, H, W, 2), or (N, D, H, W, 3), of affine maps (N, n, n + 1). */
    static Tensor affine(Tensor theta, long[] size, boolean align) {
        String op = "affine_grid";
        int n = size.length - 2;
        if (!theta.dtype().isFloat()) {
            throw CressetException.value(op + ": theta is " + theta.dtype() + "; expected a floating-point dtype");
        }
        if (n != 2 && n != 3) {
            throw CressetException.unsupported(op + ": a size of " + size.length + " numbers; expected 4 or 5");
        }
        if (theta.dim() != 3 || theta.size(1) != n || theta.size(2) != n + 1 || theta.size(0) != size[0]) {
            throw CressetException.value(op + ": theta of shape " + theta.shape() + " for size " + Shape.of(size)
                    + "; expected " + Shape.of(size[0], n, n + 1));
        }
        long[] space = new long[n + 1];
        System.arraycopy(size, 2, space, 0, n);
        space[n] = 1;
        Tensor[] columns = new Tensor[n + 1];
        for (int d = 0; d < n; d++) {
            if (space[d] < 1) {
                throw CressetException.value(op + ": size " + Shape.of(size) + "; expected positive numbers");
            }
            long[] along = new long[n + 1];
            Arrays.fill(along, 1);
            along[d] = space[d];
            columns[n - 1 - d] =
                    line(space[d], align, theta.dtype()).reshape(along).expand(space);
        }
        columns[n] = Tensor.ones(Shape.of(space), theta.dtype());
        Tensor points = Tensor.cat(n, columns).reshape(1, -1, n + 1).expand(size[0], -1, -1);
        space[n] = n;
        long[] result = new long[n + 2];
        result[0] = size[0];
        System.arraycopy(space, 0, result, 1, n + 1);
        return points.matmul(theta.transpose(1, 2)).reshape(result);
    }

    private static Tensor line(long steps, boolean align, DType dtype) {
        if (steps == 1) {
            return Tensor.zeros(Shape.of(1), dtype);
        }
        Tensor x = Tensor.linspace(-1, 1, steps, dtype);
        return align ? x : x.mul((steps - 1) / (double) steps);
    }
}
