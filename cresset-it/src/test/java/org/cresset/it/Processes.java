package org.cresset.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs as a user would. */
final class Processes {
    /** The checkout. */
    static final Path ROOT =
            Path.of(System.getProperty("cresset.root", "..")).toAbsolutePath().normalize();

    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private Processes() {}

    /** What a process left behind. */
    record Result(int status, String output, String errors) {
        Result succeeded() {
            assertThat(status).as(output + errors).isZero();
            return this;
        }
    }

    static Result run(Path directory, List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("cresset", ".out");
        Path err = Files.createTempFile("cresset", ".err");
        ProcessBuilder b = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        b.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process p = b.start();
        if (!p.waitFor(10, TimeUnit.MINUTES)) {
            p.destroyForcibly();
        }
        Result r = new Result(
                p.waitFor(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
        Files.delete(out);
        Files.delete(err);
        return r;
    }

    /** Runs a program of one file against what this build made. */
    static Result source(Path file) throws IOException, InterruptedException {
        return run(
                file.getParent(),
                List.of(
                        JAVA,
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        file.getFileName().toString()));
    }

    /** Runs the command line. */
    static Result cresset(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "org.cresset.cli.Main"));
        command.addAll(List.of(arguments));
        return run(directory, command);
    }
}
