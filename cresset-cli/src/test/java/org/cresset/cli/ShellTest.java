package org.cresset.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Programs from standard input. */
class ShellTest {
    private String out = "";
    private String err = "";

    private int run(String program) {
        InputStream oldIn = System.in;
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream o = new ByteArrayOutputStream();
        ByteArrayOutputStream e = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(program.getBytes(StandardCharsets.UTF_8)));
        System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
        try {
            return Main.run("shell");
        } finally {
            System.setIn(oldIn);
            System.setOut(oldOut);
            System.setErr(oldErr);
            out = o.toString(StandardCharsets.UTF_8);
            err = e.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void namesAreImportedValuesArePrintedAndCurvesDrawn() {
        assertThat(run("""
                        manualSeed(0)
                        println(randn(2, 2))
                        var x = ones(3); x.mul(2)
                        for (int i = 0; i < 2; i++) {
                            println("step " + i);
                        }
                        Module net = new Linear(3, 1)
                        record Pair(Tensor a, Tensor b) {}
                        new Pair(x, x).a().get(slice(1, 3)).shape()
                        plot(3, 2, 1)
                        relu(Tensor.of(-1f, 2f))
                        """)).as(err).isZero();
        assertThat(out)
                .startsWith(
                        "tensor([[ 1.5410, -0.2934],\n        [-2.1788,  0.5684]])\ntensor([2., 2., 2.])\nstep 0\nstep 1\n")
                .contains("(2,)\n     3.000 ┤")
                .endsWith("tensor([0., 2.])\n");
        assertThat(err).isEmpty();
    }

    @Test
    void errorsAreOneSentence() {
        String[][] programs = {
            {"ones(2).matmul(ones(3))\nprintln(7)", "matmul"},
            {"int x = \"text\";", "incompatible types"},
            {"throw new IllegalStateException(\"as wanted\");", "IllegalStateException: as wanted"},
            {"nonsense(", "nonsense"},
        };
        for (String[] p : programs) {
            assertThat(run(p[0])).as(p[0]).isEqualTo(2);
            assertThat(err).startsWith("cresset: shell: ").contains(p[1]);
            assertThat(err.lines()).as(err).hasSize(1);
            assertThat(out).isEmpty();
        }
        assertThat(run("")).isZero();
    }
}
