package org.cresset.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Without flags, without vectors and without native libraries the same comes out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProvidersTest {
    private static final String HINT = "--add-modules jdk.incubator.vector";

    private String usual = "";

    @BeforeAll
    void runAsUsual() throws IOException, InterruptedException {
        usual = withVectors();
    }

    private static String withVectors(String... more) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--add-modules", "jdk.incubator.vector"));
        all.addAll(List.of(more));
        return ChildJvm.run(Arithmetic.class, all);
    }

    private static List<String> rounds(String output) {
        return output.lines().filter(l -> l.startsWith("round")).toList();
    }

    @Test
    void loopsGiveTheSameBitsOnceVectorsTakeOver() {
        assertThat(rounds(usual)).hasSize(3);
        assertThat(rounds(usual)).containsOnly(rounds(usual).getFirst());
        assertThat(usual).doesNotContain(HINT);
    }

    @Test
    void withoutTheVectorModuleTheBitsAreTheSameAndOneLineSaysWhatToAdd() throws IOException, InterruptedException {
        List<String> options = List.of("-XX:TieredStopAtLevel=1", "-Dcresset.machine=false");
        String output = ChildJvm.run(Arithmetic.class, options);
        assertThat(rounds(output)).isEqualTo(rounds(usual));
        assertThat(output.lines().filter(l -> l.contains(HINT))).hasSize(1);
    }

    @Test
    void withoutMachineCodeTheBitsAreTheSame() throws IOException, InterruptedException {
        assertThat(rounds(withVectors("-Dcresset.machine=false"))).isEqualTo(rounds(usual));
    }

    @Test
    void theWidthOfVectorsDoesNotMatter() throws IOException, InterruptedException {
        String narrow = withVectors("-XX:MaxVectorSize=16", "-Dcresset.machine=false");
        assertThat(rounds(narrow)).isEqualTo(rounds(usual));
    }

    @Test
    void productsComeFromJavaWhereThereIsNoNativeLibrary() throws IOException, InterruptedException {
        String java = withVectors("-Dcresset.java.only=true", "-Dcresset.scalar=true", "-XX:TieredStopAtLevel=1");
        assertThat(rounds(java)).isEqualTo(rounds(usual));
        assertThat(product(java)).isCloseTo(product(usual), within(1e-3));
    }

    private static double product(String output) {
        return output.lines()
                .filter(l -> l.startsWith("product "))
                .mapToDouble(l -> Double.parseDouble(l.substring("product ".length())))
                .sum();
    }
}
