package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Elementwise operations of every length up to several vectors, in any layout and dtype, against Java's numbers. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class PointwiseProperties {
    private record Function(String name, UnaryOperator<Tensor> tensor, DoubleUnaryOperator plain) {}

    private record Operation(String name, BinaryOperator<Tensor> tensor, DoubleBinaryOperator plain) {}

    private record Whole(String name, BinaryOperator<Tensor> tensor, LongBinaryOperator plain) {}

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private static final List<Function> FUNCTIONS = List.of(
            new Function("exp", Tensor::exp, StrictMath::exp),
            new Function("expm1", Tensor::expm1, StrictMath::expm1),
            new Function("log", t -> t.abs().log(), x -> StrictMath.log(Math.abs(x))),
            new Function("log1p", t -> t.abs().log1p(), x -> StrictMath.log1p(Math.abs(x))),
            new Function("sin", Tensor::sin, StrictMath::sin),
            new Function("cos", Tensor::cos, StrictMath::cos),
            new Function("tanh", Tensor::tanh, StrictMath::tanh),
            new Function("sinh", Tensor::sinh, StrictMath::sinh),
            new Function("cosh", Tensor::cosh, StrictMath::cosh),
            new Function("atan", Tensor::atan, StrictMath::atan),
            new Function("sigmoid", Tensor::sigmoid, x -> 1 / (1 + StrictMath.exp(-x))),
            new Function("sqrt", t -> t.abs().sqrt(), x -> Math.sqrt(Math.abs(x))),
            new Function("reciprocal", Tensor::reciprocal, x -> 1 / x),
            new Function("floor", Tensor::floor, Math::floor),
            new Function("ceil", Tensor::ceil, Math::ceil),
            new Function("round", Tensor::round, Math::rint),
            new Function("trunc", Tensor::trunc, x -> x < 0 ? Math.ceil(x) : Math.floor(x)),
            new Function("sign", Tensor::sign, Math::signum),
            new Function("neg", Tensor::neg, x -> -x),
            new Function("relu", Tensor::relu, x -> Math.max(x, 0)),
            new Function("square", Tensor::square, x -> x * x));

    private static final List<Operation> OPERATIONS = List.of(
            new Operation("add", Tensor::add, Double::sum),
            new Operation("sub", Tensor::sub, (a, b) -> a - b),
            new Operation("mul", Tensor::mul, (a, b) -> a * b),
            new Operation("div", Tensor::div, (a, b) -> a / b),
            new Operation("maximum", Tensor::maximum, Math::max),
            new Operation("minimum", Tensor::minimum, Math::min),
            new Operation("atan2", Tensor::atan2, StrictMath::atan2),
            new Operation("hypot", Tensor::hypot, StrictMath::hypot),
            new Operation("pow", (a, b) -> a.abs().pow(b), (a, b) -> StrictMath.pow(Math.abs(a), b)));

    private static final List<Whole> WHOLE = List.of(
            new Whole("add", Tensor::add, Long::sum),
            new Whole("sub", Tensor::sub, (a, b) -> a - b),
            new Whole("mul", Tensor::mul, (a, b) -> a * b),
            new Whole("maximum", Tensor::maximum, Math::max),
            new Whole("bitwiseAnd", Tensor::bitwiseAnd, (a, b) -> a & b),
            new Whole("bitwiseXor", Tensor::bitwiseXor, (a, b) -> a ^ b),
            new Whole("floorDivide", Tensor::floorDivide, Math::floorDiv),
            new Whole("remainder", Tensor::remainder, Math::floorMod));

    /** Numbers that the dtype holds exactly, so that the function alone is judged; none near 0. */
    private static Tensor numbers(int n, long seed, DType dtype) {
        Random r = new Random(seed);
        double[] v = new double[n];
        Arrays.setAll(v, i -> (r.nextBoolean() ? 1 : -1) * (0.1 + 5 * r.nextDouble()));
        return Tensor.from(v, n).to(dtype);
    }

    private static void close(Tensor got, double[] want, DType dtype, String name) {
        assertThat(got.dtype()).isEqualTo(dtype);
        double[] v = got.toDoubleArray();
        assertThat(v).hasSize(want.length);
        for (int i = 0; i < v.length; i++) {
            double error = Math.abs(v[i] - want[i]) / Math.max(Math.abs(want[i]), 0x1p-14);
            assertThat(error)
                    .as("%s of %s: element %d is %s, expected %s", name, dtype, i, v[i], want[i])
                    .isLessThanOrEqualTo(4 * dtype.eps());
        }
    }

    @Property
    void functionsOfOneNumber(@ForAll @IntRange(max = 70) int n, @ForAll long seed, @ForAll Layout layout) {
        for (DType t : FLOATS) {
            Tensor x = numbers(n, seed, t);
            double[] exact = x.toDoubleArray();
            for (Function f : FUNCTIONS) {
                double[] want = Arrays.stream(exact).map(f.plain).toArray();
                close(f.tensor.apply(layout.of(x)), want, t, f.name);
            }
        }
    }

    @Property
    void functionsOfTwoNumbers(
            @ForAll @IntRange(max = 70) int n, @ForAll long seed, @ForAll Layout left, @ForAll Layout right) {
        for (DType t : FLOATS) {
            Tensor x = numbers(n, seed, t);
            Tensor y = numbers(n, seed + 1, t);
            double[] a = x.toDoubleArray();
            double[] b = y.toDoubleArray();
            for (Operation o : OPERATIONS) {
                double[] want = new double[n];
                Arrays.setAll(want, i -> o.plain.applyAsDouble(a[i], b[i]));
                if (t == DType.FLOAT16 && Arrays.stream(want).anyMatch(v -> Math.abs(v) > 60_000)) {
                    continue;
                }
                close(o.tensor.apply(left.of(x), right.of(y)), want, t, o.name);
            }
        }
    }

    @Property
    void integersWrapAround(
            @ForAll @IntRange(max = 70) int n, @ForAll long seed, @ForAll Layout layout, @ForAll DType dtype) {
        if (!dtype.isInteger()) {
            return;
        }
        Random r = new Random(seed);
        // Converting cuts off, so that every bit pattern of the narrower type comes up.
        Tensor x = Tensor.of(r.longs(n).toArray()).to(dtype);
        Tensor y = Tensor.of(r.longs(n).map(v -> v == 0 ? 1 : v).toArray()).to(dtype);
        Tensor divisor = Tensor.where(y.eq(0), y.onesLike(), y);
        long[] a = x.toLongArray();
        long[] b = divisor.toLongArray();
        for (Whole o : WHOLE) {
            long[] want = new long[n];
            Arrays.setAll(want, i -> o.plain.applyAsLong(a[i], b[i]));
            assertThat(o.tensor.apply(layout.of(x), divisor).toLongArray())
                    .as("%s of %s", o.name, dtype)
                    .isEqualTo(Tensor.of(want).to(dtype).toLongArray());
        }
    }

    @Property
    void comparisonsAreThoseOfJava(
            @ForAll @IntRange(max = 70) int n, @ForAll long seed, @ForAll Layout layout, @ForAll DType dtype) {
        if (dtype.isComplex()) {
            return;
        }
        Tensor x = Grid.random(new long[] {n}, seed).tensor(dtype);
        Tensor y = Grid.random(new long[] {n}, seed + 1).tensor(dtype);
        double[] a = x.toDoubleArray();
        double[] b = y.toDoubleArray();
        boolean[] less = new boolean[n];
        boolean[] same = new boolean[n];
        for (int i = 0; i < n; i++) {
            less[i] = a[i] < b[i];
            same[i] = a[i] == b[i];
        }
        assertThat(layout.of(x).lt(y).toBooleanArray()).isEqualTo(less);
        assertThat(y.gt(layout.of(x)).toBooleanArray()).isEqualTo(less);
        assertThat(x.eq(layout.of(y)).toBooleanArray()).isEqualTo(same);
    }

    @Property
    void convertingThereAndBack(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout, @ForAll DType to) {
        Grid g = Grid.random(shape, seed);
        if (to == DType.BOOL) {
            return;
        }
        for (DType from : DType.values()) {
            if (from != DType.BOOL) {
                Tensor t = layout.of(g.tensor(from)).to(to);
                assertThat(t.dtype()).isEqualTo(to);
                assertThat(t.to(DType.FLOAT64).toDoubleArray())
                        .as("%s to %s", from, to)
                        .isEqualTo(g.values());
            }
        }
    }

    @Example
    void specialNumbers() {
        Tensor t = Tensor.of(0.0, -0.0, Double.NaN, 1.0 / 0, -1.0 / 0);
        assertThat(t.exp().toDoubleArray()).containsExactly(1, 1, Double.NaN, 1.0 / 0, 0);
        assertThat(t.log().toDoubleArray()).containsExactly(-1.0 / 0, -1.0 / 0, Double.NaN, 1.0 / 0, Double.NaN);
        assertThat(t.sqrt().toDoubleArray()).containsExactly(0.0, -0.0, Double.NaN, 1.0 / 0, Double.NaN);
        assertThat(t.tanh().toDoubleArray()).containsExactly(0.0, -0.0, Double.NaN, 1, -1);
        assertThat(t.relu().toDoubleArray()).containsExactly(0, 0, Double.NaN, 1.0 / 0, 0);
        assertThat(t.isnan().toBooleanArray()).containsExactly(false, false, true, false, false);
        assertThat(Tensor.of(-7, 7).floorDivide(2).toIntArray()).containsExactly(-4, 3);
        assertThat(Tensor.of(-7.0, 7.0).remainder(3).toDoubleArray()).containsExactly(2, 1);
        assertThat(Tensor.of(-7.0, 7.0).fmod(3).toDoubleArray()).containsExactly(-1, 1);
    }

    @Example
    void dividingIntegersByZeroIsRefused() {
        assertThatThrownBy(() -> Tensor.of(1, 2).floorDivide(0)).isInstanceOf(CressetException.class);
        assertThatThrownBy(() -> Tensor.of(1, 2).remainder(Tensor.of(1, 0))).isInstanceOf(CressetException.class);
        assertThat(Tensor.of(1f).div(0).item()).isInfinite();
    }
}
