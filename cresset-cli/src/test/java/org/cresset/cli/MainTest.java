package org.cresset.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.cresset.conformance.Case;
import org.cresset.conformance.Outcome;
import org.cresset.io.Safetensors;
import org.cresset.tensor.Tensor;
import org.cresset.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands answer, above all to what is wrong: one clear sentence, exit code 2, nothing half-written. */
class MainTest {
    @TempDir
    Path directory;

    private String out = "";
    private String err = "";

    private int run(Object... arguments) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream o = new ByteArrayOutputStream();
        ByteArrayOutputStream e = new ByteArrayOutputStream();
        System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
        try {
            return Main.run(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
            out = o.toString(StandardCharsets.UTF_8);
            err = e.toString(StandardCharsets.UTF_8);
        }
    }

    /** One sentence that holds these words. */
    private void refuses(List<Object> arguments, String... words) {
        assertThat(run(arguments.toArray())).as(arguments + out + err).isEqualTo(2);
        assertThat(err.lines().toList()).as(arguments.toString()).hasSize(1);
        assertThat(err).startsWith("cresset: ").doesNotContain("Exception").contains(words);
        assertThat(out).isEmpty();
    }

    private static byte[] idx(byte[] content, int... shape) {
        ByteBuffer b = ByteBuffer.allocate(4 + 4 * shape.length + content.length);
        b.putInt(0x800 | shape.length);
        for (int s : shape) {
            b.putInt(s);
        }
        return b.put(content).array();
    }

    /** A directory in MNIST's form with images that their labels tell apart. */
    private Path mnist(String name, int size, int train, int label) throws IOException {
        Path d = Files.createDirectories(directory.resolve(name));
        for (String part : List.of("train", "t10k")) {
            int n = part.equals("train") ? train : 20;
            byte[] pixels = new byte[n * size * size];
            byte[] labels = new byte[n];
            for (int i = 0; i < n; i++) {
                labels[i] = (byte) (i % 10);
                Arrays.fill(pixels, i * size * size + i % 10 * size, i * size * size + (i % 10 + 2) * size, (byte) 255);
            }
            if (n > 0) {
                labels[n - 1] = (byte) label;
            }
            Files.write(d.resolve(part + "-images-idx3-ubyte"), idx(pixels, n, size, size));
            Files.write(d.resolve(part + "-labels-idx1-ubyte"), idx(labels, n));
        }
        return d;
    }

    private static BufferedImage drawnOne(int w, int h) {
        BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = h / 8; y < h * 7 / 8; y++) {
            for (int x = w * 2 / 5; x < w * 3 / 5; x++) {
                image.getRaster().setSample(x, y, 0, 255);
            }
        }
        return image;
    }

    private List<String> files(Path d) throws IOException {
        try (Stream<Path> all = Files.list(d)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void mnistFromTrainingToAPrediction() throws IOException {
        Path data = mnist("mnist", 28, 200, 9);
        Path model = directory.resolve("run");
        assertThat(run("train", "digits", "--data", "mnist:" + data, "--epochs", 2, "--out", model))
                .as(err)
                .isZero();
        assertThat(out)
                .contains("of 20 unseen digits correctly after 2 epochs")
                .contains(model.resolve(Trainer.BEST).toString())
                .contains(model.resolve(Trainer.STATE).toString())
                .contains(model.resolve(Trainer.LOG).toString())
                .contains("Next: ./cresset predict --model");
        assertThat(err.lines().filter(l -> l.startsWith("epoch "))).hasSize(2);
        assertThat(files(model)).containsExactly(Trainer.STATE, Trainer.LOG, Trainer.BEST);
        assertThat(Files.readAllLines(model.resolve(Trainer.LOG)))
                .hasSize(2)
                .allMatch(l -> l.startsWith("{\"epoch\":") && l.contains("\"lr\":"));

        Path image = directory.resolve("one.png");
        ImageIO.write(drawnOne(90, 120), "png", image.toFile());
        assertThat(run("predict", "--model", model.resolve(Trainer.BEST), image))
                .as(err)
                .isZero();
        assertThat(out.lines().toList()).hasSize(11).element(0).asString().matches("This is a \\d\\.");
        double sum = out.lines()
                .skip(1)
                .mapToDouble(l -> Double.parseDouble(l.substring(43, l.length() - 2)))
                .sum();
        assertThat(sum).isBetween(99.0, 101.0);

        assertThat(run("train", "digits", "--data", "mnist:" + data, "--epochs", 2, "--out", model, "--resume"))
                .isZero();
        assertThat(out).contains("had done all its epochs before");
        refuses(
                List.of("train", "digits", "--epochs", 3, "--out", model, "--resume"),
                Trainer.STATE,
                "is of another run",
                "fc1.weight");
        refuses(List.of("predict", "--model", model.resolve(Trainer.STATE), image), "no model of 'cresset train");
    }

    @Test
    void dataThatIsWrong() throws IOException {
        Object[][] cases = {
            {mnist("size", 20, 40, 0), "20 x 20", "28 x 28"},
            {mnist("label", 28, 40, 77), "label 77", "0 to 9"},
            {mnist("empty", 28, 0, 0), "no images"},
        };
        Path target = directory.resolve("out");
        for (Object[] c : cases) {
            List<Object> command = List.of("train", "digits", "--data", "mnist:" + c[0], "--out", target);
            refuses(command, Arrays.copyOfRange(c, 1, c.length, String[].class));
            assertThat(target).doesNotExist();
        }
        Path cut = mnist("cut", 28, 40, 0);
        Path file = cut.resolve("train-images-idx3-ubyte");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 100));
        refuses(List.of("train", "digits", "--data", "mnist:" + cut, "--out", target), file.toString(), "ends after");
        whole[2] = 0x0d;
        Files.write(file, whole);
        refuses(List.of("train", "digits", "--data", "mnist:" + cut, "--out", target), "00000d03");
        Files.delete(file);
        refuses(List.of("train", "digits", "--data", "mnist:" + cut, "--out", target), "there is no file train-images");
    }

    @Test
    void placesThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "here");
        refuses(List.of("train", "digits", "--out", file), "no directory");
        refuses(List.of("train", "digits", "--out", file.resolve("deeper")), "no directory");
        assertThat(Files.readString(file)).isEqualTo("here");
    }

    @Test
    void imagesAndModelsThatAreWrong() throws IOException {
        Path model = directory.resolve("m.safetensors");
        Safetensors.save(model, new DigitNet(8).stateDict());
        Path image = directory.resolve("image.png");
        ImageIO.write(drawnOne(64, 64), "png", image.toFile());
        assertThat(run("predict", "--model", model, image)).as(err).isZero();
        byte[] png = Files.readAllBytes(image);

        Path bad = directory.resolve("bad.png");
        refuses(List.of("predict", "--model", model, bad), "there is no such file");
        for (byte[] content : List.of("hello".getBytes(StandardCharsets.UTF_8), Arrays.copyOf(png, png.length / 2))) {
            Files.write(bad, content);
            refuses(List.of("predict", "--model", model, bad), bad.toString());
        }
        ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY), "png", bad.toFile());
        refuses(List.of("predict", "--model", model, bad), "the image is empty");
        refuses(List.of("predict", "--model", model, directory), directory.toString());

        Map<String, Tensor> other = new java.util.LinkedHashMap<>(new DigitNet(8).stateDict());
        other.put("conv2.weight", Tensor.zeros(3, 3));
        Safetensors.save(directory.resolve("o.safetensors"), other);
        refuses(
                List.of("predict", "--model", directory.resolve("o.safetensors"), image),
                "no model of",
                "conv2.weight has shape (3, 3)");
        refuses(List.of("predict", "--model", image, image), "no safetensors file");
        refuses(List.of("predict", "--model", directory.resolve("none"), image), "no such file");
    }

    @Test
    void optionsThatAreWrong() {
        refuses(List.of("train", "digits", "--nonsense"), "--nonsense", "--help");
        refuses(List.of("train", "digits", "--epochs", "many"), "'many' is not an int");
        refuses(List.of("train", "digits", "--epochs", "0"), "must be positive");
        refuses(List.of("train", "digits", "--lr", "NaN"), "must be positive");
        refuses(List.of("train", "letters"), "letters");
        refuses(List.of("bench", "nothing"), "no workload");
        refuses(List.of("bench", "op_add4", "--threads", "0"), "0 threads");
        refuses(List.of("conformance", "rng", directory.resolve("none")), "no such folder");
        refuses(List.of("soak", "--steps", "3"), "3 steps");
        refuses(List.of("nonsense"), "nonsense");
    }

    @Test
    void lossesThatAreNoNumbers() throws IOException {
        Path target = directory.resolve("out");
        refuses(List.of("train", "digits", "--lr", "1e30", "--epochs", 1, "--out", target), "loss became", "epoch 1");
        assertThat(target).doesNotExist();
    }

    @Test
    void firstCallsAreTheFirstOfEachGroup() {
        FirstCalls calls = new FirstCalls();
        for (String name : List.of("add/0", "add/1", "mul/0")) {
            calls.ended(new Case(name, Outcome.PASSED, ""));
        }
        assertThat(calls.slowest(5)).hasSize(2).allMatch(l -> l.matches("(add|mul) +\\d+\\.\\d ms"));
        assertThat(calls.slowest(1)).hasSize(1);
    }

    @Test
    void doctorAndHelpTellWhatThereIs() {
        assertThat(run("doctor")).isZero();
        List<String> lines = new ArrayList<>(out.lines().toList());
        assertThat(lines)
                .anyMatch(l -> l.startsWith("ok JDK"))
                .anyMatch(l -> l.contains("CPU features"))
                .anyMatch(l -> l.contains("Linear algebra"))
                .anyMatch(l -> l.contains("Memory limit"));
        assertThat(run("--help")).isZero();
        assertThat(out).contains("train", "predict", "bench", "soak", "conformance", "doctor");
        assertThat(run("soak", "--steps", 40, "--json")).as(err).isZero();
        assertThat(out).startsWith("{\"steps\": 40,").contains("\"flat\": true");
    }
}
