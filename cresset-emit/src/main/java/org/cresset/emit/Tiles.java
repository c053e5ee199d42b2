package org.cresset.emit;

import java.lang.foreign.MemorySegment;

/**
 * Runs scalar loops over native memory, tile by tile, in arrays. An access to native memory takes the interpreter a hundred
 * times as long as one to an array, and the JIT compiler's first tier ten times; so the first calls of a loop, before its vector
 * form is ready, are several times quicker with what is copied on the way.
 */
public final class Tiles {
    /** Elements below which copying doesn't pay. */
    static final int SMALLEST = 48;

    /** Operands of a loop at most, for which there are tiles. */
    static final int OPERANDS = 24;

    /** How operands are named: a row that comes in, a number repeated, a row that goes out, a block of accumulators. */
    static final char IN = 'i';

    static final char REPEATED = 'r';
    static final char OUT = 'o';
    static final char ACCUMULATORS = 'a';

    private static final int TILE = 1024;
    private static final ThreadLocal<Tiles> OWN = ThreadLocal.withInitial(Tiles::new);

    /**
     * By the letter of an operand: whether it is copied in or out for each element, for each accumulator, and once. In numbers,
     * because a branch that isn't taken at first makes the JIT compiler throw its code away when it is.
     */
    private static final int[] ELEMENTS_IN = letters(IN);

    private static final int[] ELEMENTS_OUT = letters(OUT);
    private static final int[] ELEMENTS = letters(IN, OUT);
    private static final int[] ACCUMULATED = letters(ACCUMULATORS);
    private static final int[] ONCE = letters(REPEATED);

    private final Rows[] all = {rows(LaneType.F32), rows(LaneType.F64), rows(LaneType.I32), rows(LaneType.I64)};

    /** Arrays of a type, and the same as segments. */
    private record Rows(Object[] arrays, MemorySegment[] segments) {}

    private Tiles() {}

    private static int[] letters(char... which) {
        int[] all = new int['z' + 1];
        for (char c : which) {
            all[c] = 1;
        }
        return all;
    }

    /** Handles n elements of operands, each of which is named by a letter and lies at a byte offset of a segment. */
    public static void run(Tile tile, LaneType type, String operands, MemorySegment[] segments, long[] offsets, int n) {
        OWN.get().tiles(tile, type, operands, segments, offsets, n);
    }

    /** The same of several rows; operands move on by the step of their group, of which the number is a character. */
    public static void grid(
            Tile tile,
            LaneType type,
            String operands,
            String groups,
            MemorySegment[] places,
            long[] offsets,
            int[] steps,
            int rows,
            int n) {
        Tiles own = OWN.get();
        long[] at = offsets.clone();
        for (int row = 0; row < rows; row++) {
            own.tiles(tile, type, operands, places, at, n);
            for (int k = 0; k < operands.length(); k++) {
                at[k] += (long) steps[groups.charAt(k)] << type.dtype().shift();
            }
        }
    }

    /** There are two copies in here and not four: each is a lot for the JIT compiler, and the first call waits for it. */
    private void tiles(Tile tile, LaneType type, String operands, MemorySegment[] segments, long[] offsets, int n) {
        Rows rows = all[type.ordinal()];
        int count = operands.length();
        int shift = type.dtype().shift();
        int accumulators = type.accumulators();
        for (int done = 0; done < n; done += TILE) {
            int some = Math.min(TILE, n - done);
            for (int k = 0; k < count; k++) {
                char c = operands.charAt(k);
                long elements = (long) ELEMENTS_IN[c] * some + (long) ACCUMULATED[c] * accumulators + ONCE[c];
                if (elements > 0) {
                    long at = offsets[k] + ((long) ELEMENTS[c] * done << shift);
                    MemorySegment.copy(segments[k], at, rows.segments[k], 0, elements << shift);
                }
            }
            tile.tile(rows.arrays, some);
            for (int k = 0; k < count; k++) {
                char c = operands.charAt(k);
                long elements = (long) ELEMENTS_OUT[c] * some + (long) ACCUMULATED[c] * accumulators;
                if (elements > 0) {
                    long at = offsets[k] + ((long) ELEMENTS[c] * done << shift);
                    MemorySegment.copy(rows.segments[k], 0, segments[k], at, elements << shift);
                }
            }
        }
    }

    private static Rows rows(LaneType type) {
        Object[] arrays = new Object[OPERANDS];
        MemorySegment[] segments = new MemorySegment[OPERANDS];
        for (int k = 0; k < OPERANDS; k++) {
            segments[k] = switch (type) {
                case F32 -> MemorySegment.ofArray(new float[TILE]);
                case F64 -> MemorySegment.ofArray(new double[TILE]);
                case I32 -> MemorySegment.ofArray(new int[TILE]);
                case I64 -> MemorySegment.ofArray(new long[TILE]);
            };
            arrays[k] = segments[k].heapBase().orElseThrow();
        }
        return new Rows(arrays, segments);
    }
}
