package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Convert;

/** Numbers in a row, which are computed some at a time in arrays: their loops become vector code by themselves. */
final class Sequences {
    private static final int TILE = 1024;

    private Sequences() {}

    static Tensor arange(double from, double to, double by, DType dtype) {
        boolean whole = !dtype.isDifferentiable() && dtype != DType.BOOL;
        double start = whole && Double.isFinite(from) ? (long) from : from;
        double end = dtype == DType.INT64 && Double.isFinite(to) ? (long) to : to;
        double step = whole && Double.isFinite(by) ? (long) by : by;
        if (step == 0 && by != 0) {
            throw CressetException.value("arange: a step of " + by + " is 0 in " + dtype);
        }
        if (step == 0 || !Double.isFinite(start) || !Double.isFinite(end) || (end - start) / step < 0) {
            throw CressetException.runtime("arange: from " + start + " to " + end + " by " + step + " never arrives");
        }
        // Only of int64 the number of elements follows from the rounded arguments.
        double count = dtype == DType.INT64 ? (end - start) / step : (to - from) / by;
        long n = (long) Math.ceil(count);
        return whole ? steps((long) start, (long) step, n, dtype) : steps(start, step, n, dtype);
    }

    /** From both ends to the middle, as PyTorch, so that the last number is exactly {@code end}. */
    static Tensor linspace(double start, double end, long steps, DType dtype) {
        if (steps < 0) {
            throw CressetException.runtime("linspace: " + steps + " steps; expected at least 0");
        }
        if (!dtype.isDifferentiable() && dtype != DType.BOOL) {
            return evenly((long) start, (long) end, steps, dtype);
        }
        return evenly(start, end, steps, dtype);
    }

    static Tensor linspace(Tensor start, Tensor end, long steps, DType dtype) {
        if (start.dim() > 0 || end.dim() > 0) {
            throw CressetException.runtime("linspace: from " + start.dtype() + start.shape() + " to " + end.dtype()
                    + end.shape() + "; expected numbers or tensors without dimensions");
        }
        if (steps < 0) {
            throw CressetException.runtime("linspace: " + steps + " steps; expected at least 0");
        }
        Tensor from = start.to(wide(start));
        Tensor to = end.to(wide(end));
        Tensor i = Tensor.arange(steps).to(DType.FLOAT64);
        Tensor step = to.sub(from).div((double) Math.max(1, steps - 1));
        Tensor up = from.add(step.mul(i));
        Tensor down = to.sub(step.mul(i.neg().add((double) (steps - 1))));
        Tensor all = steps == 1 ? up : Tensor.where(i.lt((double) ((steps + 1) / 2)), up, down); // exact at both ends
        return all.to(dtype);
    }

    private static DType wide(Tensor t) {
        return t.dtype().isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
    }

    private static Tensor evenly(double start, double end, long steps, DType dtype) {
        double step = steps > 1 ? (end - start) / (steps - 1) : 0;
        long middle = steps == 1 ? 1 : (steps + 1) / 2;
        Dense t = Factories.fresh(Shape.of(steps), dtype);
        double[] tile = new double[TILE];
        for (long i = 0; i < steps; ) {
            int n = (int) Math.min(TILE, (i < middle ? middle : steps) - i);
            double first = i < middle ? i : i - (steps - 1); // negative ones count from the end
            along(tile, i < middle ? start : end, step, first, n);
            write(tile, n, t, i);
            i += n;
        }
        return t;
    }

    private static Dense steps(double start, double step, long n, DType dtype) {
        Dense t = Factories.fresh(Shape.of(n), dtype);
        double[] tile = new double[TILE];
        for (long i = 0; i < n; i += TILE) {
            int m = (int) Math.min(TILE, n - i);
            along(tile, start, step, i, m);
            write(tile, m, t, i);
        }
        return t;
    }

    private static void along(double[] tile, double start, double step, double first, int n) {
        for (int i = 0; i < n; i++) {
            tile[i] = start + (first + i) * step;
        }
    }

    private static void write(double[] tile, int n, Dense t, long at) {
        MemorySegment m = t.segment();
        if (t.dtype() == DType.FLOAT64) {
            MemorySegment.copy(tile, 0, m, ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * at, n);
            return;
        }
        Convert.from(tile, m, at * t.dtype().size(), t.dtype(), n);
    }

    private static Dense steps(long start, long step, long n, DType dtype) {
        Dense t = Factories.fresh(Shape.of(n), DType.INT64);
        long[] tile = new long[TILE];
        for (int i = 0; i < TILE; i++) {
            tile[i] = start + i * step;
        }
        for (long i = 0; i < n; i += TILE) {
            int m = (int) Math.min(TILE, n - i);
            MemorySegment.copy(tile, 0, t.segment(), ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, m);
            raise(tile, TILE * step);
        }
        return dtype == DType.INT64 ? t : (Dense) t.to(dtype);
    }

    private static void raise(long[] tile, long by) {
        for (int i = 0; i < tile.length; i++) {
            tile[i] += by;
        }
    }

    static Tensor triangle(long rows, long columns, long k, boolean upper) {
        long[] first = new long[Math.toIntExact(rows)];
        long[] ends = new long[first.length];
        long n = 0;
        for (int r = 0; r < first.length; r++) {
            first[r] = upper ? Math.clamp(r + k, 0, columns) : 0;
            ends[r] = upper ? columns : Math.clamp(r + k + 1, 0, columns);
            n += ends[r] - first[r];
        }
        long[] numbers = new long[Math.toIntExact(columns)];
        Arrays.setAll(numbers, i -> i);
        long[] same = new long[numbers.length];
        Dense t = Factories.fresh(Shape.of(2, n), DType.INT64);
        long at = 0;
        for (int r = 0; r < first.length; r++) {
            int m = (int) (ends[r] - first[r]);
            Arrays.fill(same, 0, m, r);
            MemorySegment.copy(same, 0, t.segment(), ValueLayout.JAVA_LONG_UNALIGNED, 8 * at, m);
            MemorySegment.copy(numbers, (int) first[r], t.segment(), ValueLayout.JAVA_LONG_UNALIGNED, 8 * (n + at), m);
            at += m;
        }
        return t;
    }
}
