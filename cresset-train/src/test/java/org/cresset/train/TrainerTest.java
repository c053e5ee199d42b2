package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.cresset.io.Safetensors;
import org.cresset.nn.Linear;
import org.cresset.optim.SGD;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training loop: what it computes, when it stops, what it tells. */
class TrainerTest {
    @TempDir
    private Path folder;

    private static Tensor squares(Tensor out, Tensor target) {
        return out.sub(target).square().mean();
    }

    private static Tensor line() {
        return Tensor.arange(8).to(DType.FLOAT32).reshape(8, 1);
    }

    @Test
    void anEpochIsTheLoopThatOneWouldWrite() {
        Tensor.manualSeed(1);
        Linear model = new Linear(1, 1);
        Tensor w = model.weight.detach().clone();
        Trainer trainer = new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 0.01));
        TensorDataset data = new TensorDataset(line(), line().mul(2));
        EpochResult result =
                trainer.fit(DataLoader.of(data).batchSize(8).build(), null, 1).getFirst();

        Tensor.manualSeed(1);
        Linear same = new Linear(1, 1);
        assertThat(same.weight.detach().equalTo(w)).isTrue();
        Tensor loss = squares(same.forward(line()), line().mul(2));
        loss.backward();
        new SGD(same.parameters(), 0.01).step();
        assertThat(result.loss()).isEqualTo(loss.item());
        assertThat(model.weight.detach().equalTo(same.weight.detach())).isTrue();
        assertThat(result.validationLoss()).isNaN();
        assertThat(result.seconds()).isPositive();
    }

    @Test
    void accumulatedBatchesGiveTheStepOfALargeOne() {
        List<Tensor> weights = new ArrayList<>();
        for (int batches : new int[] {1, 4}) {
            Tensor.manualSeed(1);
            Linear model = new Linear(1, 1);
            TensorDataset data = new TensorDataset(line(), line().mul(2));
            new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 0.01))
                    .accumulate(batches)
                    .fit(DataLoader.of(data).batchSize(8 / batches).build(), null, 1);
            weights.add(model.weight.detach());
        }
        assertThat(weights.get(1).item()).isCloseTo(weights.get(0).item(), within(1e-6));
        assertThatThrownBy(
                        () -> new Trainer(new Linear(1, 1), t -> t, TrainerTest::squares, anyOptimizer()).accumulate(0))
                .hasMessageContaining("0 batches");
    }

    private static SGD anyOptimizer() {
        return new SGD(List.of(Tensor.zeros(1).requiresGrad(true)), 0.1);
    }

    @Test
    void aLossThatIsNoNumberStopsTheRun() {
        Linear model = new Linear(1, 1);
        Trainer trainer = new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 1e20));
        TensorDataset data = new TensorDataset(line(), line().mul(2));
        assertThatThrownBy(() -> trainer.fit(DataLoader.of(data).batchSize(4).build(), null, 50))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("the loss became")
                .hasMessageContaining("epoch")
                .hasMessageContaining("batch")
                .hasMessageContaining("learning rate");
    }

    @Test
    void noBatchesAndNoPlaceAreErrors() throws IOException {
        Linear model = new Linear(1, 1);
        Trainer trainer = new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 0.1));
        TensorDataset data = new TensorDataset(line(), line());
        assertThatThrownBy(() -> trainer.fit(
                        DataLoader.of(data).batchSize(9).dropLast(true).build(), null, 1))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("no batch");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> trainer.checkpoints(file.resolve("in"))
                        .fit(DataLoader.of(data).build(), null, 1))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(file + " is no directory");
        assertThatThrownBy(() -> trainer.checkpointEvery(-1)).hasMessageContaining("-1 batches");
    }

    @Test
    void withoutAValidationSetTheLatestWeightsAreKept() {
        Linear model = new Linear(1, 1);
        // The loss grows from the second epoch on.
        new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 0.08))
                .checkpoints(folder)
                .fit(
                        DataLoader.of(new TensorDataset(line(), line().mul(2)))
                                .batchSize(8)
                                .build(),
                        null,
                        5);
        assertThat(Safetensors.load(folder.resolve(Trainer.BEST)).get("weight").equalTo(model.weight.detach()))
                .isTrue();
    }

    @Test
    void stopsEarlyAndKeepsTheBestWeights() {
        Linear model = new Linear(1, 1, false);
        model.weight.detach().fill_(0);
        // The best weight for the validation set, 1, lies on the way to that for the training set, 2.
        TensorDataset train = new TensorDataset(line(), line().mul(2));
        TensorDataset validation = new TensorDataset(line(), line());
        Trainer trainer = new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 2e-3))
                .patience(3)
                .checkpoints(folder);
        List<EpochResult> results = trainer.fit(
                DataLoader.of(train).batchSize(8).build(),
                DataLoader.of(validation).batchSize(3).build(),
                1000);
        assertThat(results.size()).isLessThan(200);
        double best =
                results.stream().mapToDouble(EpochResult::validationLoss).min().orElseThrow();
        assertThat(results.get(results.size() - 4).validationLoss()).isEqualTo(best);
        Tensor kept = Safetensors.load(folder.resolve(Trainer.BEST)).get("weight");
        assertThat(kept.item()).isCloseTo(1, within(0.05));
        assertThat(model.weight.item()).isGreaterThan(kept.item());
    }

    @Test
    void validationCountsEachExampleOnce() {
        Linear model = new Linear(2, 2, false);
        model.weight.detach().copy_(Tensor.eye(2, DType.FLOAT32));
        Tensor x = Tensor.of(1f, 0, 0, 1, 1, 0, 0, 1, 5, 1).reshape(5, 2);
        Tensor target = Tensor.of(0L, 1, 0, 0, 0);
        Trainer trainer = new Trainer(model, model::forward, SmallRun::loss, anyOptimizer());
        Trainer.Evaluation e = trainer.evaluate(
                DataLoader.of(new TensorDataset(x, target)).batchSize(2).build());
        assertThat(e.accuracy()).isEqualTo(0.8);
        assertThat(e.loss()).isCloseTo(SmallRun.loss(x, target).item(), within(1e-6));
        assertThat(model.isTraining()).isFalse();
    }

    @Test
    void progressIsToldAndPrinted() {
        AtomicInteger batches = new AtomicInteger();
        List<Integer> epochs = new ArrayList<>();
        Linear model = new Linear(1, 1);
        TensorDataset data = new TensorDataset(line(), line());
        new Trainer(model, model::forward, TrainerTest::squares, new SGD(model.parameters(), 1e-3))
                .progress(new Progress() {
                    @Override
                    public void batchDone(double loss) {
                        batches.incrementAndGet();
                    }

                    @Override
                    public void epochDone(EpochResult result) {
                        epochs.add(result.epoch());
                    }
                })
                .fit(DataLoader.of(data).batchSize(3).build(), null, 2);
        assertThat(batches).hasValue(6);
        assertThat(epochs).containsExactly(1, 2);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        LineProgress lines = new LineProgress(new PrintStream(text, true, StandardCharsets.UTF_8));
        lines.epochBegins(1, 2, 3);
        lines.epochDone(new EpochResult(1, 0.5, 0.25, 0.875, 1.5));
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("1")
                .contains("0.5")
                .contains("0.25");
    }
}
