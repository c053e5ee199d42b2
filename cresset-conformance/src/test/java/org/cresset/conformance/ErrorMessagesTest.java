package org.cresset.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.cresset.base.CressetException;
import org.junit.jupiter.api.Test;

/** What messages of errors say, for every error sample of the pack that raises one of ours. */
class ErrorMessagesTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "opinfo");

    /** {@code name: what was given, what was expected}; a name is PyTorch's, with or without its module. */
    private static final Pattern NAMED = Pattern.compile("[A-Za-z_][a-zA-Z0-9_.]*: .*", Pattern.DOTALL);

    /** A shape, a size or another number, or a dtype. */
    private static final Pattern GIVEN =
            Pattern.compile("\\([0-9, ]*\\)|\\d|float|complex|bool|int\\d|None|'[^']*'|\"[^\"]*\"|Infinity|NaN");

    @Test
    void messagesNameTheOperationAndWhatWasGiven() throws IOException {
        assumeTrue(Files.isDirectory(PACK), () -> "no golden pack at " + PACK + "; set cresset.shared");
        List<String> poor = new ArrayList<>();
        int seen = 0;
        ObjectMapper json = new ObjectMapper();
        for (JsonNode entry : json.readTree(PACK.resolve("index.json").toFile()).get("entries")) {
            OpinfoCall call = new OpinfoCall(entry.get("call"));
            if (entry.get("errors").asInt() == 0 || !call.exists()) {
                continue;
            }
            String file = entry.get("file").asText();
            PackValues values = new PackValues(new TensorFile(PACK.resolve("data/" + file + ".safetensors")));
            for (String text : Files.readAllLines(PACK.resolve("data/" + file + ".jsonl"))) {
                JsonNode line = json.readTree(text);
                if (!line.has("error")) {
                    continue;
                }
                try {
                    call.call(values.arguments(line), line);
                } catch (CressetException e) {
                    seen++;
                    String m = String.valueOf(e.getMessage());
                    if (!NAMED.matcher(m).matches() || !GIVEN.matcher(m).find()) {
                        poor.add(String.format(
                                Locale.ROOT, "%s/%d: %s", file, line.get("i").asInt(), m));
                    }
                } catch (RuntimeException e) {
                    poor.add(String.format(
                            Locale.ROOT, "%s/%d: %s", file, line.get("i").asInt(), e));
                }
            }
        }
        assertThat(poor).isEmpty();
        assertThat(seen).isGreaterThan(200);
    }
}
