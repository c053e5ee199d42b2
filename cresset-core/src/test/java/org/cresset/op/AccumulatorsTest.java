package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.cresset.emit.MachineAccumulators;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What rows of floats come to: the order of numbers as integers, and blocks of accumulators in machine code. */
class AccumulatorsTest {
    private static final int LANES = Accumulators.BLOCK / 4;
    private static final float[] SPECIAL = {
        0f,
        -0f,
        1,
        -1,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        Float.intBitsToFloat(0xffc00000), // what processors make of 0/0
        Float.intBitsToFloat(0x7f800001),
        Float.intBitsToFloat(0xff800001),
        Float.intBitsToFloat(-1),
        Float.intBitsToFloat(Integer.MAX_VALUE)
    };

    private static float[] row(Random random, int n, int kinds) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextInt(4) == 0 ? SPECIAL[random.nextInt(kinds)] : (float) random.nextGaussian();
        }
        return x;
    }

    private static float largest(float[] x) {
        float most = x[0];
        for (float v : x) {
            most = Math.max(most, v);
        }
        return most;
    }

    private static float smallest(float[] x) {
        float least = x[0];
        for (float v : x) {
            least = Math.min(least, v);
        }
        return least;
    }

    @Test
    void extremesOfSpecialNumbers() {
        for (float a : SPECIAL) {
            for (float b : SPECIAL) {
                Tensor x = Tensor.of(a, b, a);
                assertThat(x.amax(new long[] {0}, false).toFloatArray()).containsExactly(Math.max(a, b));
                assertThat(x.amin(new long[] {0}, false).toFloatArray()).containsExactly(Math.min(a, b));
            }
        }
    }

    /** Without NaN, then with few and with all kinds; in all layouts and often enough for vector code to come into use. */
    @Test
    void extremesOfRows() {
        Random random = new Random(3);
        for (int round = 0; round < 60; round++) {
            for (int n : new int[] {1, 31, 33, 100, 1000, 8193}) {
                int rows = 1 + random.nextInt(40);
                float[] all = row(random, rows * n, round % 3 == 0 ? 10 : SPECIAL.length);
                float[] most = new float[rows];
                float[] least = new float[rows];
                for (int i = 0; i < rows; i++) {
                    if (round % 3 == 1) {
                        Arrays.fill(all, i * n, (i + 1) * n, round % 2 == 0 ? -0f : 0f);
                        all[i * n + random.nextInt(n)] = SPECIAL[random.nextInt(SPECIAL.length)];
                    }
                    float[] row = Arrays.copyOfRange(all, i * n, (i + 1) * n);
                    most[i] = largest(row);
                    least[i] = smallest(row);
                }
                Tensor x = Tensor.of(all).reshape(rows, n);
                long[] last = {1};
                assertThat(x.amax(last, false).toFloatArray()).containsExactly(most);
                assertThat(x.amin(last, false).toFloatArray()).containsExactly(least);
                // The element where the place says, which of zeros is the first, whatever its sign.
                Tensor[] found = x.max(1, false);
                assertThat(found[0].equalTo(x.gather(1, found[1].unsqueeze(1)).squeeze(1))
                                || found[0].isnan().any().item() > 0)
                        .isTrue();
                assertThat(found[0].add(0).toFloatArray()).containsExactly(withoutSigns(most));
                Tensor apart = Tensor.cat(1, x, x).narrow(1, 0, n);
                assertThat(apart.amin(last, false).toFloatArray()).containsExactly(least);
                assertThat(x.amax(new long[] {0, 1}, false).toFloatArray()).containsExactly(largest(most));
            }
        }
    }

    @Test
    void sumsOfShortRows() {
        Random random = new Random(5);
        for (int n = 1; n < 11; n++) {
            int rows = 1030;
            float[] all = row(random, rows * n, 6);
            float[] sums = new float[rows];
            for (int i = 0; i < rows; i++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += all[i * n + k];
                }
                sums[i] = (float) sum;
            }
            float[] found = Tensor.of(all).reshape(rows, n).sum(1).toFloatArray();
            for (int i = 0; i < rows; i++) {
                assertThat(found[i]).isCloseTo(sums[i], within(Math.abs(Math.ulp(sums[i]))));
            }
        }
    }

    private static float[] withoutSigns(float[] numbers) {
        float[] all = numbers.clone();
        for (int i = 0; i < all.length; i++) {
            all[i] += 0f;
        }
        return all;
    }

    @Test
    void totalsInMachineCode() {
        assumeTrue(MachineAccumulators.there(), "needs Linux on x86-64 with AVX2");
        Random random = new Random(4);
        Accumulators accumulators = Accumulators.local();
        MemorySegment memory = accumulators.memory();
        for (int round = 0; round < 20; round++) {
            int blocks = 1 + random.nextInt(Accumulators.BLOCKS);
            double[] expected = new double[blocks];
            float[] numbers = row(random, blocks * LANES, round % 2 == 0 ? 8 : SPECIAL.length);
            MemorySegment.copy(numbers, 0, memory, ValueLayout.JAVA_FLOAT, 0, numbers.length);
            double[] wide = new double[numbers.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = numbers[i];
            }
            int[] most = new int[blocks];
            for (int i = 0; i < blocks; i++) {
                expected[i] = Accumulators.sum(wide, i * LANES, (i + 1) * LANES);
                most[i] = Integer.MIN_VALUE;
                for (int k = 0; k < LANES; k++) {
                    most[i] = Math.max(most[i], Float.floatToRawIntBits(numbers[i * LANES + k]));
                }
            }
            double[] sums = new double[blocks + 2];
            accumulators.sums(blocks, sums, 1);
            assertThat(Arrays.copyOfRange(sums, 1, blocks + 1)).isEqualTo(expected);
            assertThat(sums[0] + sums[blocks + 1]).isZero();
            assertThat(Arrays.copyOf(accumulators.largest(blocks), blocks)).isEqualTo(most);
        }
    }

    @Test
    void largestFloatsInMachineCode() {
        assumeTrue(MachineAccumulators.there(), "needs Linux on x86-64 with AVX2");
        MemorySegment memory = Accumulators.local().memory();
        MemorySegment results = Arena.ofAuto().allocate(4 * Accumulators.BLOCKS, 8);
        Random random = new Random(5);
        for (int at = 0; at < LANES; at++) { // the largest in each place
            for (int i = 0; i < Accumulators.BLOCKS * LANES; i++) {
                float v = i % LANES == at
                        ? 2 + i
                        : random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : -random.nextFloat();
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
            }
            MachineAccumulators.largestFloats(Accumulators.BLOCKS, memory.address(), results.address());
            for (int b = 0; b < Accumulators.BLOCKS; b++) {
                assertThat(results.getAtIndex(ValueLayout.JAVA_FLOAT, b)).isEqualTo(2f + b * LANES + at);
            }
        }
    }
}
