package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Window;
import org.cresset.op.Gathering.Along;
import org.cresset.tensor.Dense;

/**
 * The numbers in a tensor of indices as distances in bytes, checked, some at a time: that keeps the loops that move elements
 * short. Functions of whole slices have one index for many rows, of which the distances are computed once. For one thread.
 */
final class Jumps {
    /** How many at a time, at most. */
    static final int BLOCK = 2048;

    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Along along;
    private final MemorySegment index;
    private final boolean wide;
    private final long step;
    private final long places;
    private final long jump;
    private final long advance;
    private final long[] jumps;
    private long last = -1;
    private int known;

    /**
     * For an index whose elements lie {@code step} bytes apart, into the dimension of {@code target}, of which the rest goes
     * on by {@code advance} bytes from one element to the next.
     */
    Jumps(Along along, Dense index, long step, Dense target, long advance, long most) {
        this.along = along;
        this.index = index.segment();
        this.wide = Positions.wide(index);
        this.step = step;
        this.advance = advance;
        places = target.size(along.dim());
        jump = target.stride(along.dim()) << target.dtype().shift();
        jumps = new long[(int) Math.min(most, BLOCK)];
    }

    /** A thread's memory for distances that machine code is told. */
    private static final ThreadLocal<MemorySegment> TOLD =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8L * BLOCK, 8));

    /** Elements from which a call of machine code is worth it. */
    static final int WORTH_A_CALL = 32;

    /** The address of what index 0 is at an offset of memory, after a check of all places for n elements, {@code step} bytes apart. */
    static long place(MemorySegment m, long at, long step, long jump, long places, int size, int n) {
        long low = Math.min(0, (n - 1) * step) + Math.min(0, (places - 1) * jump);
        long high = Math.max(0, (n - 1) * step) + Math.max(0, (places - 1) * jump);
        return Window.address(m, at + low, high - low + size) - low;
    }

    /**
     * Where machine code reads the first n distances of those that {@link #at} gave last; 0 if one isn't at least 0 and below
     * {@code reach}.
     */
    long told(int n, long reach) {
        boolean inside = jump >= 0 && advance >= 0 && (places - 1) * jump + (n - 1) * advance < reach;
        if (!inside) {
            long outside = 0;
            for (int i = 0; i < n; i++) {
                outside |= jumps[i] | reach - 1 - jumps[i];
            }
            if (outside < 0) {
                return 0;
            }
        }
        MemorySegment own = TOLD.get();
        MemorySegment.copy(jumps, 0, own, L, 0, n);
        return own.address();
    }

    /** The distance by the number at a byte offset. */
    long one(long at) {
        return checked(Positions.read(index, wide, at)) * jump;
    }

    private long checked(long k) {
        return along.positions().checked(along.op(), k, places);
    }

    /** The distances by n numbers from a byte offset on. */
    long[] at(long at, int n) {
        if (at != last || n > known) {
            last = -1;
            if (wide) {
                longs(at, n);
            } else {
                ints(at, n);
            }
            last = at;
            known = n;
        }
        return jumps;
    }

    /** Whether n int64 are places as they are: asked for all together, because a call for each in a loop costs much. */
    static boolean plain(MemorySegment index, long at, int n, long places) {
        MemorySegment m = Window.of(index, at, 8L * n);
        long last = places - 1;
        long signs = 0;
        for (int i = 0; i < n; i++) {
            long k = m.get(L, 8L * i);
            signs |= k | last - k;
        }
        return signs >= 0;
    }

    /** The same of numbers in an array. */
    private static boolean plain(long[] numbers, int n, long places) {
        long last = places - 1;
        long signs = 0;
        for (int i = 0; i < n; i++) {
            long k = numbers[i];
            signs |= k | last - k;
        }
        return signs >= 0;
    }

    private void longs(long at, int n) {
        long[] to = jumps;
        long jump = this.jump;
        long advance = this.advance;
        if (step == 8) { // all at once: each by itself takes code that isn't compiled yet a hundred times as long
            MemorySegment.copy(Window.MEMORY, L, Window.address(index, at, 8L * n), to, 0, n);
            if (!plain(to, n, places)) {
                for (int i = 0; i < n; i++) {
                    to[i] = checked(to[i]);
                }
            }
            if (advance == 0) { // known to the compiler
                for (int i = 0; i < n; i++) {
                    to[i] *= jump;
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                to[i] = to[i] * jump + i * advance;
            }
            return;
        }
        MemorySegment m = Window.of(index, 0, index.byteSize());
        for (int i = 0; i < n; i++) {
            to[i] = checked(m.get(L, at + i * step)) * jump + i * advance;
        }
    }

    private void ints(long at, int n) {
        long[] to = jumps;
        long jump = this.jump;
        long advance = this.advance;
        long places = this.places;
        MemorySegment m = Window.of(index, 0, index.byteSize());
        if (step == 4) { // known to the compiler
            for (int i = 0; i < n; i++) {
                long k = m.get(I, at + 4L * i);
                to[i] = (k >= 0 && k < places ? k : checked(k)) * jump + i * advance;
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            to[i] = checked(m.get(I, at + i * step)) * jump + i * advance;
        }
    }
}
