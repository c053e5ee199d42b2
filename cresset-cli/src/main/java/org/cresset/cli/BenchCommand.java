package org.cresset.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.cresset.base.CressetException;
import org.cresset.bench.Benchmarks;
import org.cresset.bench.FirstCalls;
import org.cresset.bench.Measurement;
import org.cresset.bench.OperatorSweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Times the workloads. */
@Command(
        name = "bench",
        description = "Times workloads: the median of one call after warm-up, and the peak memory of the process.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME",
            description =
                    "Workloads; all if none is named. ops [PART]: all operators, or those whose names contain PART",
            arity = "0..*")
    private List<String> names = List.of();

    @Option(names = "--threads", description = "Threads for operations (default: all processors)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--mode", description = "How the workload runs: eager")
    private String mode = "eager";

    @Option(
            names = "--cold",
            description =
                    "Time the first call and the first 1, 10 and 100 in this fresh process instead; with ops, what"
                            + " each operator's first call takes more than a later one")
    private boolean cold;

    @Option(names = "--against", paramLabel = "ENGINE", description = "With ops: time torch's calls in turn")
    private String against = "";

    @Option(
            names = "--python",
            paramLabel = "PYTHON",
            description = "A Python with PyTorch (default: TORCH_PYTHON, else python3)")
    private String python = System.getenv().getOrDefault("TORCH_PYTHON", "python3");

    @Option(names = "--json", description = "One line of JSON for each workload")
    private boolean json;

    @Override
    public Integer call() {
        if (!mode.equals("eager")) {
            throw CressetException.value("bench: unknown mode \"" + mode + "\"; expected eager");
        }
        if (names.size() <= 2 && !names.isEmpty() && names.getFirst().equals("ops")) {
            String part = names.size() == 2 ? names.get(1) : "";
            return cold ? firstCalls(part) : sweep(part);
        }
        if (threads < 1) {
            throw CressetException.value("bench: " + threads + " threads; expected at least 1");
        }
        List<String> chosen = names.isEmpty() ? Benchmarks.names() : names;
        if (cold && names.isEmpty()) {
            chosen = chosen.stream().filter(n -> !n.equals(Benchmarks.STARTUP)).toList();
        }
        chosen.forEach(Benchmarks::check);
        for (String name : chosen) {
            if (cold) {
                double[] t = chosen.size() == 1
                        ? Benchmarks.cold(name, threads)
                        : Benchmarks.coldInOwnProcess(name, threads);
                System.out.println(String.format(
                        Locale.ROOT,
                        "{\"workload\": \"%s\", \"threads\": %d, \"first\": %.6f, \"first_10\": %.6f, \"first_100\": %.6f}",
                        name,
                        threads,
                        t[0],
                        t[1],
                        t[2]));
                continue;
            }
            Measurement m =
                    chosen.size() == 1 ? Benchmarks.measure(name, threads) : Benchmarks.inOwnProcess(name, threads);
            System.out.println(
                    json
                            ? m.json()
                            : String.format(
                                    Locale.ROOT,
                                    "%-22s %d threads  %12.3f us  (%d runs, peak %.0f MB)",
                                    name,
                                    threads,
                                    1e6 * m.seconds(),
                                    m.runs(),
                                    m.peakMb()));
        }
        return 0;
    }

    /** Every operator, or those whose names contain {@code part}: as they come as JSON, else sorted by the ratio to PyTorch. */
    private int sweep(String part) {
        List<OperatorSweep.Result> results = new ArrayList<>();
        try (OperatorSweep sweep = new OperatorSweep(threads)) {
            if (against.equals("torch")) {
                sweep.against(python, Path.of(System.getProperty("cresset.root", "."), "tools", "torch_ops.py"));
            } else if (!against.isEmpty()) {
                throw CressetException.value("bench ops: unknown engine \"" + against + "\"; expected torch");
            }
            sweep.run(part, r -> {
                results.add(r);
                if (json) {
                    System.out.println(r.json());
                }
            });
        }
        results.sort(Comparator.comparingDouble(r -> Double.isNaN(r.ratio()) ? 0 : -r.ratio()));
        for (OperatorSweep.Result r : json ? List.<OperatorSweep.Result>of() : results) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "%8.2f  %12.1f us  torch %12.1f us  %s  %s",
                    r.ratio(),
                    1e6 * r.seconds(),
                    1e6 * r.theirs(),
                    r.call(),
                    r.problem()));
        }
        return 0;
    }

    /** What first calls take more than later ones: as they come as JSON, else the worst first. */
    private int firstCalls(String part) {
        List<FirstCalls.Result> results = new ArrayList<>();
        FirstCalls.run(part, threads, r -> {
            results.add(r);
            if (json) {
                System.out.println(r.json());
            }
        });
        results.sort(Comparator.comparingDouble(r -> Double.isNaN(r.more()) ? 0 : -r.more()));
        for (FirstCalls.Result r : json ? List.<FirstCalls.Result>of() : results) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "%8.1f ms more  forward %8.1f, later %8.1f ms  backward %8.1f, later %8.1f ms  %s  %s",
                    r.more(),
                    r.forward(),
                    r.laterForward(),
                    r.backward(),
                    r.laterBackward(),
                    r.call(),
                    r.problem()));
        }
        return 0;
    }
}
