package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Products of small matrices against sums with the same roundings. */
class MachineProductsTest {
    private static float at(MemorySegment m, long i) {
        return m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    private static MemorySegment random(Arena arena, int n, Random random) {
        MemorySegment m = arena.allocate(4L * n, 64);
        for (int i = 0; i < n; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return m;
    }

    @Property(tries = 200)
    void sumsInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 75) int rows,
            @ForAll @IntRange(min = 1, max = 8) int eighths,
            @ForAll @IntRange(min = 1, max = 40) int k,
            @ForAll boolean turned,
            @ForAll boolean biased,
            @ForAll boolean adds) {
        assumeTrue(MachineProducts.there(), "needs Linux on x86-64 with AVX2 and no AVX-512");
        int n = 8 * eighths;
        int pad = 3;
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            MemorySegment a = random(arena, rows * k, random);
            MemorySegment b = random(arena, k * (n + pad), random);
            MemorySegment bias = random(arena, n, random);
            MemorySegment c = random(arena, rows * (n + pad), random);
            float[] before = c.toArray(ValueLayout.JAVA_FLOAT);
            int aRow = turned ? 1 : k;
            int aColumn = turned ? rows : 1;
            for (int j = 0; j < n; j += MachineProducts.width(j, n, rows)) {
                MachineProducts.multiply(
                        a.address(),
                        4L * aRow,
                        4L * aColumn,
                        b.address() + 4L * j,
                        4L * (n + pad),
                        biased ? bias.address() + 4L * j : 0,
                        c.address() + 4L * j,
                        4L * (n + pad),
                        rows,
                        MachineProducts.width(j, n, rows),
                        k,
                        adds);
            }
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n + pad; j++) {
                    float expected = before[r * (n + pad) + j];
                    if (j < n) {
                        float sum = biased ? at(bias, j) : 0;
                        for (int i = 0; i < k; i++) {
                            sum = Math.fma(at(a, r * aRow + i * aColumn), at(b, i * (n + pad) + j), sum);
                        }
                        expected = adds ? sum + expected : sum;
                    }
                    assertThat(at(c, r * (n + pad) + j))
                            .as("row %d, column %d", r, j)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
