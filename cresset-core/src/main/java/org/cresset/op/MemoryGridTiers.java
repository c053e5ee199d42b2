package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.GridLoop;
import org.cresset.emit.MemoryGridKernel;

/** Both forms of a grid over native memory. */
final class MemoryGridTiers extends GridForms<MemoryGridKernel> {
    private static final int OPERANDS = 16;
    private static final int ROWS = 8;
    private static final int WIDTH = 67; // whole vectors and some elements that are left
    private static final int EACH = ROWS * WIDTH;

    MemoryGridTiers(GridLoop grid) {
        super(grid, MemoryGridKernel.class);
    }

    /** Runs the form that is best now. */
    void run(MemorySegment from, MemorySegment to, int[] offsets, int[] steps, int rows, int n) {
        pick((long) rows * n, n).run(from, to, offsets, steps, rows, n);
    }

    @Override
    Trial<MemoryGridKernel> trial() {
        // From the pool: another kind of segment would spoil what the compiler has learned about the loops.
        Storage scratch = Memory.allocate(4L * OPERANDS * EACH);
        scratch.segment().fill((byte) 0);
        MemorySegment m = scratch.segment();
        int[] offsets = new int[OPERANDS];
        int[] steps = new int[8];
        Arrays.setAll(offsets, i -> i * EACH);
        Arrays.fill(steps, WIDTH);
        return new Trial<>() {
            @Override
            public void run(MemoryGridKernel k) {
                k.run(m, m, offsets, steps, ROWS, WIDTH);
                k.run(m, m, offsets, steps, ROWS, WIDTH - 3);
                k.run(m, m, offsets, steps, 1, WIDTH - 3);
            }

            @Override
            public void close() {
                scratch.free();
            }
        };
    }
}
