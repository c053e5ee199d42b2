package org.cresset.cli;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import org.cresset.base.Memory;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Lapack;
import org.cresset.base.spi.MachineCode;
import org.cresset.op.Providers;
import picocli.CommandLine.Command;

/** Looks at what this machine has and what Cresset makes of it. */
@Command(
        name = "doctor",
        description = "Tells what this machine has and what to do where something is missing.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        line(
                "JDK",
                Runtime.version() + " (" + System.getProperty("java.vm.name") + ")",
                Runtime.version().feature() >= 25,
                "run with JDK 25 or newer");
        line("Platform", System.getProperty("os.name") + " " + System.getProperty("os.arch"), true, "");
        line(
                "Processors",
                Runtime.getRuntime().availableProcessors() + ", " + Workers.threads() + " threads used",
                true,
                "");
        line("CPU features", CpuFeatures.describe(), true, "");
        boolean machine = MachineCode.avx2();
        String code = "machine code with " + (MachineCode.avx512() ? "AVX-512" : "AVX2 and FMA");
        line("Loops", machine ? code : "by the Vector API", machine || vectors, "");
        line(
                "Vector API",
                vectors
                        ? "there, " + VectorWidth.bits() + " bits"
                        : machine ? "not asked for: loops are machine code" : "not readable",
                machine || vectors,
                "add --add-modules jdk.incubator.vector; where there is no machine code, loops run several times"
                        + " slower");
        line(
                "Native access",
                DoctorCommand.class.getModule().isNativeAccessEnabled() ? "allowed" : "allowed with warnings",
                DoctorCommand.class.getModule().isNativeAccessEnabled(),
                "add --enable-native-access=ALL-UNNAMED");
        Contractions c = Providers.contractions();
        line(
                "Matrices",
                c == null ? "Java" : c.name() + ": " + c.status(),
                c != null,
                "add org.cresset:cresset-onednn; products and convolutions run in Java, many times slower");
        Lapack lapack = Providers.lapack();
        line(
                "Linear algebra",
                lapack == null ? "not there" : lapack.status(),
                lapack != null,
                "add org.cresset:cresset-lapack; decompositions and solvers throw without it");
        line(
                "Memory limit",
                (Memory.limit() >> 20) + " MiB for tensors (-Dcresset.memory.max), "
                        + (ManagementFactory.getMemoryMXBean()
                                        .getHeapMemoryUsage()
                                        .getMax()
                                >> 20) + " MiB of Java heap (-Xmx)",
                true,
                "");
        return 0;
    }

    private static void line(String what, String state, boolean well, String advice) {
        System.out.printf("%s %-14s %s%n", well ? "ok" : "!!", what, state);
        if (!well) {
            System.out.println("   " + " ".repeat(14) + " -> " + advice);
        }
    }
}
