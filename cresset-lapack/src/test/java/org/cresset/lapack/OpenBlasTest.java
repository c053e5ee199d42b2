package org.cresset.lapack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.data.Offset;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.junit.jupiter.api.Test;

/** Each routine on a matrix whose result is known by hand; parameters in the wrong order would show. */
class OpenBlasTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private final Lapack lapack = new OpenBlas();
    private final Arena arena = Arena.ofAuto();

    private MemorySegment of(double... v) {
        return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, v);
    }

    private static double[] values(MemorySegment m) {
        return m.toArray(ValueLayout.JAVA_DOUBLE);
    }

    @Test
    void isThereAndSaysSo() {
        assertThat(lapack.available()).as(lapack.status()).isTrue();
        assertThat(lapack.status()).contains("OpenBLAS 0.3").contains("linux-x86_64");
        assertThat(Lapack.providers()).hasSize(1);
    }

    @Test
    void productsInAllForms() {
        MemorySegment a = of(1, 2, 3, 4, 5, 6); // column by column: (2, 3) [[1, 3, 5], [2, 4, 6]]
        MemorySegment c = of(0, 0, 0, 0);
        lapack.gemm(
                DType.FLOAT64,
                Lapack.Form.PLAIN,
                Lapack.Form.TRANSPOSED,
                2,
                2,
                3,
                a.address(),
                2,
                a.address(),
                2,
                c.address(),
                2);
        assertThat(values(c)).containsExactly(35, 44, 44, 56);
        MemorySegment z = of(1, 2); // 1 + 2i
        MemorySegment w = of(0, 0);
        lapack.gemm(
                DType.COMPLEX128,
                Lapack.Form.ADJOINT,
                Lapack.Form.PLAIN,
                1,
                1,
                1,
                z.address(),
                1,
                z.address(),
                1,
                w.address(),
                1);
        assertThat(values(w)).containsExactly(5, 0);
    }

    @Test
    void factorsAndSolutions() {
        MemorySegment a = of(0, 2, 1, 3);
        MemorySegment pivots = arena.allocate(8, 4);
        assertThat(lapack.getrf(DType.FLOAT64, 2, 2, a.address(), 2, pivots.address()))
                .isZero();
        assertThat(pivots.toArray(ValueLayout.JAVA_INT)).containsExactly(2, 2);
        assertThat(values(a)).containsExactly(2, 0, 3, 1);
        MemorySegment p = of(4, 2, 2, 5);
        assertThat(lapack.potrf(DType.FLOAT64, false, 2, p.address(), 2)).isZero();
        assertThat(values(p)).containsExactly(2, 1, 2, 2);
        MemorySegment b = of(2, 5);
        lapack.trsm(DType.FLOAT64, true, false, Lapack.Form.PLAIN, false, 2, 1, p.address(), 2, b.address(), 2);
        assertThat(values(b)).containsExactly(new double[] {1, 2}, CLOSE);
        MemorySegment indefinite = of(1, 2, 2, 1);
        assertThat(lapack.potrf(DType.FLOAT64, false, 2, indefinite.address(), 2))
                .isEqualTo(2);
        MemorySegment s = of(0, 1, 1, 0);
        MemorySegment t = of(3, 4);
        assertThat(lapack.sytrf(DType.FLOAT64, false, 2, s.address(), 2, pivots.address()))
                .isZero();
        assertThat(lapack.sytrs(DType.FLOAT64, false, 2, 1, s.address(), 2, pivots.address(), t.address(), 2))
                .isZero();
        assertThat(values(t)).containsExactly(new double[] {4, 3}, CLOSE);
    }

    @Test
    void reflectorsMultiplyToQ() {
        MemorySegment a = of(3, 4, 1, 2);
        MemorySegment tau = of(0, 0);
        assertThat(lapack.geqrf(DType.FLOAT64, 2, 2, a.address(), 2, tau.address()))
                .isZero();
        MemorySegment q = of(values(a));
        assertThat(lapack.orgqr(DType.FLOAT64, 2, 2, 2, q.address(), 2, tau.address()))
                .isZero();
        assertThat(values(q)).startsWith(new double[] {-0.6, -0.8}, CLOSE);
        MemorySegment c = of(3, 4);
        assertThat(lapack.ormqr(DType.FLOAT64, true, true, 2, 1, 2, a.address(), 2, tau.address(), c.address(), 2))
                .isZero();
        assertThat(values(c)).containsExactly(new double[] {-5, 0}, CLOSE);
    }

    @Test
    void eigenvaluesAndSingularValues() {
        MemorySegment turn = of(0, 1, -1, 0); // a quarter turn: eigenvalues i and -i
        MemorySegment w = of(0, 0, 0, 0);
        MemorySegment v = of(0, 0, 0, 0);
        assertThat(lapack.geev(DType.FLOAT64, true, 2, turn.address(), 2, w.address(), v.address(), 2))
                .isZero();
        assertThat(values(w)).containsExactly(new double[] {0, 0, 1, -1}, CLOSE);
        MemorySegment h = of(2, 0, 0, 0, 0, 1, 2, 0); // complex, lower triangle of [[2, -i], [i, 2]]
        MemorySegment real = of(0, 0);
        assertThat(lapack.syevd(DType.COMPLEX128, true, false, 2, h.address(), 2, real.address()))
                .isZero();
        assertThat(values(real)[0]).isBetween(-1.0, 3.0);
        MemorySegment a = of(3, 0, 0, 0, -2, 0);
        MemorySegment s = of(0, 0);
        MemorySegment u = of(0, 0, 0, 0, 0, 0);
        MemorySegment vh = of(0, 0, 0, 0);
        assertThat(lapack.gesdd(
                        DType.FLOAT64,
                        Lapack.Vectors.SOME,
                        3,
                        2,
                        a.address(),
                        3,
                        s.address(),
                        u.address(),
                        3,
                        vh.address(),
                        2))
                .isZero();
        assertThat(values(s)).containsExactly(new double[] {3, 2}, CLOSE);
    }

    @Test
    void everyDriverFindsTheLeastSquares() {
        for (DType t : new DType[] {DType.FLOAT64, DType.COMPLEX128}) {
            boolean complex = t.isComplex();
            for (Lapack.LeastSquares driver : Lapack.LeastSquares.values()) {
                // x + y t through (0, 1), (1, 3), (2, 5): x = 1, y = 2
                MemorySegment a = complex ? of(1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 2, 0) : of(1, 1, 1, 0, 1, 2);
                MemorySegment b = complex ? of(1, 0, 3, 0, 5, 0) : of(1, 3, 5);
                MemorySegment s = of(0, 0);
                MemorySegment rank = arena.allocate(4, 4);
                assertThat(lapack.leastSquares(
                                t, driver, 3, 2, 1, a.address(), 3, b.address(), 3, 1e-12, s.address(), rank.address()))
                        .as(t + " " + driver)
                        .isZero();
                assertThat(values(b)[0]).isCloseTo(1, CLOSE);
                assertThat(values(b)[complex ? 2 : 1]).isCloseTo(2, CLOSE);
                if (driver != Lapack.LeastSquares.GELS) {
                    assertThat(rank.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
                }
            }
        }
    }
}
