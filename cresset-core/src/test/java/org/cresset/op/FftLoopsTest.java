package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.cresset.emit.GridKernel;
import org.junit.jupiter.api.Test;

/** Both forms of the loops of transforms against each other. */
class FftLoopsTest {
    private static final int ROWS = 3;

    private static List<GridTiers> all(FftLoops loops) {
        List<GridTiers> all = new ArrayList<>(List.of(loops.product(), loops.untangle(), loops.tangle()));
        for (int r : FftLoops.RADICES) {
            all.add(loops.pass(r));
        }
        return all;
    }

    /** Each operand in its own part of an array. */
    private static float[] run(GridKernel k, int n) {
        Random random = new Random(n);
        float[] data = new float[48 * ROWS * n];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat() - 0.5f;
        }
        float[] numbers = data.clone();
        int[] offsets = new int[48];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i * ROWS * n;
        }
        k.run(data, numbers, offsets, new int[] {n, 1, n, n, n}, ROWS, n);
        return data;
    }

    private static double[] runWide(GridKernel k, int n) {
        Random random = new Random(n);
        double[] data = random.doubles(48L * ROWS * n, -1, 1).toArray();
        int[] offsets = new int[48];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i * ROWS * n;
        }
        k.run(data, data.clone(), offsets, new int[] {n, 1, n, n, n}, ROWS, n);
        return data;
    }

    @Test
    void vectorsGiveTheSameBits() {
        for (int n : new int[] {1, 16, 37}) {
            for (GridTiers t : all(FftLoops.F32)) {
                GridKernel v = t.vectorNow();
                if (v != null) {
                    assertThat(run(v, n)).containsExactly(run(t.scalarNow(), n));
                }
            }
            for (GridTiers t : all(FftLoops.F64)) {
                GridKernel v = t.vectorNow();
                if (v != null) {
                    assertThat(runWide(v, n)).containsExactly(runWide(t.scalarNow(), n));
                }
            }
        }
    }
}
