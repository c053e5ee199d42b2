package org.cresset.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.MemoryScope;
import org.cresset.base.Workers;
import org.cresset.op.WarmUp;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Times the calls of {@link OperatorTable}, on request in turn with PyTorch. */
public final class OperatorSweep implements AutoCloseable {
    /** Seconds of a round of warming up, and how many there are at most. */
    private static final double ROUND = 0.15;

    private static final int ROUNDS = 30;

    /** A round with less than so many milliseconds of compiling is one of a call that has become quick. */
    private static final int COMPILING = 5;

    private static final double BUDGET = 0.12;

    /**
     * What a call took.
     *
     * @param seconds here; NaN if the call failed
     * @param theirs seconds of PyTorch; NaN if it wasn't asked or failed
     * @param problem why a call failed, else empty
     */
    public record Result(String call, double seconds, double theirs, String problem) {
        /** Here by there. */
        public double ratio() {
            return seconds / theirs;
        }

        /** One line of JSON. */
        public String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"call\": \"%s\", \"seconds\": %s, \"torch_seconds\": %s, \"problem\": \"%s\"}",
                    call,
                    number(seconds),
                    number(theirs),
                    problem.replace('"', '\''));
        }

        private static String number(double v) {
            return Double.isNaN(v) ? "null" : String.format(Locale.ROOT, "%.4g", v);
        }
    }

    private final int threads;
    private @Nullable Process torch;
    private @Nullable BufferedWriter ask;
    private @Nullable BufferedReader answer;

    /** A sweep with a number of threads on both sides. */
    public OperatorSweep(int threads) {
        this.threads = threads;
    }

    /**
     * Starts PyTorch's side.
     *
     * @param python a Python that has PyTorch
     * @param script {@code tools/torch_ops.py}
     */
    public OperatorSweep against(String python, Path script) {
        try {
            Path table = Files.createTempFile("operators", ".jsonl");
            table.toFile().deleteOnExit();
            try (InputStream in = OperatorSweep.class.getResourceAsStream("operators.jsonl")) {
                Files.write(table, Objects.requireNonNull(in).readAllBytes());
            }
            Process p = new ProcessBuilder(python, script.toString(), table.toString(), Integer.toString(threads))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            torch = p;
            ask = new BufferedWriter(new OutputStreamWriter(p.getOutputStream(), StandardCharsets.UTF_8));
            answer = new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw CressetException.runtime("bench ops: can't start " + python + ": " + e.getMessage());
        }
    }

    /** Runs the calls whose name contains {@code part}. */
    public void run(String part, Consumer<Result> sink) {
        Workers.setThreads(threads);
        for (OperatorTable.Row row : OperatorTable.rows()) {
            if (row.name().contains(part)) {
                sink.accept(one(row));
            }
        }
    }

    private Result one(OperatorTable.Row row) {
        Runnable call;
        double seconds;
        double theirs = Double.NaN;
        String problem = "";
        try {
            Tensor.manualSeed(0);
            call = row.call();
            warmUp(call);
            seconds = measure(call, BUDGET);
        } catch (CressetException e) {
            return new Result(row.label(), Double.NaN, Double.NaN, String.valueOf(e.getMessage()));
        }
        if (ask == null) {
            return new Result(row.label(), seconds, theirs, problem);
        }
        // Twice in turn, and the better of each: the machine may be slower for a while.
        for (int i = 0; i < 2 && problem.isEmpty(); i++) {
            JsonNode n = torch(row.line());
            theirs = Math.min(n.path("seconds").asDouble(Double.NaN), Double.isNaN(theirs) ? Double.MAX_VALUE : theirs);
            problem = n.path("error").asText();
            if (i == 0) {
                seconds = Math.min(seconds, measure(call, BUDGET));
            }
        }
        return new Result(row.label(), seconds, theirs, problem);
    }

    /** Until a round neither compiles nor gets faster than the one before. */
    private static void warmUp(Runnable call) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        double before = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long compiling = compiler == null ? 0 : compiler.getTotalCompilationTime();
            double seconds = measure(call, ROUND);
            boolean ready = WarmUp.settle(1_000);
            boolean compiled = compiler != null && compiler.getTotalCompilationTime() - compiling >= COMPILING;
            if (ready && !compiled && seconds > before * 0.95) {
                return;
            }
            before = Math.min(before, seconds);
        }
    }

    /** The first quartile: other programs on the machine only ever add. */
    private static double measure(Runnable call, double budget) {
        double[] times = new double[1000];
        int n = 0;
        long start = System.nanoTime();
        while (n < 3 || n < times.length && Measurement.seconds(start) < budget) {
            long t = System.nanoTime();
            try (MemoryScope _ = MemoryScope.open()) {
                Autograd.noGrad(call);
            }
            times[n++] = Measurement.seconds(t);
        }
        Arrays.sort(times, 0, n);
        return times[n / 4];
    }

    private JsonNode torch(int line) {
        try {
            BufferedWriter to = Objects.requireNonNull(ask);
            to.write(line + "\n");
            to.flush();
            String text = Objects.requireNonNull(answer).readLine();
            if (text == null) {
                throw CressetException.runtime(
                        "bench ops: PyTorch's side has ended; is there a PyTorch for its Python?");
            }
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (torch != null) {
            torch.destroy();
        }
    }
}
