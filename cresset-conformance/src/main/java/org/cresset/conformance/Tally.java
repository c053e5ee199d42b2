package org.cresset.conformance;

import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/** Counts cases while a suite runs them and hands each one on. For one thread. */
public final class Tally {
    private final String suite;
    private final Consumer<Case> sink;
    private final LinkedHashMap<String, Long> extra = new LinkedHashMap<>();
    private long passed;
    private long failed;
    private long unsupported;

    /** Counts for a suite. */
    public Tally(String suite, Consumer<Case> sink) {
        this.suite = suite;
        this.sink = sink;
    }

    /** The body of a case: returns if it passes and throws if it does not. */
    public interface Body {
        /** Runs the case. */
        void run() throws Exception;
    }

    /**
     * Runs a case and counts how it ended: {@link CressetException.Kind#UNSUPPORTED} counts as unsupported and every other
     * exception as a failure.
     */
    public Outcome run(String name, Body body) {
        Case result = attempt(name, body);
        add(result);
        return result.outcome();
    }

    /** Runs a case without counting it. */
    static Case attempt(String name, Body body) {
        try {
            body.run();
            return new Case(name, Outcome.PASSED, "");
        } catch (CressetException e) {
            boolean missing = e.kind() == CressetException.Kind.UNSUPPORTED;
            return new Case(name, missing ? Outcome.UNSUPPORTED : Outcome.FAILED, oneLine(e.getMessage()));
        } catch (Mismatch | AssertionError e) {
            return new Case(name, Outcome.FAILED, oneLine(e.getMessage()));
        } catch (Exception | LinkageError | StackOverflowError e) {
            StackTraceElement[] trace = e.getStackTrace();
            return new Case(name, Outcome.FAILED, oneLine(e + (trace.length == 0 ? "" : " at " + trace[0])));
        }
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replace('\n', ' ');
    }

    /** Counts a case that was run elsewhere. */
    public void add(Case c) {
        switch (c.outcome()) {
            case PASSED -> passed++;
            case FAILED -> failed++;
            case UNSUPPORTED -> unsupported++;
        }
        sink.accept(c);
    }

    /** Adds to a further count. */
    public void count(String key, long n) {
        extra.merge(key, n, Long::sum);
    }

    /** The counts so far. */
    public Report report() {
        return new Report(suite, passed, failed, unsupported, new LinkedHashMap<>(extra));
    }
}
