package org.cresset.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds for every operation, for one sample of each operation, dtype and source. */
class TransformsTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "opinfo");

    @Test
    void everyOperationKeepsTheRules() {
        assumeTrue(Files.isDirectory(PACK), () -> "no golden pack at " + PACK + "; set cresset.shared");
        List<Case> failed = new ArrayList<>();
        Report r = new TransformsSuite(Set.of(), 1).run(PACK, c -> {
            if (c.outcome() == Outcome.FAILED) {
                failed.add(c);
            }
        });
        assertThat(failed).isEmpty();
        assertThat(r.passed()).isGreaterThan(5000);
    }
}
