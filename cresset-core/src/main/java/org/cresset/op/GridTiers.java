package org.cresset.op;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.cresset.emit.GridKernel;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;

/** Both forms of a grid over Java arrays. */
final class GridTiers extends GridForms<GridKernel> {
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

    /** Arrays that end where the last row does, as real ones do. */
    @Override
    Trial<GridKernel> trial() {
        List<Boolean> repeated = grid.loop().repeated();
        int operands = grid.groups().size();
        int each = Collections.frequency(repeated, true);
        int[] offsets = new int[operands];
        int[] steps = new int[8];
        Arrays.fill(steps, WIDTH);
        int rows = 0;
        int numbers = 0;
        for (int i = 0; i < operands; i++) {
            if (i < repeated.size() && repeated.get(i)) {
                offsets[i] = numbers++;
                steps[grid.groups().get(i)] = each;
            } else {
                offsets[i] = EACH * rows++;
            }
        }
        Object data = array(EACH * rows);
        Object factors = array(ROWS * each);
        return new Trial<>() {
            @Override
            public void run(GridKernel k) {
                k.run(data, factors, offsets, steps, ROWS, WIDTH);
                k.run(data, factors, offsets, steps, ROWS, WIDTH - 3);
                k.run(data, factors, offsets, steps, 1, WIDTH - 3);
                k.run(data, factors, offsets, steps, ROWS, SMALLEST_FOR_VECTORS);
            }

            @Override
            public int elements() {
                return ROWS * (WIDTH + SMALLEST_FOR_VECTORS) + (ROWS + 1) * (WIDTH - 3);
            }

            @Override
            public void close() {}
        };
    }

    private Object array(int n) {
        return grid.loop().type() == LaneType.F32 ? new float[n] : new double[n];
    }
}
