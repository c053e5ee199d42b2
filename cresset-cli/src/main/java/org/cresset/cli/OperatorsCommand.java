package org.cresset.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cresset.base.CressetException;
import org.cresset.conformance.OperatorDocs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the table of operators. */
@Command(
        name = "operators",
        description = "Prints a table of all operators in Markdown, with what running a pack's samples shows of each.",
        mixinStandardHelpOptions = true)
final class OperatorsCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PACK", description = "The folder conformance/opinfo")
    private Path pack = Path.of("");

    @Override
    public Integer call() {
        if (!Files.isRegularFile(pack.resolve("index.json"))) {
            throw CressetException.value("operators: no such pack: " + pack);
        }
        System.out.print(OperatorDocs.markdown(pack));
        return 0;
    }
}
