package org.cresset.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hard limit and the debug mode, which are set when a virtual machine starts. */
class LimitsTest {
    @ParameterizedTest
    @ValueSource(ints = {1_000_000, 5_000, 100})
    void pastTheHardLimitAnErrorReportsAndTheProgramGoesOn(int elements) throws IOException, InterruptedException {
        String output = ChildJvm.run(
                HardLimit.class, List.of("-Dcresset.memory.max=96M", "-Xmx1g"), Integer.toString(elements));
        assertThat(output)
                .contains("MEMORY out of memory")
                .contains("limit of 96 MiB")
                .contains("storages use");
        assertThat(output).containsPattern("held (7\\d|8\\d|9[0-6]) MiB").contains("went on");
    }

    @Test
    void debugModeTellsWhereMemoryWentAndRefusesWhatIsFreed() throws IOException, InterruptedException {
        String output = ChildJvm.run(DebugMode.class, List.of("-Dcresset.memory.debug=true"));
        assertThat(output)
                .containsPattern("2734 KiB in 7 at org.cresset.memory.DebugMode")
                .contains("refused: the memory of a tensor was used after it was freed")
                .contains("java.lang.Throwable: allocated")
                .contains("no product: the memory of a tensor was used after it was freed");
    }

    @Test
    void aBadSizeIsNamed() throws IOException, InterruptedException {
        Process p = ChildJvm.start(HardLimit.class, List.of("-Dcresset.memory.max=lots"), "10");
        String output = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).isNotZero();
        assertThat(output).contains("cresset.memory.max").contains("\"lots\"").contains("512M");
    }
}
