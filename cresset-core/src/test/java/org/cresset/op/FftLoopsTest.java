package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.LaneType;
import org.cresset.emit.MemoryGridKernel;
import org.junit.jupiter.api.Test;

/** Both forms of the loops of transforms against each other. */
class FftLoopsTest {
    private static final int ROWS = 3;

    private static List<MemoryGridTiers> all(FftLoops loops) {
        List<MemoryGridTiers> all = new ArrayList<>(List.of(loops.product(), loops.untangle(), loops.tangle()));
        for (int r : FftLoops.RADICES) {
            all.add(loops.pass(r));
            all.add(loops.last(r));
        }
        return all;
    }

    /** Each operand in its own part of memory; some of them go backwards. */
    private static byte[] run(MemoryGridTiers t, MemoryGridKernel k, int n, boolean wide) {
        Random random = new Random(n);
        int size = wide ? 8 : 4;
        List<Boolean> repeated = t.grid.loop().repeated();
        int operands = t.grid.groups().size();
        Storage s = Memory.allocate((long) size * operands * ROWS * n);
        MemorySegment m = s.segment().asSlice(0, (long) size * operands * ROWS * n);
        for (int i = 0; i < operands * ROWS * n; i++) {
            if (wide) {
                m.setAtIndex(ValueLayout.JAVA_DOUBLE, i, random.nextDouble() - 0.5);
            } else {
                m.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
            }
        }
        int numbers = Collections.frequency(repeated, true);
        int[] steps = {n, n, n, n, n};
        MemorySegment[] places = new MemorySegment[operands];
        long[] offsets = new long[operands];
        for (int i = 0; i < operands; i++) {
            if (i < repeated.size() && repeated.get(i)) {
                steps[t.grid.groups().get(i)] = numbers;
            } else {
                boolean back = t.grid.groups().get(i) == 0;
                places[i] = m;
                offsets[i] = (long) size * (i * ROWS + (back ? ROWS - 1 : 0)) * n;
            }
        }
        steps[0] = -n;
        Object factors = wide
                ? random.doubles((long) ROWS * numbers, -1, 1).toArray()
                : floats(random.doubles((long) ROWS * numbers, -1, 1).toArray());
        k.run(places, offsets, steps, ROWS, n, factors);
        byte[] all = m.toArray(ValueLayout.JAVA_BYTE);
        s.free();
        return all;
    }

    private static float[] floats(double[] numbers) {
        float[] narrow = new float[numbers.length];
        Arrays.setAll(new Object[narrow.length], i -> narrow[i] = (float) numbers[i]);
        return narrow;
    }

    @Test
    void vectorsGiveTheSameBits() {
        for (int n : new int[] {1, 16, 37}) {
            for (MemoryGridTiers t : all(FftLoops.of(LaneType.F32))) {
                MemoryGridKernel v = t.vectorNow();
                if (v != null) {
                    assertThat(run(t, v, n, false)).isEqualTo(run(t, t.scalarNow(), n, false));
                }
            }
            for (MemoryGridTiers t : all(FftLoops.of(LaneType.F64))) {
                MemoryGridKernel v = t.vectorNow();
                if (v != null) {
                    assertThat(run(t, v, n, true)).isEqualTo(run(t, t.scalarNow(), n, true));
                }
            }
        }
    }

    /** A product of rows, of which the first ones go from the last to the first. */
    @Test
    void rowsInTheOtherDirection() {
        int n = 19;
        Storage s = Memory.allocate(4L * 4 * ROWS * n);
        MemorySegment m = s.segment().asSlice(0, 4L * 4 * ROWS * n);
        for (int i = 0; i < 4 * ROWS * n; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
        }
        MemorySegment[] places = {m, m, null, null, m, m};
        long part = 4L * ROWS * n;
        long last = 4L * (ROWS - 1) * n;
        long[] offsets = {last, part + last, 0, 0, 2 * part, 3 * part};
        float[] numbers = {1, 0, 0, 1, 2, 0};
        FftLoops.of(LaneType.F32).product().scalarNow().run(places, offsets, new int[] {-n, 2, n}, ROWS, n, numbers);
        for (int i = 0; i < n; i++) {
            int im = ROWS * n + i;
            assertThat(m.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * ROWS * n + i)).isEqualTo(2 * n + i);
            assertThat(m.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * ROWS * n + n + i))
                    .isEqualTo(-(im + n));
            assertThat(m.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * ROWS * n + n + i))
                    .isEqualTo(n + i);
            assertThat(m.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * ROWS * n + 2 * n + i))
                    .isEqualTo(2 * i);
        }
        s.free();
    }
}
