package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.cresset.nn.Linear;
import org.cresset.optim.GradScaler;
import org.cresset.optim.SGD;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training in autocast, with the loss scaled. */
class PrecisionTest {
    @TempDir
    private Path folder;

    private static final TensorDataset DATA = new TensorDataset(
            Tensor.linspace(-1, 1, 32, DType.FLOAT32).reshape(32, 1),
            Tensor.linspace(-2, 2, 32, DType.FLOAT32).reshape(32, 1));

    /** A loss whose gradients are too small for float16, and a rate that makes up for it. */
    private static Linear fitted(boolean lower, GradScaler scaler, int accumulate) {
        Linear model = new Linear(1, 1, true);
        model.weight.detach().fill_(0.5);
        model.bias.detach().fill_(0.25);
        Trainer trainer = new Trainer(
                model,
                model::forward,
                (y, t) -> y.sub(t).to(DType.FLOAT32).square().mean().mul(1e-8),
                new SGD(model.parameters(), 2e7));
        if (lower) {
            trainer.autocast(DType.FLOAT16, scaler);
        }
        trainer.accumulate(accumulate).fit(DataLoader.of(DATA).batchSize(8).build(), null, 5);
        return model;
    }

    @Test
    void smallGradientsDoNotVanish() {
        double expected = fitted(false, null, 1).weight.item();
        assertThat(expected).isGreaterThan(1.5);
        assertThat(fitted(true, null, 1).weight.item()).as("without a scaler").isEqualTo(0.5);
        GradScaler scaler = new GradScaler();
        assertThat(fitted(true, scaler, 1).weight.item()).isCloseTo(expected, within(0.01));
        assertThat(fitted(true, new GradScaler(), 3).weight.item())
                .isCloseTo(fitted(false, null, 3).weight.item(), within(0.01));
    }

    @Test
    void stepsThatOverflowAreLeftOut() {
        GradScaler scaler = new GradScaler(1e18, 2, 0.5, 2000, true);
        Linear model = fitted(true, scaler, 1);
        assertThat(scaler.getScale()).isLessThan(1e18);
        assertThat(model.weight.item()).isFinite().isGreaterThan(0.5);
    }

    private static SmallRun.Ready run(Path to) {
        return SmallRun.trainer(true, to);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void aResumedRunEqualsOneThatNeverStopped(DType lower) {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        GradScaler[] scalers = {
            new GradScaler(1 << 20, 2, 0.5, 7, true), new GradScaler(1 << 20, 2, 0.5, 7, true), new GradScaler()
        };
        boolean scaled = lower == DType.FLOAT16;
        List<EpochResult> all = run(whole)
                .run(4, t -> t.autocast(lower, scaled ? scalers[0] : null).clipGradNorm(1));
        run(parts).run(1, t -> t.autocast(lower, scaled ? scalers[1] : null).clipGradNorm(1));
        run(parts).run(4, t -> t.autocast(lower, scaled ? scalers[2] : null).clipGradNorm(1));
        assertThat(parts.resolve(Trainer.STATE)).hasSameBinaryContentAs(whole.resolve(Trainer.STATE));
        assertThat(all.getLast().loss()).isLessThan(all.getFirst().loss());
        if (scaled) {
            assertThat(scalers[2].getScale()).isEqualTo(scalers[0].getScale()).isNotEqualTo(1 << 20);
            assertThatThrownBy(() -> run(whole).run(5, t -> t))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("grad_scaler");
        }
    }

    @Test
    void stepsAreClippedInTheScaleOfTheParameters() {
        for (boolean lower : new boolean[] {false, true}) {
            Linear model = new Linear(1, 1, true);
            double before = model.weight.item();
            double bias = model.bias.item();
            Trainer trainer = new Trainer(
                    model,
                    model::forward,
                    (y, t) -> y.sub(t.add(50)).to(DType.FLOAT32).square().mean(),
                    new SGD(model.parameters(), 1));
            if (lower) {
                trainer.autocast(DType.FLOAT16, new GradScaler(64, 2, 0.5, 2000, true));
            }
            trainer.clipGradNorm(0.125).fit(DataLoader.of(DATA).batchSize(32).build(), null, 1);
            assertThat(Math.hypot(model.weight.item() - before, model.bias.item() - bias))
                    .isCloseTo(0.125, within(1e-4));
        }
        assertThatThrownBy(() -> run(folder).run(1, t -> t.clipGradNorm(0))).hasMessageContaining("more than 0");
        assertThatThrownBy(() -> run(folder).run(1, t -> t.autocast(DType.FLOAT32)))
                .hasMessageContaining("expected bfloat16 or float16");
    }
}
