package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.MachineMoves;
import org.jspecify.annotations.Nullable;

/** Adds runs of memory to others, one element after the other, which may be the same one. Offsets and steps in bytes. */
final class Adding {
    private static final int SOME = 1024;

    /** Elements that the loop for whole vectors takes at a time; what is left it would do one by one. */
    private static final int VECTOR = 8;

    /** Memory for values that don't lie together, and zeros, which are numbers of elements. */
    private static final ThreadLocal<MemorySegment> VALUES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(4 * SOME, 64));

    private static final MemorySegment NUMBERS = Arena.global().allocate(8 * SOME, 64);

    private Adding() {}

    /** n elements to n others. */
    static void run(DType t, MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        int size = t.size();
        LaneType lane = lane(t);
        long done = 0;
        if (lane != null && n >= VECTOR && n <= Integer.MAX_VALUE && fs == size && ts == size) {
            done = floats(t, from, to) ? n & -VECTOR : n;
            Kernel k = Arithmetic.Add.OP.loop(lane, 0).pick(n);
            k.run(to, at, from, fo, null, 0, to, at, (int) done);
        }
        if (floats(t, from, to)) {
            floats(from, fo + done * fs, fs, to, at + done * ts, ts, n - done);
            return;
        }
        for (long i = done; i < n; i++) {
            one(t, from, fo + i * fs, to, at + i * ts);
        }
    }

    /**
     * Rows of {@code width} elements, added one after the other to others that lie together, and that may be the same: many in a
     * call, where there is machine code for it.
     */
    static void rows(
            DType t,
            MemorySegment from,
            long fo,
            long fromRow,
            long fs,
            MemorySegment to,
            long at,
            long toRow,
            long width,
            long rows) {
        int size = t.size();
        if (!floats(t, from, to) || fs != size && width > SOME) {
            for (long r = 0; r < rows; r++) {
                run(t, from, fo + r * fromRow, fs, to, at + r * toRow, size, width);
            }
            return;
        }
        boolean together = fs == size;
        int bytes = Math.toIntExact(4 * width);
        long most = together ? SOME : SOME / width;
        for (long r = 0; r < rows; r += most) {
            int some = (int) Math.min(most, rows - r);
            long source;
            long sourceRow = fromRow;
            if (together) {
                source = Jumps.place(from, fo + r * fromRow, fromRow, 0, 1, bytes, some);
            } else {
                MemorySegment own = VALUES.get();
                Moves.plane(from, fo + r * fromRow, fromRow, fs, own, 0, bytes, size, size, some, width);
                source = own.address();
                sourceRow = bytes;
            }
            long target = Jumps.place(to, at + r * toRow, toRow, 0, 1, bytes, some);
            MachineMoves.addRows(source, sourceRow, target, toRow, 0, NUMBERS.address(), 1, width, some);
        }
    }

    private static @Nullable LaneType lane(DType t) {
        return switch (t) {
            case FLOAT32 -> LaneType.F32;
            case FLOAT64 -> LaneType.F64;
            case INT64 -> LaneType.I64;
            case INT32 -> LaneType.I32;
            default -> null;
        };
    }

    private static boolean floats(DType t, MemorySegment from, MemorySegment to) {
        return t == DType.FLOAT32 && MachineMoves.there() && from.isNative() && to.isNative();
    }

    private static void floats(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, long n) {
        MemorySegment own = VALUES.get();
        for (long i = 0; i < n; i += SOME) {
            int some = (int) Math.min(SOME, n - i);
            boolean together = fs == 4;
            if (!together) {
                Moves.run(from, fo + i * fs, fs, own, 0, 4, 4, some);
            }
            long values = together ? Jumps.place(from, fo + i * fs, 4, 0, 1, 4, some) : own.address();
            long target = Jumps.place(to, at + i * ts, ts, 0, 1, 4, some);
            MachineMoves.add(values, target, ts, 0, NUMBERS.address(), 1, some);
        }
    }

    private static void one(DType t, MemorySegment from, long fo, MemorySegment to, long at) {
        DType part = t.real();
        for (int p = 0; p < t.size(); p += part.size()) {
            if (part.isFloat()) {
                double sum = Convert.readDouble(part, to, at + p) + Convert.readDouble(part, from, fo + p);
                Convert.writeDouble(part, to, at + p, sum);
            } else {
                long sum = Convert.readLong(part, to, at + p) + Convert.readLong(part, from, fo + p);
                Convert.writeLong(part, to, at + p, sum);
            }
        }
    }
}
