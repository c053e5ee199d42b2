package org.cresset.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.ExponentialLoops;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers that are made in runs are those that the generator gives one by one, and leave it in the same state. */
class DrawsTest {
    private static final int[] LENGTHS = {0, 1, 15, 623, 624, 625, 1024, 1025, 3000};

    private static Dense empty(int n, DType t) {
        return Dense.empty(Shape.of(n), t);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16", "INT64", "INT32", "UINT8"})
    void integers(DType t) {
        long[][] ranges = {{0, 1}, {0, 100}, {-7, 5}, {3, 200}, {0, (1L << 28) - 1}, {0, 1L << 28}, {-5, 1L << 40}};
        for (int n : LENGTHS) {
            for (long[] range : ranges) {
                Generator runs = Generator.ofSeed(n);
                Generator single = Generator.ofSeed(n);
                single.random();
                runs.random();
                Dense out = empty(n, t);
                Draws.integers(runs, out.segment(), out.byteOffset(), n, t, range[0], range[1]);
                long[] expected = new long[n];
                for (int i = 0; i < n; i++) {
                    expected[i] = single.uniformLong(range[0], range[1]);
                }
                assertThat(out.toDoubleArray())
                        .isEqualTo(Tensor.of(expected).to(t).toDoubleArray());
                assertThat(runs.getState()).isEqualTo(single.getState());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16"})
    void probabilitiesOfEachElement(DType t) {
        for (int n : LENGTHS) {
            Generator runs = Generator.ofSeed(n);
            Generator single = Generator.ofSeed(n);
            Dense p = (Dense) Tensor.arange(n).remainder(11).div(10).to(t).contiguous();
            if (n > 11) {
                p.select(0, 11).fill_(-0.0);
            }
            Dense out = empty(n, t);
            Draws.bernoulli(runs, out.segment(), out.byteOffset(), n, t, p.segment(), p.byteOffset(), t);
            double[] q = p.toDoubleArray();
            double[] expected = new double[n];
            for (int i = 0; i < n; i++) {
                boolean hit = t == DType.FLOAT64 ? single.uniformDouble() < q[i] : single.uniformFloat() < (float) q[i];
                expected[i] = hit ? 1 : 0;
            }
            assertThat(out.toDoubleArray()).isEqualTo(expected);
            assertThat(runs.getState()).isEqualTo(single.getState());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16"})
    void exponentialNumbers(DType t) {
        for (double rate : new double[] {1, 0.3, 1e-30, 1e30}) {
            for (int n : LENGTHS) {
                Generator runs = Generator.ofSeed(n);
                Generator single = Generator.ofSeed(n);
                runs.random();
                single.random();
                Dense out = empty(n, t);
                Draws.exponential(runs, out.segment(), out.byteOffset(), n, t, rate);
                double[] expected = new double[n];
                for (int i = 0; i < n; i++) {
                    expected[i] = -1.0 / rate * StrictMath.log1p(-single.uniformDouble());
                }
                assertThat(out.toDoubleArray())
                        .isEqualTo(Tensor.of(expected).to(t).toDoubleArray());
                assertThat(runs.getState()).isEqualTo(single.getState());
            }
        }
    }

    /** Numbers whose logarithm lies next to the middle between two floats, and the ends. */
    @Test
    void exponentialNumbersNextToTheMiddleOfTwoFloats() {
        int n = 4000;
        long[] u = new long[n];
        int[] state = new int[2 * n];
        for (int i = 0; i < n; i++) {
            float f = (float) Math.exp(-i / 200.0);
            double middle = ((double) f + Math.nextUp(f)) / 2;
            u[i] = (long) (-StrictMath.expm1(-middle) * 0x1p53) + i % 5 - 2;
        }
        u[0] = 0;
        u[1] = (1L << 53) - 1;
        u[2] = 1;
        for (int i = 0; i < n; i++) {
            state[2 * i] = untempered((int) (u[i] >>> 32));
            state[2 * i + 1] = untempered((int) u[i]);
        }
        float[] y = new float[n];
        ExponentialLoops.transform(state, n, -1, y);
        for (int i = 0; i < n; i++) {
            assertThat(y[i]).as("[%d]", i).isEqualTo((float) (-1 * StrictMath.log1p(-u[i] * 0x1p-53)));
        }
    }

    /** What the generator's last step makes a number of. */
    private static int untempered(int y) {
        y ^= y >>> 18;
        y ^= y << 15 & 0xefc60000;
        int x = y;
        for (int i = 0; i < 5; i++) {
            x = y ^ x << 7 & 0x9d2c5680;
        }
        int z = x;
        for (int i = 0; i < 3; i++) {
            z = x ^ z >>> 11;
        }
        return z;
    }

    @Test
    void oneProbability() {
        for (double p : new double[] {0, -0.0, 0.3, 1}) {
            Generator runs = Generator.ofSeed(5);
            Generator single = Generator.ofSeed(5);
            Dense out = empty(2000, DType.FLOAT32);
            Draws.bernoulli(runs, out.segment(), out.byteOffset(), 2000, DType.FLOAT32, p);
            for (float v : out.toFloatArray()) {
                assertThat(v).isEqualTo(single.uniformDouble() < p ? 1 : 0);
            }
        }
    }

    @Test
    void whatIsNoProbabilityIsRefusedAfterThoseBefore() {
        for (float bad : new float[] {Float.NaN, -0.1f, 1.1f, Float.POSITIVE_INFINITY}) {
            Generator runs = Generator.ofSeed(1);
            Generator single = Generator.ofSeed(1);
            Dense p = (Dense) Tensor.full(Shape.of(2000), 0.5, DType.FLOAT32);
            p.select(0, 1500).fill_(bad);
            Dense out = empty(2000, DType.FLOAT32);
            assertThatThrownBy(() -> Draws.bernoulli(
                            runs, out.segment(), 0, 2000, DType.FLOAT32, p.segment(), p.byteOffset(), DType.FLOAT32))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("element 1500 is ");
            for (int i = 0; i < 1500; i++) {
                single.uniformFloat();
            }
            assertThat(runs.getState()).isEqualTo(single.getState());
        }
    }
}
