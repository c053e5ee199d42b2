package org.cresset.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table of operators is what the registry and the pack say now. */
class OperatorDocsTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "opinfo");
    private static final Path TABLE = Path.of(System.getProperty("cresset.root", ".."), "docs", "operators.md");

    @Test
    void theTableIsUpToDate() throws IOException {
        assumeTrue(Files.isDirectory(PACK), () -> "no golden pack at " + PACK + "; set cresset.shared");
        assertThat(Files.readString(TABLE))
                .as("stale: run ./cresset operators " + PACK + " > docs/operators.md")
                .isEqualTo(OperatorDocs.markdown(PACK));
    }
}
