package org.cresset.train;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.base.Workers;
import org.cresset.io.Safetensors;
import org.cresset.nn.Linear;
import org.cresset.optim.AdamW;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run repeats bit for bit, however often it is stopped in between. */
class ResumeTest {
    /** How many runs to kill; more than the usual few find rarer moments. */
    private static final int KILLS = Integer.getInteger("cresset.test.kills", 3);

    private static final int EPOCHS = 6;

    @TempDir
    private Path folder;

    private static void sameFiles(Path a, Path b) {
        for (String file : List.of(Trainer.STATE, Trainer.BEST)) {
            assertThat(a.resolve(file)).hasSameBinaryContentAs(b.resolve(file));
        }
    }

    @Test
    void theSameRunTwiceGivesTheSameBytes() {
        List<EpochResult> first = SmallRun.run(folder.resolve("a"), 3, false);
        List<EpochResult> second = SmallRun.run(folder.resolve("b"), 3, false);
        sameFiles(folder.resolve("a"), folder.resolve("b"));
        assertThat(second).usingElementComparatorIgnoringFields("seconds").isEqualTo(first);
        assertThat(first.getLast().loss()).isLessThan(first.getFirst().loss());
    }

    @Test
    void theNumberOfThreadsDoesNotMatter() {
        int threads = Workers.threads();
        SmallRun.run(folder.resolve("a"), 2, false);
        try {
            Workers.setThreads(threads == 1 ? 2 : 1);
            SmallRun.run(folder.resolve("b"), 2, false);
        } finally {
            Workers.setThreads(threads);
        }
        sameFiles(folder.resolve("a"), folder.resolve("b"));
    }

    @Test
    void aResumedRunEqualsOneThatNeverStopped() {
        List<EpochResult> whole = SmallRun.run(folder.resolve("whole"), EPOCHS, false);
        Path parts = folder.resolve("parts");
        List<EpochResult> first = SmallRun.run(parts, 1, true);
        List<EpochResult> second = SmallRun.run(parts, 4, true);
        List<EpochResult> third = SmallRun.run(parts, EPOCHS, true);
        assertThat(first).hasSize(1);
        assertThat(second).extracting(EpochResult::epoch).containsExactly(2, 3, 4);
        assertThat(third.getLast().loss()).isEqualTo(whole.getLast().loss());
        assertThat(third.getLast().accuracy()).isEqualTo(whole.getLast().accuracy());
        sameFiles(folder.resolve("whole"), parts);
        assertThat(SmallRun.run(parts, EPOCHS, true)).isEmpty();
    }

    @Test
    void aKilledRunGoesOnWhereItsCheckpointIs() throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        int epochs = 40;
        SmallRun.run(whole, epochs, false);
        Path killed = folder.resolve("killed");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < KILLS; i++) {
            Process p = start(killed, epochs);
            try (BufferedReader out = p.inputReader(StandardCharsets.UTF_8)) {
                assertThat(out.readLine()).isEqualTo("started");
                p.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
            }
            p.destroyForcibly().waitFor();
            Path last = killed.resolve(Trainer.STATE);
            if (Files.exists(last)) {
                assertThat(Safetensors.load(last)).as("seed %d", seed).containsKey("model.hidden.weight");
            }
        }
        Process p = start(killed, epochs);
        String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(output).isZero();
        sameFiles(whole, killed);
    }

    private static Process start(Path checkpoints, int epochs) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SmallRun.class.getName(),
                        checkpoints.toString(),
                        Integer.toString(epochs))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void nothingHalfWrittenIsLeftBehind() throws IOException {
        SmallRun.run(folder, 2, false);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(Trainer.STATE, Trainer.BEST, Trainer.LOG);
        }
    }

    @Test
    void whatAKilledRunHadHalfWrittenIsRemoved() throws IOException {
        Path part = Files.writeString(folder.resolve("." + Trainer.STATE + ".1a2b.part"), "half");
        Path other = Files.writeString(folder.resolve(".other.part"), "not ours");
        SmallRun.run(folder, 1, true);
        assertThat(part).doesNotExist();
        assertThat(other).exists();
    }

    /** Stops in the middle of each epoch, as an error in the data would, and goes on. */
    @Test
    void aRunStoppedWithinEpochsGoesOnThere() {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        SmallRun.run(whole, 3, false);
        for (int batches : new int[] {7, 23, 30, 15}) {
            int[] left = {batches};
            assertThatThrownBy(() -> SmallRun.trainer(true, parts)
                            .run(3, t -> t.checkpointEvery(5).progress(new Progress() {
                                @Override
                                public void batchDone(double loss) {
                                    if (--left[0] == 0) {
                                        throw new IllegalStateException("the power is gone");
                                    }
                                }
                            })))
                    .hasMessage("the power is gone");
        }
        assertThat(SmallRun.trainer(true, parts).run(3, t -> t.checkpointEvery(5)))
                .extracting(EpochResult::epoch)
                .containsExactly(3);
        sameFiles(whole, parts);
    }

    @Test
    void theLogHasEachEpochOnce() throws IOException {
        SmallRun.run(folder, 2, true);
        Path log = folder.resolve(Trainer.LOG);
        List<String> first = Files.readAllLines(log);
        // Of a run that was killed after it had written the line and before the state.
        Files.writeString(log, first.getLast().replace("\"epoch\":2", "\"epoch\":3") + "\n{\"epo", APPEND);
        SmallRun.run(folder, 4, true);
        List<String> all = Files.readAllLines(log);
        assertThat(all).hasSize(4).startsWith(first.toArray(String[]::new));
        assertThat(all.getLast())
                .contains("\"epoch\":4,\"loss\":")
                .contains("\"validation_loss\":")
                .contains("\"accuracy\":")
                .contains("\"lr\":0.005,");
        SmallRun.run(folder, 1, false);
        assertThat(Files.readAllLines(log)).hasSize(1);
    }

    @Test
    void aStateOfAnotherModelIsNamed() {
        SmallRun.run(folder, 1, false);
        Linear other = new Linear(8, 3);
        Trainer trainer = new Trainer(other, other::forward, SmallRun::loss, new AdamW(other.parameters(), 1e-2))
                .checkpoints(folder)
                .resume(true);
        assertThatThrownBy(() -> trainer.fit(SmallRun.batches(32, 1), null, 2))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(Trainer.STATE + " is of another run")
                .hasMessageContaining("hidden.weight");
    }

    @Test
    void otherFilesAreNoCheckpoints() throws IOException {
        Path state = folder.resolve(Trainer.STATE);
        Safetensors.save(state, Map.of("model.w", Tensor.ones(1)));
        assertThatThrownBy(() -> SmallRun.run(folder, 1, true))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("no training state");
        Files.write(state, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> SmallRun.run(folder, 1, true))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(Trainer.STATE);
    }
}
