package org.cresset.nn.functional;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A sparse matrix times one dimension of a float32 or float64 tensor; the derivative is the transposed matrix. */
final class Resample extends Custom {
    static final Resample OP = new Resample();

    /**
     * The dimension and the matrix (rows, columns) by rows: row r has {@code columns[i]} and {@code weights[i]} for i from
     * {@code starts[r]} to {@code starts[r + 1]}. Nobody changes the arrays.
     */
    record Attrs(int dim, int width, int[] starts, int[] columns, double[] weights) {
        int height() {
            return starts.length - 1;
        }

        Attrs transposed() {
            int[] from = new int[width + 1];
            for (int c : columns) {
                from[c + 1]++;
            }
            for (int c = 0; c < width; c++) {
                from[c + 1] += from[c];
            }
            int[] next = from.clone();
            int[] rows = new int[columns.length];
            double[] values = new double[columns.length];
            for (int r = 0; r < height(); r++) {
                for (int i = starts[r]; i < starts[r + 1]; i++) {
                    int at = next[columns[i]]++;
                    rows[at] = r;
                    values[at] = weights[i];
                }
            }
            return new Attrs(dim, height(), from, rows, values);
        }
    }

    private Resample() {
        super("resample", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs a = (Attrs) attrs;
        long[] dims = in[0].shape().toArray();
        dims[a.dim] = a.height();
        return spec(Shape.of(dims), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense x = (Dense) in[0].detach().contiguous();
        Dense y = out[0];
        long outer = 1;
        for (int d = 0; d < a.dim; d++) {
            outer *= x.size(d);
        }
        if (y.numel() == 0) {
            return;
        }
        int inner = Math.toIntExact(y.numel() / outer / a.height());
        long grain = Math.max(1, 65536 / (y.numel() / outer));
        Workers.parallelFor(outer, grain, (from, to) -> {
            if (x.dtype() == DType.FLOAT64) {
                doubles(a, x, y, inner, from, to);
            } else {
                floats(a, x, y, inner, from, to);
            }
        });
    }

    private static void floats(Attrs a, Dense x, Dense y, int inner, long from, long to) {
        float[] source = new float[a.width * inner];
        float[] target = new float[a.height() * inner];
        float[] weights = new float[a.weights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) a.weights[i];
        }
        for (long o = from; o < to; o++) {
            long at = x.byteOffset() + 4 * o * source.length;
            MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT, at, source, 0, source.length);
            for (int r = 0; r < a.height(); r++) {
                row(a, weights, source, target, inner, r);
            }
            at = y.byteOffset() + 4 * o * target.length;
            MemorySegment.copy(target, 0, y.segment(), ValueLayout.JAVA_FLOAT, at, target.length);
        }
    }

    private static void row(Attrs a, float[] weights, float[] source, float[] target, int inner, int r) {
        int base = r * inner;
        if (inner == 1) {
            float sum = 0;
            for (int i = a.starts[r]; i < a.starts[r + 1]; i++) {
                sum += weights[i] * source[a.columns[i]];
            }
            target[base] = sum;
            return;
        }
        Arrays.fill(target, base, base + inner, 0);
        for (int i = a.starts[r]; i < a.starts[r + 1]; i++) {
            float w = weights[i];
            int column = a.columns[i] * inner;
            for (int k = 0; k < inner; k++) {
                target[base + k] += w * source[column + k];
            }
        }
    }

    private static void doubles(Attrs a, Dense x, Dense y, int inner, long from, long to) {
        double[] source = new double[a.width * inner];
        double[] target = new double[a.height() * inner];
        for (long o = from; o < to; o++) {
            long at = x.byteOffset() + 8 * o * source.length;
            MemorySegment.copy(x.segment(), ValueLayout.JAVA_DOUBLE, at, source, 0, source.length);
            Arrays.fill(target, 0);
            for (int r = 0; r < a.height(); r++) {
                for (int i = a.starts[r]; i < a.starts[r + 1]; i++) {
                    double w = a.weights[i];
                    int column = a.columns[i] * inner;
                    for (int k = 0; k < inner; k++) {
                        target[r * inner + k] += w * source[column + k];
                    }
                }
            }
            at = y.byteOffset() + 8 * o * target.length;
            MemorySegment.copy(target, 0, y.segment(), ValueLayout.JAVA_DOUBLE, at, target.length);
        }
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, OP.on(((Attrs) v.attrs()).transposed(), v.grad()));
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return new Tensor[] {OP.on(attrs, tangents[0])};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        return all(new Attrs(a.dim + 1, a.width, a.starts, a.columns, a.weights), in);
    }
}
