package org.cresset.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.cresset.base.DType;
import org.cresset.nn.Linear;
import org.cresset.tensor.Tensor;
import org.cresset.train.Curve;
import org.cresset.train.EpochResult;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;

/** What a kernel would send to the browser. */
class NotebookTest {
    private static DisplayData render(Object value) {
        Renderer renderer = new Renderer();
        CressetExtension.register(renderer);
        return renderer.render(value);
    }

    private static String html(Object value) {
        return String.valueOf(render(value).getData(MIMEType.TEXT_HTML));
    }

    @Test
    void theKernelFindsTheExtension() {
        assertThat(ServiceLoader.load(Extension.class))
                .anyMatch(e -> e.getClass().equals(CressetExtension.class));
    }

    @Test
    void tensorsAreTables() {
        Tensor t = Tensor.arange(6).to(DType.FLOAT32).reshape(2, 3).requiresGrad(true);
        assertThat(html(t))
                .contains("float32</b> (2, 3) requires grad, 0.000 to 5.000, mean 2.500")
                .contains("<tr><td>3.000</td><td>4.000</td><td>5.000</td></tr>");
        assertThat(render(t).getData(MIMEType.TEXT_PLAIN)).isEqualTo(t.toString());
        assertThat(html(Tensor.of(1L, -2))).contains("(2,)").contains("<td>1</td><td>-2</td>");
        assertThat(html(Tensor.of(1f, 2).gt(1))).contains("<td>false</td><td>true</td>");
        assertThat(html(Tensor.scalar(7))).contains("<td>7.000</td>");
        assertThat(html(Tensor.zeros(3, 0))).contains("(3, 0)").doesNotContain("<td>");
        assertThat(html(Tensor.zeros(4, 2, 2))).contains("the first of 4 matrices");
    }

    @Test
    void theMiddleOfLargeOnesIsLeftOut() {
        String large = html(Tensor.arange(10_000).reshape(100, 100));
        assertThat(large.split("<tr>")).hasSize(10);
        assertThat(large)
                .contains("<tr><td>0</td><td>1</td><td>2</td><td>3</td><td>&hellip;</td><td>96</td>")
                .contains("<td>9999</td></tr></table>");
    }

    @Test
    void modulesListTheirParameters() {
        assertThat(html(new Linear(3, 400)))
                .contains("<b>Linear</b>")
                .contains("<td>weight</td><td>(400, 3)</td><td>1,200</td>")
                .contains("<td>all</td><td></td><td>1,600</td>");
    }

    @Test
    void curvesAreImages() {
        DisplayData d = render(Curve.of(3, 2, 1));
        assertThat(String.valueOf(d.getData(MIMEType.IMAGE_SVG)))
                .startsWith("<svg ")
                .endsWith("</svg>");
        assertThat(String.valueOf(d.getData(MIMEType.TEXT_PLAIN))).contains("3.000");
    }

    @Test
    void progressUpdatesOneOutput() {
        List<DisplayData> shown = new ArrayList<>();
        List<Boolean> first = new ArrayList<>();
        NotebookProgress p = new NotebookProgress((data, begin) -> {
            shown.add(data);
            first.add(begin);
        });
        for (int epoch = 1; epoch <= 2; epoch++) {
            p.epochBegins(epoch, 2, 10);
            p.batchDone(0.5);
            p.epochDone(new EpochResult(epoch, 1.0 / epoch, 0.25, 0.9, 1));
        }
        assertThat(first.getFirst()).isTrue();
        assertThat(first.subList(1, first.size())).containsOnly(false);
        assertThat(shown)
                .extracting(DisplayData::getDisplayId)
                .containsOnly(shown.getFirst().getDisplayId());
        assertThat(String.valueOf(shown.getFirst().getData(MIMEType.TEXT_HTML)))
                .contains("<progress value=\"0\" max=\"10\"");
        assertThat(String.valueOf(shown.getLast().getData(MIMEType.TEXT_HTML)))
                .contains("epoch 2/2, batch 1, loss 0.5000")
                .contains("validation loss 0.2500, accuracy 90.00 %")
                .contains("<svg ")
                .doesNotContain("<progress");
        new NotebookProgress().epochBegins(1, 1, -1); // no kernel: nowhere to show
    }
}
