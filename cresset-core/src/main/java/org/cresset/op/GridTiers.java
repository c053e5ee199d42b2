package org.cresset.op;

import java.util.Arrays;
import org.cresset.emit.GridKernel;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;

/** Both forms of a grid over Java arrays. */
final class GridTiers extends GridForms<GridKernel> {
    private static final int OPERANDS = 48;
    private static final int ROWS = 32;
    private static final int WIDTH = 35; // whole vectors and some elements that are left
    private static final int EACH = ROWS * WIDTH;

    GridTiers(GridLoop grid) {
        super(grid, GridKernel.class);
    }

    /** Runs the form that is best now. */
    void run(Object data, Object numbers, int[] offsets, int[] steps, int rows, int n) {
        pick((long) rows * n, n).run(data, numbers, offsets, steps, rows, n);
    }

    @Override
    Trial<GridKernel> trial() {
        Object data = grid.loop().type() == LaneType.F32 ? new float[OPERANDS * EACH] : new double[OPERANDS * EACH];
        int[] offsets = new int[OPERANDS];
        int[] steps = new int[8];
        Arrays.setAll(offsets, i -> i * EACH);
        Arrays.fill(steps, WIDTH);
        return new Trial<>() {
            @Override
            public void run(GridKernel k) {
                k.run(data, data, offsets, steps, ROWS, WIDTH);
                k.run(data, data, offsets, steps, ROWS, WIDTH - 3);
                k.run(data, data, offsets, steps, 1, WIDTH - 3);
            }

            @Override
            public int elements() {
                return ROWS * WIDTH + (ROWS + 1) * (WIDTH - 3);
            }

            @Override
            public void close() {}
        };
    }
}
