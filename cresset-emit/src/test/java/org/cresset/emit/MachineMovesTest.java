package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements that are moved one by one, against the same in Java. */
class MachineMovesTest {
    private static final int BYTES = 1 << 17;

    private static MemorySegment random(Arena arena, Random random) {
        byte[] all = new byte[BYTES];
        random.nextBytes(all);
        MemorySegment m = arena.allocate(BYTES, 64);
        MemorySegment.copy(all, 0, m, ValueLayout.JAVA_BYTE, 0, BYTES);
        return m;
    }

    @Property(tries = 200)
    void evenly(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 3) int shift,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 70) int n) {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        int size = 1 << shift;
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            MemorySegment from = random(arena, random);
            MemorySegment to = random(arena, random);
            byte[] expected = to.toArray(ValueLayout.JAVA_BYTE);
            long[] steps = new long[4];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = (random.nextInt(9) - 4) * (long) (i % 2 == 0 ? 80 * size : size);
            }
            long middle = BYTES / 2;
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < n; i++) {
                    for (int b = 0; b < size; b++) {
                        expected[(int) (middle + r * steps[2] + i * steps[3] + b)] =
                                from.get(ValueLayout.JAVA_BYTE, middle + r * steps[0] + i * steps[1] + b);
                    }
                }
            }
            MachineMoves.evenly(
                    from.address() + middle,
                    steps[0],
                    steps[1],
                    to.address() + middle,
                    steps[2],
                    steps[3],
                    size,
                    rows,
                    n);
            assertThat(to.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        }
    }

    /** More elements than one call takes. */
    @Test
    void manyElements() {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = random(arena, new Random(0));
            MemorySegment to = arena.allocate(BYTES);
            MachineMoves.evenly(from.address(), 0, 2, to.address() + BYTES - 2, 0, -2, 2, 1, BYTES / 2);
            for (int i = 0; i < BYTES; i += 2) {
                short expected = from.get(ValueLayout.JAVA_SHORT, i);
                assertThat(to.get(ValueLayout.JAVA_SHORT, BYTES - 2 - i)).isEqualTo(expected);
            }
        }
    }

    @Property(tries = 200)
    void byAnIndex(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 3) int shift,
            @ForAll @IntRange(min = 1, max = 60) int n,
            @ForAll @IntRange(min = 0, max = 80) int wrong,
            @ForAll boolean negative) {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        int size = 1 << shift;
        int places = 37;
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(seed);
            MemorySegment table = random(arena, random);
            MemorySegment row = random(arena, random);
            MemorySegment index = arena.allocate(8L * n, 8);
            for (int i = 0; i < n; i++) {
                long k = i == wrong ? negative ? -1 : places : random.nextInt(places);
                index.setAtIndex(ValueLayout.JAVA_LONG, i, k);
            }
            long step = size * (long) random.nextInt(3);
            long jump = size * (long) (1 + random.nextInt(3));
            int good = Math.min(n, wrong);
            byte[] gathered = row.toArray(ValueLayout.JAVA_BYTE);
            byte[] scattered = table.toArray(ValueLayout.JAVA_BYTE);
            for (int i = 0; i < good; i++) {
                int at = (int) (i * step + index.getAtIndex(ValueLayout.JAVA_LONG, i) * jump);
                for (int b = 0; b < size; b++) {
                    gathered[i * size + b] = table.get(ValueLayout.JAVA_BYTE, at + b);
                    scattered[at + b] = row.get(ValueLayout.JAVA_BYTE, (long) i * size + b);
                }
            }
            MemorySegment to = arena.allocate(BYTES);
            MemorySegment.copy(row, 0, to, 0, BYTES);
            assertThat(MachineMoves.gather(to.address(), table.address(), step, jump, index.address(), places, size, n))
                    .isEqualTo(good);
            assertThat(to.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(gathered);
            assertThat(MachineMoves.scatter(
                            row.address(), table.address(), step, jump, index.address(), places, size, n))
                    .isEqualTo(good);
            assertThat(table.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(scattered);
        }
    }

    @Test
    void sums() {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
            MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 10, 20, 30);
            MemorySegment index = arena.allocateFrom(ValueLayout.JAVA_LONG, 2, 0, 2, 2);
            assertThat(MachineMoves.add(from.address(), to.address(), 0, 4, index.address(), 3, 4))
                    .isEqualTo(4);
            assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(12, 20, 38);
        }
    }

    /** Rows by an index, of all widths, up to a number that isn't a place; and rows that overlap. */
    @Test
    void sumsOfRows() {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        Random random = new Random(3);
        for (int width : new int[] {1, 7, 8, 21, 20_000}) {
            int rows = 11;
            float[] x = new float[rows * (width + 1)];
            float[] y = new float[5 * width + 3];
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextInt(100);
            }
            long[] index = {0, 3, 3, 1, 0, 2, 3, 1, 0, 4, 1};
            float[] expected = y.clone();
            for (int r = 0; r < 9; r++) {
                for (int j = 0; j < width; j++) {
                    expected[(int) index[r] * width + j] += x[r * (width + 1) + j];
                }
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_FLOAT, y);
                long numbers = arena.allocateFrom(ValueLayout.JAVA_LONG, index).address();
                long done = MachineMoves.addRows(
                        from.address(), 4L * (width + 1), to.address(), 0, 4L * width, numbers, 4, width, rows);
                assertThat(done).isEqualTo(9);
                assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
            }
            float[] sums = new float[width + rows];
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < width; j++) {
                    sums[r + j] += x[r * (width + 1) + j];
                }
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                MemorySegment to = arena.allocate(4L * sums.length, 4);
                long zeros = arena.allocate(8L * rows, 8).address();
                MachineMoves.addRows(from.address(), 4L * (width + 1), to.address(), 4, 0, zeros, 1, width, rows);
                assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(sums);
            }
        }
    }

    /** Rows where an index says, of all widths, up to a number that isn't a place. */
    @Test
    void copiesOfRows() {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        for (int width : new int[] {1, 7, 8, 21, 20_000}) {
            long[] index = {0, 3, 3, 1, 2, 4, 1};
            float[] x = new float[4 * width];
            for (int i = 0; i < x.length; i++) {
                x[i] = i + 1;
            }
            float[] expected = new float[index.length * (width + 2)];
            for (int r = 0; r < 5; r++) {
                System.arraycopy(x, (int) index[r] * width, expected, r * (width + 2), width);
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                MemorySegment to = arena.allocate(4L * expected.length, 4);
                long numbers = arena.allocateFrom(ValueLayout.JAVA_LONG, index).address();
                long done = MachineMoves.gatherRows(
                        to.address(), 4L * (width + 2), from.address(), 4L * width, numbers, 4, width, index.length);
                assertThat(done).isEqualTo(5);
                assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
            }
        }
    }

    @Test
    void numbersOfOnes() {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        Random random = new Random(5);
        for (int n : new int[] {1, 100, 40_000}) {
            for (int often = 0; often < 3; often++) {
                byte[] x = new byte[n];
                List<Long> expected = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    x[i] = (byte) (random.nextInt(3) < 2 * often ? 1 : 0);
                    if (x[i] == 1) {
                        expected.add(7L + i);
                    }
                }
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment to = arena.allocate(8L * (expected.size() + 1), 8);
                    long bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, x).address();
                    assertThat(MachineMoves.find(bytes, n, 7, to.address())).isEqualTo(expected.size());
                    assertThat(to.asSlice(0, 8L * expected.size()).toArray(ValueLayout.JAVA_LONG))
                            .containsExactly(
                                    expected.stream().mapToLong(Long::longValue).toArray());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SUM", "PRODUCT", "MIN", "MAX"})
    void combined(Combine how) {
        assumeTrue(MachineMoves.there(), "needs Linux on x86-64 with AVX2");
        float[] numbers = {0, -0f, 1, -2, 3.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment index = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 0, 1);
            for (float a : numbers) {
                for (float b : numbers) {
                    MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, b, a, b);
                    MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a, a);
                    MachineMoves.combine(how, from.address(), to.address(), 0, 4, index.address(), 2, 3);
                    float once = combined(how, a, b);
                    assertThat(to.toArray(ValueLayout.JAVA_FLOAT))
                            .as("%s of %s and %s", how, a, b)
                            .containsExactly(combined(how, a, a), combined(how, once, b));
                }
            }
        }
    }

    private static float combined(Combine how, float a, float b) {
        return switch (how) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            default -> Math.max(a, b);
        };
    }
}
