package org.cresset.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds for every source file of the libraries. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SourcesTest {
    private static final Path ROOT = Path.of(System.getProperty("cresset.root", ".."));
    private static final int LONGEST = 750;

    private final List<Path> main = new ArrayList<>();
    private final List<Path> tests = new ArrayList<>();

    @BeforeAll
    void find() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(m -> m.getFileName().toString().startsWith("cresset-"))
                    .toList()) {
                java(module.resolve("src/main/java"), main);
                java(module.resolve("src/test/java"), tests);
            }
        }
        assertThat(main).hasSizeGreaterThan(300);
    }

    private static void java(Path folder, List<Path> found) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(f -> f.toString().endsWith(".java")).forEach(found::add);
            }
        }
    }

    private static List<Path> with(List<Path> files, String regex) throws IOException {
        Pattern p = Pattern.compile(regex);
        List<Path> hits = new ArrayList<>();
        for (Path f : files) {
            if (p.matcher(Files.readString(f)).find()) {
                hits.add(f);
            }
        }
        return hits;
    }

    @Test
    void filesTellOneStoryEach() throws IOException {
        List<Path> tooLong = new ArrayList<>();
        for (Path f : main) {
            if (Files.readString(f).lines().count() > LONGEST) {
                tooLong.add(f);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        assertThat(with(main, "TO" + "DO|FIX" + "ME|new UnsupportedOperation")).isEmpty();
    }

    @Test
    void importsNameWhatTheyMean() throws IOException {
        assertThat(with(main, "(?m)^import (static )?[\\w.]+\\.\\*;")).isEmpty();
    }

    @Test
    void everyTestIsFoundByTheBuild() throws IOException {
        assertThat(with(tests, "@(Test|Property|TestFactory|ParameterizedTest|Example)\\b"))
                .allMatch(f -> f.toString().matches(".*(Test|Properties)\\.java"));
    }

    @Test
    void noTestIsSwitchedOff() throws IOException {
        assertThat(with(tests, "(?m)^\\s*@" + "Disabled")).isEmpty();
    }
}
