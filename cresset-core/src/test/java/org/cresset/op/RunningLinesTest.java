package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running extremes against one comparison after the other: NaN is the most extreme, of equal ones the last counts. */
class RunningLinesTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16"})
    void extremes(DType t) {
        double[] special = {0.0, -0.0, 1, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, 1, Double.NaN};
        Random random = new Random(2);
        for (int n : IntStream.concat(IntStream.range(1, 90), IntStream.of(1023, 1025, 2500))
                .toArray()) {
            int kinds = n % 3 == 0 ? special.length : special.length - 1;
            double[] v = random.doubles(9L * n)
                    .map(d -> d < 0.6 ? special[random.nextInt(kinds)] : Math.rint(d * 8))
                    .toArray();
            Tensor x = Tensor.of(v).to(t).reshape(9, n);
            for (boolean largest : new boolean[] {true, false}) {
                Tensor[] rows = largest ? x.cummax(1) : x.cummin(1);
                Tensor y = x.t().contiguous();
                Tensor[] columns = largest ? y.cummax(0) : y.cummin(0);
                for (int r = 0; r < 9; r++) {
                    int at = 0;
                    for (int i = 0; i < n; i++) {
                        double best = v[r * n + at];
                        double e = v[r * n + i];
                        if (Double.isNaN(e) || !Double.isNaN(best) && (largest ? e >= best : e <= best)) {
                            at = i;
                        }
                        assertThat(rows[1].get(r, i).item()).isEqualTo(at);
                        assertThat(columns[1].get(i, r).item()).isEqualTo(at);
                        long bits = Double.doubleToLongBits(v[r * n + at]);
                        assertThat(Double.doubleToLongBits(rows[0].get(r, i).item()))
                                .isEqualTo(bits);
                        assertThat(Double.doubleToLongBits(columns[0].get(i, r).item()))
                                .isEqualTo(bits);
                    }
                }
            }
        }
    }

    /** Lines go through arrays some elements at a time; the sum is kept in double over all of them. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "INT64"})
    void sumsOfLongLines(DType t) {
        Random random = new Random(3);
        double[] v = random.doubles(2 * 2500)
                .map(d -> t == DType.INT64 ? Math.rint(d * 1000) : (float) d)
                .toArray();
        Tensor y = Tensor.of(v).to(t).reshape(2, 2500).cumsum(1);
        for (int r = 0; r < 2; r++) {
            double sum = 0;
            for (int i = 0; i < 2500; i++) {
                sum += v[2500 * r + i];
                assertThat(y.get(r, i).item()).isEqualTo(t == DType.FLOAT32 ? (float) sum : sum);
            }
        }
    }

    @Test
    void placesInSequencesOfAnyLength() {
        Random random = new Random(4);
        for (int n : new int[] {1, 2, 1000, (1 << 16) + 1}) {
            double[] s = random.doubles(n).map(d -> Math.rint(d * n)).sorted().toArray();
            double[] v =
                    random.doubles(3000).map(d -> Math.rint(d * (n + 2)) - 1).toArray();
            for (DType t : new DType[] {DType.FLOAT32, DType.INT64}) {
                Tensor left = Tensor.of(s).to(t).searchsorted(Tensor.of(v).to(t), false, false, null, null);
                Tensor right = Tensor.of(v).to(t).bucketize(Tensor.of(s).to(t), true, true);
                for (int i = 0; i < v.length; i += 7) {
                    double value = v[i];
                    long below = Arrays.stream(s).filter(e -> e < value).count();
                    long upTo = Arrays.stream(s).filter(e -> e <= value).count();
                    assertThat(left.get(i).item()).isEqualTo(below);
                    assertThat(right.get(i).item()).isEqualTo(upTo);
                }
            }
        }
    }
}
