package org.cresset.conformance;

import java.util.SequencedMap;

/**
 * The counts of a run.
 *
 * @param suite the suite's name
 * @param passed cases that passed
 * @param failed cases that failed
 * @param unsupported cases for which something is missing
 * @param extra further counts by key, for example those of one kind of check
 */
public record Report(String suite, long passed, long failed, long unsupported, SequencedMap<String, Long> extra) {
    /** All cases. */
    public long total() {
        return passed + failed + unsupported;
    }

    /** The line that programs read: {@code {"suite": "rng", "passed": 1, "failed": 0, "unsupported": 0, "total": 1}}. */
    public String toJson() {
        StringBuilder b = new StringBuilder("{\"suite\": \"").append(suite).append('"');
        field(b, "passed", passed);
        field(b, "failed", failed);
        field(b, "unsupported", unsupported);
        field(b, "total", total());
        extra.forEach((key, count) -> field(b, key, count));
        return b.append('}').toString();
    }

    private static void field(StringBuilder b, String key, long value) {
        b.append(", \"").append(key).append("\": ").append(value);
    }

    /** For people: {@code rng: 242 of 242 passed (100.00 %), 0 failed, 0 unsupported}. */
    @Override
    public String toString() {
        double share = 100.0 * passed / Math.max(1, total());
        StringBuilder b = new StringBuilder(suite)
                .append(String.format(
                        ": %d of %d passed (%.2f %%), %d failed, %d unsupported",
                        passed, total(), share, failed, unsupported));
        extra.forEach((key, count) -> b.append(", ").append(key).append(' ').append(count));
        return b.toString();
    }
}
