package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;

/** Reductions over any dimensions in any layout, against loops. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class ReductionProperties {
    /** A reduction and the same on the plain list of what is reduced. */
    private record Case(
            String name,
            BiFunction<Tensor, long[], Tensor> tensor,
            BiFunction<double[], Integer, Double> plain,
            boolean ofEmpty) {}

    private static final List<Case> CASES = List.of(
            new Case("sum", (t, d) -> t.sum(d, true), (v, n) -> Arrays.stream(v).sum(), true),
            new Case(
                    "mean",
                    (t, d) -> t.mean(d, true),
                    (v, n) -> Arrays.stream(v).sum() / n,
                    true),
            new Case(
                    "amax",
                    (t, d) -> t.amax(d, true),
                    (v, n) -> Arrays.stream(v).max().getAsDouble(),
                    false),
            new Case(
                    "amin",
                    (t, d) -> t.amin(d, true),
                    (v, n) -> Arrays.stream(v).min().getAsDouble(),
                    false),
            new Case("norm", (t, d) -> t.norm(2, d, true), (v, n) -> Math.sqrt(sumOfSquares(v, 0)), true),
            new Case("var", (t, d) -> t.var(d, 1, true), (v, n) -> variance(v), true),
            new Case("std", (t, d) -> t.std(d, 1, true), (v, n) -> Math.sqrt(variance(v)), true),
            new Case("logsumexp", (t, d) -> t.logsumexp(d, true), (v, n) -> logSumExp(v), false));

    private static double sumOfSquares(double[] v, double around) {
        return Arrays.stream(v).map(x -> (x - around) * (x - around)).sum();
    }

    private static double variance(double[] v) {
        double mean = Arrays.stream(v).sum() / v.length;
        return v.length < 2 ? Double.NaN : sumOfSquares(v, mean) / (v.length - 1);
    }

    private static double logSumExp(double[] v) {
        return Math.log(Arrays.stream(v).map(Math::exp).sum());
    }

    /** The elements that come together at each index of the result, which keeps reduced dimensions with size 1. */
    private static List<double[]> groups(Grid g, long[] dims) {
        long[] result = g.shape().clone();
        for (long d : dims) {
            result[(int) d] = 1;
        }
        List<List<Double>> lists = new ArrayList<>();
        Grid.forEach(result, i -> lists.add(new ArrayList<>()));
        Grid.forEach(g.shape(), i -> {
            long[] to = new long[i.length];
            Arrays.setAll(to, d -> result[d] == 1 ? 0 : i[d]);
            lists.get((int) Grid.flat(result, to)).add(g.at(i));
        });
        return lists.stream().map(l -> l.stream().mapToDouble(v -> v).toArray()).toList();
    }

    @Property
    void overSomeDimensions(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0);
        Random r = new Random(seed);
        long[] dims = IntStream.range(0, shape.length)
                .filter(d -> r.nextBoolean() || d == seed % shape.length)
                .asLongStream()
                .toArray();
        Assume.that(dims.length > 0);
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.FLOAT64));
        List<double[]> groups = groups(g, dims);
        for (Case c : CASES) {
            if (!c.ofEmpty && Grid.count(shape) == 0) {
                continue;
            }
            double[] got = c.tensor.apply(t, dims).toDoubleArray();
            assertThat(got).as(c.name).hasSize(groups.size());
            for (int i = 0; i < got.length; i++) {
                double want = c.plain.apply(groups.get(i), groups.get(i).length);
                if (Double.isNaN(want)) {
                    assertThat(got[i]).as(c.name).isNaN();
                } else {
                    assertThat(got[i]).as(c.name).isCloseTo(want, within(1e-12 * Math.max(1, Math.abs(want))));
                }
            }
        }
    }

    @Property
    void overEverythingInEveryDtype(
            @ForAll long[] shape, @ForAll long seed, @ForAll Layout layout, @ForAll DType dtype) {
        Grid g = Grid.random(shape, seed);
        if (dtype == DType.BOOL || dtype.isComplex()) {
            return;
        }
        Tensor t = layout.of(g.tensor(dtype));
        double sum = Arrays.stream(g.values()).sum();
        assertThat(t.sum().item()).isCloseTo(sum, within(sum * dtype.eps()));
        assertThat(t.countNonzero(null).itemLong()).isEqualTo(g.values().length);
        if (g.values().length > 0) {
            double max = Arrays.stream(g.values()).max().getAsDouble();
            assertThat(t.max().item()).isEqualTo(max);
            assertThat(t.min().item()).isEqualTo(Arrays.stream(g.values()).min().getAsDouble());
            assertThat(t.flatten().get(t.argmax()).item()).isEqualTo(max);
        }
    }

    @Property
    void scansAreRunningTotals(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0);
        int dim = new Random(seed).nextInt(shape.length);
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.FLOAT64));
        Grid sums = Grid.of(t.cumsum(dim));
        Grid products = Grid.of(t.cumprod(dim));
        Grid most = Grid.of(t.cummax(dim)[0]);
        Grid.forEach(shape, i -> {
            double sum = 0;
            double product = 1;
            double max = 0;
            for (long k = 0; k <= i[dim]; k++) {
                long[] at = i.clone();
                at[dim] = k;
                sum += g.at(at);
                product *= g.at(at);
                max = Math.max(max, g.at(at));
            }
            assertThat(sums.at(i)).isEqualTo(sum);
            assertThat(products.at(i)).isEqualTo(product);
            assertThat(most.at(i)).isEqualTo(max);
        });
    }

    @Property
    void softmaxAddsUpToOne(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0 && Grid.count(shape) > 0);
        int dim = new Random(seed).nextInt(shape.length);
        Tensor t = layout.of(Grid.random(shape, seed).tensor(DType.FLOAT64));
        Tensor s = t.softmax(dim);
        assertThat(s.sum(new long[] {dim}, false).sub(1).abs().max().item()).isLessThan(1e-12);
        assertThat(s.log().sub(t.logSoftmax(dim)).abs().max().item()).isLessThan(1e-12);
    }

    @Example
    void longSumsKeepTheirDigits() {
        int n = 1 << 22;
        Tensor t = Tensor.full(Shape.of(n), 0.1, DType.FLOAT32);
        assertThat(t.sum().item()).isCloseTo((double) 0.1f * n, within(2.0));
        assertThat(t.mean().item()).isCloseTo(0.1f, within(5e-7));
        // A variance around a mean that is large against it.
        Tensor far = Tensor.arange(1000).to(DType.FLOAT32).remainder(2).add(10_000);
        assertThat(far.var().item()).isCloseTo(0.25025, within(1e-4));
    }

    @Example
    void notANumberGoesThrough() {
        Tensor t = Tensor.of(1f, Float.NaN, 3f);
        assertThat(t.max().item()).isNaN();
        assertThat(t.min().item()).isNaN();
        assertThat(t.sum().item()).isNaN();
        assertThat(t.argmax().itemLong()).isEqualTo(1);
    }

    @Example
    void emptyReductions() {
        Tensor e = Tensor.zeros(0, 3);
        assertThat(e.sum().item()).isZero();
        assertThat(e.prod().item()).isEqualTo(1);
        assertThat(e.mean().item()).isNaN();
        assertThat(e.sum(0).toFloatArray()).containsExactly(0, 0, 0);
        assertThat(e.all().itemBoolean()).isTrue();
        assertThat(e.any().itemBoolean()).isFalse();
        assertThatThrownBy(e::max).isInstanceOf(CressetException.class).hasMessageContaining("max");
        assertThatThrownBy(() -> e.max(0, false)).isInstanceOf(CressetException.class);
    }
}
