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
import org.cresset.base.spi.MachineCode;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.emit.MachineProducts.Factors;
import org.cresset.emit.MachineProducts.Sums;

/** Products of small matrices against sums with the same roundings. */
class MachineProductsTest {
    private static final int PAD = 3;

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

    /** Two random matrices of which only some columns and rows count. */
    private record Pair(MemorySegment a, boolean turned, MemorySegment b, int rows, int n, int all, int from, int k) {
        static Pair of(Arena arena, Random random, int rows, int n, int all, boolean turned) {
            int from = random.nextInt(all);
            return new Pair(
                    random(arena, rows * all, random),
                    turned,
                    random(arena, all * (n + PAD), random),
                    rows,
                    n,
                    all,
                    from,
                    1 + random.nextInt(all - from));
        }

        float sum(int row, int column, float begin) {
            float sum = begin;
            for (int i = from; i < from + k; i++) {
                sum = Math.fma(at(a, turned ? row + i * rows : row * all + i), at(b, i * (n + PAD) + column), sum);
            }
            return sum;
        }

        /** As they lie. */
        Factors plain() {
            return factors(b.address(), 0);
        }

        /** With the right one cut into panels. */
        Factors panels(Arena arena, MachineProducts products, int like) {
            MemorySegment cut = arena.allocate(4L * all * n, 64);
            int to = 0;
            int width;
            for (int j = 0; j < n; j += width) {
                width = products.columnsFrom(j, n, like);
                for (int i = 0; i < all; i++) {
                    for (int l = 0; l < width; l++) {
                        cut.setAtIndex(ValueLayout.JAVA_FLOAT, to++, at(b, i * (n + PAD) + j + l));
                    }
                }
            }
            return factors(cut.address(), all);
        }

        private Factors factors(long right, int deep) {
            long row = turned ? 4 : 4L * all;
            long column = turned ? 4L * rows : 4;
            return new Factors(a.address(), row, column, right, 4L * (n + PAD), deep, 0, all).part(from, k);
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void sumsInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 75) int rows,
            @ForAll @IntRange(min = 1, max = 110) int columns,
            @ForAll @IntRange(min = 1, max = 40) int k,
            @ForAll boolean turned,
            @ForAll boolean biased,
            @ForAll boolean adds,
            @ForAll boolean cut,
            @ForAll boolean two,
            @ForAll boolean fetches,
            @ForAll boolean wide) {
        assumeTrue(MachineProducts.there(), "needs Linux on x86-64 with AVX2");
        MachineProducts products = wide && MachineCode.avx512() ? MachineProducts.SIXTEEN : MachineProducts.EIGHT;
        int n = (columns + products.columns() - 1) / products.columns() * products.columns();
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            int like = 1 + random.nextInt(100);
            Pair first = Pair.of(arena, random, rows, n, k, turned);
            Pair second = Pair.of(arena, random, rows, n, 1 + random.nextInt(20), !turned);
            MemorySegment bias = random(arena, n, random);
            MemorySegment c = random(arena, rows * (n + PAD), random);
            float[] before = c.toArray(ValueLayout.JAVA_FLOAT);
            products.product(
                    cut ? first.panels(arena, products, like) : first.plain(),
                    two ? second.plain() : null,
                    new Sums(biased ? bias.address() : 0, c.address(), 4L * (n + PAD), rows, n, like, adds),
                    fetches ? new Ahead(c.address(), c.byteSize()) : null);
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n + PAD; j++) {
                    float expected = before[r * (n + PAD) + j];
                    if (j < n) {
                        float sum = first.sum(r, j, biased ? at(bias, j) : 0);
                        sum = two ? second.sum(r, j, sum) : sum;
                        expected = adds ? sum + expected : sum;
                    }
                    assertThat(at(c, r * (n + PAD) + j))
                            .as("row %d, column %d", r, j)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
