package org.cresset.nn.functional;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.MachineMixes;
import org.cresset.emit.Window;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A sparse matrix times one dimension of a float32 or float64 tensor; the derivative is the transposed matrix. */
final class Resample extends Custom {
    static final Resample OP = new Resample();

    private static final long GRAIN = 1 << 16;

    /**
     * The dimension and the matrix (rows, columns) by rows: row r has {@code columns[i]} and {@code weights[i]} for i from
     * {@code starts[r]} to {@code starts[r + 1]}. Nobody changes the arrays.
     */
    record Attrs(int dim, int width, int[] starts, int[] columns, double[] weights) {
        int height() {
            return starts.length - 1;
        }

        /** How many numbers each row has, if all have equally many; else 0. */
        int each() {
            int each = height() == 0 ? 0 : starts[1];
            for (int r = 0; r < height(); r++) {
                if (starts[r + 1] - starts[r] != each) {
                    return 0;
                }
            }
            return each;
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
        if (x.dtype() == DType.FLOAT32 && MachineMixes.there()) {
            mixed(a, x, y, inner, outer);
            return;
        }
        long grain = Math.max(1, GRAIN / (y.numel() / outer));
        Workers.parallelFor(outer, grain, (from, to) -> {
            if (x.dtype() == DType.FLOAT64) {
                doubles(a, x, y, inner, from, to);
            } else {
                floats(a, x, y, inner, from, to);
            }
        });
    }

    /** In machine code: lines of single elements, or rows of several. */
    private static void mixed(Attrs a, Dense x, Dense y, long inner, long outer) {
        MachineMixes.Matrix m = new MachineMixes.Matrix(a.starts, a.columns, a.weights, 4 * inner);
        long width = 4 * inner * a.width;
        long height = 4 * inner * a.height();
        long from = Window.address(x.segment(), x.byteOffset(), outer * width);
        long to = Window.address(y.segment(), y.byteOffset(), outer * height);
        Workers.parallelFor(outer, Math.max(1, GRAIN * outer / y.numel()), (begin, end) -> {
            if (inner == 1) {
                MachineMixes.lines(m, from + begin * width, width, to + begin * height, height, end - begin);
                return;
            }
            for (long o = begin; o < end; o++) {
                MachineMixes.rows(m, from + o * width, to + o * height, 4 * inner, inner);
            }
        });
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(y);
    }

    /** Lines of single elements one by one; rows of several whole, each in an array of its own: that becomes vector code. */
    private static void floats(Attrs a, Dense x, Dense y, int inner, long from, long to) {
        float[] weights = new float[a.weights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) a.weights[i];
        }
        int each = a.each();
        float[] line = new float[inner == 1 ? a.width : 0];
        float[] results = new float[inner == 1 ? a.height() : 0];
        float[][] rows = new float[inner == 1 ? 0 : a.width][inner];
        float[] sum = new float[inner];
        for (long o = from; o < to; o++) {
            long at = x.byteOffset() + 4L * o * a.width * inner;
            long out = y.byteOffset() + 4L * o * a.height() * inner;
            if (inner == 1) {
                MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT, at, line, 0, a.width);
                mix(a, each, weights, line, results);
                MemorySegment.copy(results, 0, y.segment(), ValueLayout.JAVA_FLOAT, out, results.length);
                continue;
            }
            for (int c = 0; c < a.width; c++) {
                MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT, at + 4L * c * inner, rows[c], 0, inner);
            }
            for (int r = 0; r < a.height(); r++) {
                int first = a.starts[r];
                int count = a.starts[r + 1] - first;
                boolean plain = count == 1 && weights[first] == 1;
                if (!plain) {
                    Arrays.fill(sum, 0);
                    for (int i = first; i < first + count; i++) {
                        add(sum, rows[a.columns[i]], weights[i]);
                    }
                }
                float[] row = plain ? rows[a.columns[first]] : sum;
                MemorySegment.copy(row, 0, y.segment(), ValueLayout.JAVA_FLOAT, out + 4L * r * inner, inner);
            }
        }
    }

    private static void mix(Attrs a, int each, float[] weights, float[] line, float[] results) {
        int[] starts = a.starts;
        int[] columns = a.columns;
        if (each == 1) {
            for (int r = 0; r < results.length; r++) {
                results[r] = weights[r] * line[columns[r]];
            }
            return;
        }
        if (each == 2) {
            for (int r = 0; r < results.length; r++) {
                results[r] = weights[2 * r] * line[columns[2 * r]] + weights[2 * r + 1] * line[columns[2 * r + 1]];
            }
            return;
        }
        for (int r = 0; r < results.length; r++) {
            float sum = 0;
            for (int i = starts[r]; i < starts[r + 1]; i++) {
                sum += weights[i] * line[columns[i]];
            }
            results[r] = sum;
        }
    }

    private static void add(float[] sum, float[] row, float weight) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += weight * row[k];
        }
    }

    private static void doubles(Attrs a, Dense x, Dense y, int inner, long from, long to) {
        double[] weights = new double[a.weights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (double) a.weights[i];
        }
        int each = a.each();
        double[] line = new double[inner == 1 ? a.width : 0];
        double[] results = new double[inner == 1 ? a.height() : 0];
        double[][] rows = new double[inner == 1 ? 0 : a.width][inner];
        double[] sum = new double[inner];
        for (long o = from; o < to; o++) {
            long at = x.byteOffset() + 8L * o * a.width * inner;
            long out = y.byteOffset() + 8L * o * a.height() * inner;
            if (inner == 1) {
                MemorySegment.copy(x.segment(), ValueLayout.JAVA_DOUBLE, at, line, 0, a.width);
                mix(a, each, weights, line, results);
                MemorySegment.copy(results, 0, y.segment(), ValueLayout.JAVA_DOUBLE, out, results.length);
                continue;
            }
            for (int c = 0; c < a.width; c++) {
                MemorySegment.copy(x.segment(), ValueLayout.JAVA_DOUBLE, at + 8L * c * inner, rows[c], 0, inner);
            }
            for (int r = 0; r < a.height(); r++) {
                int first = a.starts[r];
                int count = a.starts[r + 1] - first;
                boolean plain = count == 1 && weights[first] == 1;
                if (!plain) {
                    Arrays.fill(sum, 0);
                    for (int i = first; i < first + count; i++) {
                        add(sum, rows[a.columns[i]], weights[i]);
                    }
                }
                double[] row = plain ? rows[a.columns[first]] : sum;
                MemorySegment.copy(row, 0, y.segment(), ValueLayout.JAVA_DOUBLE, out + 8L * r * inner, inner);
            }
        }
    }

    private static void mix(Attrs a, int each, double[] weights, double[] line, double[] results) {
        int[] starts = a.starts;
        int[] columns = a.columns;
        if (each == 1) {
            for (int r = 0; r < results.length; r++) {
                results[r] = weights[r] * line[columns[r]];
            }
            return;
        }
        if (each == 2) {
            for (int r = 0; r < results.length; r++) {
                results[r] = weights[2 * r] * line[columns[2 * r]] + weights[2 * r + 1] * line[columns[2 * r + 1]];
            }
            return;
        }
        for (int r = 0; r < results.length; r++) {
            double sum = 0;
            for (int i = starts[r]; i < starts[r + 1]; i++) {
                sum += weights[i] * line[columns[i]];
            }
            results[r] = sum;
        }
    }

    private static void add(double[] sum, double[] row, double weight) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += weight * row[k];
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
