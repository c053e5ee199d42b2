package org.cresset.watch;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Events in the Trace Event Format (complete events, counters and thread names). */
final class TraceFile {
    private TraceFile() {}

    static void write(List<Profiler.Event> events, Path file) {
        Map<String, Integer> threads = new LinkedHashMap<>();
        for (Profiler.Event e : events) {
            threads.putIfAbsent(e.thread(), threads.size() + 1);
        }
        try (BufferedWriter w = Files.newBufferedWriter(file)) {
            w.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
            w.write("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":0,\"args\":{\"name\":\"Cresset\"}}");
            for (Map.Entry<String, Integer> t : threads.entrySet()) {
                w.write(",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":" + t.getValue()
                        + ",\"args\":{\"name\":" + quoted(t.getKey()) + "}}");
            }
            for (Profiler.Event e : events) {
                w.write(String.format(
                        Locale.ROOT,
                        ",\n{\"name\":%s,\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%.3f,\"dur\":%.3f,\"pid\":1,\"tid\":%d,"
                                + "\"args\":{\"where\":%s,\"shapes\":%s,\"allocated\":%d}}",
                        quoted(e.name()),
                        e.kind().name().toLowerCase(Locale.ROOT),
                        e.start() / 1e3,
                        e.total() / 1e3,
                        threads.get(e.thread()),
                        quoted(e.where()),
                        quoted(e.shapes()),
                        e.allocated()));
                w.write(String.format(
                        Locale.ROOT,
                        ",\n{\"name\":\"memory\",\"ph\":\"C\",\"ts\":%.3f,\"pid\":1,\"tid\":0,\"args\":{\"live bytes\":%d}}",
                        (e.start() + e.total()) / 1e3,
                        e.live()));
            }
            w.write("\n]}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\') {
                b.append('\\').append(c);
            } else if (c < ' ') {
                b.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.append('"').toString();
    }
}
