package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.emit.MachineProducts.Sums;
import org.junit.jupiter.api.Test;

/** Products on a matrix unit against sums in double. */
class MachineMatricesTest {
    private static final int PAD = 3;

    private static long size(int n, int k) {
        return MachineParts.tiles(n) * MachineParts.bytes(MachineParts.depth(k));
    }

    private static float at(MemorySegment m, long i) {
        return m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    private static MemorySegment random(Arena arena, long n, Random random) {
        MemorySegment m = arena.allocate(4L * n, 64);
        for (int i = 0; i < n; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() * Math.pow(2, random.nextInt(20))));
        }
        return m;
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void asExactAsFloats(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 70) int rows,
            @ForAll @IntRange(min = 1, max = 150) int n,
            @ForAll @IntRange(min = 1, max = 300) int k,
            @ForAll boolean turnedLeft,
            @ForAll boolean turnedRight,
            @ForAll boolean biased,
            @ForAll boolean adds,
            @ForAll boolean fetches) {
        check(seed, rows, n, k, turnedLeft, turnedRight, biased, adds, fetches);
    }

    /** More rows and columns than sums are made of together. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void asExactInParts(
            @ForAll long seed,
            @ForAll @IntRange(min = 120, max = 280) int rows,
            @ForAll @IntRange(min = 250, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 160) int k,
            @ForAll boolean biased,
            @ForAll boolean adds,
            @ForAll boolean fetches) {
        check(seed, rows, n, k, false, false, biased, adds, fetches);
    }

    private static void check(
            long seed,
            int rows,
            int n,
            int k,
            boolean turnedLeft,
            boolean turnedRight,
            boolean biased,
            boolean adds,
            boolean fetches) {
        assumeTrue(MachineMatrices.there(), "needs Linux on x86-64 with AMX");
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            int depth = MachineParts.depth(k);
            long aRow = turnedLeft ? 1 : k + PAD;
            long aColumn = turnedLeft ? rows + PAD : 1;
            long bRow = turnedRight ? 1 : n + PAD;
            long bColumn = turnedRight ? k + PAD : 1;
            MemorySegment a = random(arena, (long) (rows + PAD) * (k + PAD), random);
            MemorySegment b = random(arena, (long) (n + PAD) * (k + PAD), random);
            MemorySegment bias = random(arena, n, random);
            MemorySegment c = random(arena, (long) rows * (n + PAD), random);
            MemorySegment before = arena.allocate(c.byteSize());
            before.copyFrom(c);
            MemorySegment left = arena.allocate(size(rows, k), 64).fill((byte) 0xff);
            MemorySegment right = arena.allocate(size(n, k), 64).fill((byte) 0xff);
            if (turnedLeft) {
                assertThat(MachineParts.across(a.address(), 4 * aColumn, k, rows, left.address(), depth))
                        .isTrue();
                MachineParts.turn(left.address(), left.byteSize());
            } else {
                assertThat(MachineParts.along(a.address(), 4 * aRow, rows, k, left.address(), depth))
                        .isTrue();
            }
            if (turnedRight) {
                assertThat(MachineParts.along(b.address(), 4 * bColumn, n, k, right.address(), depth))
                        .isTrue();
                MachineParts.turn(right.address(), right.byteSize());
            } else {
                assertThat(MachineParts.across(b.address(), 4 * bRow, k, n, right.address(), depth))
                        .isTrue();
            }
            Sums sums =
                    new Sums(biased && !adds ? bias.address() : 0, c.address(), 4L * (n + PAD), rows, n, rows, adds);
            MachineMatrices.multiply(
                    left.address(),
                    right.address(),
                    depth,
                    sums,
                    fetches ? new Ahead(c.address(), c.byteSize()) : null);
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < n + PAD; j++) {
                    long place = (long) r * (n + PAD) + j;
                    if (j >= n) {
                        assertThat(at(c, place)).isEqualTo(at(before, place));
                        continue;
                    }
                    double sum = adds ? at(before, place) : biased ? at(bias, j) : 0;
                    double size = Math.abs(sum);
                    for (int i = 0; i < k; i++) {
                        double p = (double) at(a, r * aRow + i * aColumn) * at(b, i * bRow + j * bColumn);
                        sum += p;
                        size += Math.abs(p);
                    }
                    assertThat((double) at(c, place))
                            .as("row %d, column %d", r, j)
                            .isCloseTo(sum, within(size * 2 * (1 + Math.sqrt(k)) * Math.pow(2, -24)));
                }
            }
        }
    }

    @Test
    void refusesWhatHasNoParts() {
        assumeTrue(MachineMatrices.there(), "needs Linux on x86-64 with AMX");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(4L * 40 * 40, 64);
            MemorySegment to = arena.allocate(size(40, 40), 64);
            assertThat(MachineParts.along(m.address(), 160, 40, 40, to.address(), 2))
                    .isTrue();
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, 1e-30f}) {
                for (int place : new int[] {0, 39, 17 * 40 + 33, 40 * 40 - 1}) {
                    m.setAtIndex(ValueLayout.JAVA_FLOAT, place, bad);
                    assertThat(MachineParts.along(m.address(), 160, 40, 40, to.address(), 2))
                            .isFalse();
                    assertThat(MachineParts.across(m.address(), 160, 40, 40, to.address(), 2))
                            .isFalse();
                    m.setAtIndex(ValueLayout.JAVA_FLOAT, place, 0);
                }
            }
        }
    }
}
