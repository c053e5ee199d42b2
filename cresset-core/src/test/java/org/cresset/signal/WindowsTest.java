package org.cresset.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.cresset.base.DType;
import org.junit.jupiter.api.Test;

/** Windows whose second half is the first one reversed. */
class WindowsTest {
    @Test
    void cosinesAndKaisersAreTheirFormulas() {
        double[] a = {0.42, 0.5, 0.08};
        double beta = 8.5;
        for (int m = 0; m < 12; m++) {
            for (boolean sym : new boolean[] {false, true}) {
                double[] w =
                        Windows.generalCosine(m, a, sym, DType.FLOAT64, false).toDoubleArray();
                double[] k = Windows.kaiser(m, beta, sym, DType.FLOAT64, false).toDoubleArray();
                assertThat(w).hasSize(m);
                assertThat(k).hasSize(m);
                int period = Math.max(1, sym ? m - 1 : m);
                for (int i = 0; i < m; i++) {
                    double x = 2 * Math.PI * i / period;
                    double expected = m == 1 ? 1 : a[0] - a[1] * Math.cos(x) + a[2] * Math.cos(2 * x);
                    assertThat(w[i]).as("point %d of %d", i, m).isCloseTo(expected, within(1e-14));
                    double r = 2.0 * i / period - 1;
                    expected = m == 1 ? 1 : bessel(beta * Math.sqrt(Math.max(0, 1 - r * r))) / bessel(beta);
                    assertThat(k[i]).as("point %d of %d", i, m).isCloseTo(expected, within(1e-12));
                    int other = sym ? m - 1 - i : (m - i) % m;
                    assertThat(w[other]).isEqualTo(w[i]);
                    assertThat(k[other]).isEqualTo(k[i]);
                }
            }
        }
    }

    /** The modified Bessel function of order 0, by its series. */
    private static double bessel(double x) {
        double term = 1;
        double sum = 1;
        for (int k = 1; k < 60; k++) {
            term *= x * x / 4 / k / k;
            sum += term;
        }
        return sum;
    }

    @Test
    void gradientsAreAskedFor() {
        assertThat(Windows.hann(9, true, null, true).requiresGrad()).isTrue();
        assertThat(Windows.hann(1, true, null, true).requiresGrad()).isTrue();
        assertThat(Windows.hann(9, false, DType.FLOAT64, false).dtype()).isEqualTo(DType.FLOAT64);
    }
}
