package org.cresset.cli;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.cresset.base.CressetException;
import org.cresset.base.Memory;
import org.cresset.bench.Measurement;
import org.cresset.nn.Linear;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.nn.functional.Functional;
import org.cresset.optim.Adam;
import org.cresset.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains for long and watches the memory. */
@Command(
        name = "soak",
        description = "Trains a small net for a million steps without closing anything and watches the memory: exit"
                + " code 0 if it holds flat, 1 if it grows.",
        mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {
    private static final int READINGS = 20;

    /** The JIT compiler, the pool and the heap have found their size by then. */
    private static final int SETTLED = READINGS / 4;

    @Option(names = "--steps", description = "Training steps (default ${DEFAULT-VALUE})")
    private long steps = 1_000_000;

    @Option(names = "--width", description = "Units in the net's hidden layer (default ${DEFAULT-VALUE})")
    private int width = 16;

    @Option(
            names = "--slack",
            description =
                    "Megabytes that resident memory may still grow (default ${DEFAULT-VALUE}: what the pool may hold"
                            + " before it asks for a collection)")
    private double slack = 256;

    @Option(names = "--json", description = "One line of JSON at the end")
    private boolean json;

    @Override
    public Integer call() {
        if (steps < READINGS || width < 1) {
            throw CressetException.value("soak: " + steps + " steps, width " + width + "; expected at least " + READINGS
                    + " steps, width 1");
        }
        Tensor.manualSeed(0);
        Sequential net = new Sequential(new Linear(width, width), new ReLU(), new Linear(width, 1));
        Adam optimizer = new Adam(net.parameters(), 1e-3);
        Tensor x = Tensor.randn(16, width);
        Tensor y = x.sin().sum(new long[] {1}, true);
        long start = System.nanoTime();
        double early = 0;
        double late = 0;
        double alive = 0;
        double loss = Double.NaN;
        for (long i = 1; i <= steps; i++) {
            optimizer.zeroGrad();
            Tensor l = Functional.mseLoss(net.forward(x), y);
            l.backward();
            optimizer.step();
            if (i * READINGS / steps > (i - 1) * READINGS / steps) {
                int reading = (int) (i * READINGS / steps);
                double resident = Measurement.resident();
                if (reading <= SETTLED) {
                    early = Math.max(early, resident);
                    if (reading == SETTLED) {
                        alive = alive();
                    }
                } else {
                    late = Math.max(late, resident);
                }
                loss = l.item();
                System.err.println(line(i, resident, loss));
            }
        }
        double leaked = alive() - alive;
        boolean flat = late <= early + slack && leaked < 1;
        double seconds = (System.nanoTime() - start) * 1e-9;
        System.out.println(
                json
                        ? String.format(
                                Locale.ROOT,
                                "{\"steps\": %d, \"seconds\": %.1f, \"early_mb\": %.1f, \"late_mb\": %.1f,"
                                        + " \"kept_mb\": %.3f, \"flat\": %b}",
                                steps,
                                seconds,
                                early,
                                late,
                                leaked,
                                flat)
                        : String.format(
                                Locale.ROOT,
                                "%s: %.0f MB at most in the first quarter, %.0f MB after it; tensors reachable at the end"
                                        + " %+.3f MB (%d steps, %.0f s)",
                                flat ? "flat" : "it grows",
                                early,
                                late,
                                leaked,
                                steps,
                                seconds));
        return flat ? 0 : 1;
    }

    /** Megabytes of tensors that are still reachable. */
    private static double alive() {
        Memory.trim();
        return Memory.liveBytes() / 1048576.0;
    }

    private static String line(long step, double resident, double loss) {
        double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
        return String.format(
                Locale.ROOT,
                "step %9d: resident %.0f MB, heap %.0f MB, tensors %.0f MB, loss %.4g",
                step,
                resident,
                heap,
                Memory.reservedBytes() / 1048576.0,
                loss);
    }
}
