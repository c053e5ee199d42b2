package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Products with a sparse matrix, bit for bit as loops in Java make them. */
class MachineMixesTest {
    private final Random random = new Random(1);

    @BeforeEach
    void there() {
        assumeTrue(MachineMixes.there(), "needs Linux on x86-64 with AVX2");
    }

    private int[] starts;
    private int[] columns;
    private double[] weights;

    /** Rows of up to five entries, some of none. */
    private void matrix(int rows, int width) {
        starts = new int[rows + 1];
        for (int r = 0; r < rows; r++) {
            starts[r + 1] = starts[r] + random.nextInt(6);
        }
        columns = random.ints(starts[rows], 0, width).toArray();
        weights = random.doubles(starts[rows]).toArray();
    }

    private float sum(int r, float[] x, int step, int at) {
        float sum = 0;
        for (int i = starts[r]; i < starts[r + 1]; i++) {
            sum += (float) weights[i] * x[columns[i] * step + at];
        }
        return sum;
    }

    private static float[] floats(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    @Test
    void rows() {
        for (int width : new int[] {1, 7, 8, 33, 100, 40_000}) {
            int height = 9;
            int results = width > 1000 ? 3 : 70;
            matrix(results, height);
            float[] x = floats(random, height * width);
            float[] expected = new float[results * (width + 2)];
            Arrays.fill(expected, 5);
            for (int r = 0; r < results; r++) {
                for (int j = 0; j < width; j++) {
                    expected[r * (width + 2) + j] = sum(r, x, width, j);
                }
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                float[] fives = new float[expected.length];
                Arrays.fill(fives, 5);
                MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_FLOAT, fives);
                MachineMixes.Matrix m = new MachineMixes.Matrix(starts, columns, weights, 4L * width);
                MachineMixes.rows(m, from.address(), to.address(), 4L * (width + 2), width);
                assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
            }
        }
    }

    @Test
    void lines() {
        for (int results : new int[] {1, 2, 50, 30_000}) {
            int width = 23;
            int lines = results > 1000 ? 3 : 90;
            matrix(results, width);
            float[] x = floats(random, lines * width);
            float[] expected = new float[lines * results];
            for (int i = 0; i < lines; i++) {
                float[] line = Arrays.copyOfRange(x, i * width, (i + 1) * width);
                for (int r = 0; r < results; r++) {
                    expected[i * results + r] = sum(r, line, 1, 0);
                }
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                MemorySegment to = arena.allocate(4L * expected.length, 4);
                MachineMixes.Matrix m = new MachineMixes.Matrix(starts, columns, weights, 4);
                MachineMixes.lines(m, from.address(), 4L * width, to.address(), 4L * results, lines);
                assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
            }
        }
    }
}
