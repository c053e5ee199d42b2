package org.cresset.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cresset.data.vision.Digits;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job, from start to end, and what happens when something is wrong. */
class CommandLineTest {
    private static final Pattern JSON =
            Pattern.compile("\\{\"accuracy\": ([0-9.]+), \"seconds\": ([0-9.]+), \"model\": \"(.*)\"}");

    @TempDir
    Path directory;

    private Matcher train(String... more) throws IOException, InterruptedException {
        List<String> arguments = new java.util.ArrayList<>(List.of("train", "digits", "--json"));
        arguments.addAll(List.of(more));
        Processes.Result r =
                Processes.cresset(directory, arguments.toArray(String[]::new)).succeeded();
        Matcher m = JSON.matcher(r.output().lines().toList().getLast());
        assertThat(m.matches()).as(r.output()).isTrue();
        return m;
    }

    @Test
    void trainsAndPredicts() throws IOException, InterruptedException {
        Matcher m = train();
        assertThat(Double.parseDouble(m.group(1))).isGreaterThanOrEqualTo(0.975);
        Path image = directory.resolve("digit.png");
        int wanted = 3;
        Tensor drawn = Digits.test().input().get(indexOf(wanted), 0);
        savePng(drawn, image);
        Processes.Result r = Processes.cresset(directory, "predict", "--model", m.group(3), image.toString())
                .succeeded();
        assertThat(r.output()).contains("This is a " + wanted + ".").contains("█");
    }

    private static int indexOf(int digit) {
        long[] labels = Digits.test().target().toLongArray();
        int i = 0;
        while (labels[i] != digit) {
            i++;
        }
        return i;
    }

    private static void savePng(Tensor image, Path file) throws IOException {
        float[] values = image.contiguous().reshape(-1).toFloatArray();
        float largest = 0;
        for (float v : values) {
            largest = Math.max(largest, v);
        }
        var png = new java.awt.image.BufferedImage(8, 8, java.awt.image.BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) {
            png.getRaster().setSample(i % 8, i / 8, 0, Math.round(255 * values[i] / largest));
        }
        javax.imageio.ImageIO.write(png, "png", file.toFile());
    }

    @Test
    void repeatsBitForBit() throws IOException, InterruptedException {
        train("--epochs", "2", "--out", "a");
        train("--epochs", "2", "--out", "b");
        for (String name : List.of("model.safetensors", "last.safetensors")) {
            assertThat(Files.readAllBytes(directory.resolve("a").resolve(name)))
                    .as(name)
                    .isEqualTo(Files.readAllBytes(directory.resolve("b").resolve(name)));
        }
    }

    /** As often as the system property {@code cresset.kills} says. */
    @Test
    void goesOnAfterBeingKilled() throws IOException, InterruptedException {
        train("--epochs", "4", "--out", "whole");
        int kills = Integer.getInteger("cresset.kills", 2);
        for (int k = 0; k < kills; k++) {
            Process p = new ProcessBuilder(
                            Processes.JAVA,
                            "--add-modules",
                            "jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "org.cresset.cli.Main",
                            "train",
                            "digits",
                            "--epochs",
                            "4",
                            "--out",
                            "killed",
                            "--resume")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!p.waitFor(ThreadLocalRandom.current().nextLong(500, 6000), TimeUnit.MILLISECONDS)) {
                p.destroyForcibly().waitFor(); // SIGKILL
            }
        }
        train("--epochs", "4", "--out", "killed", "--resume");
        assertThat(Files.readAllBytes(directory.resolve("killed/model.safetensors")))
                .isEqualTo(Files.readAllBytes(directory.resolve("whole/model.safetensors")));
    }

    @Test
    void badInputGetsOneSentence() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("train-images-idx3-ubyte"), "not a picture");
        List<List<String>> wrong = List.of(
                List.of("train", "digits", "--nonsense"),
                List.of("train", "letters"),
                List.of("train", "digits", "--data", "mnist:" + directory.resolve("nowhere")),
                List.of("train", "digits", "--data", "mnist:" + directory),
                List.of("train", "digits", "--lr", "1e30", "--epochs", "1", "--out", "nan"),
                List.of("predict", "--model", "nothing.safetensors", "image.png"),
                List.of("bench", "nothing"));
        for (List<String> arguments : wrong) {
            Processes.Result r = Processes.cresset(directory, arguments.toArray(String[]::new));
            assertThat(r.status()).as(arguments + r.output() + r.errors()).isEqualTo(2);
            List<String> said = r.errors()
                    .lines()
                    .filter(l -> !l.startsWith("WARNING: Using incubator"))
                    .toList();
            assertThat(said).as(arguments.toString()).hasSize(1);
            assertThat(said.getFirst()).doesNotContain("Exception").startsWith("cresset: ");
        }
        assertThat(directory.resolve("nan/model.safetensors")).doesNotExist();
    }
}
