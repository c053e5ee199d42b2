package org.cresset.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.op.WarmUp;
import org.cresset.tensor.Tensor;

/** The workloads by name, and how they are run. */
public final class Benchmarks {
    /** The workload that is a whole process. */
    public static final String STARTUP = "startup";

    private static final Map<String, Workload> ALL = new LinkedHashMap<>();

    static {
        OperatorWorkloads.all().forEach(w -> ALL.put(w.name(), w));
        ModelWorkloads.all().forEach(w -> ALL.put(w.name(), w));
    }

    private Benchmarks() {}

    /** All names. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(ALL.keySet());
        names.add(STARTUP);
        return names;
    }

    /** Throws if there is no such workload. */
    public static void check(String name) {
        if (!names().contains(name)) {
            throw CressetException.value(
                    "bench: no workload \"" + name + "\"; there are " + String.join(", ", names()));
        }
    }

    /**
     * For the launcher's start cache: runs typical workloads, each for half a second, waits until most of their loops are compiled, and
     * calls each operator once.
     */
    public static void prepare() {
        for (String name : List.of(
                "op_chain_grad",
                "ew_gelu_4m",
                "softmax_4kx1k",
                "layernorm_4kx1k_bwd",
                "mlp_step",
                "lstm_step",
                "embedding_step",
                "bmm_attn",
                "resnet18_step")) {
            Measurement.run(workload(name), 0.5);
        }
        WarmUp.settle(8_000);
        FirstCalls.all();
    }

    /** Measures in this process. */
    public static Measurement measure(String name, int threads) {
        if (name.equals(STARTUP)) {
            return startup(threads);
        }
        Tensor.manualSeed(0);
        return Measurement.of(workload(name), threads);
    }

    private static Workload workload(String name) {
        return Objects.requireNonNull(ALL.get(name), name);
    }

    /** Seconds of the first call and of the first 10 and 100 together. */
    public static double[] cold(String name, int threads) {
        if (name.equals(STARTUP)) {
            throw CressetException.value("bench: startup is cold by itself; leave --cold away");
        }
        return Measurement.cold(workload(name), threads);
    }

    /** Measures in a process of its own, so that peak memory means something. */
    public static Measurement inOwnProcess(String name, int threads) {
        JsonNode n = ownProcess(Single.class, name, Integer.toString(threads), "warm");
        return new Measurement(
                name,
                threads,
                n.get("seconds").doubleValue(),
                n.get("runs").intValue(),
                n.get("peak_mb").doubleValue());
    }

    /** As {@link #cold}, in a process of its own, which has run nothing before. */
    public static double[] coldInOwnProcess(String name, int threads) {
        JsonNode n = ownProcess(Single.class, name, Integer.toString(threads), "cold");
        return new double[] {
            n.get(0).doubleValue(), n.get(1).doubleValue(), n.get(2).doubleValue()
        };
    }

    /** What a main class printed as its last line, run by this JVM with its flags. */
    static JsonNode ownProcess(Class<?> main, String... args) {
        List<String> command = java(main);
        command.addAll(List.of(args));
        try {
            Process p = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (p.waitFor() != 0 || out.isEmpty()) {
                throw CressetException.runtime(
                        "bench: the process for " + args[0] + " ended with code " + p.exitValue());
            }
            return new ObjectMapper().readTree(out.substring(out.lastIndexOf('\n') + 1));
        } catch (IOException e) {
            throw CressetException.runtime("bench: can't start a process for " + args[0] + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CressetException.runtime("bench: interrupted");
        }
    }

    /** Whole processes, from start to exit. */
    private static Measurement startup(int threads) {
        List<String> command = java(Startup.class);
        double[] times = new double[9];
        for (int i = -1; i < times.length; i++) { // the first one fills the file cache
            long start = System.nanoTime();
            try {
                int code = new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
                if (code != 0) {
                    throw CressetException.runtime("bench: the startup process ended with code " + code);
                }
            } catch (IOException e) {
                throw CressetException.runtime("bench: can't start a process: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CressetException.runtime("bench: interrupted");
            }
            if (i >= 0) {
                times[i] = Measurement.seconds(start);
            }
        }
        Arrays.sort(times);
        return new Measurement(STARTUP, threads, times[times.length / 2], times.length, Measurement.residentPeak());
    }

    /** This JVM with its flags, to run another class. */
    private static List<String> java(Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.toLowerCase(Locale.ROOT).startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        return command;
    }
}
