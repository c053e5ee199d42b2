package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.nn.Linear;
import org.cresset.optim.AdamW;
import org.cresset.optim.GradScaler;
import org.cresset.optim.Optimizer;
import org.cresset.optim.Optimizers;
import org.cresset.optim.ParamGroup;
import org.cresset.optim.schedule.ConstantLR;
import org.cresset.optim.schedule.ExponentialLR;
import org.cresset.optim.schedule.LRScheduler;
import org.cresset.optim.schedule.OneCycleLR;
import org.cresset.optim.schedule.SequentialLR;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States of every optimizer, of nested schedules and of a scaler through a file, into objects that were just made. */
class TrainingStateTest {
    @TempDir
    private Path folder;

    /** A model, its optimizer and schedule. */
    private static final class Run {
        final Linear net = new Linear(4, 3);
        final Optimizer optimizer;
        final LRScheduler schedule;
        final TrainingState state;

        Run(String name, boolean cycle) {
            Map<String, Object> options = new LinkedHashMap<>(Map.of("lr", 0.05));
            if (name.equals("SGD")) {
                options.put("momentum", 0.9);
            }
            if (name.equals("LBFGS")) {
                options.put("line_search_fn", "strong_wolfe");
                options.put("max_iter", 3);
            }
            List<Tensor> params = name.equals("Muon") ? List.of(net.weight) : net.parameters();
            optimizer = Optimizers.create(name, options, ParamGroup.of(params));
            schedule = cycle
                    ? new OneCycleLR(optimizer, OneCycleLR.options(new double[] {0.1}, 20))
                    : new SequentialLR(
                            optimizer,
                            List.of(new ConstantLR(optimizer, 0.5, 3), new ExponentialLR(optimizer, 0.9)),
                            4);
            state = new TrainingState(net, optimizer).schedule(schedule);
        }

        double step() {
            Tensor x = Tensor.randn(8, 4);
            Tensor loss = optimizer.step(() -> {
                optimizer.zeroGrad();
                Tensor l = net.forward(x).sub(x.narrow(1, 0, 3)).square().mean();
                l.backward();
                return l;
            });
            schedule.step();
            return loss.item();
        }

        double[] steps(int n) {
            double[] losses = new double[n];
            for (int i = 0; i < n; i++) {
                losses[i] = step();
            }
            return losses;
        }
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
    void everyOptimizerGoesOnBitForBit(String name) {
        boolean cycle = name.startsWith("Adam") && !name.equals("Adamax") || name.equals("SGD");
        Path file = folder.resolve("state.safetensors");
        Run one = new Run(name, cycle);
        one.steps(3);
        one.state.save(file, Map.of("step", 3));
        double[] want = one.steps(5);
        Run two = new Run(name, cycle);
        two.steps(1);
        assertThat(two.state.load(file)).containsEntry("step", 3);
        assertThat(two.steps(5)).isEqualTo(want);
        assertThat(two.net.weight.toDoubleArray()).isEqualTo(one.net.weight.toDoubleArray());
        assertThat(two.schedule.lastLr()).isEqualTo(one.schedule.lastLr());
    }

    @Test
    void aGradientScalerIsPartOfARun() {
        Path file = folder.resolve("state.safetensors");
        Linear net = new Linear(2, 1);
        AdamW optimizer = new AdamW(net.parameters(), 0.1);
        GradScaler scaler = new GradScaler(1024, 2, 0.5, 3, true);
        TrainingState state = new TrainingState(net, optimizer)
                .include("scaler", Stateful.of(scaler::stateDict, scaler::loadStateDict));
        for (int i = 0; i < 4; i++) {
            optimizer.zeroGrad();
            scaler.scale(net.forward(Tensor.ones(1, 2)).sum()).backward();
            scaler.step(optimizer);
            scaler.update();
        }
        Map<String, Object> before = scaler.stateDict();
        assertThat(before.get("scale")).hasToString("2048.0");
        state.save(file, Map.of());
        GradScaler other = new GradScaler();
        new TrainingState(net, optimizer)
                .include("scaler", Stateful.of(other::stateDict, other::loadStateDict))
                .load(file);
        assertThat(other.stateDict()).isEqualTo(before);
    }
}
