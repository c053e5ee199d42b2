package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;

/**
 * Elements of a line that lie evenly apart, brought to arrays and back some at a time: each by itself takes code that isn't
 * compiled yet a hundred times as long. Offsets and steps in bytes.
 */
final class LineArrays {
    /** Elements that go through a thread's own arrays at once. */
    static final int SOME = 1024;

    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ThreadLocal<LineArrays> OWN = ThreadLocal.withInitial(LineArrays::new);

    /** Three arrays for whoever reads and writes lines in the end, in no method that is called meanwhile. */
    final double[] first = new double[SOME];

    final double[] second = new double[SOME];
    final long[] whole = new long[SOME];

    /** What was strided, one element after the other, and what is to be; in the second half what numbers in the first say. */
    private final MemorySegment between = Arena.ofAuto().allocate(16 * SOME, 64);

    private LineArrays() {}

    static LineArrays own() {
        return OWN.get();
    }

    /** n elements of a real dtype, any number of them, into an array. */
    void read(DType t, MemorySegment m, long at, long step, double[] to, int n) {
        if (step == t.size()) {
            Convert.to(m, at, t, to, n);
            return;
        }
        for (int i = 0; i < n; i += SOME) {
            int some = Math.min(SOME, n - i);
            Moves.run(m, at + i * step, step, between, 0, t.size(), t.size(), some);
            if (i == 0 && some == n) {
                Convert.to(between, 0, t, to, n);
            } else {
                Convert.to(between, 0, t, first, some);
                System.arraycopy(first, 0, to, i, some);
            }
        }
    }

    /** Up to {@link #SOME} of an array as elements of a real dtype. */
    void write(double[] from, DType t, MemorySegment m, long at, long step, int n) {
        if (step == t.size()) {
            Convert.from(from, m, at, t, n);
            return;
        }
        Convert.from(from, between, 0, t, n);
        Moves.run(between, 0, t.size(), m, at, step, t.size(), n);
    }

    /** Elements of four bytes, any number of them. */
    void readInts(MemorySegment m, long at, long step, int[] to, int n) {
        if (step == Integer.BYTES) {
            MemorySegment.copy(m, I, at, to, 0, n);
            return;
        }
        for (int i = 0; i < n; i += SOME) {
            int some = Math.min(SOME, n - i);
            Moves.run(m, at + i * step, step, between, 0, Integer.BYTES, Integer.BYTES, some);
            MemorySegment.copy(between, I, 0, to, i, some);
        }
    }

    /** Whole numbers, any number of them. */
    void readLongs(DType t, MemorySegment m, long at, long step, long[] to, int n) {
        if (t == DType.INT64 && step == Long.BYTES) {
            MemorySegment.copy(m, L, at, to, 0, n);
            return;
        }
        for (int i = 0; i < n; i += SOME) {
            int some = Math.min(SOME, n - i);
            Convert.run(m, at + i * step, step, t, between, 0, Long.BYTES, DType.INT64, some);
            MemorySegment.copy(between, L, 0, to, i, some);
        }
    }

    /** Up to {@link #SOME} of an array as int64. */
    void writeLongs(long[] from, MemorySegment m, long at, long step, int n) {
        if (step == Long.BYTES) {
            MemorySegment.copy(from, 0, m, L, at, n);
            return;
        }
        MemorySegment.copy(from, 0, between, L, 0, n);
        Moves.run(between, 0, Long.BYTES, m, at, step, Long.BYTES, n);
    }

    /** Up to {@link #SOME} elements of a line, by their numbers, which all are its own, to another one. */
    void gather(
            MemorySegment from, long fo, long fs, long[] numbers, MemorySegment to, long at, long ts, int size, int n) {
        if (size <= 8 && n >= Jumps.WORTH_A_CALL && MachineMoves.there() && from.isNative()) {
            long most = 0;
            for (int i = 0; i < n; i++) {
                most = Math.max(most, numbers[i]);
            }
            long source = Jumps.place(from, fo, 0, fs, most + 1, size, 1);
            boolean together = ts == size;
            long target = together ? Window.address(to, at, (long) size * n) : between.address() + 8 * SOME;
            MemorySegment.copy(numbers, 0, between, L, 0, n);
            MachineMoves.gather(target, source, 0, fs, between.address(), most + 1, size, n);
            if (!together) {
                Moves.run(between, 8 * SOME, size, to, at, ts, size, n);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            Moves.run(from, fo + numbers[i] * fs, 0, to, at + i * ts, 0, size, 1);
        }
    }
}
