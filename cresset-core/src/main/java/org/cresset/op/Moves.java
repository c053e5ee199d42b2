package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;

/** Copies elements between places that lie evenly apart, along one dimension or two; offsets and steps in bytes. */
final class Moves {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Elements of a dimension that are moved before the other one goes on, so that lines of the cache are used whole. */
    private static final int BLOCK = 32;

    /** Where inner runs are shorter than this the outer dimension's, taken some at a time, are preferred. */
    private static final int SHORT_RUN = 16;

    private static final int SHORT_BLOCK = 512;

    /** Elements from which a call of machine code is worth it. */
    private static final int WORTH_A_CALL = 64;

    /** Longs that are copied at a time where one element is wanted many times. */
    private static final int REPEATED = 512;

    private static final long[] ZEROS = new long[REPEATED];

    private Moves() {}

    /** n elements of {@code size} bytes. */
    static void run(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, int size, long n) {
        if (n == 1 || fs == size && ts == size) {
            copy(from, fo, to, at, size, n);
        } else if (fs == 0 && ts == size) {
            repeat(from, fo, to, at, size, n);
        } else if (fs == -size && ts == size && size <= 8 && from.isNative() && to.isNative()) {
            Reversal.run(from, fo, to, at, size, n);
        } else {
            evenly(window(from), fo, fs, window(to), at, ts, size, n);
        }
    }

    private static void copy(MemorySegment from, long fo, MemorySegment to, long at, int size, long n) {
        if (n > 4) {
            MemorySegment.copy(from, fo, to, at, n * size);
        } else {
            evenly(from, fo, size, to, at, size, size, n);
        }
    }

    /** Known to the compiler, where it may be. */
    private static MemorySegment window(MemorySegment m) {
        return m.isNative() ? Window.of(m, 0, m.byteSize()) : m;
    }

    /** One element many times: from an array that has it often enough to be worth a copy. */
    static void repeat(MemorySegment from, long fo, MemorySegment to, long at, int size, long n) {
        if (n < 16 || size > 8) {
            evenly(window(from), fo, 0, window(to), at, size, size, n);
            return;
        }
        long one =
                switch (size) {
                    case 1 -> (from.get(B, fo) & 0xffL) * 0x0101010101010101L;
                    case 2 -> (from.get(S, fo) & 0xffffL) * 0x0001000100010001L;
                    case 4 -> (from.get(I, fo) & 0xffffffffL) * 0x0000000100000001L;
                    default -> from.get(L, fo);
                };
        long bytes = n * size;
        long[] many = new long[(int) Math.min(REPEATED, bytes / 8)];
        Arrays.fill(many, one);
        long done = 0;
        for (; done + 8 <= bytes; done += 8L * many.length) {
            MemorySegment.copy(many, 0, to, L, at + done, (int) Math.min(many.length, (bytes - done) / 8));
        }
        for (long i = bytes / 8 * 8; i < bytes; i += size) {
            evenly(from, fo, 0, to, at + i, size, size, 1);
        }
    }

    /** Sets bytes to 0: from an array, which takes two thirds of the time of {@link MemorySegment#fill}. */
    static void zero(MemorySegment to, long at, long bytes) {
        long done = 0;
        for (; done + 8 * ZEROS.length <= bytes; done += 8 * ZEROS.length) {
            MemorySegment.copy(ZEROS, 0, to, L, at + done, ZEROS.length);
        }
        if (done < bytes) {
            to.asSlice(at + done, bytes - done).fill((byte) 0);
        }
    }

    private static void evenly(
            MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, int size, long n) {
        if (n >= WORTH_A_CALL && machine(from, fo, 0, fs, to, at, 0, ts, size, 1, n)) {
            return;
        }
        switch (size) {
            case 1 -> bytes(from, fo, fs, to, at, ts, n);
            case 2 -> shorts(from, fo, fs, to, at, ts, n);
            case 4 -> ints(from, fo, fs, to, at, ts, n);
            case 8 -> longs(from, fo, fs, to, at, ts, n);
            default -> {
                longs(from, fo, fs, to, at, ts, n);
                longs(from, fo + 8, fs, to, at + 8, ts, n);
            }
        }
    }

    /** Rows of elements in machine code, if there is any for that. */
    static boolean machine(
            MemorySegment from,
            long fo,
            long fromRow,
            long fs,
            MemorySegment to,
            long at,
            long toRow,
            long ts,
            int size,
            long rows,
            long n) {
        if (size > 8 || !from.isNative() || !to.isNative() || !MachineMoves.there()) {
            return false;
        }
        long a = place(from, fo, fromRow, fs, size, rows, n);
        long b = place(to, at, toRow, ts, size, rows, n);
        MachineMoves.evenly(a, fromRow, fs, b, toRow, ts, size, rows, n);
        return true;
    }

    /** The address of the first element, after a check of all. */
    private static long place(MemorySegment m, long at, long row, long step, int size, long rows, long n) {
        long low = Math.min(0, (rows - 1) * row) + Math.min(0, (n - 1) * step);
        long high = Math.max(0, (rows - 1) * row) + Math.max(0, (n - 1) * step);
        return Window.address(m, at + low, high - low + size) - low;
    }

    // Loops are several times faster if the compiler knows one of the steps, which a new result's nearly always is.

    private static void bytes(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        if (ts == 1) {
            for (long i = 0; i < n; i++) {
                to.set(B, at + i, from.get(B, fo + i * fs));
            }
            return;
        }
        for (long i = 0; i < n; i++) {
            to.set(B, at + i * ts, from.get(B, fo + i * fs));
        }
    }

    private static void shorts(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        if (ts == 2) {
            for (long i = 0; i < n; i++) {
                to.set(S, at + 2 * i, from.get(S, fo + i * fs));
            }
            return;
        }
        for (long i = 0; i < n; i++) {
            to.set(S, at + i * ts, from.get(S, fo + i * fs));
        }
    }

    private static void ints(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        if (ts == 4) {
            for (long i = 0; i < n; i++) {
                to.set(I, at + 4 * i, from.get(I, fo + i * fs));
            }
        } else if (fs == 4) {
            for (long i = 0; i < n; i++) {
                to.set(I, at + i * ts, from.get(I, fo + 4 * i));
            }
        } else {
            for (long i = 0; i < n; i++) {
                to.set(I, at + i * ts, from.get(I, fo + i * fs));
            }
        }
    }

    private static void longs(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        if (ts == 8) {
            for (long i = 0; i < n; i++) {
                to.set(L, at + 8 * i, from.get(L, fo + i * fs));
            }
        } else if (fs == 8) {
            for (long i = 0; i < n; i++) {
                to.set(L, at + i * ts, from.get(L, fo + 8 * i));
            }
        } else {
            for (long i = 0; i < n; i++) {
                to.set(L, at + i * ts, from.get(L, fo + i * fs));
            }
        }
    }

    /** Along two dimensions: {@code rows} times n elements. */
    static void plane(
            MemorySegment source,
            long fo,
            long fromRow,
            long fs,
            MemorySegment target,
            long at,
            long toRow,
            long ts,
            int size,
            long rows,
            long n) {
        MemorySegment from = window(source);
        MemorySegment to = window(target);
        if (n < SHORT_RUN && rows > n) {
            for (long r = 0; r < rows; r += SHORT_BLOCK) {
                long m = Math.min(SHORT_BLOCK, rows - r);
                for (long i = 0; i < n; i++) {
                    evenly(from, fo + r * fromRow + i * fs, fromRow, to, at + r * toRow + i * ts, toRow, size, m);
                }
            }
            return;
        }
        if (fromRow == 0 && rows > 1 && ts == size && n > 4) {
            run(from, fo, fs, to, at, ts, size, n);
            for (long r = 1; r < rows; r++) {
                MemorySegment.copy(to, at, to, at + r * toRow, n * size);
            }
            return;
        }
        if (fs == size && ts == size && RowCopies.copied(source, fo, fromRow, target, at, toRow, rows, n * size)) {
            return;
        }
        boolean across = Math.abs(fromRow) < Math.abs(fs) && fs != size && fs != -size && fs != 0;
        if (!across) {
            for (long r = 0; r < rows; r++) {
                run(from, fo + r * fromRow, fs, to, at + r * toRow, ts, size, n);
            }
            return;
        }
        if (fromRow == size
                && size == 4
                && ts == size
                && toRow >= 0
                && fs > 0
                && squares(source, fo, fs, target, at, toRow, rows, n)) {
            return;
        }
        across(from, fo, fromRow, fs, to, at, toRow, ts, size, rows, n);
    }

    /** Whole squares in vectors, if those are ready, and what is beside and below them. */
    private static boolean squares(
            MemorySegment from, long fo, long fs, MemorySegment to, long at, long toRow, long rows, long n) {
        if (!from.isNative() || !to.isNative() || !Squares.ready(rows, n)) {
            return false;
        }
        long height = rows - rows % Squares.SIDE;
        long width = n - n % Squares.SIDE;
        Squares.run(from, fo, fs, to, at, toRow, height, width);
        MemorySegment a = window(from);
        MemorySegment b = window(to);
        across(a, fo + width * fs, 4, fs, b, at + 4 * width, toRow, 4, 4, height, n - width);
        across(a, fo + 4 * height, 4, fs, b, at + height * toRow, toRow, 4, 4, rows - height, n);
        return true;
    }

    private static void across(
            MemorySegment from,
            long fo,
            long fromRow,
            long fs,
            MemorySegment to,
            long at,
            long toRow,
            long ts,
            int size,
            long rows,
            long n) {
        for (long r = 0; r < rows; r += BLOCK) {
            long end = Math.min(rows, r + BLOCK);
            for (long i = 0; i < n; i += BLOCK) {
                long m = Math.min(BLOCK, n - i);
                long a = fo + r * fromRow + i * fs;
                if (machine(from, a, fromRow, fs, to, at + r * toRow + i * ts, toRow, ts, size, end - r, m)) {
                    continue;
                }
                for (long k = r; k < end; k++) {
                    evenly(from, fo + k * fromRow + i * fs, fs, to, at + k * toRow + i * ts, ts, size, m);
                }
            }
        }
    }
}
