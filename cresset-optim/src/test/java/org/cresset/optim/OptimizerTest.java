package org.cresset.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.GradCheck;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all optimizers have in common; their trajectories are compared with PyTorch's elsewhere. */
class OptimizerTest {
    private static Optimizer create(String name, Map<String, ?> options, Tensor... params) {
        return Optimizers.create(name, options, ParamGroup.of(List.of(params)));
    }

    private static Map<String, Object> options(String name) {
        return name.equals("SGD") ? Map.of("lr", 0.1, "momentum", 0.9) : Map.of("lr", 0.01);
    }

    /** One step by the gradient {@code 2 p + wave}. */
    private static void step(Optimizer o, int t, Tensor... params) {
        for (Tensor p : params) {
            p.setGrad(p.detach().mul(2).add(Math.sin(t)));
        }
        if (o instanceof LBFGS) {
            o.step(() -> {
                Tensor sum = Tensor.zeros().to(params[0].dtype());
                o.zeroGrad();
                for (Tensor p : params) {
                    sum = sum.add(p.square().sum().add(p.sum().mul(Math.sin(t))));
                }
                sum.backward();
                return sum;
            });
        } else {
            o.step();
        }
    }

    private static Tensor weights() {
        return Tensor.of(1.5, -2.0, 0.25, 3.0, -0.5, 0.75).reshape(2, 3).requiresGrad(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SGD",
                "Adam",
                "AdamW",
                "Adamax",
                "NAdam",
                "RAdam",
                "Adagrad",
                "Adadelta",
                "RMSprop",
                "Rprop",
                "ASGD",
                "Adafactor",
                "Muon",
                "LBFGS"
            })
    void anotherOptimizerGoesOnFromAStateDict(String name) {
        Tensor a = weights();
        Optimizer first = create(name, options(name), a);
        for (int t = 0; t < 4; t++) {
            step(first, t, a);
        }
        Tensor b = a.detach().clone().requiresGrad(true);
        Optimizer second = create(name, Map.of(), b);
        second.loadStateDict(first.stateDict());
        for (int t = 4; t < 8; t++) {
            step(first, t, a);
            step(second, t, b);
            assertThat(b.toDoubleArray()).isEqualTo(a.toDoubleArray());
        }
        assertThat(second.paramGroups().getFirst().lr())
                .isEqualTo(first.paramGroups().getFirst().lr());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SGD",
                "Adam",
                "AdamW",
                "Adamax",
                "NAdam",
                "RAdam",
                "Adagrad",
                "Adadelta",
                "RMSprop",
                "Rprop",
                "ASGD",
                "Adafactor"
            })
    void memoryOrderDoesNotMatter(String name) {
        Tensor a = weights();
        Tensor b = a.detach().t().contiguous().t().requiresGrad(true);
        Tensor c = Tensor.zeros(2, 6)
                .to(DType.FLOAT64)
                .get(Index.ALL, Index.slice(0L, 6L, 2L))
                .requiresGrad(true);
        Autograd.noGrad(() -> {
            c.copy_(a);
        });
        Optimizer o = create(name, options(name), a, b, c);
        for (int t = 0; t < 4; t++) {
            step(o, t, a, b, c);
        }
        assertThat(b.toDoubleArray()).isEqualTo(a.toDoubleArray());
        assertThat(c.toDoubleArray()).isEqualTo(a.toDoubleArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Adamax", "RAdam", "NAdam"})
    void longParametersAreUpdatedAsShortOnes(String name) {
        float[] values = new float[150_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7) * 0.3f - 1;
        }
        Tensor large = Tensor.from(values, values.length).requiresGrad(true);
        Tensor small = Tensor.from(Arrays.copyOf(values, 7), 7).requiresGrad(true);
        Optimizer o = create(name, options(name), large, small);
        for (int t = 0; t < 6; t++) {
            step(o, t, large, small);
        }
        double[] all = large.toDoubleArray();
        double[] some = small.toDoubleArray();
        for (int i = 0; i < all.length; i++) {
            if (all[i] != some[i % 7]) {
                throw new AssertionError("[" + i + "] is " + all[i] + ", expected " + some[i % 7]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"SGD, FLOAT16", "Adam, BFLOAT16", "AdamW, FLOAT16", "RMSprop, BFLOAT16"})
    void smallFloatsAreUpdated(String name, DType dtype) {
        Tensor a = weights();
        Tensor b = a.detach().to(dtype).requiresGrad(true);
        Optimizer o = create(name, Map.of("lr", 0.05), a, b);
        for (int t = 0; t < 3; t++) {
            step(o, t, a, b);
        }
        assertThat(b.dtype()).isEqualTo(dtype);
        assertThat(b.sub(a).abs().max().item()).isLessThan(0.05);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Rprop", "Adadelta"})
    void complexNumbersArePairsOfReals(String name) {
        Tensor real = weights().detach().requiresGrad(true);
        Tensor complex = real.detach()
                .to(DType.COMPLEX128)
                .add(real.detach().flip(0).mul(Dense.wrappedComplex(0, 1)))
                .requiresGrad(true);
        Tensor flipped = real.detach().flip(0).contiguous().requiresGrad(true);
        Optimizer o = create(name, options(name), real, flipped, complex);
        for (int t = 0; t < 4; t++) {
            real.setGrad(real.detach().mul(2).add(t));
            flipped.setGrad(flipped.detach().mul(2));
            complex.setGrad(complex.detach().mul(2).add(t));
            o.step();
        }
        assertThat(complex.detach().real().toDoubleArray()).isEqualTo(real.toDoubleArray());
        assertThat(complex.detach().imag().toDoubleArray()).isEqualTo(flipped.toDoubleArray());
    }

    @Test
    void groupsHaveTheirOwnOptionsAndCanBeAdded() {
        Tensor a = weights();
        Tensor b = weights();
        SGD o = new SGD(SGD.options().lr(0.5), ParamGroup.of(List.of(a)));
        o.addParamGroup(ParamGroup.of(List.of(b), SGD.options().lr(0.25)));
        a.setGrad(a.detach().onesLike());
        b.setGrad(b.detach().onesLike());
        o.step();
        assertThat(a.toDoubleArray()[0]).isEqualTo(1);
        assertThat(b.toDoubleArray()[0]).isEqualTo(1.25);
        assertThat(o.paramGroups()).hasSize(2);
        assertThatThrownBy(() -> o.addParamGroup(ParamGroup.of(List.of(a))))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("was given before");
        assertThatThrownBy(() -> o.addParamGroup(ParamGroup.of(List.of()))).hasMessageContaining("empty");
        assertThatThrownBy(() -> o.addParamGroup(ParamGroup.of(List.of(a.mul(2)))))
                .hasMessageContaining("only leaves");
        assertThatThrownBy(() -> o.addParamGroup(
                        ParamGroup.of(List.of(weights()), Adam.options().eps(1))))
                .hasMessageContaining("no option eps");
    }

    @ParameterizedTest
    @CsvSource({
        "SGD, lr, -1",
        "SGD, momentum, -0.1",
        "Adam, eps, -1",
        "AdamW, weight_decay, -1",
        "RMSprop, alpha, -1",
        "Adadelta, rho, 2",
        "Adagrad, lr_decay, -1",
        "NAdam, momentum_decay, -1",
        "SparseAdam, lr, 0"
    })
    void optionsOutOfRangeAreNamed(String optimizer, String option, double value) {
        assertThatThrownBy(() -> create(optimizer, Map.of(option, value), weights()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(optimizer)
                .hasMessageContaining(option);
    }

    @Test
    void wrongCallsAreNamed() {
        assertThatThrownBy(() -> new SGD(List.of(weights()), SGD.options().nesterov(true)))
                .hasMessageContaining("nesterov");
        assertThatThrownBy(() -> new Adam(List.of(weights()), Adam.options().betas(0.9, 1)))
                .hasMessageContaining("betas");
        assertThatThrownBy(() -> Optimizers.create("Sgd", Map.of(), ParamGroup.of(List.of(weights()))))
                .hasMessageContaining("Sgd");
        assertThatThrownBy(() -> Optimizers.create("SGD", Map.of("rate", 1), ParamGroup.of(List.of(weights()))))
                .hasMessageContaining("no option rate");
        assertThatThrownBy(() -> new LBFGS(List.of(weights()), 1).step()).hasMessageContaining("step(closure)");
        assertThatThrownBy(() -> new SGD(SGD.options())).hasMessageContaining("no parameters");
    }

    @Test
    void aStateOfOtherParametersIsRefused() {
        Adam one = new Adam(List.of(weights()), 0.1);
        Adam two = new Adam(List.of(weights(), weights()), 0.1);
        assertThatThrownBy(() -> two.loadStateDict(one.stateDict()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("hasn't the 2 parameters");
        assertThatThrownBy(() -> one.loadStateDict(Map.of())).hasMessageContaining("state");
    }

    @Test
    void stateDictsHavePyTorchsLayout() {
        Tensor a = weights().detach().to(DType.FLOAT32).requiresGrad(true);
        Adam o = new Adam(List.of(a, weights()), 0.1);
        a.setGrad(a.detach().onesLike());
        o.step();
        Map<String, Object> dict = o.stateDict();
        assertThat(dict.keySet()).containsExactly("state", "param_groups");
        Map<?, ?> state = (Map<?, ?>) dict.get("state");
        assertThat(state).hasSize(1); // the other parameter had no gradient
        Map<?, ?> first = (Map<?, ?>) state.get(0L);
        assertThat(first.keySet().toString()).isEqualTo("[step, exp_avg, exp_avg_sq]");
        assertThat(((Tensor) first.get("step")).dtype()).isEqualTo(DType.FLOAT32);
        Map<?, ?> group = (Map<?, ?>) ((List<?>) dict.get("param_groups")).getFirst();
        assertThat(group.get("params")).isEqualTo(List.of(0L, 1L));
        assertThat(group.keySet().toString())
                .isEqualTo(
                        "[lr, betas, eps, weight_decay, amsgrad, maximize, foreach, capturable, differentiable, fused,"
                                + " decoupled_weight_decay, params]");
    }

    @Test
    void hooksRunAroundEachStepUntilTheyAreRemoved() {
        List<String> calls = new ArrayList<>();
        Tensor a = weights();
        SGD o = new SGD(List.of(a), 0.1);
        var before = o.registerStepPreHook(() -> calls.add("before " + a.toDoubleArray()[0]));
        var after = o.registerStepPostHook(() -> calls.add("after " + a.toDoubleArray()[0]));
        a.setGrad(a.detach().onesLike().mul(5));
        o.step();
        before.remove();
        o.step();
        after.remove();
        o.step();
        assertThat(calls).containsExactly("before 1.5", "after 1.0", "after 0.5");
    }

    @Test
    void aClosureIsRecordedAndItsLossReturned() {
        Tensor a = weights();
        SGD o = new SGD(List.of(a), 0.1);
        Tensor loss = Autograd.noGrad(() -> o.step(() -> {
            o.zeroGrad();
            Tensor l = a.square().sum();
            l.backward();
            return l;
        }));
        assertThat(loss.item()).isEqualTo(16.125);
        assertThat(a.toDoubleArray()[0]).isEqualTo(1.2);
    }

    @Test
    void gradientsAreTakenAwayOrZeroed() {
        Tensor a = weights();
        SGD o = new SGD(List.of(a), 0.1);
        a.setGrad(a.detach().onesLike());
        o.zeroGrad(false);
        assertThat(a.grad().toDoubleArray()).containsOnly(0);
        o.zeroGrad();
        assertThat(a.grad()).isNull();
        o.step();
        assertThat(a.toDoubleArray()[0]).isEqualTo(1.5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SGD",
                "Adam",
                "AdamW",
                "Adamax",
                "NAdam",
                "RAdam",
                "Adagrad",
                "Adadelta",
                "RMSprop",
                "Rprop",
                "ASGD"
            })
    void differentiableStepsHaveGradients(String name) {
        Map<String, Object> options = new LinkedHashMap<>(options(name));
        options.put("differentiable", true);
        if (name.startsWith("Adam") && !name.equals("Adamax")) {
            options.put("amsgrad", true);
        }
        GradCheck.gradcheck(
                in -> {
                    Tensor p = in[0].clone();
                    Optimizer o = create(name, options, p);
                    for (int t = 0; t < 3; t++) {
                        p.setGrad(p.clone().mul(in[1]).add(0.3 * t + 0.5));
                        o.step();
                    }
                    return new Tensor[] {p.square()};
                },
                Tensor.of(1.5, -2.0, 0.75).requiresGrad(true),
                Tensor.of(0.5, 1.25, 2.0).requiresGrad(true));
    }

    @Test
    void differentiableStepsGiveTheSameNumbers() {
        for (String name : List.of("SGD", "Adam", "AdamW", "RMSprop", "NAdam")) {
            Tensor a = weights();
            Optimizer plain = create(name, options(name), a);
            Map<String, Object> options = new LinkedHashMap<>(options(name));
            options.put("differentiable", true);
            Tensor b = weights().clone();
            Optimizer recorded = create(name, options, b);
            for (int t = 0; t < 3; t++) {
                step(plain, t, a);
                step(recorded, t, b);
            }
            assertThat(b.sub(a).abs().max().item()).as(name).isLessThan(1e-14);
        }
    }
}
