package org.cresset.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Java line by line, with tensors. */
@Command(
        name = "shell",
        description = "Java line by line with Cresset's names imported, and plot(...) for curves. Reads a program from"
                + " standard input where that is no terminal.",
        mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
    /** {@code Module} by its own name, since {@code java.lang} has one too. */
    private static final List<String> IMPORTS = List.of(
            "import java.nio.file.*;",
            "import java.util.*;",
            "import java.util.function.*;",
            "import static java.lang.IO.*;",
            "import org.cresset.autograd.*;",
            "import org.cresset.base.*;",
            "import org.cresset.data.*;",
            "import org.cresset.data.vision.*;",
            "import org.cresset.nn.*;",
            "import org.cresset.nn.Module;",
            "import static org.cresset.nn.functional.Functional.*;",
            "import org.cresset.optim.*;",
            "import org.cresset.optim.schedule.*;",
            "import org.cresset.tensor.*;",
            "import static org.cresset.tensor.Index.*;",
            "import static org.cresset.tensor.Tensor.*;",
            "import org.cresset.train.*;",
            "import static org.cresset.cli.Shell.*;");

    @Override
    public Integer call() throws Exception {
        return System.console() != null && System.console().isTerminal() ? tool() : piped();
    }

    /** The JDK's own shell, with its line editor and its commands, in this process. */
    private static int tool() throws Exception {
        Path startup = Files.createTempFile("cresset", ".jsh");
        try {
            Files.write(startup, IMPORTS);
            System.out.println("Cresset's names are imported; try  var x = randn(2, 3)  or  plot(randn(50).cumsum(0))");
            return JavaShellToolBuilder.builder()
                    .locale(Locale.ROOT)
                    .start(
                            "--execution",
                            "local",
                            "--class-path",
                            System.getProperty("java.class.path"),
                            "--startup",
                            startup.toString());
        } finally {
            Files.deleteIfExists(startup);
        }
    }

    private static int piped() throws IOException {
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                shell.addToClasspath(entry);
            }
            for (String i : IMPORTS) {
                run(shell, i);
            }
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
            StringBuilder pending = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                pending.append(line).append('\n');
                String rest = pending.toString();
                while (!rest.isBlank()) {
                    SourceCodeAnalysis.CompletionInfo info = analysis.analyzeCompletion(rest);
                    Completeness c = info.completeness();
                    if (c == Completeness.DEFINITELY_INCOMPLETE || c == Completeness.CONSIDERED_INCOMPLETE) {
                        break;
                    }
                    String source = info.source() == null ? rest : info.source();
                    rest = info.source() == null ? "" : info.remaining();
                    run(shell, source);
                }
                pending.setLength(0);
                pending.append(rest);
            }
            if (!pending.toString().isBlank()) {
                run(shell, pending.toString());
            }
        }
        return 0;
    }

    /** Runs a piece of a program and prints the value of an expression. */
    private static void run(JShell shell, String source) {
        for (SnippetEvent e : shell.eval(source)) {
            if (e.status() == Snippet.Status.REJECTED) {
                String why = shell.diagnostics(e.snippet())
                        .findFirst()
                        .map(d -> d.getMessage(Locale.ROOT)
                                .strip()
                                .lines()
                                .findFirst()
                                .orElse(""))
                        .orElse("it is no Java");
                throw CressetException.value("shell: " + source.strip() + ": " + why);
            }
            if (e.exception() != null) {
                throw CressetException.value("shell: " + source.strip() + ": " + describe(e.exception()));
            }
            Snippet.SubKind kind = e.snippet().subKind();
            boolean expression = kind == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                    || kind == Snippet.SubKind.VAR_VALUE_SUBKIND
                    || kind == Snippet.SubKind.OTHER_EXPRESSION_SUBKIND;
            if (e.causeSnippet() == null
                    && expression
                    && e.value() != null
                    && !e.value().isEmpty()) {
                System.out.println(e.value());
            }
        }
    }

    private static @Nullable String describe(Exception e) {
        if (e instanceof EvalException x) {
            return x.getExceptionClassName().equals(CressetException.class.getName())
                    ? x.getMessage()
                    : x.getExceptionClassName() + ": " + x.getMessage();
        }
        return e.getMessage();
    }
}
