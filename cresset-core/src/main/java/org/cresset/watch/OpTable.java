package org.cresset.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a {@link Profiler} recorded, summed by operation. */
public final class OpTable {
    private final List<Row> rows;

    /** What to sort by, the largest first. */
    public enum Order {
        SELF,
        TOTAL,
        CALLS,
        MEMORY
    }

    /** All calls of one operation; times in ns. */
    public record Row(
            String name,
            Profiler.Kind kind,
            String where,
            String shapes,
            long calls,
            long self,
            long total,
            long bytes) {}

    private OpTable(List<Row> rows) {
        this.rows = rows;
    }

    /** Sums events with the same name, kind and shapes, and place if {@code byPlace}. */
    public static OpTable of(List<Profiler.Event> events, boolean byPlace) {
        Map<List<Object>, Row> sums = new LinkedHashMap<>();
        for (Profiler.Event e : events) {
            String place = byPlace ? e.where() : "";
            sums.merge(
                    List.of(e.name(), e.kind(), place, e.shapes()),
                    new Row(e.name(), e.kind(), place, e.shapes(), 1, e.self(), e.total(), e.allocated()),
                    (a, b) -> new Row(
                            a.name,
                            a.kind,
                            a.where,
                            a.shapes,
                            a.calls + b.calls,
                            a.self + b.self,
                            a.total + b.total,
                            a.bytes + b.bytes));
        }
        return new OpTable(new ArrayList<>(sums.values()));
    }

    /** The same rows in another order. */
    public OpTable sorted(Order order) {
        List<Row> copy = new ArrayList<>(rows);
        copy.sort(Comparator.comparingLong((Row r) -> -switch (order) {
            case SELF -> r.self;
            case TOTAL -> r.total;
            case CALLS -> r.calls;
            case MEMORY -> r.bytes;
        }));
        return new OpTable(copy);
    }

    /** The rows. */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /** As text, at most {@code limit} rows and the sum of all. */
    public String format(int limit) {
        long all = Math.max(1, rows.stream().mapToLong(Row::self).sum());
        StringBuilder b = new StringBuilder(String.format(
                Locale.ROOT,
                "%-32s %-10s %8s %12s %6s %12s %12s  %s%n",
                "operation",
                "in",
                "calls",
                "self ms",
                "%",
                "total ms",
                "KiB",
                "where"));
        for (Row r : rows.subList(0, Math.min(limit, rows.size()))) {
            b.append(String.format(
                            Locale.ROOT,
                            "%-32s %-10s %,8d %12.3f %6.1f %12.3f %,12d  %s",
                            r.name,
                            r.kind.name().toLowerCase(Locale.ROOT),
                            r.calls,
                            r.self / 1e6,
                            100.0 * r.self / all,
                            r.total / 1e6,
                            r.bytes >> 10,
                            r.where + (r.shapes.isEmpty() ? "" : " [" + r.shapes + "]"))
                    .stripTrailing());
            b.append(System.lineSeparator());
        }
        return b.append(String.format(Locale.ROOT, "%,d rows, %.3f ms together%n", rows.size(), all / 1e6))
                .toString();
    }
}
