package org.cresset.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The whole pack of good and hostile files. */
class CheckpointsPackTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "checkpoints");

    @Test
    void goodFilesAreReadAndHostileOnesRefused() {
        assumeTrue(
                Files.exists(PACK), "no golden files at " + PACK + "; set cresset.shared to the folder that has them");
        List<Case> bad = new ArrayList<>();
        Report report = new CheckpointsSuite().run(PACK, c -> {
            if (c.outcome() != Outcome.PASSED) {
                bad.add(c);
            }
        });
        assertThat(bad).isEmpty();
        assertThat(report.total()).isPositive();
    }
}
