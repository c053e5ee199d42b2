package org.cresset.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Func;
import org.cresset.autograd.GradCheck;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of both orders, batches, dtypes and special values; the numbers themselves are tested in the emitter. */
class SpecialFunctionsTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private static Tensor between(double low, double high, long... shape) {
        return Tensor.zeros(shape).to(DType.FLOAT64).uniform_(low, high, Generator.ofSeed(11));
    }

    private void check(String name, Func.Many f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> {
            Tensor[] leaves = inputs.clone();
            for (int i = 0; i < leaves.length; i++) {
                leaves[i] = leaves[i].requiresGrad(true);
            }
            GradCheck.gradcheck(f, leaves);
            GradCheck.gradgradcheck(f, leaves);
            GradCheck.DEFAULT.forward(f, leaves);
        }));
    }

    private void unary(String name, UnaryOperator<Tensor> f, double low, double high) {
        check(name, in -> new Tensor[] {f.apply(in[0])}, between(low, high, 2, 3));
        tests.add(DynamicTest.dynamicTest(name + " of batches and half precision", () -> {
            Tensor x = between(low, high, 3, 4);
            assertThat(Func.vmap(f).apply(x).sub(f.apply(x)).abs().max().item()).isZero();
            Tensor half = x.to(DType.BFLOAT16);
            Tensor want = f.apply(half.to(DType.FLOAT64)).to(DType.BFLOAT16);
            Tensor got = f.apply(half);
            assertThat(got.dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(got.to(DType.FLOAT64).toDoubleArray())
                    .containsExactly(
                            want.to(DType.FLOAT64).toDoubleArray(),
                            within(1e-2 * want.abs().max().item()));
        }));
    }

    private void binary(String name, BinaryOperator<Tensor> f, Tensor a, Tensor b) {
        check(name, in -> new Tensor[] {f.apply(in[0], in[1])}, a, b);
    }

    @TestFactory
    List<DynamicTest> ofOneNumber() {
        unary("i0", Tensor::i0, -3, 3);
        unary("i0e", Special::i0e, 0.3, 3);
        unary("i1", Special::i1, -3, 3);
        unary("i1e", Special::i1e, 0.3, 3);
        unary("bessel_j0", Special::besselJ0, 0.5, 12);
        unary("bessel_j1", Special::besselJ1, 0.5, 12);
        unary("bessel_y0", Special::besselY0, 0.5, 12);
        unary("bessel_y1", Special::besselY1, 0.5, 12);
        unary("modified_bessel_k0", Special::modifiedBesselK0, 0.5, 4);
        unary("modified_bessel_k1", Special::modifiedBesselK1, 0.5, 4);
        unary("scaled_modified_bessel_k0", Special::scaledModifiedBesselK0, 0.5, 4);
        unary("scaled_modified_bessel_k1", Special::scaledModifiedBesselK1, 0.5, 4);
        unary("spherical_bessel_j0", Special::sphericalBesselJ0, 0.8, 4);
        unary("erfcx", Special::erfcx, -1, 3);
        unary("ndtr", Special::ndtr, -2, 2);
        unary("ndtri", Special::ndtri, 0.2, 0.8);
        unary("log_ndtr", Special::logNdtr, -2, 2);
        unary("entr", Special::entr, 0.3, 2);
        unary("sinc", Tensor::sinc, 0.2, 1.7);
        unary("deg2rad", Tensor::deg2rad, -90, 90);
        unary("rad2deg", Tensor::rad2deg, -2, 2);
        unary("mvlgamma", x -> x.mvlgamma(3), 1.5, 4);
        unary("logcumsumexp", x -> x.logcumsumexp(-1), -2, 2);
        return tests;
    }

    @TestFactory
    List<DynamicTest> ofTwoNumbers() {
        Tensor a = between(0.4, 2, 2, 3);
        Tensor b = between(0.5, 3, 3);
        binary("xlogy", Tensor::xlogy, a, b);
        binary("xlog1py", Special::xlog1py, a, b);
        binary("logaddexp", Tensor::logaddexp, a, b);
        binary("logaddexp2", Tensor::logaddexp2, a, b);
        binary("fmax", Tensor::fmax, a, b);
        binary("fmin", Tensor::fmin, a, b);
        binary("ldexp", Tensor::ldexp, a, b);
        binary("polar", Tensor::polar, a, b);
        Tensor fixed = a.add(1);
        check("igamma", in -> new Tensor[] {fixed.igamma(in[0])}, b);
        check("igammac", in -> new Tensor[] {fixed.igammac(in[0])}, b);
        check("zeta", in -> new Tensor[] {Special.zeta(fixed.add(1), in[0])}, b);
        Tensor c = Tensor.complex(between(-1, 1, 4), between(-3, 3, 4).flip(0));
        check("complex logcumsumexp", in -> new Tensor[] {in[0].logcumsumexp(0)}, c);
        check("complex logsumexp", in -> new Tensor[] {in[0].logsumexp(new long[] {0}, false)}, c);
        check("complex sinc", in -> new Tensor[] {in[0].sinc()}, c);
        check("view_as_real", in -> new Tensor[] {in[0].viewAsReal().mul(2)}, c);
        check("view_as_complex", in -> new Tensor[] {in[0].viewAsComplex()}, between(-1, 1, 3, 2));
        return tests;
    }

    private static double[] of(UnaryOperator<Tensor> f, double... x) {
        return f.apply(Tensor.of(x)).toDoubleArray();
    }

    @Test
    void specialValues() {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        assertThat(of(Special::entr, 0, -1, inf)).containsExactly(0, -inf, -inf);
        assertThat(of(Special::erfcx, -inf, inf, 0)).containsExactly(inf, 0, 1);
        assertThat(of(Special::ndtri, 0, 1, 0.5, 2)).containsExactly(-inf, inf, 0, nan);
        assertThat(of(Special::logNdtr, -inf, 0)[1]).isCloseTo(-Math.log(2), within(1e-15));
        assertThat(of(Special::modifiedBesselK0, 0, -1, inf)).containsExactly(inf, nan, 0);
        assertThat(of(Tensor::sinc, 0, -0.0)).containsExactly(1, 1);
        Tensor zero = Tensor.of(0.0, 0.0, 1.0, 2.0);
        Tensor y = Tensor.of(0.0, nan, 0.0, -1.0);
        assertThat(zero.xlogy(y).toDoubleArray()).containsExactly(0, nan, -inf, nan);
        assertThat(Tensor.of(inf, -inf, inf)
                        .logaddexp(Tensor.of(inf, -inf, -inf))
                        .toDoubleArray())
                .containsExactly(inf, -inf, inf);
        assertThat(Tensor.of(nan, 1, nan).fmax(Tensor.of(1, nan, nan)).toDoubleArray())
                .containsExactly(1, 1, nan);
        assertThat(Tensor.of(-2.0, 0.0, 3.0, nan)
                        .heaviside(Tensor.of(5.0, 5.0, 5.0, 5.0))
                        .toDoubleArray())
                .containsExactly(0, 5, 1, 0);
        assertThat(Tensor.of(nan, inf, -inf, 1).nanToNum(0.5, null, -7.0).toDoubleArray())
                .containsExactly(0.5, Double.MAX_VALUE, -7, 1);
    }

    @Test
    void partsAndNeighbours() {
        Tensor[] parts = Tensor.of(0, 1, -3, Double.MIN_VALUE).frexp();
        assertThat(parts[0].toDoubleArray()).containsExactly(0, 0.5, -0.75, 0.5);
        assertThat(parts[1].dtype()).isEqualTo(DType.INT32);
        assertThat(parts[1].toLongArray()).containsExactly(0, 1, 2, -1073);
        for (DType t : List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)) {
            Tensor one = Tensor.of(1.0, 1.0, 1.0).to(t);
            Tensor next = one.nextafter(Tensor.of(2.0, 1.0, 0.0).to(t));
            assertThat(next.sub(one).to(DType.FLOAT64).toDoubleArray()).containsExactly(t.eps(), 0, -t.eps() / 2);
        }
        assertThat(Tensor.of(-4L, 0L, 12L).gcd(Tensor.of(6L, -5L, 18L)).toLongArray())
                .containsExactly(2, 5, 6);
        assertThat(Tensor.of(-4L, 0L, 12L).lcm(Tensor.of(6L, -5L, 18L)).toLongArray())
                .containsExactly(12, 0, 36);
    }

    @Test
    void gradientsWhereFormulasDivideByZero() {
        Tensor x = Tensor.of(0.0).requiresGrad(true);
        Special.i1(x)
                .add(Special.besselJ1(x))
                .add(x.sinc())
                .add(Special.sphericalBesselJ0(x))
                .backward();
        assertThat(x.grad().item()).isEqualTo(1);
    }

    @Test
    void missingDerivativesAreSaid() {
        Tensor x = Tensor.of(0.5).requiresGrad(true);
        assertThatThrownBy(() -> Special.airyAi(x).backward()).hasMessageContaining("airy_ai");
        Tensor a = Tensor.of(0.5).requiresGrad(true);
        assertThatThrownBy(() -> a.igamma(Tensor.of(1.0)).backward()).hasMessageContaining("igamma");
    }
}
