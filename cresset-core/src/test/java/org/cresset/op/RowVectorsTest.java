package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hand-written vector code for rows does what the plain loops do, compiled or not. */
class RowVectorsTest {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;

    private final Random random = new Random(7);

    @BeforeEach
    void onlyWithTheVectorApi() {
        assumeTrue(LoopForms.vectors());
    }

    private MemorySegment bytes(Arena arena, long n) {
        MemorySegment m = arena.allocate(n, 64);
        for (long i = 0; i < n; i++) {
            m.set(B, i, (byte) random.nextInt());
        }
        return m;
    }

    @Test
    void sumsOfRowsAreThoseOfOneAfterTheOther() {
        try (Arena arena = Arena.ofConfined()) {
            for (int n = BagRows.Vectors.SHORT; n < 75; n++) {
                int count = 1 + random.nextInt(11);
                MemorySegment table = arena.allocate(4L * n * 6 + 4, 64);
                MemorySegment sums = arena.allocate(4L * n + 4, 64);
                for (int i = 0; i <= 6 * n; i++) {
                    table.set(F, 4L * i, i == 5 ? Float.NaN : i == 9 ? -0f : random.nextFloat() - 0.5f);
                }
                long[] which = random.longs(count + 2, 0, 6).toArray();
                float[] weights = new float[count + 2];
                float[] expected = new float[n];
                for (int k = 0; k < n; k++) {
                    expected[k] = random.nextFloat();
                    sums.set(F, 4L * k + 4, expected[k]);
                }
                for (int i = 1; i <= count; i++) {
                    weights[i] = random.nextFloat();
                    for (int k = 0; k < n; k++) {
                        expected[k] = Math.fma(table.get(F, 4 + 4 * (n * which[i] + k)), weights[i], expected[k]);
                    }
                }
                int done = BagRows.Vectors.add(table, 4, which, weights, 1, count + 1, sums, 4, n);
                assertThat(done).isEqualTo(n / 4 * 4);
                float[] actual = new float[done];
                for (int k = 0; k < done; k++) {
                    actual[k] = sums.get(F, 4L * k + 4);
                }
                assertThat(actual).as("%d columns", n).isEqualTo(Arrays.copyOf(expected, done));
            }
        }
    }

    @Test
    void largestOfPairs() {
        for (int n = 1; n < 50; n++) {
            float[] row = new float[2 * n + 3];
            float[] expected = new float[n];
            for (int i = 0; i < row.length; i++) {
                row[i] = i % 11 == 3 ? Float.NaN : i % 5 == 0 ? -0f : random.nextInt(3) - 1;
            }
            for (int v = 0; v < n; v++) {
                expected[v] = Math.max(row[2 * v], row[2 * v + 1]);
            }
            float[] out = new float[n];
            int done = PoolRows.Vectors.largest(row, out);
            assertThat(n - done).isBetween(0, 15);
            assertThat(Arrays.copyOf(out, done)).isEqualTo(Arrays.copyOf(expected, done));
        }
    }

    @Test
    void shortCopiesCopyJustTheirBytes() {
        try (Arena arena = Arena.ofConfined()) {
            for (int n = 64; n <= 200; n++) {
                int fo = random.nextInt(40);
                int at = random.nextInt(40);
                MemorySegment from = bytes(arena, 300);
                MemorySegment to = bytes(arena, 300);
                byte[] expected = to.toArray(B);
                MemorySegment.copy(from, B, fo, expected, at, n);
                ShortCopies.Vectors.copy(from.address() + fo, to.address() + at, n);
                assertThat(to.toArray(B))
                        .as("%d bytes from %d to %d", n, fo, at)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void runsBackwards() {
        try (Arena arena = Arena.ofConfined()) {
            for (int size = 4; size <= 8; size += 4) {
                for (int n = 16; n < 150; n++) {
                    MemorySegment from = bytes(arena, 1300);
                    MemorySegment to = bytes(arena, 1300);
                    byte[] expected = to.toArray(B);
                    for (int i = 0; i < n; i++) {
                        MemorySegment.copy(from, B, 12 + (n - 1 - i) * (long) size, expected, 20 + i * size, size);
                    }
                    if (size == 4) {
                        Reversal.Vectors.ints(from, 12, to, 20, n);
                    } else {
                        Reversal.Vectors.longs(from, 12, to, 20, n);
                    }
                    assertThat(to.toArray(B)).as("%d of %d bytes", n, size).isEqualTo(expected);
                }
            }
        }
    }

    /** Often enough for the vector code to come into use. */
    @Test
    void resultsStayTheSameWhenItIsCompiled() {
        Tensor table = Tensor.rand(50, 37);
        Tensor index = Tensor.arange(3000).mul(7).remainder(50);
        Tensor bag = Tensor.arange(3000).floorDivide(Tensor.of(9L));
        Tensor weights = Tensor.rand(3000);
        float[][] first = results(table, index, bag, weights);
        for (int i = 0; i < 200; i++) {
            float[][] now = results(table, index, bag, weights);
            for (int k = 0; k < first.length; k++) {
                assertThat(now[k]).as("result %d, run %d", k, i).isEqualTo(first[k]);
            }
        }
        Dense untouched = Dense.empty(Shape.of(3, 37), DType.FLOAT32);
        TableRows.add(Dense.empty(Shape.of(0, 37), DType.FLOAT32), null, null, new long[0], untouched);
        assertThat(untouched.toFloatArray()).containsOnly(0);
    }

    private static float[][] results(Tensor table, Tensor index, Tensor bag, Tensor weights) {
        Dense sums = Dense.empty(Shape.of(50, 37), DType.FLOAT32);
        long[] places = index.toLongArray();
        places[17] = -1;
        TableRows.add((Dense) Tensor.ones(334, 37), bag.toLongArray(), weights.toFloatArray(), places, sums);
        return new float[][] {
            table.indexSelect(0, index).toFloatArray(),
            Bags.sum(table, index, bag, weights, 334, false, -1).toFloatArray(),
            sums.toFloatArray(),
            table.flip(0, 1).toFloatArray()
        };
    }
}
