package org.cresset.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.nn.BatchNorm1d;
import org.cresset.nn.Linear;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Averages of weights, and bounds for gradients. */
class AveragedModelTest {
    private static Map<String, Tensor> weight(double... values) {
        return Map.of("weight", Tensor.of(values));
    }

    @Test
    void equalWeights() {
        AveragedModel m = AveragedModel.swa(weight(100, 100), Map.of(), false);
        m.updateParameters(weight(1, 2), Map.of());
        m.updateParameters(weight(3, 6), Map.of());
        m.updateParameters(weight(5, 1), Map.of());
        assertThat(m.parameters().get("weight").toDoubleArray()).containsExactly(3, 3);
        assertThat(m.nAveraged()).isEqualTo(3);
    }

    @Test
    void exponentialWeightsGoOnFromAStateDict() {
        AveragedModel m = AveragedModel.ema(weight(0), Map.of(), 0.75, false);
        m.updateParameters(weight(8), Map.of());
        m.updateParameters(weight(4), Map.of());
        AveragedModel other = AveragedModel.ema(weight(-1), Map.of(), 0.75, false);
        other.loadStateDict(m.stateDict());
        m.updateParameters(weight(0), Map.of());
        other.updateParameters(weight(0), Map.of());
        assertThat(m.parameters().get("weight").item()).isEqualTo(5.25);
        assertThat(other.parameters().get("weight").item()).isEqualTo(5.25);
        assertThat(m.stateDict().keySet()).containsExactlyInAnyOrder("n_averaged", "module.weight");
    }

    @Test
    void theModelIsntChangedUntilTheAveragesAreCopiedToIt() {
        Map<String, Tensor> model = weight(1, 2);
        AveragedModel m = AveragedModel.swa(model, Map.of(), false);
        m.updateParameters(weight(5, 6), Map.of());
        assertThat(model.get("weight").toDoubleArray()).containsExactly(1, 2);
        m.copyTo(model, Map.of());
        assertThat(model.get("weight").toDoubleArray()).containsExactly(5, 6);
    }

    @Test
    void ofAModel() {
        Linear net = new Linear(2, 1, false);
        AveragedModel m = AveragedModel.swa(net);
        for (double v : new double[] {1, 3}) {
            Autograd.noGrad(() -> {
                net.weight.fill_(v);
            });
            m.updateParameters(net);
        }
        m.copyTo(net);
        assertThat(net.weight.toDoubleArray()).containsExactly(2, 2);
        assertThat(net.weight.requiresGrad()).isTrue();
        assertThat(AveragedModel.ema(net, 0.9).parameters().keySet()).containsExactly("weight");
    }

    @Test
    void runningStatisticsAreThoseOfAllBatches() {
        BatchNorm1d norm = new BatchNorm1d(1);
        norm.train(false);
        List<Tensor> batches = List.of(
                Tensor.of(1f, 3f).reshape(2, 1),
                Tensor.of(10f, 20f).reshape(2, 1),
                Tensor.of(4f, 4f).reshape(2, 1));
        AveragedModel.updateBn(batches, norm, norm::forward);
        assertThat(norm.runningMean.item()).isCloseTo((2 + 15 + 4) / 3.0, offset(1e-6));
        assertThat(norm.runningVar.item()).isCloseTo((2 + 50) / 3.0, offset(1e-5));
        assertThat(norm.numBatchesTracked.itemLong()).isEqualTo(3);
        assertThat(norm.isTraining()).isFalse();
        norm.train();
        norm.forward(batches.get(1)); // with its own momentum again
        assertThat(norm.runningMean.item()).isCloseTo(7 * 0.9 + 15 * 0.1, offset(1e-6));
        AveragedModel.updateBn(batches, new Linear(1, 1), x -> x);
    }

    @Test
    void wrongCallsAreNamed() {
        AveragedModel m = AveragedModel.swa(weight(1, 2), Map.of(), false);
        assertThatThrownBy(() -> m.updateParameters(Map.of(), Map.of()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("weight is missing");
        assertThatThrownBy(() -> m.updateParameters(weight(1), Map.of())).hasMessageContaining("shape");
        assertThatThrownBy(() -> AveragedModel.ema(weight(1), Map.of(), 1.5, false))
                .hasMessageContaining("decay");
        assertThatThrownBy(() -> m.loadStateDict(Map.of())).hasMessageContaining("n_averaged");
    }

    @Test
    void normsAreOfAllGradientsTogether() {
        Tensor a = Tensor.of(0.0, 0.0).requiresGrad(true);
        Tensor b = Tensor.of(0.0).requiresGrad(true);
        Tensor none = Tensor.of(0.0).requiresGrad(true);
        a.setGrad(Tensor.of(3.0, 0.0));
        b.setGrad(Tensor.of(4.0));
        assertThat(Clip.clipGradNorm(List.of(a, none, b), 10)).isEqualTo(5);
        assertThat(a.grad().toDoubleArray()).containsExactly(3, 0);
        assertThat(Clip.clipGradNorm(List.of(a, b), 1)).isEqualTo(5);
        assertThat(b.grad().item()).isCloseTo(0.8, offset(1e-6));
        a.setGrad(Tensor.of(Double.NaN, 0.0));
        assertThatThrownBy(() -> Clip.clipGradNorm(List.of(a), 1, 2, true)).hasMessageContaining("NaN");
        b.setGrad(Tensor.of(4.0));
        Clip.clipGradValue(List.of(b, none), 0.5);
        assertThat(b.grad().item()).isEqualTo(0.5);
        assertThat(Clip.clipGradNorm(List.of(none), 1)).isZero();
    }
}
