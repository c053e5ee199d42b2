package org.cresset.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cresset.conformance.Case;

/** How long the first case of each operation takes: what the loading of classes and the first, interpreted run cost. */
final class FirstCalls {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<String, Double> milliseconds = new LinkedHashMap<>();
    private long last = threads.getCurrentThreadCpuTime();

    /** Hears of each case when it ends, on the thread that ran it. */
    void ended(Case c) {
        long now = threads.getCurrentThreadCpuTime();
        milliseconds.putIfAbsent(c.group(), (now - last) * 1e-6);
        last = now;
    }

    /** The slowest, a line each. */
    List<String> slowest(int count) {
        return milliseconds.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(count)
                .map(e -> String.format(Locale.ROOT, "%-40s %8.1f ms", e.getKey(), e.getValue()))
                .toList();
    }
}
