package org.cresset.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.utils.Utils;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private static final class Encoder extends Module {
        final Linear fc = new Linear(4, 3);
    }

    private static final class Net extends Module {
        final Encoder encoder = new Encoder();
        final Linear head = new Linear(3, 2);

        Tensor forward(Tensor x) {
            return head.forward(encoder.fc.forward(x).relu());
        }
    }

    @BeforeEach
    void seed() {
        Tensor.manualSeed(1);
    }

    @Test
    void errorsNameTheLayerByItsPath() {
        Net net = new Net();
        assertThatThrownBy(() -> net.forward(Tensor.ones(2, 5)))
                .isInstanceOf(CressetException.class)
                .hasMessageStartingWith("Net.encoder.fc (Linear): linear: ")
                .extracting(e -> ((CressetException) e).kind())
                .isEqualTo(CressetException.Kind.RUNTIME);
    }

    @Test
    void namesAndParts() {
        Net net = new Net();
        assertThat(net.namedModules().keySet()).containsExactly("", "encoder", "encoder.fc", "head");
        assertThat(net.namedParameters().keySet())
                .containsExactly("encoder.fc.weight", "encoder.fc.bias", "head.weight", "head.bias");
        assertThat(net.submodule("encoder.fc")).isSameAs(net.encoder.fc);
        assertThatThrownBy(() -> net.submodule("encoder.nothing")).isInstanceOf(CressetException.class);
    }

    @Test
    void forwardHooksSeeAndReplace() {
        Net net = new Net();
        List<String> seen = new ArrayList<>();
        var first = net.encoder.fc.registerForwardPreHook((m, in) -> {
            seen.add("before");
            return new Object[] {((Tensor) in[0]).mul(0)};
        });
        net.encoder.fc.registerForwardHook((m, in, out) -> {
            seen.add("after");
            return ((Tensor) out).mul(0).add(1);
        });
        Tensor y = net.forward(Tensor.ones(1, 4));
        assertThat(seen).containsExactly("before", "after");
        assertThat(y.allclose(net.head.forward(Tensor.ones(1, 3)), 0, 0, false)).isTrue();
        first.remove();
        net.forward(Tensor.ones(1, 4));
        assertThat(seen).containsExactly("before", "after", "after");
    }

    @Test
    void backwardHooksSeeGradientsOfBothSides() {
        Linear linear = new Linear(2, 3);
        List<Tensor> in = new ArrayList<>();
        List<Tensor> out = new ArrayList<>();
        linear.registerFullBackwardHook((m, gi, go) -> {
            in.add(gi[0]);
            out.add(go[0]);
            return new Tensor[] {gi[0].mul(2)};
        });
        Tensor x = Tensor.ones(1, 2).requiresGrad(true);
        linear.forward(x).sum().backward();
        assertThat(out.getFirst().toFloatArray()).containsExactly(1, 1, 1);
        Tensor expected = Tensor.ones(1, 3).matmul(linear.weight.detach());
        assertThat(in.getFirst().allclose(expected, 1e-6, 0, false)).isTrue();
        assertThat(x.grad().allclose(expected.mul(2), 1e-6, 0, false)).isTrue();
        assertThat(linear.weight.grad()).isNotNull();
    }

    @Test
    void stateDictHooks() {
        Net net = new Net();
        net.encoder.registerStateDictHook((m, state, prefix) -> state.remove(prefix + "fc.bias"));
        Map<String, Tensor> state = net.stateDict();
        assertThat(state.keySet()).containsExactly("encoder.fc.weight", "head.weight", "head.bias");
        net.registerLoadStateDictPreHook((m, s, prefix) -> s.put("encoder.fc.bias", Tensor.ones(3)));
        net.loadStateDict(state);
        assertThat(net.encoder.fc.bias.toFloatArray()).containsExactly(1, 1, 1);
    }

    @Test
    void deepCopiesAreIndependentAndKeepTies() {
        Sequential s = new Sequential(new Linear(2, 2), new ReLU());
        s.append(s.get(0));
        Sequential c = (Sequential) s.deepCopy();
        assertThat(c.get(0)).isSameAs(c.get(2)).isNotSameAs(s.get(0));
        assertThat(c.parameters()).hasSize(2);
        Tensor before = ((Linear) s.get(0)).weight.detach().clone();
        ((Linear) c.get(0)).weight.detach().zero_();
        assertThat(((Linear) s.get(0)).weight.allclose(before, 0, 0, false)).isTrue();
        assertThat(((Linear) c.get(0)).weight.requiresGrad()).isTrue();
    }

    @Test
    void functionalCallsDifferentiateWhatIsGiven() {
        Net net = new Net();
        Tensor x = Tensor.ones(1, 4);
        Tensor w = Tensor.ones(2, 3);
        Tensor g = Func.grad(v -> Stateless.functionalCall(net, Map.of("head.weight", v), false, () -> net.forward(x)
                        .sum()))
                .apply(w);
        Tensor h = net.encoder.fc.forward(x).relu().detach();
        assertThat(g.allclose(h.expand(2, 3), 1e-6, 0, false)).isTrue();
        assertThat(net.head.weight.isLeaf()).isTrue();
        assertThatThrownBy(() -> Stateless.functionalCall(net, Map.of("nothing", w), false, () -> w))
                .isInstanceOf(CressetException.class);
    }

    @Test
    void parametrizedWeightsTrainTheirOriginals() {
        Linear linear = new Linear(3, 2);
        Tensor old = linear.weight.detach().clone();
        Parametrizations.weightNorm(linear, "weight", 0L);
        assertThat(linear.stateDict().keySet())
                .containsExactly("bias", "parametrizations.weight.original0", "parametrizations.weight.original1");
        assertThat(linear.stateDict()
                        .get("parametrizations.weight.original0")
                        .shape()
                        .toArray())
                .containsExactly(2, 1);
        assertThat(linear.weight.allclose(old, 1e-6, 1e-6, false)).isTrue();
        linear.stateDict().get("parametrizations.weight.original0").mul_(2);
        Tensor y = linear.forward(Tensor.ones(1, 3));
        assertThat(y.allclose(old.mul(2).sum(1).add(linear.bias).unsqueeze(0), 1e-5, 1e-5, false))
                .isTrue();
        y.sum().backward();
        assertThat(linear.namedParameters()
                        .get("parametrizations.weight.original1")
                        .grad())
                .isNotNull();
        Parametrize.remove(linear, "weight", true);
        assertThat(linear.stateDict().keySet()).containsExactly("weight", "bias");
        assertThat(linear.weight.allclose(old.mul(2), 1e-6, 1e-6, false)).isTrue();
    }

    @Test
    void spectralNormBringsTheLargestSingularValueToOne() {
        Linear linear = new Linear(6, 5);
        Parametrizations.spectralNorm(linear, "weight", 1, 1e-12, null);
        for (int i = 0; i < 50; i++) {
            linear.forward(Tensor.ones(1, 6));
        }
        Tensor w = linear.weight.detach();
        Tensor v = Tensor.ones(6);
        for (int i = 0; i < 200; i++) {
            v = w.t().mv(w.mv(v));
            v = v.div(v.norm());
        }
        assertThat(w.mv(v).norm().item()).isBetween(0.999, 1.001);
    }

    @Test
    void lazyLayersLearnTheirSizes() {
        Sequential net = new Sequential(new LazyConv2d(4, 3), new LazyBatchNorm2d(), new Flatten(), new LazyLinear(2));
        assertThat(net.parameters()).isEmpty();
        assertThat(net.forward(Tensor.randn(2, 3, 5, 5)).shape().toArray()).containsExactly(2, 2);
        assertThat(net.stateDict().get("0.weight").shape().toArray()).containsExactly(4, 3, 3, 3);
        assertThat(net.stateDict().get("3.weight").shape().toArray()).containsExactly(2, 36);
        Sequential other =
                new Sequential(new LazyConv2d(4, 3), new LazyBatchNorm2d(), new Flatten(), new LazyLinear(2));
        other.loadStateDict(net.stateDict());
        net.eval();
        other.eval();
        Tensor x = Tensor.randn(2, 3, 5, 5);
        assertThat(other.forward(x).allclose(net.forward(x), 1e-6, 1e-6, false)).isTrue();
    }

    @Test
    void fusedBatchNormGivesTheSame() {
        Conv2d conv = new Conv2d(3, 4, 3);
        BatchNorm2d bn = new BatchNorm2d(4);
        Tensor x = Tensor.randn(2, 3, 6, 6);
        bn.forward(conv.forward(x));
        conv.eval();
        bn.eval();
        Tensor want = bn.forward(conv.forward(x));
        assertThat(Fusion.fuseConvBnEval(conv, bn).forward(x).allclose(want, 1e-5, 1e-5, false))
                .isTrue();
        ConvTranspose2d up = new ConvTranspose2d(3, 4, 2, 2);
        up.eval();
        Tensor wantUp = bn.forward(up.forward(x));
        assertThat(Fusion.fuseConvBnEval(up, bn).forward(x).allclose(wantUp, 1e-5, 1e-5, false))
                .isTrue();
    }

    @Test
    void packedSequencesEndWhereTheyEnd() {
        List<Tensor> sequences = List.of(Tensor.randn(2, 3), Tensor.randn(5, 3), Tensor.randn(1, 3));
        LSTM lstm = new LSTM(3, 4, 2, true, false, 0, true, 0);
        LSTM.PackedResult packed = lstm.forward(Utils.packSequence(sequences, false), null);
        var padded = Utils.padPackedSequence(packed.output(), true, 0, null);
        assertThat(padded.lengths().toLongArray()).containsExactly(2, 5, 1);
        for (int i = 0; i < 3; i++) {
            LSTM.Result alone = lstm.forward(sequences.get(i));
            Tensor mine =
                    padded.data().select(0, i).narrow(0, 0, sequences.get(i).size(0));
            assertThat(mine.allclose(alone.output(), 1e-5, 1e-6, false)).isTrue();
            assertThat(packed.state().h().select(1, i).allclose(alone.state().h(), 1e-5, 1e-6, false))
                    .isTrue();
            assertThat(packed.state().c().select(1, i).allclose(alone.state().c(), 1e-5, 1e-6, false))
                    .isTrue();
        }
    }

    @Test
    void summaryShowsShapesAndCounts() {
        Net net = new Net();
        assertThat(net.summary(() -> net.forward(Tensor.ones(7, 4))))
                .contains("encoder.fc")
                .contains("(7, 3)")
                .contains("23 parameters, 23 of them trained");
        assertThat(net.isTraining()).isTrue();
    }

    @Test
    void convertsAndKeepsTies() {
        Sequential s = new Sequential(new Linear(2, 2));
        s.append(s.get(0));
        s.to(DType.FLOAT64);
        assertThat(s.parameters()).hasSize(2).allMatch(p -> p.dtype() == DType.FLOAT64 && p.requiresGrad());
        Utils.vectorToParameters(Tensor.arange(6).to(DType.FLOAT64), s.parameters());
        assertThat(Utils.parametersToVector(s.parameters()).toDoubleArray()).containsExactly(0, 1, 2, 3, 4, 5);
    }
}
