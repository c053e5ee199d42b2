package org.cresset.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Events as a flame graph: each thread, then the places, then what ran there; widths are times. */
final class FlameGraph {
    private static final int WIDTH = 1200;
    private static final int ROW = 18;

    private final String name;
    private final Map<String, FlameGraph> below = new LinkedHashMap<>();
    private long self;

    private FlameGraph(String name) {
        this.name = name;
    }

    private FlameGraph child(String of) {
        return below.computeIfAbsent(of, FlameGraph::new);
    }

    private long total() {
        return self + below.values().stream().mapToLong(FlameGraph::total).sum();
    }

    private int depth() {
        return 1 + below.values().stream().mapToInt(FlameGraph::depth).max().orElse(0);
    }

    static void write(List<Profiler.Event> events, Path file) {
        FlameGraph root = new FlameGraph("all");
        for (Profiler.Event e : events) {
            List<String> path = new ArrayList<>();
            path.add(e.thread());
            path.add(e.kind() == Profiler.Kind.FORWARD || e.kind() == Profiler.Kind.RANGE ? "forward" : "backward");
            if (!e.where().isEmpty()) {
                path.addAll(List.of(e.where().split("\\.")));
            }
            path.addAll(e.path());
            FlameGraph at = root;
            for (String p : path) {
                at = at.child(p);
            }
            at.self += e.self();
        }
        int height = root.depth() * ROW + 10;
        StringBuilder b = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"11\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fdfaf5\"/>%n",
                WIDTH,
                height,
                WIDTH,
                height));
        root.draw(b, 0, 0, WIDTH / (double) Math.max(1, root.total()), Math.max(1, root.total()));
        b.append("</svg>\n");
        try {
            Files.writeString(file, b);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void draw(StringBuilder b, double x, int level, double scale, long all) {
        double width = total() * scale;
        if (width < 0.3) {
            return;
        }
        int hue = Math.floorMod(name.hashCode(), 40) + 15;
        String label = escaped(name);
        b.append(String.format(
                Locale.ROOT,
                "<g><title>%s: %.3f ms, %.1f %%</title><rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\""
                        + " fill=\"hsl(%d,75%%,65%%)\" stroke=\"#fdfaf5\"/>",
                label,
                total() / 1e6,
                100.0 * total() / all,
                x,
                5 + level * ROW,
                width,
                ROW,
                hue));
        int room = (int) (width / 6.5);
        if (room >= 3) {
            String shown = name.length() <= room ? name : name.substring(0, room - 1) + "…";
            b.append(String.format(
                    Locale.ROOT, "<text x=\"%.2f\" y=\"%d\">%s</text>", x + 3, 5 + level * ROW + 13, escaped(shown)));
        }
        b.append("</g>\n");
        double at = x;
        for (FlameGraph child : below.values()) {
            child.draw(b, at, level + 1, scale, all);
            at += child.total() * scale;
        }
    }

    private static String escaped(String s) {
        return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
