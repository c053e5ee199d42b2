package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.emit.MachineLargeProducts.Factors;
import org.cresset.emit.MachineLargeProducts.Sums;
import org.junit.jupiter.api.Test;

/** Products of large matrices against sums with the same roundings. */
class MachineLargeProductsTest {
    private static final int PAD = 5;

    private static float[] random(Random random, int n) {
        float[] r = new float[n];
        for (int i = 0; i < n; i++) {
            r[i] = (float) random.nextGaussian();
        }
        return r;
    }

    private static MemorySegment copy(Arena arena, float[] from) {
        MemorySegment m = arena.allocate(4L * from.length, 64);
        MemorySegment.copy(from, 0, m, ValueLayout.JAVA_FLOAT, 0, from.length);
        return m;
    }

    private static void check(long seed, int rows, int n, int k, boolean biased, boolean turned) {
        check(seed, rows, n, k, k + PAD, biased, turned);
    }

    private static void check(long seed, int rows, int n, int k, int apart, boolean biased, boolean turned) {
        assumeTrue(MachineLargeProducts.there(), "needs Linux on x86-64 with AVX-512");
        Random random = new Random(seed);
        float[] a = random(random, (rows + PAD) * apart);
        int aRow = turned ? 1 : apart;
        int aColumn = turned ? rows + PAD : 1;
        float[] b = random(random, k * (n + PAD));
        float[] bias = random(random, n);
        float[] before = random(random, rows * (n + PAD));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment c = copy(arena, before);
            long block = MachineLargeProducts.bytes(n, k);
            MemorySegment cut = arena.allocate(block + 64, 64);
            cut.asSlice(block).fill((byte) 77);
            MachineLargeProducts.multiply(
                    new Factors(
                            copy(arena, a).address(),
                            4L * aRow,
                            4L * aColumn,
                            copy(arena, b).address(),
                            4L * (n + PAD),
                            k),
                    new Sums(biased ? copy(arena, bias).address() : 0, c.address(), 4L * (n + PAD), rows, n),
                    cut.address());
            assertThat(cut.asSlice(block).toArray(ValueLayout.JAVA_BYTE)).containsOnly(77);
            float[] sums = c.toArray(ValueLayout.JAVA_FLOAT);
            int deep = MachineLargeProducts.depth(n, k);
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n + PAD; j++) {
                    float expected = before[r * (n + PAD) + j];
                    for (int i = 0; j < n && i < k; i += deep) {
                        float sum = i == 0 && biased ? bias[j] : 0;
                        for (int l = i; l < Math.min(k, i + deep); l++) {
                            sum = Math.fma(a[r * aRow + l * aColumn], b[l * (n + PAD) + j], sum);
                        }
                        expected = i == 0 ? sum : expected + sum;
                    }
                    assertThat(sums[r * (n + PAD) + j])
                            .as("row %d, column %d", r, j)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void sumsInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 150) int n,
            @ForAll @IntRange(min = 1, max = 120) int k,
            @ForAll boolean biased,
            @ForAll boolean turned) {
        check(seed, rows, n, k, biased, turned);
    }

    @Property(tries = 5, edgeCases = EdgeCasesMode.NONE)
    void inBlocks(
            @ForAll long seed,
            @ForAll @IntRange(min = 900, max = 2200) int n,
            @ForAll boolean biased,
            @ForAll boolean turned) {
        check(seed, 11, n, 600, biased, turned);
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void rowsThatCrowdInTheCache(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 200, max = 400) int n,
            @ForAll @IntRange(min = 1, max = 120) int k,
            @ForAll boolean biased) {
        check(seed, rows, n, k, 512, biased, false);
    }

    @Test
    void blocksAreOfNearlyTheSameDepth() {
        assertThat(MachineLargeProducts.depth(100, 512)).isEqualTo(512);
        assertThat(MachineLargeProducts.depth(100, 514)).isEqualTo(257);
        assertThat(MachineLargeProducts.depth(1024, 1024)).isEqualTo(342);
    }
}
