package org.cresset.optim.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.optim.Adam;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.cresset.optim.SGD;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Schedules: going on from a state dict, and what they refuse. Their rates are compared with PyTorch's elsewhere. */
class ScheduleTest {
    private static SGD optimizer() {
        return new SGD(
                SGD.options().lr(0.1).momentum(0.9),
                ParamGroup.of(List.of(Tensor.of(1.0))),
                ParamGroup.of(List.of(Tensor.of(2.0)), SGD.options().lr(0.01)));
    }

    private static Map<String, Function<Optimizer, LRScheduler>> all() {
        Map<String, Function<Optimizer, LRScheduler>> m = new LinkedHashMap<>();
        m.put("StepLR", o -> new StepLR(o, 3, 0.5));
        m.put("MultiStepLR", o -> new MultiStepLR(o, new long[] {2, 5, 5}, 0.5));
        m.put("ConstantLR", o -> new ConstantLR(o, 0.25, 4));
        m.put("LinearLR", o -> new LinearLR(o, 0.1, 1, 6));
        m.put("ExponentialLR", o -> new ExponentialLR(o, 0.9));
        m.put("PolynomialLR", o -> new PolynomialLR(o, 8, 2));
        m.put("CosineAnnealingLR", o -> new CosineAnnealingLR(o, 6, 0.001));
        m.put("CosineAnnealingWarmRestarts", o -> new CosineAnnealingWarmRestarts(o, 3, 2, 0.001));
        m.put("CyclicLR", o -> new CyclicLR(o, CyclicLR.options(0.001, 0.1).stepSizeUp(3)));
        m.put("OneCycleLR", o -> new OneCycleLR(o, OneCycleLR.options(new double[] {0.1, 0.2}, 30)));
        m.put("LambdaLR", o -> new LambdaLR(o, e -> Math.pow(0.9, e)));
        m.put("MultiplicativeLR", o -> new MultiplicativeLR(o, e -> 0.9));
        m.put("SWALR", o -> new SWALR(o, new double[] {0.05}, 5, "linear", -1));
        m.put(
                "SequentialLR",
                o -> new SequentialLR(o, List.of(new ConstantLR(o, 0.1, 3), new ExponentialLR(o, 0.9)), 6));
        m.put(
                "ChainedScheduler",
                o -> new ChainedScheduler(List.of(new ConstantLR(o, 0.1, 3), new ExponentialLR(o, 0.9))));
        return m;
    }

    private static double[] rates(Optimizer o) {
        return o.paramGroups().stream()
                .flatMapToDouble(g -> DoubleStream.of(g.lr(), g.number("momentum")))
                .toArray();
    }

    @TestFactory
    Stream<DynamicTest> anotherScheduleGoesOnFromAStateDict() {
        return all().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Optimizer one = optimizer();
                    LRScheduler first = e.getValue().apply(one);
                    for (int i = 0; i < 4; i++) {
                        first.step();
                    }
                    Optimizer two = optimizer();
                    LRScheduler second = e.getValue().apply(two);
                    two.loadStateDict(one.stateDict());
                    second.loadStateDict(first.stateDict());
                    for (int i = 0; i < 12; i++) {
                        assertThat(rates(two)).as("step %d", i).isEqualTo(rates(one));
                        first.step();
                        second.step();
                    }
                    assertThat(second.lastLr()).isEqualTo(first.lastLr());
                }));
    }

    @Test
    void aPlateauIsSeenAcrossAStateDict() {
        Optimizer one = optimizer();
        ReduceLROnPlateau first =
                new ReduceLROnPlateau(one, ReduceLROnPlateau.options().patience(2));
        for (double v : new double[] {1, 0.5, 0.6, 0.6}) {
            first.step(v);
        }
        Optimizer two = optimizer();
        ReduceLROnPlateau second = new ReduceLROnPlateau(two, ReduceLROnPlateau.options());
        second.loadStateDict(first.stateDict());
        first.step(0.7);
        second.step(0.7);
        assertThat(rates(one)).isEqualTo(rates(two)).startsWith(0.1 * 0.1);
    }

    @Test
    void wrongCallsAreNamed() {
        Optimizer o = optimizer();
        assertThatThrownBy(() -> new SequentialLR(o, List.of(new ConstantLR(o, 0.1, 3)), 6))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("one less than schedules");
        assertThatThrownBy(() ->
                        new ChainedScheduler(List.of(new ExponentialLR(o, 0.9), new ExponentialLR(optimizer(), 0.9))))
                .hasMessageContaining("another optimizer");
        assertThatThrownBy(() -> new CyclicLR(o, CyclicLR.options(0.1, 1).mode("square")))
                .hasMessageContaining("square");
        assertThatThrownBy(() -> new OneCycleLR(o, OneCycleLR.options(new double[] {1, 2, 3}, 10)))
                .hasMessageContaining("3");
    }

    @Test
    void momentumOfAdamIsItsFirstBeta() {
        Adam o = new Adam(List.of(Tensor.of(1.0)), 0.1);
        new OneCycleLR(o, OneCycleLR.options(new double[] {0.1}, 10));
        assertThat(o.paramGroups().getFirst().number("betas", 0)).isEqualTo(0.95);
        assertThat(o.paramGroups().getFirst().number("betas", 1)).isEqualTo(0.999);
    }
}
