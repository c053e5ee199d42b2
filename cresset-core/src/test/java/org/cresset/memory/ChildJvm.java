package org.cresset.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of the tests in a Java virtual machine of its own, with flags of its own. */
public final class ChildJvm {
    private static final List<String> USUAL = List.of(
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx512m", "-XX:-UsePerfData", "-Xshare:auto");

    private ChildJvm() {}

    /** What {@code main} printed, with standard error in between; fails unless it ends well within two minutes. */
    public static String run(Class<?> main, List<String> flags, String... args)
            throws IOException, InterruptedException {
        Process p = start(main, flags, args);
        String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor(120, TimeUnit.SECONDS)).as("ends in time").isTrue();
        assertThat(p.exitValue()).as(output).isZero();
        return output;
    }

    /** The running program. */
    public static Process start(Class<?> main, List<String> flags, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(USUAL);
        command.addAll(flags);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(args));
        ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = b.environment();
        environment.remove("JAVA_TOOL_OPTIONS");
        return b.start();
    }
}
