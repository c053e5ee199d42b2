package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pack {@code optim}: trajectories of optimizers, schedules, clipped gradients, averages and initialisers. */
public final class OptimSuite implements Suite {
    @Override
    public String name() {
        return "optim";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        each(pack, "optimizers", "optimizer", tally, OptimizerCases::run);
        each(pack, "schedulers", "scheduler", tally, ScheduleCases::run);
        each(pack, "clip", "op", tally, ClipCases::run);
        each(pack, "averaging", "kind", tally, AverageCases::run);
        InitCases.run(pack, tally);
        return tally.report();
    }

    private interface Check {
        void run(JsonNode c) throws Exception;
    }

    private static void each(Path pack, String file, String heading, Tally tally, Check check) {
        Path path = pack.resolve(file + ".json");
        if (!Files.exists(path)) { // a pack may hold a part only
            return;
        }
        JsonNode cases;
        try {
            cases = new ObjectMapper().readTree(path.toFile()).get("cases");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < cases.size(); i++) {
            JsonNode c = cases.get(i);
            tally.run(c.get(heading).asText() + "/" + file + "/" + i, () -> check.run(c));
        }
    }

    /** A number; special ones are {@code {"f": "nan"}}. */
    static double number(JsonNode n) {
        if (n.has("f")) {
            return switch (n.get("f").asText()) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.NaN;
            };
        }
        return n.asDouble();
    }

    /** All numbers of nested lists, in order. */
    static double[] numbers(JsonNode n) {
        List<Double> all = new ArrayList<>();
        collect(n, all);
        double[] values = new double[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    private static void collect(JsonNode n, List<Double> all) {
        if (n.isArray()) {
            n.forEach(e -> collect(e, all));
        } else {
            all.add(number(n));
        }
    }

    /** The lengths of nested lists. */
    static long[] shape(JsonNode n) {
        List<Long> sizes = new ArrayList<>();
        for (JsonNode at = n; at.isArray(); at = at.get(0)) {
            sizes.add((long) at.size());
        }
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    /** Arguments as Java values. */
    static Map<String, @Nullable Object> arguments(@Nullable JsonNode n) {
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        if (n != null) {
            n.properties().forEach(e -> m.put(e.getKey(), value(e.getValue())));
        }
        return m;
    }

    private static @Nullable Object value(JsonNode n) {
        if (n.isArray()) {
            List<@Nullable Object> l = new ArrayList<>();
            n.forEach(e -> l.add(value(e)));
            return l;
        }
        return n.isNull()
                ? null
                : n.isBoolean()
                        ? (Object) n.asBoolean()
                        : n.isTextual() ? n.asText() : n.isIntegralNumber() ? (Object) n.asLong() : (Object) number(n);
    }

    /** Throws unless the values are near the expected ones: relative to them, or to 1 where they are smaller. */
    static void near(String what, double[] actual, double[] expected, double tolerance) {
        near(what, actual, expected, tolerance, tolerance);
    }

    static void near(String what, double[] actual, double[] expected, double relative, double absolute) {
        if (actual.length != expected.length) {
            throw new Mismatch(what + ": " + actual.length + " numbers; expected " + expected.length);
        }
        for (int i = 0; i < actual.length; i++) {
            double e = expected[i];
            double limit = Math.max(absolute, relative * Math.abs(e));
            boolean equal = Double.compare(actual[i], e) == 0 || Math.abs(actual[i] - e) <= limit;
            if (!equal) {
                throw new Mismatch(what + "[" + i + "]: " + actual[i] + "; expected " + e);
            }
        }
    }
}
