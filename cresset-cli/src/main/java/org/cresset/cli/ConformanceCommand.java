package org.cresset.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cresset.base.CressetException;
import org.cresset.conformance.Outcome;
import org.cresset.conformance.Report;
import org.cresset.conformance.Suite;
import org.cresset.conformance.Suites;
import org.cresset.io.AtomicFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs golden packs. */
@Command(
        name = "conformance",
        description = "Compares with the golden data of a pack.",
        mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SUITE", description = "Which sort of pack: rng, opinfo, modules, optim, ...")
    private String suite = "";

    @Parameters(index = "1", paramLabel = "PACK", description = "The folder of the pack")
    private Path pack = Path.of("");

    @Option(names = "--failures", paramLabel = "FILE", description = "Write a line for each case that did not pass")
    private @Nullable Path failures;

    @Option(
            names = "--first-calls",
            paramLabel = "N",
            description =
                    "Tell the N operations whose first case in this process took the most processor time, with reading"
                            + " and comparing")
    private int firstCalls;

    @Option(names = "--json", description = "End with one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        Suite s = Suites.named(suite);
        if (!Files.isDirectory(pack)) {
            throw CressetException.value("conformance: no such folder: " + pack);
        }
        StringWriter lines = new StringWriter();
        PrintWriter out = new PrintWriter(lines);
        FirstCalls first = new FirstCalls();
        Report r = s.run(pack, c -> {
            first.ended(c);
            if (c.outcome() != Outcome.PASSED) {
                out.println(c);
            }
        });
        if (failures != null) {
            AtomicFiles.write(failures, ch -> {
                var bytes = StandardCharsets.UTF_8.encode(lines.toString());
                while (bytes.hasRemaining()) {
                    ch.write(bytes);
                }
            });
        }
        first.slowest(firstCalls).forEach(System.out::println);
        System.out.println(json ? r.toJson() : r.toString());
        return 0;
    }
}
