package org.cresset.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long loops that close nothing stay within what they need. */
@EnabledOnOs(OS.LINUX)
class SteadyMemoryTest {
    /** Sizes whose tensors lie in chunks, in slabs, and in blocks of their own; steps enough for the compiler to be through early. */
    @ParameterizedTest
    @CsvSource({"100000, 16", "8000, 200", "10000, 600"})
    void residentMemoryStaysFlat(int steps, int width) throws IOException, InterruptedException {
        String output = ChildJvm.run(
                SteadyLoop.class,
                List.of("--add-modules", "jdk.incubator.vector", "-Dcresset.memory.soft=64M"),
                Integer.toString(steps),
                Integer.toString(width));
        Matcher m = Pattern.compile("early (\\d+) late (\\d+) reserved (\\d+)").matcher(output);
        assertThat(m.find()).as(output).isTrue();
        long early = Long.parseLong(m.group(1));
        long late = Long.parseLong(m.group(2));
        assertThat(late).as(output).isLessThan(early + 48);
        assertThat(Long.parseLong(m.group(3))).as(output).isLessThan(128);
    }
}
