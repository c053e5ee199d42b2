package org.cresset.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.cresset.base.MemoryScope;
import org.cresset.base.Workers;
import org.cresset.op.Providers;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the first call of an operator costs more than a later one, forward and backward: the classes that it loads, the code
 * that it writes and the Java code that isn't compiled yet. Each call of {@link OperatorTable} has a process of its own, in
 * which the native libraries are loaded and the arguments made before the clock starts.
 */
public final class FirstCalls {
    /** Results of about a million elements that an operator made of others keeps at a time. */
    private static final long MILLIONS = 24;

    /** The same of the spectra of a short-time Fourier transform, in single and double precision. */
    private static final long SPECTRA = 12;

    /** Seconds of later calls, the best of which counts. */
    private static final double BUDGET = 0.4;

    /**
     * Milliseconds of first and later calls.
     *
     * @param backward NaN if the call has no gradient, as is {@code laterBackward}
     * @param problem why the call failed, else empty
     */
    public record Result(
            String call, double forward, double laterForward, double backward, double laterBackward, String problem) {
        /** What the first calls took more, the greater of forward and backward. */
        public double more() {
            double more = forward - laterForward;
            return Double.isNaN(backward) ? more : Math.max(more, backward - laterBackward);
        }

        /** One line of JSON. */
        public String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"call\": \"%s\", \"forward_ms\": %s, \"later_forward_ms\": %s, \"backward_ms\": %s,"
                            + " \"later_backward_ms\": %s, \"problem\": \"%s\"}",
                    call,
                    number(forward),
                    number(laterForward),
                    number(backward),
                    number(laterBackward),
                    problem.replace('"', '\'').replace('\n', ' '));
        }

        private static String number(double v) {
            return Double.isNaN(v) ? "null" : String.format(Locale.ROOT, "%.3f", v);
        }

        static Result failed(String call, String problem) {
            return new Result(call, Double.NaN, Double.NaN, Double.NaN, Double.NaN, problem);
        }

        static Result of(JsonNode n) {
            return new Result(
                    n.path("call").asText(),
                    n.path("forward_ms").asDouble(Double.NaN),
                    n.path("later_forward_ms").asDouble(Double.NaN),
                    n.path("backward_ms").asDouble(Double.NaN),
                    n.path("later_backward_ms").asDouble(Double.NaN),
                    n.path("problem").asText());
        }
    }

    private FirstCalls() {}

    /** Measures the calls whose name contains {@code part}. */
    public static void run(String part, int threads, Consumer<Result> sink) {
        for (OperatorTable.Row row : OperatorTable.rows()) {
            if (row.name().contains(part)) {
                sink.accept(inOwnProcess(row, threads));
            }
        }
    }

    /** Makes each call of the table once, whatever comes of it. */
    static void all() {
        for (OperatorTable.Row row : OperatorTable.rows()) {
            try {
                measure(row, 1, 0, () -> {});
            } catch (CressetException e) {
                // Said where the call is measured.
            }
        }
    }

    private static Result inOwnProcess(OperatorTable.Row row, int threads) {
        try {
            return Result.of(
                    Benchmarks.ownProcess(FirstCalls.class, Integer.toString(row.line()), Integer.toString(threads)));
        } catch (CressetException e) {
            return Result.failed(row.label(), String.valueOf(e.getMessage()));
        }
    }

    /** The line of the table and the number of threads. */
    static void main(String[] args) {
        OperatorTable.Row row = OperatorTable.rows().get(Integer.parseInt(args[0]));
        Workers.setThreads(Integer.parseInt(args[1]));
        Result result;
        try {
            result = measure(row, 4, BUDGET, FirstCalls::touchMemory);
        } catch (CressetException e) {
            result = Result.failed(row.label(), String.valueOf(e.getMessage()));
        }
        System.out.println(result.json());
    }

    /** What is to be ready besides arguments and libraries is made last. */
    private static Result measure(OperatorTable.Row row, int least, double seconds, Runnable ready) {
        Tensor.manualSeed(0);
        OperatorTable.Call call = row.call();
        List<Tensor> leaves = call.differentiable();
        leaves.forEach(t -> t.requiresGrad(true));
        Providers.contractions();
        Providers.lapack();
        ready.run();
        double[] first = {Double.NaN, Double.NaN};
        double[] later = {Double.MAX_VALUE, Double.NaN};
        long start = System.nanoTime();
        for (int i = 0; i < least || Measurement.seconds(start) < seconds; i++) {
            double[] times = i == 0 ? first : new double[] {Double.NaN, Double.NaN};
            try (MemoryScope _ = MemoryScope.open()) {
                long t = System.nanoTime();
                Object y = call.result();
                times[0] = 1e3 * Measurement.seconds(t);
                Tensor root = differentiable(y);
                if (root != null) {
                    Tensor ones = root.detach().onesLike();
                    t = System.nanoTime();
                    root.backward(ones);
                    times[1] = 1e3 * Measurement.seconds(t);
                    leaves.forEach(x -> x.setGrad(null));
                }
            }
            if (i > 0) {
                later[0] = Math.min(later[0], times[0]);
                later[1] = Double.isNaN(later[1]) ? times[1] : Math.min(later[1], times[1]);
            }
        }
        return new Result(row.label(), first[0], later[0], first[1], later[1], "");
    }

    /**
     * Memory of all sizes that results will take, from 1 MB to 64: how long the operating system takes for new pages isn't meant
     * here.
     */
    private static void touchMemory() {
        try (MemoryScope _ = MemoryScope.open()) {
            for (long octave = 1 << 18; octave < 1 << 24; octave *= 2) {
                for (int quarter = 1; quarter <= 4; quarter++) { // as the sizes are that memory is kept by
                    long n = octave + quarter * octave / 4;
                    boolean spectra = quarter == 3 && (octave == 1 << 21 || octave == 1 << 22);
                    long blocks = n == 1 << 20 ? MILLIONS : spectra ? SPECTRA : Math.clamp((1 << 24) / n, 2, 6);
                    for (long i = 0; i < blocks; i++) {
                        Tensor.ones(n);
                    }
                }
            }
        }
    }

    private static @Nullable Tensor differentiable(@Nullable Object y) {
        return switch (y) {
            case Tensor t when t.requiresGrad() -> t;
            case Object[] several -> differentiable(List.of(several));
            case List<?> several ->
                several.stream()
                        .map(FirstCalls::differentiable)
                        .filter(t -> t != null)
                        .findFirst()
                        .orElse(null);
            case null, default -> null;
        };
    }
}
