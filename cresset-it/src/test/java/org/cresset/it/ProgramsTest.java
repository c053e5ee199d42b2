package org.cresset.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's tour and the example programs compile and do what they say. */
class ProgramsTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void tourOfTheReadme(@TempDir Path directory) throws IOException, InterruptedException {
        Matcher m = BLOCK.matcher(Files.readString(Processes.ROOT.resolve("README.md")));
        StringBuilder printed = new StringBuilder();
        for (int i = 1; m.find(); i++) {
            Path file = directory.resolve("Tour" + i + ".java");
            Files.writeString(file, m.group(1));
            printed.append(Processes.source(file).succeeded().output());
        }
        assertThat(printed)
                .contains("[ 0.5000,  3.0000,  5.5000]")
                .contains("tensor([[1, 2],\n        [4, 5]])")
                .contains("tensor([ 3., 12., 27.])")
                .contains("[conv.weight, conv.bias, fc.weight, fc.bias]");
    }

    static Stream<Path> programs() throws IOException {
        try (Stream<Path> files = Files.list(Processes.ROOT.resolve("examples/programs"))) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void examples(Path program) throws IOException, InterruptedException {
        Processes.Result r = Processes.source(program).succeeded();
        List<String> lines = r.output().lines().toList();
        assertThat(lines).isNotEmpty();
        if (program.endsWith("LineFit.java")) {
            Matcher m = Pattern.compile("w = ([0-9.]+), b = (-[0-9.]+)").matcher(lines.getLast());
            assertThat(m.matches()).isTrue();
            assertThat(Double.parseDouble(m.group(1))).isBetween(2.9, 3.1);
            assertThat(Double.parseDouble(m.group(2))).isBetween(-1.1, -0.9);
        }
        if (program.endsWith("DigitReader.java")) {
            String last = lines.getLast();
            assertThat(Double.parseDouble(last.substring(last.indexOf(':') + 1)))
                    .isGreaterThan(0.7);
        }
    }
}
