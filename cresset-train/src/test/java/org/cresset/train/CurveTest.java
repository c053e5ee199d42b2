package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class CurveTest {
    @Test
    void aFallingLineInStars() {
        assertThat(Curve.of(3, 2, 1).text(3, 3, true).lines())
                .containsExactly("     3.000 |*", "           | *", "     1.000 |  *", "            1 3");
    }

    @Test
    void dotsOfBraille() {
        // Four rows of two: the left upper and the right lower corner, and the line between them.
        String drawn = Curve.of(1, 0).text(2, 1, false).lines().findFirst().orElseThrow();
        assertThat(drawn.substring(12)).hasSize(2).matches("[\\u2801-\\u28ff]{2}");
        assertThat(drawn.charAt(12) & 0x01).isEqualTo(1);
        assertThat(drawn.charAt(13) & 0x80).isEqualTo(0x80);
    }

    @Test
    void gapsConstantsAndNothing() {
        assertThat(Curve.of(1, Double.NaN, 1).text(5, 1, true).lines().findFirst())
                .hasValue("     1.500 |*   *");
        assertThat(Curve.of(new double[0]).text(5, 2, true)).doesNotContain("*");
        assertThat(Curve.of(Double.NaN).toString()).isNotEmpty();
    }

    @Test
    void whatCanBeDrawn(@TempDir Path folder) throws IOException {
        String drawn = Curve.of(4, 2, 1).toString();
        assertThat(Curve.of(Tensor.of(4f, 2, 1))).hasToString(drawn);
        assertThat(Curve.of(List.of(4, 2.0, Tensor.scalar(1)))).hasToString(drawn);
        assertThat(Curve.of(List.of(new EpochResult(1, 4, 0, 0, 0), new EpochResult(2, 2, 0, 0, 0), 1)))
                .hasToString(drawn);
        Path log =
                Files.writeString(folder.resolve("log.jsonl"), "{\"loss\":4}\n{\"loss\":2}\n{\"loss\":1,\"lr\":3}\n");
        assertThat(Curve.of(log, "loss")).hasToString(drawn);
        assertThatThrownBy(() -> Curve.of(List.of("text"))).hasMessageContaining("plot: String");
        assertThatThrownBy(() -> Curve.of(folder.resolve("none"), "loss")).hasMessageContaining("none");
        Files.writeString(log, "{\"loss\":4}\n{\"lo");
        assertThatThrownBy(() -> Curve.of(log, "loss")).hasMessageContaining("line 2");
    }

    @Test
    void svgIsAWellFormedImage() throws Exception {
        String svg = Curve.of(1, Double.NaN, 3, 2).svg(300, 200);
        Document d =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(d.getDocumentElement().getAttribute("width")).isEqualTo("300");
        assertThat(svg)
                .contains("d=\"M64.0 170.0M216.0 8.0L292.0 89.0\"")
                .contains(">3.000<")
                .contains(">1.000<");
    }
}
