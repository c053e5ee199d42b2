package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.registry.Operators;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms in place do what the plain ones do, and there is one for each that PyTorch has. */
class InPlaceFormsTest {
    /** The methods of PyTorch 2.13's {@code Tensor} that change it, without those of sparse tensors. */
    private static final String PYTORCH =
            "abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr arccos arccosh arcsin arcsinh arctan2 arctan"
                    + " arctanh asin asinh atan2 atan atanh baddbmm bernoulli bitwise_and bitwise_left_shift bitwise_not"
                    + " bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip conj_physical copysign cos"
                    + " cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv exp2 exp expm1 fill fix float_power floor"
                    + " floor_divide fmod frac gcd ge greater greater_equal gt heaviside hypot i0 igamma igammac index_add"
                    + " index_copy index_fill index_put index_reduce lcm ldexp le lerp less less_equal lgamma log10 log1p log2 log"
                    + " logical_and logical_not logical_or logical_xor logit lt masked_fill masked_scatter mul multiply mvlgamma"
                    + " nan_to_num ne neg negative nextafter not_equal polygamma pow put rad2deg reciprocal relu remainder"
                    + " renorm round rsqrt scatter scatter_add scatter_reduce sgn sigmoid sign sin sinc sinh sqrt square sub"
                    + " subtract tan tanh tril triu true_divide trunc xlogy";

    /** Those that give the tensor another shape, which tensors here don't do. */
    private static final Set<String> OF_SHAPES =
            Set.of("as_strided", "squeeze", "swapaxes", "swapdims", "t", "transpose", "unsqueeze", "resize_as");

    private static Stream<String> names() {
        return Arrays.stream(PYTORCH.split(" "));
    }

    private static List<Class<?>> kinds(Method m) {
        return List.of(m.getParameterTypes());
    }

    /** Every Java method behind the plain name has a twin with the same parameters. */
    @ParameterizedTest
    @MethodSource("names")
    void eachHasAMethod(String name) {
        Operators all = Operators.standard();
        assertThat(all.find(name + "_")).isNotNull();
        Set<String> javaNames = new TreeSet<>();
        all.methods(name).forEach(m -> javaNames.add(m.getName()));
        assertThat(javaNames).isNotEmpty();
        List<String> missing = new ArrayList<>();
        for (String java : javaNames) {
            List<List<Class<?>>> twins = new ArrayList<>();
            for (Method m : Tensor.class.getMethods()) {
                if (m.getName().equals(java + "_") && m.getReturnType() == Tensor.class) {
                    twins.add(kinds(m));
                }
            }
            assertThat(twins).as(java + "_").isNotEmpty();
            for (Method m : Tensor.class.getMethods()) {
                boolean random = java.equals("bernoulli"); // whose forms in place take a probability
                boolean plain = m.getName().equals(java) && m.getReturnType() == Tensor.class;
                if (plain && !random && !Modifier.isStatic(m.getModifiers()) && !twins.contains(kinds(m))) {
                    missing.add(java + "_" + kinds(m));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void theRegistryKnowsNoOthers() {
        Set<String> more = new TreeSet<>();
        for (Class<?> family : Tensor.class.getInterfaces()) {
            for (Method m : family.getMethods()) {
                if (m.getName().endsWith("_") && m.getReturnType() != Tensor.class) {
                    more.add(m.getName());
                }
            }
        }
        assertThat(more).as("what isn't a form in place").isEmpty();
        for (String shape : OF_SHAPES) {
            assertThat(names()).doesNotContain(shape);
        }
    }

    private static Stream<Arguments> simple() {
        return Stream.of(InPlaceOps.class, InPlaceMathOps.class, InPlaceOperandOps.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(m -> m.getName().endsWith("_")
                        && !Set.of("fill_", "copy_", "zero_").contains(m.getName())
                        && kinds(m).stream().allMatch(k -> k == Tensor.class || k == Number.class))
                .map(m -> Arguments.of(m.getName(), m));
    }

    private static Tensor data(DType t, long seed) {
        Tensor x = Tensor.zeros(3, 4).uniform_(0.2, 0.9, Generator.ofSeed(seed)).to(DType.FLOAT64);
        return switch (t) {
            case FLOAT64 -> x;
            case COMPLEX128 -> Tensor.complex(x, x.flip(0));
            case BOOL -> x.gt(0.5);
            default -> x.mul(5).add(1).to(t);
        };
    }

    private static Tensor called(Method m, String name, Tensor self, Tensor[] others) throws Exception {
        Object[] args = new Object[m.getParameterCount()];
        for (int i = 0; i < args.length; i++) {
            args[i] = m.getParameterTypes()[i] == Number.class ? (Object) 2 : others[i];
        }
        try {
            return (Tensor) Tensor.class.getMethod(name, m.getParameterTypes()).invoke(self, args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof CressetException c) {
                throw c;
            }
            throw e;
        }
    }

    /** In dtypes for which the plain form exists, the result is that of the plain form, converted, or doesn't fit. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("simple")
    void theyDoWhatThePlainOnesDo(String name, Method m) throws Exception {
        String plain = name.substring(0, name.length() - 1);
        for (DType t :
                List.of(DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.BOOL, DType.COMPLEX128, DType.BFLOAT16)) {
            Tensor x = data(t, 1);
            Tensor[] others = {data(t, 2), data(t, 3), data(t, 4), data(t, 5)};
            Tensor expected;
            try {
                expected = called(m, plain, x, others);
            } catch (CressetException e) {
                assertThatThrownBy(() -> called(m, name, data(t, 1), others)).isInstanceOf(CressetException.class);
                continue;
            }
            if (expected.dtype().category().compareTo(t.category()) > 0) {
                assertThatThrownBy(() -> called(m, name, data(t, 1), others))
                        .as("%s of %s", name, t)
                        .isInstanceOf(CressetException.class)
                        .hasMessageContaining(t.toString());
                continue;
            }
            Tensor y = data(t, 1);
            int version = y.dense("test").storage().version();
            assertThat(called(m, name, y, others)).isSameAs(y);
            assertThat(y.dense("test").storage().version()).isGreaterThan(version);
            assertThat(y.dtype()).isEqualTo(t);
            assertThat(y.toString())
                    .as("%s of %s", name, t)
                    .isEqualTo(expected.to(t).toString());
        }
    }

    /** Through a change in place, and through what its derivative saved of the values before. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("simple")
    void gradientsAreThoseOfThePlainOnes(String name, Method m) throws Exception {
        @Nullable Tensor[] grads = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            Tensor x = data(DType.FLOAT64, 1).requiresGrad(true);
            Tensor[] others = {data(DType.FLOAT64, 2), data(DType.FLOAT64, 3), data(DType.FLOAT64, 4)};
            Tensor y = x.mul(1);
            try {
                y = called(m, i == 0 ? name.substring(0, name.length() - 1) : name, y, others);
            } catch (CressetException e) {
                return; // of integers only
            }
            if (!y.dtype().isFloat() || !y.requiresGrad()) {
                return;
            }
            try {
                y.mul(data(DType.FLOAT64, 6)).sum().backward();
            } catch (CressetException e) {
                assertThat(i).as("the plain form has a derivative").isZero();
                return;
            }
            grads[i] = x.grad();
        }
        assertThat(orZeros(grads[1])).containsExactly(orZeros(grads[0]), within(1e-12));
    }

    /** Of what is constant there may be none. */
    private static double[] orZeros(@Nullable Tensor grad) {
        return grad == null ? new double[12] : grad.toDoubleArray();
    }

    private static void same(Tensor start, UnaryOperator<Tensor> inPlace, UnaryOperator<Tensor> plain) {
        Tensor y = start.clone();
        assertThat(inPlace.apply(y)).isSameAs(y);
        assertThat(y.toDoubleArray()).containsExactly(plain.apply(start).toDoubleArray());
        assertThat(y.toDoubleArray()).isNotEqualTo(start.toDoubleArray());
    }

    @Test
    void indicesSumsAndProducts() {
        Tensor x = data(DType.FLOAT64, 1);
        Tensor s = data(DType.FLOAT64, 2);
        Tensor i = Tensor.of(2L, 0L, 1L);
        Tensor all = i.unsqueeze(1).expand(3, 4);
        same(x, t -> t.indexAdd_(0, i, s), t -> t.indexAdd(0, i, s));
        same(x, t -> t.indexAdd_(0, i, s, 3), t -> t.indexAdd(0, i, s, 3));
        same(x, t -> t.indexCopy_(0, i, s), t -> t.indexCopy(0, i, s));
        same(x, t -> t.indexFill_(0, Tensor.of(1L), 7), t -> t.indexFill(0, Tensor.of(1L), 7));
        same(x, t -> t.indexReduce_(0, i, s, "amax", true), t -> t.indexReduce(0, i, s, "amax", true));
        same(x, t -> t.indexPut_(new Tensor[] {i}, s, true), t -> t.indexPut(new Tensor[] {i}, s, true));
        same(x, t -> t.scatter_(0, all, s), t -> t.scatter(0, all, s));
        same(x, t -> t.scatterAdd_(0, all, s), t -> t.scatterAdd(0, all, s));
        same(x, t -> t.scatterReduce_(0, all, s, "prod", true), t -> t.scatterReduce(0, all, s, "prod", true));
        same(x, t -> t.put_(i, i.to(DType.FLOAT64), false), t -> t.put(i, i.to(DType.FLOAT64), false));
        same(x, t -> t.maskedScatter_(t.gt(0.5), s), t -> t.maskedScatter(t.gt(0.5), s));
        same(x, t -> t.maskedFill_(t.gt(0.5), Tensor.number(3)), t -> t.maskedFill(t.gt(0.5), 3));
        same(x, t -> t.tril_(0), t -> t.tril(0));
        same(x, t -> t.triu_(1), t -> t.triu(1));
        same(x, t -> t.cumsum_(1), t -> t.cumsum(1));
        same(x, t -> t.cumprod_(0), t -> t.cumprod(0));
        same(x, t -> t.renorm_(2, 0, 0.5), t -> t.renorm(2, 0, 0.5));
        same(x, t -> t.addmm_(s, s.t().mm(s), 2, 3), t -> t.addmm(s, s.t().mm(s), 2, 3));
        same(x.get(0), t -> t.addmv_(s.t(), s.select(1, 0), 1, 1), t -> t.addmv(s.t(), s.select(1, 0), 1, 1));
        same(x, t -> t.addr_(s.select(1, 0), s.get(0), 1, 1), t -> t.addr(s.select(1, 0), s.get(0), 1, 1));
        same(x, t -> t.clamp_(0.4, 0.6), t -> t.clamp(0.4, 0.6));
        same(x, t -> t.div_(s, "floor"), t -> t.div(s, "floor"));
        same(x, t -> t.round_(1), t -> t.round(1));
        same(x, t -> t.logit_(null), t -> t.logit(null));
        same(x, t -> t.add_(s, 0.25), t -> t.add(s, 0.25));
        same(x, t -> t.lerp_(s, 0.25), t -> t.lerp(s, Tensor.number(0.25)));
    }

    private static Object byName(String name, Object... args) {
        return Objects.requireNonNull(Operators.standard().get(name).call(args));
    }

    /** By name there is only the plain form, of which the last operation computes into the tensor. */
    @Test
    void operandsThatAreOverwrittenAreReadBefore() {
        Tensor x = Tensor.of(1.0, 2, 3, 4, 5);
        Tensor later = x.narrow(0, 1, 4);
        assertThat(byName("add_", later, x.narrow(0, 0, 4))).isSameAs(later);
        assertThat(x.toDoubleArray()).containsExactly(1, 3, 5, 7, 9);
        byName("Tensor.mul_", x.flip(0), x); // of a copy
        assertThat(x.toDoubleArray()).containsExactly(1, 3, 5, 7, 9);
        Tensor square = Tensor.from(new double[] {1, 2, 3, 4}, 2, 2);
        byName("Tensor.sub_", square.t(), square);
        assertThat(square.toDoubleArray()).containsExactly(0, -1, 1, 0);
    }

    @Test
    void whatIsMadeOfSeveralOperationsReadsTheOldValues() {
        Tensor x = Tensor.of(0.3, 0.6);
        byName("logit_", x, 0.4);
        assertThat(x.toDoubleArray()).containsExactly(new double[] {Math.log(0.4 / 0.6), Math.log(1.5)}, within(1e-12));
        Tensor half = Tensor.of(1.0, 2.0).to(DType.BFLOAT16);
        byName("add_", half, Tensor.number(0.001));
        assertThat(half.to(DType.FLOAT64).toDoubleArray()).containsExactly(1, 2); // rounded as the plain form is
    }

    @Test
    void byNameTooWhatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> byName("add_", Tensor.ones(1).expand(3), Tensor.ones(3)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("add_")
                .hasMessageContaining("share one place in memory");
        assertThatThrownBy(() -> byName("add_", Tensor.ones(3), Tensor.ones(2, 3)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("the result has shape");
        assertThatThrownBy(() -> Tensor.ones(2).bitwiseNot())
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("does not exist for float32");
        assertThatThrownBy(() -> Tensor.ones(2).gcd(Tensor.ones(2)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("does not exist for float32");
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void spectraAndBack(DType t) {
        Tensor x = data(t, 3).reshape(12).cos();
        Tensor window = Tensor.of(0.5f, 1f, 1f, 0.5f).to(t);
        Tensor y = x.stft(4, window);
        assertThat(y.shape().toArray()).containsExactly(3, 13);
        assertThat(y.toString())
                .isEqualTo(Objects.requireNonNull(Operators.standard()
                                .get("stft")
                                .call(x, 4, null, null, window, true, "reflect", false, null, true))
                        .toString());
        assertThat(y.istft(4, window).toDoubleArray())
                .containsExactly(x.toDoubleArray(), within(t == DType.FLOAT32 ? 1e-5 : 1e-12));
    }

    @Test
    void heldBetweenBoundsKeepsNaNAndTheSignOfZero() {
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Tensor x = Tensor.of(Float.NaN, -0f, 0f, -3f, 5f, 0.5f, -0.5f, Float.NEGATIVE_INFINITY, 1e30f)
                    .to(t);
            double[] held = {Double.NaN, -0.0, 0, -1, 1, 0.5, -0.5, -1, 1};
            assertThat(x.clamp(-1.0, 1.0).toDoubleArray()).containsExactly(held);
            assertThat(x.clone().clamp_(-1.0, 1.0).toDoubleArray()).containsExactly(held);
            assertThat(x.clamp(0.0, null).get(1).item()).isEqualTo(-0.0);
            assertThat(x.clamp(2.0, 1.0).toDoubleArray()).containsExactly(Double.NaN, 1, 1, 1, 1, 1, 1, 1, 1);
            // nothing lies between bounds one of which is NaN
            assertThat(x.clamp(Double.NaN, 1.0).isnan().all().itemBoolean()).isTrue();
            assertThat(x.clamp(-1.0, Double.NaN).isnan().all().itemBoolean()).isTrue();
            assertThat(x.clone().clamp_(Double.NaN, null).isnan().all().itemBoolean())
                    .isTrue();
        }
    }
}
