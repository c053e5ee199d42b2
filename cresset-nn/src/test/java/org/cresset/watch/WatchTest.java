package org.cresset.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cresset.nn.functional.Functional.crossEntropy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cresset.base.CressetException;
import org.cresset.nn.GELU;
import org.cresset.nn.GradientStatistics;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.nn.ModuleList;
import org.cresset.nn.ModulePaths;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.nn.Tanh;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
    static final class Net extends Module {
        final Linear first = new Linear(4, 8);
        final Linear second = new Linear(8, 3);

        Tensor forward(Tensor x) {
            return second.forward(first.forward(x).relu());
        }
    }

    private final Net net = new Net();
    private final Tensor x = Tensor.randn(5, 4);
    private final Tensor y = Tensor.of(0L, 1, 2, 0, 1);

    @Test
    void timesByOperationForwardAndBackward() {
        Profiler p = Profiler.record(ModulePaths.of(net), true);
        try (p) {
            crossEntropy(net.forward(x), y).backward();
        }
        crossEntropy(net.forward(x), y); // not recorded any more
        List<Profiler.Event> events = p.events();
        assertThat(events.stream().filter(e -> e.name().equals("matmul") && e.kind() == Profiler.Kind.FORWARD))
                .hasSize(2)
                .extracting(Profiler.Event::where)
                .containsExactly("first", "second");
        assertThat(events.stream().filter(e -> e.name().equals("matmul backward")))
                .hasSize(2)
                .allMatch(e -> e.kind() == Profiler.Kind.DERIVATIVE)
                .extracting(Profiler.Event::where)
                .containsExactly("second", "first");
        assertThat(events.stream().filter(e -> e.name().equals("matmul") && e.kind() == Profiler.Kind.BACKWARD))
                .as("two of the second layer, one of the first, whose input needs no gradient")
                .hasSize(3)
                .allMatch(e -> e.depth() >= 1);
        assertThat(events.stream().filter(e -> e.name().equals("relu")).findFirst())
                .get()
                .matches(e -> e.shapes().equals("float32(5, 8)"), "shapes")
                .matches(e -> e.allocated() == 160, "bytes");
        long self = events.stream().mapToLong(Profiler.Event::self).sum();
        long roots = events.stream()
                .filter(e -> e.depth() == 0)
                .mapToLong(Profiler.Event::total)
                .sum();
        assertThat(self).as("what runs within is counted once").isEqualTo(roots);
        assertThat(p.table()).contains("matmul", "self ms", "calls");
        assertThat(p.table(OpTable.Order.CALLS, true, 50)).contains("first", "second");
        assertThat(p.memoryTimeline()).hasSameSizeAs(events).allMatch(s -> s.live() > 0);
    }

    @Test
    void otherThreadsAndRanges() throws InterruptedException {
        Profiler p = Profiler.record();
        try (p) {
            Thread t = new Thread(() -> Watch.range("work", () -> x.add(x)), "helper");
            t.start();
            t.join();
            x.mul(x);
        }
        assertThat(p.events())
                .filteredOn(e -> e.name().equals("add"))
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.thread()).isEqualTo("helper");
                    assertThat(e.path()).containsExactly("work", "add");
                });
        assertThat(p.events())
                .anyMatch(e -> e.name().equals("mul") && !e.thread().equals("helper"));
    }

    @Test
    void aTraceThatPerfettoReads(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("trace.json");
        Profiler p = Profiler.record(in -> "a \"quoted\"\nplace", true);
        try (p) {
            crossEntropy(net.forward(x), y).backward();
        }
        p.writeTrace(file);
        Map<?, ?> trace = new ObjectMapper().readValue(file.toFile(), Map.class);
        List<?> events = (List<?>) trace.get("traceEvents");
        double end = 0;
        int complete = 0;
        ArrayDeque<Double> ends = new ArrayDeque<>();
        for (Object o : events) {
            Map<?, ?> e = (Map<?, ?>) o;
            assertThat(e.get("ph")).isIn("X", "M", "C");
            assertThat(e.containsKey("pid")).isTrue();
            assertThat(e.get("name")).isInstanceOf(String.class);
            if (!"X".equals(e.get("ph"))) {
                continue;
            }
            complete++;
            double ts = ((Number) e.get("ts")).doubleValue();
            end = ts + ((Number) e.get("dur")).doubleValue();
            while (!ends.isEmpty() && ends.peek() <= ts) {
                ends.pop();
            }
            if (!ends.isEmpty()) {
                assertThat(end).as("nested in what it runs within").isLessThanOrEqualTo(ends.peek() + 0.002);
            }
            ends.push(end);
            assertThat(((Map<?, ?>) e.get("args")).containsKey("where")).isTrue();
        }
        assertThat(complete).isEqualTo(p.events().size());
    }

    @Test
    void aFlameGraphThatIsXml(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("flame.svg");
        Profiler p = Profiler.record(ModulePaths.of(net), false);
        try (p) {
            crossEntropy(net.forward(x), y).backward();
        }
        p.writeFlameGraph(file);
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(Files.readString(file)).contains("matmul backward", "<title>first", "forward");
    }

    /** Says nothing when it is called. */
    static class Block extends Module {
        final ReLU relu = new ReLU();
        final Linear linear = new Linear(4, 4);

        Tensor forward(Tensor x) {
            return linear.forward(relu.forward(x)).sigmoid();
        }
    }

    static final class Other extends Block {
        @Override
        Tensor forward(Tensor x) {
            return super.forward(x).exp();
        }
    }

    static final class Deep extends Module {
        final ModuleList list = new ModuleList(new ReLU(), new ReLU(), new GELU());
        final Block block = new Block();

        Tensor forward(Tensor x) {
            Tensor y = ((ReLU) list.get(1)).forward(((ReLU) list.get(0)).forward(x));
            return block.forward(((GELU) list.get(2)).forward(y)).tanh();
        }
    }

    static final class Twice extends Module {
        final Block one = new Block();
        final Other two = new Other();
        final Block three = new Block();

        Tensor forward(Tensor x) {
            return three.forward(two.forward(one.forward(x)));
        }
    }

    private static List<String> places(Module m, Runnable body) {
        Profiler p = Profiler.record(ModulePaths.of(m), false);
        try (p) {
            body.run();
        }
        return p.events().stream().map(e -> e.name() + "@" + e.where()).toList();
    }

    @Test
    void placesArePathsOfTheModulesThatRun() {
        Deep deep = new Deep();
        assertThat(places(deep, () -> deep.forward(Tensor.randn(2, 4)).cos()))
                .contains(
                        "relu@list.0",
                        "relu@list.1",
                        "gelu@list.2",
                        "relu@block.relu",
                        "matmul@block.linear",
                        "sigmoid@block",
                        "tanh@",
                        "cos@");
        Twice twice = new Twice();
        assertThat(places(twice, () -> twice.forward(Tensor.randn(2, 4))))
                .contains("relu@one.relu", "relu@two.relu", "matmul@three.linear", "exp@two")
                .anyMatch(e -> e.matches("sigmoid@Block:[0-9]+"));
        Sequential layers = new Sequential(new ReLU(), new Sequential(new Tanh(), new ReLU()));
        assertThat(places(layers, () -> layers.forward(Tensor.randn(3)).neg()))
                .containsExactly("relu@0", "tanh@1.0", "relu@1.1", "neg@");
    }

    @Test
    void theFirstNanIsNamed() {
        Tensor z = Tensor.of(1f, -1f);
        assertThatThrownBy(() -> {
                    try (var guard = NanGuard.on()) {
                        z.add(1).sub(2).log().mul(2);
                    }
                })
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("log: output 0")
                .hasMessageContaining("float32(2,) (-2.0 to 0.0)");
        assertThat(z.log().isnan().any().itemBoolean()).as("the guard is gone").isTrue();
    }

    @Test
    void aNanOfBackwardIsNamedWithItsPlace() {
        Tensor w = Tensor.of(0f, 1f).requiresGrad(true);
        assertThatThrownBy(() -> {
                    try (var guard = NanGuard.on(in -> "here")) {
                        w.sqrt().mul(0).sum().backward(); // 0 / 0
                    }
                })
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("in backward")
                .hasMessageContaining("here");
        try (var guard = NanGuard.on()) {
            assertThat(w.detach().log().get(0).item()).as("infinities pass").isEqualTo(Double.NEGATIVE_INFINITY);
        }
        assertThatThrownBy(() -> {
                    try (var guard = NanGuard.withInfinities(Where.CALLER)) {
                        w.detach().log();
                    }
                })
                .hasMessageContaining("not finite");
    }

    @Test
    void statisticsOfGradients() {
        net.first.weight.setGrad(Tensor.zeros(8, 4));
        net.second.bias.setGrad(Tensor.of(3f, -4f, 0f));
        var rows = GradientStatistics.of(net).rows();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0).zeros()).isEqualTo(1);
        assertThat(rows.get(1).present()).isFalse();
        var bias = rows.get(3);
        assertThat(bias.norm()).isEqualTo(5);
        assertThat(bias.max()).isEqualTo(4);
        assertThat(bias.mean()).isCloseTo(-1 / 3.0, within(1e-12));
        assertThat(bias.std()).isCloseTo(3.5118845842842465, within(1e-12));
        assertThat(bias.notFinite()).isEqualTo(0);
        net.second.bias.setGrad(Tensor.of(Float.NaN, 1f, 2f));
        assertThat(GradientStatistics.of(net).rows().get(3).notFinite()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(GradientStatistics.of(net).toString()).contains("second.bias", "none");
    }
}
