package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

    private final Object[][] arrays = new Object[LaneType.values().length][OPERANDS];

    private Tiles() {}

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

    private void tiles(Tile tile, LaneType type, String operands, MemorySegment[] segments, long[] offsets, int n) {
        Object[] rows = arrays[type.ordinal()];
        ValueLayout layout = layout(type);
        int shift = type.dtype().shift();
        for (int k = 0; k < operands.length(); k++) {
            char kind = operands.charAt(k);
            if (rows[k] == null) {
                rows[k] = array(type);
            }
            if (kind == REPEATED || kind == ACCUMULATORS) {
                int count = kind == REPEATED ? 1 : type.accumulators();
                MemorySegment.copy(segments[k], layout, offsets[k], rows[k], 0, count);
            }
        }
        for (int done = 0; done < n; done += TILE) {
            int some = Math.min(TILE, n - done);
            long at = (long) done << shift;
            for (int k = 0; k < operands.length(); k++) {
                if (operands.charAt(k) == IN) {
                    MemorySegment.copy(segments[k], layout, offsets[k] + at, rows[k], 0, some);
                }
            }
            tile.tile(rows, some);
            for (int k = 0; k < operands.length(); k++) {
                if (operands.charAt(k) == OUT) {
                    MemorySegment.copy(rows[k], 0, segments[k], layout, offsets[k] + at, some);
                }
            }
        }
        for (int k = 0; k < operands.length(); k++) {
            if (operands.charAt(k) == ACCUMULATORS) {
                MemorySegment.copy(rows[k], 0, segments[k], layout, offsets[k], type.accumulators());
            }
        }
    }

    private static Object array(LaneType type) {
        return switch (type) {
            case F32 -> new float[TILE];
            case F64 -> new double[TILE];
            case I32 -> new int[TILE];
            case I64 -> new long[TILE];
        };
    }

    private static ValueLayout layout(LaneType type) {
        return switch (type) {
            case F32 -> ValueLayout.JAVA_FLOAT_UNALIGNED;
            case F64 -> ValueLayout.JAVA_DOUBLE_UNALIGNED;
            case I32 -> ValueLayout.JAVA_INT_UNALIGNED;
            case I64 -> ValueLayout.JAVA_LONG_UNALIGNED;
        };
    }
}
