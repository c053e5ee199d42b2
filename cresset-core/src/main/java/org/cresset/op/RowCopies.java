package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.emit.Body;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * Copies of rows that are so short that a call to copy each would take as long as the copy: all rows in one call of machine code.
 * They go as float32, whatever they are, which moves bits and looks at none.
 */
final class RowCopies {
    private static final int SIZE = 4;
    private static final long SHORTEST = 32;
    private static final long LONGEST = 4096;
    private static final long FEWEST = 4;

    private static final GridLoop GRID = new GridLoop(
            new Loop("copy_rows", LaneType.F32, List.of(false), 1, List.of(), true, new Body() {
                @Override
                public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                    return List.of(in.get(0));
                }
            }),
            List.of(0, 1));

    private static final MemoryGridTiers FORMS = new MemoryGridTiers(GRID);

    private RowCopies() {}

    static List<GridLoop> all() {
        return List.of(GRID);
    }

    /** Copies rows of some bytes, if they are of the kind that is quicker here; offsets and steps in bytes. */
    static boolean copied(
            MemorySegment from, long fo, long fromRow, MemorySegment to, long at, long toRow, long rows, long bytes) {
        if (bytes < SHORTEST
                || bytes > LONGEST
                || rows < FEWEST
                || ((bytes | fromRow | toRow) & SIZE - 1) != 0
                || rows * Math.max(Math.abs(fromRow), Math.abs(toRow)) > Integer.MAX_VALUE / 2
                || !from.isNative()
                || !to.isNative()
                || !MachineCode.avx2()) {
            return false;
        }
        MemorySegment[] places = {from, to};
        long[] offsets = {fo, at};
        int[] steps = {(int) (fromRow / SIZE), (int) (toRow / SIZE)};
        FORMS.run(places, offsets, steps, (int) rows, (int) (bytes / SIZE));
        return true;
    }
}
