package org.cresset.op;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachineMixes;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Averages of windows over planes (D, H, W) of float32 that lie in memory row by row: first sums of whole rows, then of elements along
 * a row, both as products with a sparse matrix of ones, and the gradient by the transposed ones.
 */
final class PoolMixes {
    /** Elements of a part that a thread takes at least. */
    private static final long GRAIN = 1 << 14;

    private PoolMixes() {}

    /** Whether x (N, C, D, H, W), the input or its gradient, and y are handled here. */
    static boolean fits(Dense x, Dense y) {
        return x.dtype() == DType.FLOAT32
                && MachineMixes.there()
                && x.numel() > 0
                && y.numel() > 0
                && planes(x)
                && planes(y);
    }

    /** Whether planes lie without gaps, one after the other. */
    private static boolean planes(Dense t) {
        return t.isContiguous() && t.segment().isNative();
    }

    /** Averages, each divided by {@code divisor} or, if that is 0, by its window's number. */
    static void average(Windows w, long divisor, Dense x, Dense y) {
        int width = Math.toIntExact(x.size(4));
        int height = Math.toIntExact(x.size(3));
        int[][] planes = elements(w.from()[0], w.to()[0]);
        int[][] rows = elements(w.from()[1], w.to()[1]);
        int[][] elements = elements(w.from()[2], w.to()[2]);
        int[][] both = product(planes, rows, height);
        MachineMixes.Matrix down = matrix(both, 4L * width);
        MachineMixes.Matrix along = matrix(elements, 4);
        long in = 4 * x.numel() / (x.size(0) * x.size(1));
        long results = rows[0].length - 1L;
        long all = (planes[0].length - 1) * results;
        long out = 4 * all * (elements[0].length - 1);
        each(x, y, in, out, 4 * all * width, (from, to, between) -> {
            MachineMixes.rows(down, from, between, 4L * width, width);
            MachineMixes.lines(along, between, 4L * width, to, out / all, all);
        });
        y.div_(by(w, divisor));
    }

    /** Adds up, for each element of x, the averages' gradients y that it had a share in. */
    static void spread(Windows w, long divisor, Dense x, Dense y) {
        int width = Math.toIntExact(x.size(4));
        int height = Math.toIntExact(x.size(3));
        int depth = Math.toIntExact(x.size(2));
        int[][] planes = elements(w.from()[0], w.to()[0]);
        int[][] rows = elements(w.from()[1], w.to()[1]);
        int[][] elements = elements(w.from()[2], w.to()[2]);
        int results = elements[0].length - 1;
        MachineMixes.Matrix along = matrix(transposed(elements, width), 4);
        MachineMixes.Matrix down = matrix(transposed(product(planes, rows, height), depth * height), 4L * width);
        Dense shares = (Dense) y.detach().div(by(w, divisor));
        long in = 4 * x.numel() / (x.size(0) * x.size(1));
        long all = (planes[0].length - 1L) * (rows[0].length - 1);
        each(shares, x, 4 * all * results, in, 4 * all * width, (from, to, between) -> {
            MachineMixes.lines(along, from, 4L * results, between, 4L * width, all);
            MachineMixes.rows(down, between, to, 4L * width, width);
        });
    }

    /** What is done with a plane, with memory for what is between both steps. */
    private interface Plane {
        void at(long from, long to, long between);
    }

    private static void each(Dense a, Dense b, long from, long to, long bytes, Plane body) {
        long planes = a.size(0) * a.size(1);
        long source = Window.address(a.segment(), a.byteOffset(), planes * from);
        long target = Window.address(b.segment(), b.byteOffset(), planes * to);
        Workers.parallelFor(planes, Math.max(1, 4 * GRAIN / Math.max(from, to)), (begin, end) -> {
            Storage own = Memory.allocate(bytes);
            long between = Window.address(own.segment(), 0, bytes);
            for (long p = begin; p < end; p++) {
                body.at(source + p * from, target + p * to, between);
            }
            own.free();
        });
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
    }

    /** What sums are divided by: a number, or one for each window. */
    private static Tensor by(Windows w, long divisor) {
        if (divisor != 0) {
            return Tensor.number(divisor);
        }
        long[][] d = w.divisor();
        double[] all = new double[d[0].length * d[1].length * d[2].length];
        boolean same = true;
        int at = 0;
        for (long i : d[0]) {
            for (long j : d[1]) {
                for (long k : d[2]) {
                    all[at] = (double) i * j * k;
                    same &= all[at] == all[0];
                    at++;
                }
            }
        }
        return same
                ? Tensor.number(all[0])
                : Tensor.of(all)
                        .to(DType.FLOAT32)
                        .reshape(Shape.of(d[0].length, d[1].length, d[2].length).toArray());
    }

    /** The elements of each window, as the rows of a sparse matrix: where they begin, and all of them. */
    private static int[][] elements(long[] from, long[] to) {
        int[] starts = new int[from.length + 1];
        for (int i = 0; i < from.length; i++) {
            starts[i + 1] = starts[i] + (int) Math.max(0, to[i] - from[i]);
        }
        int[] all = new int[starts[from.length]];
        for (int i = 0; i < from.length; i++) {
            for (int k = starts[i]; k < starts[i + 1]; k++) {
                all[k] = (int) from[i] + k - starts[i];
            }
        }
        return new int[][] {starts, all};
    }

    /** Windows over two dimensions, of which the second has a size. */
    private static int[][] product(int[][] a, int[][] b, int size) {
        int rows = a[0].length - 1;
        int columns = b[0].length - 1;
        int[] starts = new int[rows * columns + 1];
        int[] all = new int[Math.multiplyExact(a[1].length, b[1].length)];
        int at = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                for (int i = a[0][r]; i < a[0][r + 1]; i++) {
                    for (int j = b[0][c]; j < b[0][c + 1]; j++) {
                        all[at++] = a[1][i] * size + b[1][j];
                    }
                }
                starts[r * columns + c + 1] = at;
            }
        }
        return new int[][] {starts, all};
    }

    /** Of each of {@code size} elements, the windows that it is in. */
    private static int[][] transposed(int[][] windows, int size) {
        int[] starts = new int[size + 1];
        for (int e : windows[1]) {
            starts[e + 1]++;
        }
        for (int i = 0; i < size; i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        int[] all = new int[windows[1].length];
        for (int w = 0; w + 1 < windows[0].length; w++) {
            for (int i = windows[0][w]; i < windows[0][w + 1]; i++) {
                all[next[windows[1][i]]++] = w;
            }
        }
        return new int[][] {starts, all};
    }

    private static MachineMixes.Matrix matrix(int[][] rows, long step) {
        double[] ones = new double[rows[1].length];
        Arrays.fill(ones, 1);
        return new MachineMixes.Matrix(rows[0], rows[1], ones, step);
    }
}
