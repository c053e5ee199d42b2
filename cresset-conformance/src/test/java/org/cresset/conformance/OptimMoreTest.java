package org.cresset.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Optimizers and schedules with many settings at once, against PyTorch 2.13: float64 on the problems of the pack, settings
 * drawn at random. Of LBFGS only runs that don't depend on rounding.
 */
class OptimMoreTest {
    @Test
    void unusualSettingsGiveTheSameTrajectories() throws URISyntaxException {
        Path folder = Path.of(
                Objects.requireNonNull(getClass().getResource("/optim-more")).toURI());
        List<Case> bad = new ArrayList<>();
        Report report = new OptimSuite().run(folder, c -> {
            if (c.outcome() != Outcome.PASSED) {
                bad.add(c);
            }
        });
        assertThat(bad).isEmpty();
        assertThat(report.total()).isEqualTo(98);
    }
}
