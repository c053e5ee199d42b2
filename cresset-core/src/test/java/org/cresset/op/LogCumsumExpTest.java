package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Running logarithms of sums of exponentials, of many lines at once and of single ones. */
class LogCumsumExpTest {
    private static final double[] SPECIAL = {
        Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN, 0, -800, 800, 1e-30
    };

    private static void check(DType dtype, long[] sizes, int dim, double tolerance) {
        Random random = new Random(dim);
        Tensor x = Tensor.zeros(Shape.of(sizes), dtype);
        for (long i = 0; i < x.numel(); i++) {
            boolean special = random.nextInt(50) == 0;
            ((Dense) x).write(i, special ? SPECIAL[random.nextInt(SPECIAL.length)] : 4 * random.nextGaussian());
        }
        Tensor y = x.logcumsumexp(dim);
        Tensor lines = x.transpose(dim, -1).contiguous().reshape(-1, x.size(dim));
        Tensor sums = y.transpose(dim, -1).contiguous().reshape(-1, x.size(dim));
        for (long l = 0; l < lines.size(0); l++) {
            double sum = Double.NEGATIVE_INFINITY;
            for (long i = 0; i < lines.size(1); i++) {
                double v = lines.get(l, i).item();
                double max = Math.max(v, sum);
                sum = Double.isInfinite(max) ? max : max + Math.log(Math.exp(v - max) + Math.exp(sum - max));
                double found = sums.get(l, i).item();
                if (Double.isNaN(sum)) {
                    assertThat(found).isNaN();
                } else if (Double.isInfinite(sum)) {
                    assertThat(found).isEqualTo(sum);
                } else {
                    assertThat(found).isCloseTo(sum, within(tolerance * Math.max(1, Math.abs(sum))));
                }
            }
        }
    }

    @Test
    void alongAnyDimension() {
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double tolerance = t == DType.FLOAT32 ? 1e-6 : 1e-13;
            check(t, new long[] {70, 40}, 0, tolerance);
            check(t, new long[] {70, 40}, 1, tolerance);
            check(t, new long[] {3, 50, 20}, 1, tolerance);
            check(t, new long[] {5, 9, 50}, 2, tolerance);
            check(t, new long[] {3, 2000}, 1, tolerance);
            check(t, new long[] {7, 5}, 1, tolerance);
        }
    }
}
