package org.cresset.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.random.Generator;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables of which few rows are used, whose gradient is a tensor but is made only when somebody looks at it: all must be, bit
 * for bit, as if it had been made at once, which it is where rows are taken by an index.
 */
class UnusedRowsTest {
    private static final Tensor BAGS = Tensor.of(3L, 17L, 3L, 39L, 0L, 17L).reshape(2, 3);

    private static Tensor table(DType dtype) {
        return Autograd.noGrad(() -> Tensor.arange(0, 80, 1, DType.FLOAT32)
                        .div(7)
                        .sin()
                        .reshape(40, 2)
                        .to(dtype))
                .requiresGrad(true);
    }

    private static Tensor embedded(Tensor table) {
        return Functional.embedding(BAGS, table);
    }

    private static Tensor embeddedBags(Tensor table) {
        return Functional.embeddingBag(BAGS, table, null, null, 2, false, "mean", false, null, false, null);
    }

    private static Tensor picked(Tensor table) {
        return table.indexSelect(0, BAGS.reshape(-1)).reshape(2, 3, 2);
    }

    private static Tensor pickedBags(Tensor table) {
        Tensor zeros = Tensor.zeros(Shape.of(2, 2), table.dtype());
        Tensor third = Tensor.full(Shape.of(6, 1), 1, table.dtype()).div(3);
        return zeros.indexAdd(
                0,
                Tensor.of(0L, 0L, 0L, 1L, 1L, 1L),
                table.indexSelect(0, BAGS.reshape(-1)).mul(third));
    }

    private static Tensor loss(Tensor looked) {
        return looked.mul(looked).sin().sum();
    }

    private static boolean hasRows(Tensor table) {
        return ((Dense) table).gradient().rows() != null;
    }

    static Stream<Function<List<Tensor>, Optimizer>> optimizers() {
        return Stream.of(
                p -> new SGD(p, 0.1),
                p -> new SGD(p, SGD.options().lr(0.1).maximize(true)),
                p -> new SGD(p, SGD.options().lr(0.1).momentum(0.9)),
                p -> new SGD(p, SGD.options().lr(0.1).weightDecay(0.1)),
                p -> new Adagrad(p, Adagrad.options().lr(0.1).lrDecay(0.2)),
                p -> new Adam(p, 0.1),
                p -> new AdamW(p, AdamW.options().lr(0.1)));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void trainingIsTheSame(Function<List<Tensor>, Optimizer> make) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            same(dtype, 0, make, UnusedRowsTest::embedded, UnusedRowsTest::picked);
            double rounding = dtype == DType.FLOAT64 ? 0 : 1e-6; // of bags of floats products are added without it
            same(dtype, rounding, make, UnusedRowsTest::embeddedBags, UnusedRowsTest::pickedBags);
        }
    }

    private static void same(
            DType dtype,
            double tolerance,
            Function<List<Tensor>, Optimizer> make,
            Function<Tensor, Tensor> few,
            Function<Tensor, Tensor> all) {
        Tensor a = table(dtype);
        Tensor b = table(dtype);
        Optimizer forA = make.apply(List.of(a));
        Optimizer forB = make.apply(List.of(b));
        for (int step = 0; step < 4; step++) {
            forA.zeroGrad();
            forB.zeroGrad();
            loss(few.apply(a)).backward();
            loss(all.apply(b)).backward();
            assertThat(hasRows(a)).isTrue();
            assertThat(hasRows(b)).isFalse();
            forA.step();
            forB.step();
            assertThat(a.detach().toDoubleArray()).containsExactly(b.detach().toDoubleArray(), within(tolerance));
        }
    }

    @Test
    void theGradientIsATensor() {
        Tensor a = table(DType.FLOAT32);
        Tensor b = table(DType.FLOAT32);
        loss(embedded(a)).backward();
        loss(picked(b)).backward();
        assertThat(a.sparseGrad()).isNull();
        Tensor g = Objects.requireNonNull(a.grad());
        assertThat(g.toFloatArray())
                .containsExactly(Objects.requireNonNull(b.grad()).toFloatArray());
        assertThat(a.grad()).isSameAs(g);
        g.zero_(); // it is the gradient, not a copy
        new SGD(List.of(a), 1).step();
        assertThat(a.detach().toFloatArray())
                .containsExactly(table(DType.FLOAT32).detach().toFloatArray());
    }

    @Test
    void gradientsAddUp() {
        List<BiFunction<Tensor, Integer, Tensor>> uses = List.of(
                (t, i) -> loss(embedded(t)),
                (t, i) -> loss(embeddedBags(t)),
                (t, i) -> t.mul(i).sum(),
                (t, i) -> Functional.embedding(BAGS, t, null, null, 2, false, true)
                        .sum());
        List<BiFunction<Tensor, Integer, Tensor>> alike = List.of(
                (t, i) -> loss(picked(t)),
                (t, i) -> loss(pickedBags(t)),
                (t, i) -> t.mul(i).sum(),
                (t, i) -> picked(t).sum());
        Generator g = Generator.ofSeed(3);
        for (int trial = 0; trial < 50; trial++) {
            Tensor a = table(DType.FLOAT64);
            Tensor b = table(DType.FLOAT64);
            int count = (int) g.uniformLong(1, 12);
            for (int k = 0; k < count; k++) {
                int use = (int) g.uniformLong(0, 4);
                uses.get(use).apply(a, k).backward();
                alike.get(use).apply(b, k).backward();
            }
            Tensor sum = Objects.requireNonNull(((Dense) a).gradient().asTensor());
            assertThat(sum.sub(b.grad()).abs().max().item()).isLessThan(1e-12);
        }
    }

    @Test
    void whoeverLooksSeesATensor() {
        Tensor a = table(DType.FLOAT32);
        Tensor[] seen = new Tensor[1];
        Autograd.registerHook(a, g -> {
            seen[0] = g;
            return g;
        });
        loss(embedded(a)).backward();
        assertThat(seen[0].shape()).isEqualTo(a.shape());
        assertThat(hasRows(a)).isFalse();
    }

    @Test
    void boundsAndScalesLookAtTheRows() {
        Tensor a = table(DType.FLOAT64);
        Tensor b = table(DType.FLOAT64);
        loss(embedded(a)).backward();
        loss(picked(b)).backward();
        double norm = Clip.clipGradNorm(List.of(a), 0.01);
        assertThat(norm).isEqualTo(Clip.clipGradNorm(List.of(b), 0.01), within(1e-12));
        assertThat(hasRows(a)).isTrue();
        assertThat(a.grad().sub(b.grad()).abs().max().item()).isLessThan(1e-12);
    }

    @Test
    void tablesThatAreMostlyUsedGetATensorAtOnce() {
        Tensor a = table(DType.FLOAT32);
        Functional.embedding(Tensor.arange(20), a).sum().backward();
        assertThat(hasRows(a)).isFalse();
    }
}
