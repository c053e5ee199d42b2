package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/** Transforms along one dimension of contiguous tensors: blocks of lines are brought side by side, transformed and written back. */
final class FftLines {
    /** What the rows of a block should take, so that they stay in the second-level cache. */
    private static final int BLOCK_BYTES = 1 << 16;

    /** Bytes of a row that are fetched together, if all rows of a block take no more than {@link #MOST_BYTES}. */
    private static final int RUN_BYTES = 512;

    private static final int MOST_BYTES = 1 << 19;

    /** Bytes of a part of a block of several lines, at most. */
    private static final long LARGEST = 1 << 30;

    /** Where the imaginary parts are that nobody wants. */
    private static final long NOWHERE = -1;

    private final int n;
    private final long inner;
    private final long lines;
    private final FftPlan plan;
    private final DType real;

    /** Of {@code n} complex numbers, along dimension d of tensors like {@code t}. */
    private FftLines(Dense t, int d, long n) {
        if (n > 1 << 27) {
            throw CressetException.runtime("fft: a length of " + n + " is more than 2^27");
        }
        this.n = (int) n;
        long in = 1;
        for (int i = d + 1; i < t.dim(); i++) {
            in *= t.size(i);
        }
        this.inner = in;
        this.lines = t.numel() / t.size(d);
        this.real = t.dtype().real();
        this.plan = FftPlan.of(this.n, real);
    }

    private interface Block {
        void run(FftPlan.Work w, long first, int count);
    }

    private void blocks(Block block) {
        int size = real.size();
        int vector = 64 / size;
        long rows = plan.rows();
        int many = (int) Math.max(1, BLOCK_BYTES / (rows * size) / vector) * vector;
        if (inner > 1) { // what lies together of each row should be worth fetching
            many = (int) Math.max(many, Math.min(RUN_BYTES, MOST_BYTES / rows) / size / vector * vector);
        }
        if (rows * many * size > LARGEST) {
            many = 1;
        }
        int width = (int) Math.min(many, lines);
        long count = (lines + width - 1) / width;
        long grain = Math.max(1, (1 << 12) / (rows * width));
        Workers.parallelFor(count, grain, (from, to) -> {
            int each = Math.toIntExact(rows * padded(width, vector));
            Storage scratch = Memory.allocate(FftPlan.Work.bytes(size, each));
            for (long b = from; b < to; b++) {
                int now = (int) Math.min(width, lines - b * width);
                block.run(new FftPlan.Work(scratch.segment(), size, each, padded(now, vector)), b * width, now);
            }
            scratch.free();
        });
    }

    /** Few lines with others of zeros beside them are faster than without. */
    private static int padded(int lines, int vector) {
        return lines <= vector / 4 ? lines : (lines + vector - 1) / vector * vector;
    }

    /** Complex to complex; {@code y} may be {@code x}. */
    static void complex(Dense x, Dense y, int d, boolean forward, double scale) {
        FftLines f = new FftLines(x, d, x.size(d));
        FftMove from = f.move(x, d, 2 * f.inner, 1);
        FftMove to = f.move(y, d, 2 * f.inner, 1);
        f.blocks((w, first, count) -> {
            from.in(w, first, count, f.n);
            f.plan.run(w, forward);
            to.out(w, first, count, f.n, scale);
        });
    }

    /** Real to the first half of the complex result. */
    static void real(Dense x, Dense y, int d, double scale) {
        long n = x.size(d);
        boolean even = n % 2 == 0;
        FftLines f = new FftLines(x, d, even ? n / 2 : n);
        // pairs of neighbours make complex numbers
        FftMove from = even ? f.move(x, d, 2 * f.inner, f.inner) : f.move(x, d, f.inner, NOWHERE);
        FftMove to = f.move(y, d, 2 * f.inner, 1);
        f.blocks((w, first, count) -> {
            from.in(w, first, count, f.n);
            f.plan.run(w, true);
            if (even) {
                f.plan.untangle(w);
            }
            to.out(w, first, count, (int) (n / 2 + 1), scale);
        });
    }

    /** From the first half of a complex line, of which the rest is the conjugate, to real ones, with e^(+2 pi i j k / n). */
    static void toReal(Dense x, Dense y, int d, double scale) {
        long n = y.size(d);
        boolean even = n % 2 == 0;
        FftLines f = new FftLines(y, d, even ? n / 2 : n);
        FftMove from = f.move(x, d, 2 * f.inner, 1);
        FftMove to = even ? f.move(y, d, 2 * f.inner, f.inner) : f.move(y, d, f.inner, NOWHERE);
        f.blocks((w, first, count) -> {
            from.in(w, first, count, (int) (n / 2 + 1));
            if (even) {
                f.plan.tangle(w);
            } else {
                f.plan.mirror(w);
            }
            f.plan.run(w, false);
            to.out(w, first, count, f.n, scale);
        });
    }

    private FftMove move(Dense t, int d, long step, long imAt) {
        long bytes = t.numel() * t.dtype().size();
        long line = t.size(d) * (t.dtype().isComplex() ? 2 : 1);
        long part = t.dtype().isComplex() ? 2 : 1;
        return new FftMove(
                Window.of(t.segment(), t.byteOffset(), bytes), real == DType.FLOAT64, inner, part, line, step, imAt);
    }
}
