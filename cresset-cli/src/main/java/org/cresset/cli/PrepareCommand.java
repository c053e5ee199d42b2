package org.cresset.cli;

import java.util.concurrent.Callable;
import org.cresset.bench.Benchmarks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the launcher runs once, while the JVM records which classes are loaded, for an archive of them: a short training of the
 * digits and a second each of typical nets.
 */
@Command(name = "prepare", hidden = true, description = "Runs a little of everything, for the launcher's start cache.")
final class PrepareCommand implements Callable<Integer> {
    @Option(names = "--out", required = true, description = "A folder for the run, to be removed afterwards")
    private String out = "";

    @Override
    public Integer call() {
        int code = Main.run("train", "digits", "--epochs", "6", "--out", out);
        Benchmarks.prepare();
        return code;
    }
}
