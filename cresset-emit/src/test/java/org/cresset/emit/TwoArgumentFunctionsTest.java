package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Incomplete gamma functions, zeta and polynomials: values by mpmath with 40 digits, and what happens at the edges. */
class TwoArgumentFunctionsTest {
    private static void check(double a, double x, double lower, double upper) {
        close(IncompleteGamma.lower(a, x), lower);
        close(IncompleteGamma.upper(a, x), upper);
    }

    private static void close(double got, double want) {
        assertThat(got).isCloseTo(want, within(1e-11 * Math.abs(want)));
    }

    @Test
    void incompleteGammaInAllItsRegions() {
        check(0.5, 0.2, 0.4729107431344619, 0.5270892568655381);
        check(0.01, 0.0001, 0.9172143470922541, 0.08278565290774591);
        check(3.0, 10.0, 0.9972306042844884, 0.002769395715511576);
        check(10.0, 3.0, 0.0011024881301154798, 0.9988975118698845);
        check(100.0, 110.0, 0.8417213299399129, 0.15827867006008708);
        check(10000.0, 10100.0, 0.8413487504471796, 0.15865124955282037);
        check(10000000.0, 10001000.0, 0.6241211835055523, 0.37587881649444765);
        check(10000000.0, 9997000.0, 0.17139353340097208, 0.8286064665990279);
        check(0.3, 40.0, 1.0, 1.0556514939798348e-19);
    }

    @Test
    void incompleteGammaAtTheEdges() {
        double inf = Double.POSITIVE_INFINITY;
        assertThat(IncompleteGamma.lower(0, 1)).isEqualTo(1);
        assertThat(IncompleteGamma.lower(0, 0)).isNaN();
        assertThat(IncompleteGamma.lower(2, 0)).isZero();
        assertThat(IncompleteGamma.upper(2, 0)).isEqualTo(1);
        assertThat(IncompleteGamma.lower(inf, 3)).isZero();
        assertThat(IncompleteGamma.lower(3, inf)).isEqualTo(1);
        assertThat(IncompleteGamma.lower(inf, inf)).isNaN();
        assertThat(IncompleteGamma.lower(-1, 1)).isNaN();
        assertThat(IncompleteGamma.lower(1, -1)).isNaN();
    }

    @Test
    void zetaAlsoLeftOfZero() {
        close(Special.zeta(2, -3.5), 9.620879298050347);
        close(Special.zeta(3, -25.25), -62.011799567938475);
        close(Special.zeta(1.5, 0.1), 34.0529755150756);
        close(Special.zeta(30, 2), 9.313274324196682e-10);
        close(Special.zeta(2.5, 1e9), 2.1081851083600583e-14);
        assertThat(Special.zeta(1, 3)).isInfinite();
        assertThat(Special.zeta(0.5, 3)).isNaN();
        assertThat(Special.zeta(2, -4)).isInfinite();
        assertThat(Special.zeta(2.5, -4.5)).isNaN();
    }

    @Test
    void polygammaOfLowOrders() {
        close(Special.polygamma(1, -3.3), 14.817739525515929);
        close(Special.polygamma(2, -0.4), 21.287168462856535);
        close(Special.polygamma(3, 0.7), 25.879149678427737);
        close(Special.polygamma(5, 20), 8.48426620615823e-06);
    }

    @Test
    void chebyshevPolynomialsAreSinesAndCosines() {
        for (int n = 0; n < 12; n++) {
            for (double x : new double[] {-0.9, -0.2, 0.3, 0.99}) {
                double a = Math.acos(x);
                assertThat(Orthogonal.chebyshevT(x, n)).isCloseTo(Math.cos(n * a), within(1e-12));
                assertThat(Orthogonal.chebyshevU(x, n)).isCloseTo(Math.sin((n + 1) * a) / Math.sin(a), within(1e-11));
                assertThat(Orthogonal.chebyshevV(x, n))
                        .isCloseTo(Math.cos((n + 0.5) * a) / Math.cos(a / 2), within(1e-11));
                assertThat(Orthogonal.chebyshevW(x, n))
                        .isCloseTo(Math.sin((n + 0.5) * a) / Math.sin(a / 2), within(1e-11));
                assertThat(Orthogonal.shiftedChebyshevT((x + 1) / 2, n)).isCloseTo(Math.cos(n * a), within(1e-12));
            }
        }
        assertThat(Orthogonal.chebyshevT(1.5, 4)).isCloseTo(8 * 5.0625 - 8 * 2.25 + 1, within(1e-12));
    }

    @Test
    void otherPolynomialsByTheirFormulas() {
        double x = 0.7;
        assertThat(Orthogonal.hermiteH(x, 3)).isCloseTo(8 * x * x * x - 12 * x, within(1e-13));
        assertThat(Orthogonal.hermiteHe(x, 4)).isCloseTo(Math.pow(x, 4) - 6 * x * x + 3, within(1e-13));
        assertThat(Orthogonal.laguerreL(x, 2)).isCloseTo((x * x - 4 * x + 2) / 2, within(1e-14));
        assertThat(Orthogonal.legendreP(x, 3)).isCloseTo((5 * x * x * x - 3 * x) / 2, within(1e-14));
    }

    @Test
    void degreesThatAreNone() {
        assertThat(Orthogonal.chebyshevT(2, -1)).isZero();
        assertThat(Orthogonal.laguerreL(2, Double.NaN)).isZero();
        assertThat(Orthogonal.legendreP(2, Double.POSITIVE_INFINITY)).isZero();
        assertThat(Orthogonal.hermiteH(2, 2.9)).isEqualTo(Orthogonal.hermiteH(2, 2));
    }
}
