package org.cresset.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project with one dependency on Cresset, built by Maven and run with plain {@code java}. */
class QuickstartTest {
    private static final long LARGEST_NATIVES = 50L << 20;
    private static final long LARGEST_IN_ALL = 64L << 20;

    @Test
    void buildsAndRunsWithoutAnyFlag(@TempDir Path directory) throws IOException, InterruptedException {
        String repository = System.getProperty("cresset.repository");
        Assumptions.assumeTrue(repository != null, "skipped: the local Maven repository isn't known; run it with mvn");
        install(Path.of(repository));
        Path project = directory.resolve("quickstart");
        copy(Processes.ROOT.resolve("examples/quickstart"), project);

        Processes.run(project, List.of("mvn", "-q", "-B", "-Dmaven.repo.local=" + repository, "package"))
                .succeeded();
        Processes.Result r = Processes.run(project, List.of(Processes.JAVA, "-jar", "target/quickstart.jar"))
                .succeeded();

        Matcher m = Pattern.compile("accuracy: 360 digits, (\\d+)(\\.0)? right")
                .matcher(r.output().strip());
        assertThat(m.matches()).as(r.output() + r.errors()).isTrue();
        assertThat(Integer.parseInt(m.group(1))).isGreaterThan(290);
        assertThat(size(project.resolve("target/lib"), "linux-x86_64"))
                .as("bytes of the native libraries' jars")
                .isLessThan(LARGEST_NATIVES);
        assertThat(size(project.resolve("target/lib"), ""))
                .as("bytes of all jars together")
                .isLessThan(LARGEST_IN_ALL);
    }

    /** What {@code mvn install} does with the jars that this build has made so far. */
    private static void install(Path repository) throws IOException {
        Path parent = repository.resolve("org/cresset/cresset-parent/0.1.0-SNAPSHOT");
        Files.createDirectories(parent);
        Files.copy(
                Processes.ROOT.resolve("pom.xml"),
                parent.resolve("cresset-parent-0.1.0-SNAPSHOT.pom"),
                StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> modules = Files.list(Processes.ROOT)) {
            for (Path module :
                    modules.filter(d -> Files.exists(d.resolve("pom.xml"))).toList()) {
                String directory = module.getFileName().toString();
                String name = directory.equals("cresset-all") ? "cresset" : directory;
                String versioned = name + "-0.1.0-SNAPSHOT";
                Path jar = module.resolve("target/" + versioned + ".jar");
                if (Files.exists(jar)) {
                    Path to = repository.resolve("org/cresset/" + name + "/0.1.0-SNAPSHOT");
                    Files.createDirectories(to);
                    Files.copy(jar, to.resolve(versioned + ".jar"), StandardCopyOption.REPLACE_EXISTING);
                    Files.copy(
                            module.resolve("pom.xml"),
                            to.resolve(versioned + ".pom"),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p :
                    all.filter(f -> !from.relativize(f).startsWith("target")).toList()) {
                Files.copy(p, to.resolve(from.relativize(p).toString()));
            }
        }
    }

    private static long size(Path directory, String part) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path f : files.toList()) {
                bytes += f.getFileName().toString().contains(part) ? Files.size(f) : 0;
            }
        }
        return bytes;
    }
}
