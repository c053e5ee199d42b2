package org.cresset.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Numbers one after the other, such as the losses of a run, drawn in a terminal or as SVG. */
public final class Curve {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 12;

    private final double[] values;

    private Curve(double[] values) {
        this.values = values;
    }

    /** These numbers; NaN leaves a gap. */
    public static Curve of(double... values) {
        return new Curve(values.clone());
    }

    /** The elements of a tensor in order. */
    public static Curve of(Tensor values) {
        return new Curve(values.detach().flatten().toDoubleArray());
    }

    /** Numbers, {@link EpochResult}s (their training losses) or tensors of one element. */
    public static Curve of(Collection<?> values) {
        double[] v = new double[values.size()];
        int n = 0;
        for (Object o : values) {
            v[n++] = switch (o) {
                case Number x -> x.doubleValue();
                case EpochResult r -> r.loss();
                case Tensor t -> t.item();
                case null, default ->
                    throw CressetException.type(
                            "plot: " + (o == null ? "null" : o.getClass().getSimpleName())
                                    + "; expected numbers, epoch results or tensors of one element");
            };
        }
        return new Curve(v);
    }

    /** A field of each line of a run's {@value Trainer#LOG}, such as "loss"; lines without it leave gaps. */
    public static Curve of(Path log, String field) {
        List<Double> v = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try {
            for (String line : Files.readAllLines(log)) {
                JsonNode n = json.readTree(line);
                v.add(n == null ? Double.NaN : n.path(field).asDouble(Double.NaN));
            }
        } catch (JsonProcessingException e) {
            throw CressetException.value(log + ": line " + (v.size() + 1) + " is no JSON");
        } catch (IOException e) {
            throw CressetException.value(log + ": can't be read: " + e.getMessage());
        }
        return new Curve(v.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private double[] range() {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            return new double[] {0, 1};
        }
        double low = Arrays.stream(finite).min().orElseThrow();
        double high = Arrays.stream(finite).max().orElseThrow();
        return low == high ? new double[] {low - 0.5, high + 0.5} : new double[] {low, high};
    }

    /** Drawn with characters: dots of Braille, or stars where {@code plain}. */
    public String text(int columns, int rows, boolean plain) {
        int across = plain ? 1 : 2;
        int down = plain ? 1 : 4;
        int w = columns * across;
        int h = rows * down;
        boolean[][] dots = new boolean[h][w];
        double[] range = range();
        int lastX = -1;
        int lastY = -1;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                lastX = -1;
                continue;
            }
            int x = values.length == 1 ? 0 : (int) Math.round((w - 1.0) * i / (values.length - 1));
            int y = (int) Math.round((h - 1) * (range[1] - values[i]) / (range[1] - range[0]));
            line(dots, lastX < 0 ? x : lastX, lastX < 0 ? y : lastY, x, y);
            lastX = x;
            lastY = y;
        }
        StringBuilder s = new StringBuilder();
        for (int r = 0; r < rows; r++) {
            String label = r == 0 ? label(range[1]) : r == rows - 1 ? label(range[0]) : "";
            s.append(String.format("%10s %s", label, plain ? "|" : "┤"));
            for (int c = 0; c < columns; c++) {
                s.append(plain ? (dots[r][c] ? '*' : ' ') : braille(dots, 4 * r, 2 * c));
            }
            while (s.charAt(s.length() - 1) == ' ') {
                s.setLength(s.length() - 1);
            }
            s.append('\n');
        }
        String end = Integer.toString(values.length);
        s.append(" ".repeat(12)).append('1');
        s.append(" ".repeat(Math.max(1, columns - 1 - end.length()))).append(end);
        return s.toString();
    }

    private static String label(double v) {
        return String.format(Locale.ROOT, "%.4g", v);
    }

    private static void line(boolean[][] dots, int x0, int y0, int x1, int y1) {
        int n = Math.max(1, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
        for (int i = 0; i <= n; i++) {
            dots[y0 + Math.round((float) (y1 - y0) * i / n)][x0 + Math.round((float) (x1 - x0) * i / n)] = true;
        }
    }

    /** The character with a dot for each of 4 x 2 points; blank where there is none. */
    private static char braille(boolean[][] dots, int y, int x) {
        int[][] bits = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        int code = 0;
        for (int r = 0; r < 4; r++) {
            for (int c = 0; c < 2; c++) {
                code |= dots[y + r][x + c] ? bits[r][c] : 0;
            }
        }
        return code == 0 ? ' ' : (char) (0x2800 + code);
    }

    /** As an SVG image of its own. */
    public String svg(int width, int height) {
        int left = 64;
        int bottom = 22;
        double[] range = range();
        StringBuilder lines = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                drawing = false;
                continue;
            }
            double x = left + (values.length == 1 ? 0 : (width - left - 8.0) * i / (values.length - 1));
            double y = 8 + (height - bottom - 16.0) * (range[1] - values[i]) / (range[1] - range[0]);
            lines.append(String.format(Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", x, y));
            drawing = true;
        }
        String text =
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#666\">"
                        + "%s</text>";
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + width + " " + height + "\">"
                + "<path d=\"M" + left + " 4V" + (height - bottom) + "H" + (width - 4)
                + "\" fill=\"none\" stroke=\"#bbb\"/>"
                + String.format(text, left - 6, 14, "end", label(range[1]))
                + String.format(text, left - 6, height - bottom - 4, "end", label(range[0]))
                + String.format(text, left, height - 6, "start", "1")
                + String.format(text, width - 8, height - 6, "end", values.length)
                + "<path d=\"" + lines + "\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"1.5\"/></svg>";
    }

    /** Drawn with dots of Braille. */
    @Override
    public String toString() {
        return text(WIDTH, HEIGHT, false);
    }
}
