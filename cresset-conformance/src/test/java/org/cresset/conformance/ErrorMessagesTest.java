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

    /** Where PyTorch speaks of shapes, dimensions or dtypes. */
    private static final Pattern OF_OPERANDS = Pattern.compile(
            "shape|size|\\bdim|rank|dtype|scalar type|Float|Long|Half|Double", Pattern.CASE_INSENSITIVE);

    /** A shape, in full or by its number of dimensions or the size in question, or a dtype. */
    private static final Pattern SHAPE_OR_DTYPE = Pattern.compile("\\((\\d+(, ?\\d+)*,?)?\\)|\\[-?\\d"
            + "|\\d dimensions|dimensions? -?\\d|no dimensions|size -?\\d|\\d (sizes|sources|shifts|spacings|numbers|points|by)"
            + "|float\\d|complex\\d|int\\d|bool");

    /** A shape, a size or another number, or a dtype. */
    private static final Pattern GIVEN =
            Pattern.compile("\\([0-9, ]*\\)|\\d|float|complex|bool|int\\d|None|'[^']*'|\"[^\"]*\"|Infinity|NaN");

    /** The operation's own name, for its forms that copy or are native that of the plain one. */
    private static boolean names(String message, String called) {
        int colon = message.indexOf(':');
        if (colon < 0) {
            return false;
        }
        String name = message.substring(0, colon).replaceFirst("^.*\\.", "");
        String own = called.replaceFirst("^.*\\.", "");
        return name.equals(own) || name.equals(own.replaceFirst("^native_", "").replaceFirst("_copy$", ""));
    }

    private static boolean isPoor(String message, String called, String pytorch) {
        return !names(message, called)
                || !GIVEN.matcher(message).find()
                || OF_OPERANDS.matcher(pytorch).find()
                        && !SHAPE_OR_DTYPE.matcher(message).find();
    }

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
            String called = entry.get("call").get("path").asText();
            PackValues values = new PackValues(new TensorFile(PACK.resolve("data/" + file + ".safetensors")));
            for (String text : Files.readAllLines(PACK.resolve("data/" + file + ".jsonl"))) {
                JsonNode line = json.readTree(text);
                if (!line.has("error")) {
                    continue;
                }
                String message;
                try {
                    call.call(values.arguments(line), line);
                    continue;
                } catch (CressetException e) {
                    message = String.valueOf(e.getMessage());
                } catch (RuntimeException e) {
                    message = e.toString();
                }
                seen++;
                if (isPoor(message, called, line.get("error").path("message").asText())) {
                    poor.add(String.format(
                            Locale.ROOT, "%s/%d: %s", file, line.get("i").asInt(), message));
                }
            }
        }
        assertThat(poor).isEmpty();
        assertThat(seen).isGreaterThan(400);
    }
}
