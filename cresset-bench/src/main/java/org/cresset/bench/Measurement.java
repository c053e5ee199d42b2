package org.cresset.bench;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.cresset.base.Memory;
import org.cresset.base.MemoryScope;
import org.cresset.base.Workers;
import org.cresset.op.WarmUp;

/**
 * The figures of one workload: the median time of a call after warm-up.
 *
 * @param seconds of one call, divided by its inner operations
 * @param peakMb the process's peak resident memory
 */
public record Measurement(String workload, int threads, double seconds, int runs, double peakMb) {
    private static final double BUDGET = 4;

    /** Seconds that a process is given to become quick, at most. */
    private static final double WARM_UP = 15;

    /** A second with less than so many milliseconds of compiling is one of a process that has become quick. */
    private static final long COMPILING = 60;

    /** Measures a workload with a number of threads. */
    public static Measurement of(Workload w, int threads) {
        Workers.setThreads(threads);
        Runnable call = w.setup().get();
        warmUp(call);
        double[] times = new double[1000];
        int n = 0;
        long start = System.nanoTime();
        while (n < 5 || n < times.length && seconds(start) < BUDGET) {
            long t = System.nanoTime();
            once(call);
            times[n++] = seconds(t) / w.inner();
        }
        double[] sorted = Arrays.copyOf(times, n);
        Arrays.sort(sorted);
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        return new Measurement(w.name(), threads, median, n, residentPeak());
    }

    /** Until the JIT compiler has seen the loops, and what it compiles in the background has taken over. */
    private static void warmUp(Runnable call) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        int calls = 0;
        boolean quick = false;
        while (calls < 5 || !quick && seconds(start) < WARM_UP) {
            long before = compiler == null ? 0 : compiler.getTotalCompilationTime();
            long second = System.nanoTime();
            do {
                once(call);
                calls++;
            } while (seconds(second) < 1);
            quick = compiler != null && compiler.getTotalCompilationTime() - before < COMPILING && WarmUp.settle(0);
        }
    }

    /** The times of the first call and of the first 1, 10 and 100 calls together, in seconds. */
    public static double[] cold(Workload w, int threads) {
        Workers.setThreads(threads);
        Runnable call = w.setup().get();
        double[] at = new double[3];
        long start = System.nanoTime();
        for (int i = 1; i <= 100; i++) {
            once(call);
            if (i == 1 || i == 10 || i == 100) {
                at[i == 1 ? 0 : i == 10 ? 1 : 2] = seconds(start);
            }
        }
        return at;
    }

    /** Calls a workload for some seconds. */
    static void run(Workload w, double budget) {
        Runnable call = w.setup().get();
        long start = System.nanoTime();
        do {
            once(call);
        } while (seconds(start) < budget);
    }

    private static void once(Runnable call) {
        try (MemoryScope _ = MemoryScope.open()) {
            call.run();
        }
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) * 1e-9;
    }

    /** The most memory that was resident, in megabytes, as the operating system counts it. */
    static double residentPeak() {
        return status("VmHWM:", Memory.peakBytes());
    }

    /** The memory that is resident now, in megabytes, as the operating system counts it. */
    public static double resident() {
        return status("VmRSS:", Memory.reservedBytes());
    }

    private static double status(String key, long tensors) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
                }
            }
        } catch (IOException e) {
            // Not Linux: the heap and the pool are what is known.
        }
        return (Runtime.getRuntime().totalMemory() + tensors) / 1048576.0;
    }

    /** One line with PyTorch's side's keys. */
    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"workload\": \"%s\", \"engine\": \"cresset\", \"mode\": \"eager\", \"threads\": %d, \"seconds\": %.9g,"
                        + " \"runs\": %d, \"peak_mb\": %.1f}",
                workload,
                threads,
                seconds,
                runs,
                peakMb);
    }
}
