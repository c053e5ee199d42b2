package org.cresset.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cresset.nn.functional.Functional.embedding;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Checkpoint;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.Embedding;
import org.cresset.nn.EmbeddingBag;
import org.cresset.nn.GradientStatistics;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of embeddings that consist of the rows used; what optimizers make of them was computed with PyTorch 2.13. */
class SparseGradientsTest {
    private static final Tensor USED = Tensor.of(1L, 4L, 1L);

    private static Tensor table() {
        return Tensor.arange(0, 12, 1, DType.FLOAT32).div(10).reshape(6, 2).requiresGrad(true);
    }

    private static Tensor rows(Tensor table, boolean sparse) {
        return embedding(USED, table, null, null, 2, false, sparse);
    }

    private static void backward(Tensor table) {
        rows(table, true)
                .mul(Tensor.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6}))
                .sum()
                .backward();
    }

    private static SparseRows grad(Tensor table) {
        return Objects.requireNonNull(table.sparseGrad());
    }

    private static void isRows(Tensor table, List<Long> indices, double... values) {
        SparseRows g = grad(table);
        assertThat(g.indices().toLongArray())
                .containsExactly(indices.stream().mapToLong(i -> i).toArray());
        assertThat(g.values().toDoubleArray()).containsExactly(values, within(1e-6));
    }

    // ---- where they come from ----

    @Test
    void anEmbeddingGivesTheRowsUsed() {
        Tensor w = table();
        backward(w);
        isRows(w, List.of(1L, 4L, 1L), 1, 2, 3, 4, 5, 6);
        assertThat(grad(w).coalesce().indices().toLongArray()).containsExactly(1, 4);
        assertThat(grad(w).coalesce().values().toDoubleArray()).containsExactly(6, 8, 3, 4);
        assertThatThrownBy(w::grad).isInstanceOf(CressetException.class).hasMessageContaining("sparseGrad()");
        backward(w);
        isRows(w, List.of(1L, 4L, 1L, 1L, 4L, 1L), 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
        w.setGrad(null);
        assertThat(w.sparseGrad()).isNull();
        assertThat(w.grad()).isNull();
    }

    @Test
    void paddingHasNone() {
        Tensor w = table();
        embedding(USED, w, 1L, null, 2, false, true).sum().backward();
        isRows(w, List.of(4L), 1, 1);
    }

    @Test
    void bagsGiveTheRowsUsed() {
        Tensor bags = Tensor.of(1L, 4L, 1L, 0L, 1L, 4L).reshape(2, 3);
        EmbeddingBag mean = new EmbeddingBag(6, 2, null, 2, false, "mean", true, table(), false, null);
        mean.forward(bags).sum().backward();
        double third = 1 / 3.0;
        isRows(
                mean.weight,
                List.of(1L, 4L, 1L, 0L, 1L, 4L),
                third,
                third,
                third,
                third,
                third,
                third,
                third,
                third,
                third,
                third,
                third,
                third);
        EmbeddingBag padded = new EmbeddingBag(6, 2, null, 2, false, "sum", true, table(), false, 1L);
        padded.forward(bags).sum().backward();
        isRows(padded.weight, List.of(4L, 0L, 4L), 1, 1, 1, 1, 1, 1);
        EmbeddingBag weighted = new EmbeddingBag(6, 2, null, 2, false, "sum", true, table(), false, null);
        Tensor weights = Tensor.of(1f, 2f, 3f, 4f, 5f, 6f).reshape(2, 3).requiresGrad(true);
        weighted.forward(bags, null, weights).sum().backward();
        isRows(weighted.weight, List.of(1L, 4L, 1L, 0L, 1L, 4L), 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6);
        Tensor dense = Objects.requireNonNull(weights.grad());
        assertThat(dense.toDoubleArray()).containsExactly(new double[] {0.5, 1.7, 0.5, 0.1, 0.5, 1.7}, within(1e-6));
        assertThatThrownBy(
                        () -> new EmbeddingBag(6, 2, null, 2, false, "max", true, table(), false, null).forward(bags))
                .hasMessageContaining("mode 'max' has no sparse gradients");
        assertThatThrownBy(() -> new EmbeddingBag(6, 2, null, 2, true, "sum", true, table(), false, null).forward(bags))
                .hasMessageContaining("scale_grad_by_freq");
        assertThatThrownBy(() -> embedding(USED, table(), null, null, 2, true, true))
                .hasMessageContaining("scale_grad_by_freq");
    }

    @Test
    void otherUsesOfTheTableMakeThemDense() {
        double[] expected = {2, 2, 8, 10, 2, 2, 2, 2, 5, 6, 2, 2};
        Tensor first = table();
        backward(first);
        first.mul(2).sum().backward();
        Tensor second = table();
        second.mul(2).sum().backward();
        backward(second);
        Tensor both = table();
        rows(both, true)
                .mul(Tensor.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6}))
                .sum()
                .add(both.mul(2).sum())
                .backward();
        for (Tensor w : List.of(first, second, both)) {
            assertThat(w.sparseGrad()).isNull();
            assertThat(Objects.requireNonNull(w.grad()).toDoubleArray()).containsExactly(expected);
        }
    }

    /** Where somebody needs a tensor, it is the one that a dense embedding gives. */
    @Test
    void elsewhereTheyAreTensors() {
        Function<Tensor, Tensor> f = w -> rows(w, true).square().sum();
        Function<Tensor, Tensor> dense = w -> rows(w, false).square().sum();
        Tensor w = table();
        assertThat(Autograd.grad(f.apply(w), w)[0].toDoubleArray())
                .containsExactly(Autograd.grad(dense.apply(w), w)[0].toDoubleArray());
        Tensor through = table();
        rows(through.mul(3), true).sum().backward();
        assertThat(Objects.requireNonNull(through.grad()).toDoubleArray())
                .containsExactly(0, 0, 6, 6, 0, 0, 0, 0, 3, 3, 0, 0);
        Tensor hooked = table();
        Autograd.registerHook(hooked, g -> g == null ? null : g.mul(2));
        rows(hooked, true).sum().backward();
        assertThat(Objects.requireNonNull(hooked.grad()).toDoubleArray())
                .containsExactly(0, 0, 4, 4, 0, 0, 0, 0, 2, 2, 0, 0);
        Tensor checkpointed = table();
        Checkpoint.checkpoint(x -> new Tensor[] {rows(x[0], true)}, checkpointed)[0]
                .sum()
                .backward();
        assertThat(Objects.requireNonNull(checkpointed.grad()).toDoubleArray())
                .containsExactly(0, 0, 2, 2, 0, 0, 0, 0, 1, 1, 0, 0);
        Tensor twice = table();
        Tensor g = Autograd.grad(
                new Tensor[] {f.apply(twice)}, new Tensor[] {twice}, new Tensor[1], false, true, false)[0];
        g.sum().backward();
        assertThat(grad(twice).toDense(6).toDoubleArray()).containsExactly(0, 0, 4, 4, 0, 0, 0, 0, 2, 2, 0, 0);
    }

    // ---- what is done with them ----

    private static double[] trained(Optimizer o, Tensor w) {
        for (int i = 0; i < 3; i++) {
            o.zeroGrad();
            backward(w);
            o.step();
        }
        return w.toDoubleArray();
    }

    private static void trains(String name, Map<String, ?> options, double... changed) {
        Tensor w = table();
        double[] expected = w.toDoubleArray();
        System.arraycopy(changed, 0, expected, 2, 2);
        System.arraycopy(changed, 2, expected, 8, 2);
        assertThat(trained(Optimizers.create(name, options, ParamGroup.of(List.of(w))), w))
                .containsExactly(expected, within(3e-6));
        // Through copies of the rows, as of other dtypes.
        Tensor half = table().detach().to(DType.BFLOAT16).requiresGrad(true);
        assertThat(trained(Optimizers.create(name, options, ParamGroup.of(List.of(half))), half))
                .containsExactly(expected, within(0.08));
        Tensor wide = table().detach().to(DType.FLOAT64).t().contiguous().t().requiresGrad(true);
        assertThat(trained(Optimizers.create(name, options, ParamGroup.of(List.of(wide))), wide))
                .containsExactly(expected, within(3e-6));
    }

    @Test
    void optimizersFollowTheRows() {
        trains("SGD", Map.of("lr", 0.1), -1.6, -2.1, -0.1, -0.3);
        trains("SGD", Map.of("lr", 0.1, "maximize", true), 2, 2.7, 1.7, 2.1);
        trains("SGD", Map.of("lr", 0.1, "momentum", 0.9), -3.166, -4.188, -0.883, -1.344);
        trains("SGD", Map.of("lr", 0.1, "momentum", 0.9, "nesterov", true), -4.6294, -6.1392, -1.6147, -2.3196);
        trains("Adagrad", Map.of("lr", 0.1), -0.0284457, 0.0715543, 0.5715543, 0.6715543);
        trains("Adagrad", Map.of("lr", 0.1, "maximize", true), 0.4284457, 0.5284457, 1.0284457, 1.1284457);
        trains(
                "Adagrad",
                Map.of("lr", 0.1, "lr_decay", 0.1, "initial_accumulator_value", 0.5),
                -0.0113746,
                0.0881811,
                0.5915863,
                0.6898769);
    }

    @Test
    void sparseAdamFollowsThem() {
        Tensor w = table();
        double[] expected = w.toDoubleArray();
        expected[2] = -0.1;
        expected[3] = 0;
        expected[8] = 0.5;
        expected[9] = 0.6;
        assertThat(trained(new SparseAdam(List.of(w), 0.1), w)).containsExactly(expected, within(1e-6));
        Tensor dense = table();
        dense.sum().backward();
        SparseAdam o = new SparseAdam(List.of(dense), 0.1);
        assertThatThrownBy(o::step).hasMessageContaining("dense gradient; use Adam");
        dense.setSparseGrad(new SparseRows(Tensor.of(6L), Tensor.ones(1, 2)));
        assertThatThrownBy(o::step)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("a gradient for row 6 of a table float32(6, 2)");
        assertThatThrownBy(() -> dense.setSparseGrad(new SparseRows(Tensor.of(0L), Tensor.ones(1, 3))))
                .hasMessageContaining("rows of float32(1, 3) don't fit a tensor of float32(6, 2)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Adam", "AdamW", "Adamax", "RMSprop", "Adadelta", "ASGD", "NAdam", "RAdam", "Rprop", "Adafactor"
            })
    void othersSayThatTheyDoNot(String name) {
        Tensor w = table();
        Optimizer o = Optimizers.create(name, Map.of("lr", 0.1), ParamGroup.of(List.of(w)));
        backward(w);
        assertThatThrownBy(o::step)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(name + " doesn't support; use SparseAdam")
                .hasMessageContaining("float32(6, 2)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SGD", "Adagrad"})
    void weightDecayIsForAllRows(String name) {
        Tensor w = table();
        Optimizer o = Optimizers.create(name, Map.of("lr", 0.1, "weight_decay", 0.1), ParamGroup.of(List.of(w)));
        backward(w);
        assertThatThrownBy(o::step).hasMessageContaining("weight_decay 0.1 with a sparse gradient");
    }

    @Test
    void clippingBoundsTheRows() {
        Tensor w = table();
        Tensor other = Tensor.of(0f).requiresGrad(true);
        other.mul(12).sum().backward();
        backward(w);
        double norm = Math.sqrt(36 + 64 + 9 + 16 + 144);
        assertThat(Clip.clipGradNorm(List.of(w, other), 1)).isCloseTo(norm, within(1e-5));
        isRows(w, List.of(1L, 4L), 6 / norm, 8 / norm, 3 / norm, 4 / norm);
        Clip.clipGradValue(List.of(w), 0.2);
        isRows(w, List.of(1L, 4L), 0.2, 0.2, 3 / norm, 0.2);
        GradientStatistics.Row row = GradientStatistics.of(new Embedding(6, 2, null, null, 2, false, true, w, false))
                .rows()
                .getFirst();
        assertThat(row.norm()).isCloseTo(Math.sqrt(3 * 0.04 + 9 / (norm * norm)), within(1e-6));
    }

    @Test
    void scaledOnesAreUnscaled() {
        Tensor w = table();
        double[] start = w.toDoubleArray();
        SGD o = new SGD(List.of(w), 0.5);
        GradScaler scaler = new GradScaler(8, 2, 0.5, 2000, true);
        scaler.scale(rows(w, true).sum()).backward();
        assertThat(scaler.step(o)).isTrue();
        scaler.update();
        double[] expected = start.clone();
        for (int i : new int[] {2, 3, 8, 9}) {
            expected[i] -= i < 4 ? 1 : 0.5;
        }
        assertThat(w.toDoubleArray()).containsExactly(expected, within(1e-6));
        o.zeroGrad();
        scaler.scale(rows(w, true).mul(Double.POSITIVE_INFINITY).sum()).backward();
        assertThat(scaler.step(o)).isFalse();
        o.zeroGrad(false);
        assertThat(grad(w).values().shape().toArray()).containsExactly(0, 2);
        o.step();
        assertThat(w.toDoubleArray()).containsExactly(expected, within(1e-6));
    }

    @Test
    void aNetOfThemLearns() {
        Embedding words = new Embedding(100, 8, null, null, 2, false, true, null, false);
        Tensor out = Tensor.zeros(8, 3).requiresGrad(true);
        SparseAdam rowsOf = new SparseAdam(words.parameters(), 0.05);
        SGD dense = new SGD(List.of(out), 0.5);
        Tensor x = Tensor.arange(60);
        Tensor y = x.remainder(3);
        double first = 0;
        double last = 0;
        for (int i = 0; i < 60; i++) {
            rowsOf.zeroGrad();
            dense.zeroGrad();
            Tensor loss = Functional.crossEntropy(words.forward(x).matmul(out), y);
            loss.backward();
            rowsOf.step();
            dense.step();
            first = i == 0 ? loss.item() : first;
            last = loss.item();
        }
        assertThat(last).isLessThan(0.1 * first);
    }
}
