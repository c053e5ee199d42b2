package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Writes values to where int64 say that are used for nothing else: without a pass over the index of its own.
 *
 * @param sourceStep from a value to the next, in bytes; other than their size only for machine code
 * @param step how far the target goes on, besides, from one value to the next, in bytes
 * @param jump what an index of 1 is, in bytes
 * @param places the size of the dimension that the index runs along
 */
record DirectScatter(
        Kind kind,
        MemorySegment target,
        MemorySegment index,
        MemorySegment source,
        long sourceStep,
        long step,
        long jump,
        int places) {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** An index that is less than 2^31: from its lower half the compiler learns that it isn't negative. */
    private static final long PLACES = 0x7fffffffL;

    /** What is done with a value. */
    private enum Kind {
        REPLACE_INTS,
        REPLACE_LONGS,
        ADD_FLOATS,
        MULTIPLY_FLOATS(Combine.PRODUCT),
        LARGER_FLOATS(Combine.MAX),
        SMALLER_FLOATS(Combine.MIN);

        /** Null where there are loops in Java too. */
        final @Nullable Combine machine;

        Kind() {
            this(null);
        }

        Kind(@Nullable Combine machine) {
            this.machine = machine;
        }
    }

    /** For a target whose index runs along {@code dim}; null where there are no loops. */
    static @Nullable DirectScatter of(
            @Nullable String reduce, Dense y, Dense index, Dense source, int dim, long step, long sourceStep) {
        int size = y.dtype().size();
        if (sourceStep != size && !MachineMoves.there() || y.size(dim) > PLACES) {
            return null;
        }
        Kind kind;
        if (reduce == null && (size == 4 || size == 8)) {
            kind = size == 4 ? Kind.REPLACE_INTS : Kind.REPLACE_LONGS;
        } else if ("sum".equals(reduce) && y.dtype() == DType.FLOAT32) {
            kind = Kind.ADD_FLOATS;
        } else if (reduce != null && y.dtype() == DType.FLOAT32 && MachineMoves.there()) {
            switch (reduce) {
                case "prod" -> kind = Kind.MULTIPLY_FLOATS;
                case "amax" -> kind = Kind.LARGER_FLOATS;
                case "amin" -> kind = Kind.SMALLER_FLOATS;
                default -> {
                    return null;
                }
            }
        } else {
            return null;
        }
        return new DirectScatter(
                kind,
                y.segment(),
                index.segment(),
                source.segment(),
                sourceStep,
                step,
                y.stride(dim) << y.dtype().shift(),
                (int) y.size(dim));
    }

    /** Does that with n values from byte offsets on, as far as indices are places as they are; returns how many. */
    int run(long to, long from, long at, int n) {
        int done = machine(to, from, at, n);
        boolean all = done == n || rest(to + done * step, from + done * sourceStep, at + 8L * done, n - done);
        return all ? n : done;
    }

    private int size() {
        return kind == Kind.REPLACE_LONGS ? 8 : 4;
    }

    /** In machine code, as far as indices are places as they are; how many that are. */
    private int machine(long to, long from, long at, int n) {
        if (n < Jumps.WORTH_A_CALL || places == 0 || !MachineMoves.there()) {
            return 0;
        }
        int size = size();
        long place = Jumps.place(target, to, step, jump, places, size, n);
        long values = ScatterKernel.values(source, from, sourceStep, size, n);
        long numbers = Window.address(index, at, 8L * n);
        if (kind.machine != null) {
            return MachineMoves.combine(kind.machine, values, place, step, jump, numbers, places, n);
        }
        return kind == Kind.ADD_FLOATS
                ? MachineMoves.add(values, place, step, jump, numbers, places, n)
                : MachineMoves.scatter(values, place, step, jump, numbers, places, size, n);
    }

    /** Does all of them, if they are such; else nothing. */
    private boolean rest(long to, long from, long at, int n) {
        if (kind.machine != null || sourceStep != size() || !Jumps.plain(index, at, n, places)) {
            return false;
        }
        boolean row = step == 0 && jump == size();
        switch (kind) {
            case REPLACE_INTS -> {
                if (row) {
                    intsOfRow(to, from, at, n);
                } else {
                    ints(to, from, at, n);
                }
            }
            case REPLACE_LONGS -> {
                if (row) {
                    longsOfRow(to, from, at, n);
                } else {
                    longs(to, from, at, n);
                }
            }
            case ADD_FLOATS -> {
                if (row) {
                    addToRow(to, from, at, n);
                } else {
                    add(to, from, at, n);
                }
            }
            default -> throw new IllegalStateException(kind.name());
        }
        return true;
    }

    // Rows by addresses, of which all that an index may say is known to lie inside: a check of each takes as long as
    // the rest.

    private static long place(long at, int i) {
        return Window.MEMORY.get(L, at + 8L * i) & PLACES;
    }

    private void intsOfRow(long to, long from, long at, int n) {
        long row = Window.address(target, to, 4L * places);
        long values = Window.address(source, from, 4L * n);
        long numbers = Window.address(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            Window.MEMORY.set(I, row + 4 * place(numbers, i), Window.MEMORY.get(I, values + 4L * i));
        }
    }

    private void longsOfRow(long to, long from, long at, int n) {
        long row = Window.address(target, to, 8L * places);
        long values = Window.address(source, from, 8L * n);
        long numbers = Window.address(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            Window.MEMORY.set(L, row + 8 * place(numbers, i), Window.MEMORY.get(L, values + 8L * i));
        }
    }

    private void addToRow(long to, long from, long at, int n) {
        long row = Window.address(target, to, 4L * places);
        long values = Window.address(source, from, 4L * n);
        long numbers = Window.address(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            long o = row + 4 * place(numbers, i);
            Window.MEMORY.set(F, o, Window.MEMORY.get(F, o) + Window.MEMORY.get(F, values + 4L * i));
        }
    }

    private void ints(long to, long from, long at, int n) {
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment x = Window.of(source, from, 4L * n);
        MemorySegment k = Window.of(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            y.set(I, to + i * step + k.get(L, 8L * i) * jump, x.get(I, 4L * i));
        }
    }

    private void longs(long to, long from, long at, int n) {
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment x = Window.of(source, from, 8L * n);
        MemorySegment k = Window.of(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            y.set(L, to + i * step + k.get(L, 8L * i) * jump, x.get(L, 8L * i));
        }
    }

    private void add(long to, long from, long at, int n) {
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment x = Window.of(source, from, 4L * n);
        MemorySegment k = Window.of(index, at, 8L * n);
        for (int i = 0; i < n; i++) {
            long o = to + i * step + k.get(L, 8L * i) * jump;
            y.set(F, o, y.get(F, o) + x.get(F, 4L * i));
        }
    }
}
