package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running extremes against one comparison after the other: NaN is the most extreme, of equal ones the last counts. */
class RunningLinesTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16"})
    void extremes(DType t) {
        double[] special = {0.0, -0.0, 1, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, 1, Double.NaN};
        Random random = new Random(2);
        for (int n = 1; n < 90; n++) {
            int kinds = n % 3 == 0 ? special.length : special.length - 1;
            double[] v = random.doubles(4L * n)
                    .map(d -> d < 0.6 ? special[random.nextInt(kinds)] : Math.rint(d * 8))
                    .toArray();
            Tensor x = Tensor.of(v).to(t).reshape(4, n);
            for (boolean largest : new boolean[] {true, false}) {
                Tensor[] rows = largest ? x.cummax(1) : x.cummin(1);
                Tensor y = x.t().contiguous();
                Tensor[] columns = largest ? y.cummax(0) : y.cummin(0);
                for (int r = 0; r < 4; r++) {
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
}
