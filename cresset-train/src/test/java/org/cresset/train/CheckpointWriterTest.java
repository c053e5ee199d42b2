package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.base.MemoryScope;
import org.cresset.io.Safetensors;
import org.cresset.nn.Linear;
import org.cresset.optim.AdamW;
import org.cresset.optim.AveragedModel;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are written while training goes on. */
@Timeout(60)
class CheckpointWriterTest {
    @TempDir
    private Path folder;

    private final Linear net = new Linear(3, 2);
    private final AdamW optimizer = new AdamW(net.parameters(), 1e-2);
    private final TrainingState state = new TrainingState(net, optimizer);

    private void step() {
        optimizer.zeroGrad();
        net.forward(Tensor.ones(4, 3)).square().sum().backward();
        optimizer.step();
    }

    @Test
    void aSnapshotIsTheStateOfItsMoment() throws InterruptedException {
        step();
        Path file = folder.resolve("last.safetensors");
        double[] weight = net.stateDict().get("weight").toDoubleArray();
        CountDownLatch go = new CountDownLatch(1);
        try (CheckpointWriter writer = new CheckpointWriter()) {
            writer.submit(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (MemoryScope _ = MemoryScope.open()) {
                writer.submit(file, state.snapshot(Map.of("epoch", 1)));
            }
            for (int i = 0; i < 5; i++) {
                step();
            }
            go.countDown();
        }
        assertThat(net.stateDict().get("weight").toDoubleArray()).isNotEqualTo(weight);
        double[] after = net.stateDict().get("weight").toDoubleArray();
        assertThat(state.load(file)).containsEntry("epoch", 1);
        assertThat(net.stateDict().get("weight").toDoubleArray()).isEqualTo(weight);
        for (int i = 0; i < 5; i++) {
            step();
        }
        assertThat(net.stateDict().get("weight").toDoubleArray()).isEqualTo(after);
    }

    @Test
    void errorsAreThrownByTheNextCallAndNothingIsWrittenAfterThem() {
        CheckpointWriter writer = new CheckpointWriter();
        List<String> done = new ArrayList<>();
        writer.submit(() -> {
            throw CressetException.runtime("the disk is full");
        });
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        writer.submit(() -> done.add("more"));
                        Thread.sleep(1);
                    }
                })
                .hasMessage("the disk is full");
        writer.close();
        assertThatThrownBy(() -> writer.submit(() -> {})).hasMessageContaining("closed");
    }

    @Test
    void anErrorDoesNotEndTheThread() {
        CheckpointWriter writer = new CheckpointWriter();
        writer.submit(() -> {
            throw new OutOfMemoryError("no room for a checkpoint");
        });
        assertThatThrownBy(writer::close).isInstanceOf(OutOfMemoryError.class).hasMessageContaining("no room");
    }

    @Test
    void closingWaitsAndThrowsWhatWentWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        CheckpointWriter writer = new CheckpointWriter();
        writer.submit(file.resolve("last.safetensors"), state.snapshot(Map.of()));
        assertThatThrownBy(writer::close).isInstanceOf(CressetException.class).hasMessageContaining("can't write");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theLastOnesAreKept() throws IOException {
        Path file = folder.resolve("last.safetensors");
        Files.writeString(folder.resolve("last-mine.safetensors"), "not ours");
        try (CheckpointWriter writer = new CheckpointWriter()) {
            for (int i = 1; i <= 5; i++) {
                step();
                writer.submit(file, state.snapshot(Map.of("step", i)), i, 2);
            }
        }
        assertThat(names())
                .containsExactly(
                        "last-00000004.safetensors",
                        "last-00000005.safetensors",
                        "last-mine.safetensors",
                        "last.safetensors");
        assertThat(state.load(folder.resolve("last-00000004.safetensors"))).containsEntry("step", 4);
        assertThat(file).hasSameBinaryContentAs(folder.resolve("last-00000005.safetensors"));
    }

    @Test
    void aTrainerKeepsTheLastOnesToo() throws IOException {
        SmallRun.trainer(false, folder).run(4, t -> t.keepLast(2));
        assertThat(names())
                .containsExactly(
                        "last-00000075.safetensors",
                        "last-00000100.safetensors",
                        Trainer.STATE,
                        Trainer.LOG,
                        Trainer.BEST);
    }

    @Test
    void whateverIsIncludedIsResumed() {
        Generator generator = Generator.ofSeed(3);
        Map<String, Object> scaler = new LinkedHashMap<>();
        scaler.put("scale", 65536.0);
        scaler.put("best", Double.NEGATIVE_INFINITY);
        scaler.put("growth_tracker", 7);
        scaler.put("name", "tensor:not really");
        scaler.put("nothing", null);
        Map<String, Object> loaded = new LinkedHashMap<>();
        AveragedModel average = AveragedModel.ema(net.stateDict(), Map.of(), 0.9, false);
        state.include("scaler", Stateful.of(() -> scaler, loaded::putAll))
                .include("generator", Stateful.of(generator))
                .include("average", Stateful.of(average::stateDict, s -> {
                    Map<String, Tensor> tensors = new LinkedHashMap<>();
                    s.forEach((k, v) -> tensors.put(k, (Tensor) v));
                    average.loadStateDict(tensors);
                }));
        step();
        average.updateParameters(net.stateDict(), Map.of());
        Path file = folder.resolve("last.safetensors");
        state.save(file, Map.of());
        double[] random = Tensor.zeros(4).normal_(0, 1, generator).toDoubleArray();
        double[] weight = average.parameters().get("weight").toDoubleArray();
        step();
        average.updateParameters(net.stateDict(), Map.of());
        state.load(file);
        assertThat(loaded).isEqualTo(scaler);
        assertThat(Tensor.zeros(4).normal_(0, 1, generator).toDoubleArray()).isEqualTo(random);
        assertThat(average.parameters().get("weight").toDoubleArray()).isEqualTo(weight);
        assertThat(average.nAveraged()).isEqualTo(1);
        assertThatThrownBy(() -> new TrainingState(net, optimizer).load(file))
                .hasMessageContaining("it has the parts [scaler, generator, average], expected []");
        assertThatThrownBy(() -> state.include("scaler", Stateful.of(generator)))
                .hasMessageContaining("taken");
        assertThat(Safetensors.load(file)).containsKey("other.average.module.weight");
    }

    @Test
    void valuesThatHaveNoPlaceInAFileAreNamed() {
        state.include("odd", Stateful.of(() -> Map.of("list", List.of(new Object())), s -> {}));
        assertThatThrownBy(() -> state.snapshot(Map.of()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("other.odd.list.0 is a java.lang.Object");
    }
}
