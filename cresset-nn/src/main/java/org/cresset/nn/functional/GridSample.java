package org.cresset.nn.functional;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.op.Fused;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The pixels around points, mixed: where they lie and their weights are found once for some points, for all channels.
 * {@link GridSampling} says the same in other operations, for transforms and derivatives.
 */
final class GridSample extends Fused {
    private static final GridSample OP = new GridSample();

    /** Points at a time. */
    private static final int TILE = 1 << 14;

    /** How points outside are treated, and what -1 and 1 stand for. */
    record Attrs(String mode, String padding, boolean align) {}

    private GridSample() {
        super("grid_sample", Saves.INPUTS);
    }

    /** Pixels (N, C, ...) at points (N, ..., n), both float32 or float64; mode "bilinear" or "nearest". */
    static Tensor sample(Attrs a, Tensor input, Tensor grid) {
        return OP.on(a, input, grid);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        long[] dims = in[0].shape().toArray();
        System.arraycopy(in[1].shape().dims(), 1, dims, 2, dims.length - 2);
        return spec(Shape.of(dims), in[0].dtype());
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        Attrs a = (Attrs) attrs;
        return new Tensor[] {GridSampling.composed(in[0], in[1], a.mode, a.padding, a.align)};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense y = out[0];
        if (y.numel() == 0) {
            return;
        }
        Dense x = (Dense) in[0].detach().contiguous();
        Dense grid = (Dense) in[1].detach().contiguous();
        long points = grid.numel() / grid.size(0) / grid.size(-1);
        long tiles = (points + TILE - 1) / TILE;
        long images = x.size(0);
        Workers.parallelFor(images * tiles, 1, (from, to) -> {
            Points p = new Points(a, x, (int) Math.min(TILE, points));
            for (long i = from; i < to; i++) {
                long n = i / tiles;
                long first = i % tiles * TILE;
                int count = (int) Math.min(TILE, points - first);
                p.find(grid, (n * points + first) * grid.size(-1), count);
                for (long c = 0; c < x.size(1); c++) {
                    p.mix(x, n * x.size(1) + c, count);
                    p.write(y, (n * x.size(1) + c) * points + first, count);
                }
            }
        });
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        if (!plainBackward() || !GridCells.suits(a, v.input(0))) {
            super.vjp(v);
            return;
        }
        Dense x = (Dense) v.input(0).detach().contiguous();
        Dense grid = (Dense) v.input(1).detach().contiguous();
        Dense g = (Dense) v.grad().contiguous();
        Dense pixels = v.needs(0) ? Dense.empty(x.shape(), DType.FLOAT32) : null;
        Dense points = v.needs(1) ? Dense.empty(grid.shape(), DType.FLOAT32) : null;
        GridCells.gradients(a, x, grid, g, pixels, points);
        v.set(0, pixels);
        v.set(1, points);
    }

    /** Some points: for each corner of the cell that a point is in, the pixel and its weight; one that doesn't exist is 0. */
    private static final class Points {
        private final Attrs a;
        private final boolean wide;
        private final int n;
        private final long[] sizes;
        private final int plane;
        private final @Nullable GridCells cells;
        private final int[][] at;
        private final double[][] weights;
        private final float[][] narrowWeights;
        private final double[] grid;
        private final double[] pixels;
        private final float[] narrowPixels;
        private final double[] results;
        private final float[] narrowResults;

        Points(Attrs a, Dense x, int most) {
            this.a = a;
            wide = x.dtype() == DType.FLOAT64;
            n = x.dim() - 2;
            sizes = new long[n];
            long all = 1;
            for (int d = 0; d < n; d++) {
                sizes[d] = x.size(d + 2);
                all *= sizes[d];
            }
            plane = Math.toIntExact(all);
            int corners = a.mode.equals("nearest") ? 1 : 1 << n;
            cells = GridCells.suits(a, x) ? new GridCells(a, x, most, false) : null;
            at = cells != null ? cells.at : new int[corners][most];
            weights = new double[cells != null ? 0 : corners][most];
            narrowWeights = cells != null ? cells.weights : new float[wide ? 0 : corners][most];
            grid = new double[cells != null ? 0 : most * n];
            pixels = new double[wide ? plane + 1 : 0];
            narrowPixels = new float[wide ? 0 : plane + 1];
            results = new double[wide ? most : 0];
            narrowResults = new float[wide ? 0 : most];
        }

        /** Rounded as in the dtype that is computed in. */
        private double r(double v) {
            return wide ? v : (float) v;
        }

        void find(Dense points, long first, int count) {
            int size = points.dtype().size();
            long from = points.byteOffset() + first * size;
            if (cells != null) {
                cells.find(points, from, count);
                return;
            }
            if (wide) {
                MemorySegment.copy(points.segment(), ValueLayout.JAVA_DOUBLE, from, grid, 0, count * n);
            } else {
                for (int i = 0; i < count * n; i++) {
                    grid[i] = points.segment().get(ValueLayout.JAVA_FLOAT, from + 4L * i);
                }
            }
            boolean nearest = a.mode.equals("nearest");
            double[] low = new double[n];
            double[] part = new double[n];
            for (int i = 0; i < count; i++) {
                for (int d = 0; d < n; d++) { // a point is x, y, z, the last dimension first
                    double x = inside(scaled(grid[i * n + n - 1 - d], sizes[d]), sizes[d]);
                    low[d] = nearest ? Math.rint(x) : Math.floor(x);
                    part[d] = r(x - low[d]);
                }
                for (int corner = 0; corner < at.length; corner++) {
                    corner(low, part, corner, i, nearest);
                }
            }
        }

        private void corner(double[] low, double[] part, int corner, int i, boolean nearest) {
            double weight = 1;
            int index = 0;
            boolean valid = true;
            for (int d = 0; d < n; d++) {
                boolean high = (corner >> d & 1) != 0;
                double place = high ? low[d] + 1 : low[d];
                valid &= place >= 0 && place <= sizes[d] - 1;
                index = index * (int) sizes[d] + (int) place;
                weight = nearest ? 1 : r(weight * (high ? part[d] : r(1 - part[d])));
            }
            at[corner][i] = valid ? index : plane;
            weights[corner][i] = valid ? weight : 0;
            if (!wide) {
                narrowWeights[corner][i] = (float) weights[corner][i];
            }
        }

        /** From -1 to 1 to pixels: those numbers are the centres of the outermost ones, or else their outer edges. */
        private double scaled(double x, long size) {
            double y = r(r(x + 1) * r((a.align ? size - 1 : size) / 2.0));
            return a.align ? y : r(y - 0.5);
        }

        private double inside(double x, long size) {
            if (a.padding.equals("zeros")) {
                return x;
            }
            double y = x;
            if (a.padding.equals("reflection")) {
                y = a.align ? reflected(x, 0, size - 1) : reflected(x, -0.5, size);
            }
            return Math.min(Math.max(y, 0), size - 1);
        }

        private double reflected(double x, double low, double span) {
            if (span == 0) {
                return x * 0;
            }
            double distance = Math.abs(r(x - low));
            double rest = distance % span;
            boolean even = Math.floor(r(distance / span)) % 2 == 0;
            return r((even ? rest : r(span - rest)) + low);
        }

        void mix(Dense x, long channel, int count) {
            long from = x.byteOffset() + channel * plane * x.dtype().size();
            if (wide) {
                MemorySegment.copy(x.segment(), ValueLayout.JAVA_DOUBLE, from, pixels, 0, plane);
                Arrays.fill(results, 0, count, 0);
                for (int corner = 0; corner < at.length; corner++) {
                    add(results, pixels, at[corner], weights[corner], count);
                }
                return;
            }
            MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT, from, narrowPixels, 0, plane);
            if (at.length == 4) {
                four(narrowResults, narrowPixels, at, narrowWeights, count);
                return;
            }
            Arrays.fill(narrowResults, 0, count, 0);
            for (int corner = 0; corner < at.length; corner++) {
                add(narrowResults, narrowPixels, at[corner], narrowWeights[corner], count);
            }
        }

        private static void four(float[] results, float[] pixels, int[][] at, float[][] weights, int count) {
            int[] a = at[0];
            int[] b = at[1];
            int[] c = at[2];
            int[] d = at[3];
            float[] u = weights[0];
            float[] v = weights[1];
            float[] w = weights[2];
            float[] z = weights[3];
            for (int i = 0; i < count; i++) {
                results[i] = pixels[a[i]] * u[i] + pixels[b[i]] * v[i] + pixels[c[i]] * w[i] + pixels[d[i]] * z[i];
            }
        }

        private static void add(float[] results, float[] pixels, int[] at, float[] weights, int count) {
            for (int i = 0; i < count; i++) {
                results[i] += pixels[at[i]] * weights[i];
            }
        }

        private static void add(double[] results, double[] pixels, int[] at, double[] weights, int count) {
            for (int i = 0; i < count; i++) {
                results[i] += pixels[at[i]] * weights[i];
            }
        }

        void write(Dense y, long first, int count) {
            long to = y.byteOffset() + first * y.dtype().size();
            if (wide) {
                MemorySegment.copy(results, 0, y.segment(), ValueLayout.JAVA_DOUBLE, to, count);
            } else {
                MemorySegment.copy(narrowResults, 0, y.segment(), ValueLayout.JAVA_FLOAT, to, count);
            }
        }
    }
}
