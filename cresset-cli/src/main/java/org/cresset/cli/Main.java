package org.cresset.cli;

import org.cresset.base.CressetException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts the command line. Errors that a user can mend are one sentence and exit code 2. */
@Command(
        name = "cresset",
        description = "Deep learning native to the JVM.",
        mixinStandardHelpOptions = true,
        version = "cresset 0.1.0",
        subcommands = {
            TrainCommand.class,
            PredictCommand.class,
            BenchCommand.class,
            ShellCommand.class,
            SoakCommand.class,
            ConformanceCommand.class,
            OperatorsCommand.class,
            DoctorCommand.class,
            PrepareCommand.class
        },
        footer = {"", "Begin with: cresset train digits"})
public final class Main implements Runnable {
    static final int BAD_INPUT = 2;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private Main() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        // Images are read and drawn, never shown: a machine without a screen, or with a JDK without windows, will do.
        System.setProperty("java.awt.headless", "true");
        System.exit(run(args));
    }

    /** Runs a command; gives the exit code. */
    static int run(String... args) {
        try {
            return commandLine().execute(args);
        } catch (OutOfMemoryError e) {
            System.err.println("cresset: the Java heap is full (" + e.getMessage()
                    + "); give it more with CRESSET_JAVA_OPTS=-Xmx8g, or ask for less");
            return BAD_INPUT;
        }
    }

    private static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    if (e instanceof CressetException) {
                        line.getErr().println("cresset: " + e.getMessage());
                        return BAD_INPUT;
                    }
                    throw e;
                })
                .setParameterExceptionHandler((e, unparsed) -> {
                    String command = e.getCommandLine().getCommandSpec().qualifiedName();
                    e.getCommandLine()
                            .getErr()
                            .println("cresset: " + e.getMessage() + "; '" + command + " --help' tells what there is");
                    return BAD_INPUT;
                });
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
