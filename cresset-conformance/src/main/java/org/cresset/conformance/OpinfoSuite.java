package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Calls of operations by PyTorch's names with values, gradients, second derivatives and errors: {@code conformance/opinfo}.
 * One case is one line of the pack and passes if everything on it holds; the counts of each kind of check are extra.
 */
public final class OpinfoSuite implements Suite {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<String> only;

    /** All operations. */
    public OpinfoSuite() {
        this(Set.of());
    }

    /** Only these entries of the pack, by the stems of their files; none for all. */
    public OpinfoSuite(Set<String> only) {
        this.only = new TreeSet<>(only);
    }

    @Override
    public String name() {
        return "opinfo";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        for (String kind : new String[] {"forward", "grad", "grad2", "error"}) {
            tally.count(kind + "_passed", 0);
            tally.count(kind + "_total", 0);
        }
        try {
            for (JsonNode entry :
                    JSON.readTree(pack.resolve("index.json").toFile()).get("entries")) {
                if (only.isEmpty() || only.contains(entry.get("file").asText())) {
                    runEntry(pack.resolve("data"), entry, tally);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tally.report();
    }

    private static void runEntry(Path data, JsonNode entry, Tally tally) throws IOException {
        String file = entry.get("file").asText();
        OpinfoCall call = new OpinfoCall(entry.get("call"));
        PackValues values = new PackValues(new TensorFile(data.resolve(file + ".safetensors")));
        boolean exists = call.exists();
        try (BufferedReader lines = Files.newBufferedReader(data.resolve(file + ".jsonl"))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                String name = file + "/" + line.get("i").asInt();
                count(line, tally);
                tally.run(name, () -> {
                    if (!exists) {
                        throw CressetException.unsupported(
                                entry.get("call").get("path").asText() + " does not exist");
                    }
                    if (line.has("error")) {
                        error(call, line, values, tally);
                    } else {
                        sample(entry.get("name").asText(), call, line, values, tally);
                    }
                });
            }
        }
    }

    private static void count(JsonNode line, Tally tally) {
        if (line.has("error")) {
            tally.count("error_total", 1);
            return;
        }
        tally.count("forward_total", 1);
        tally.count("grad_total", line.has("grad") ? 1 : 0);
        tally.count("grad2_total", line.has("grad2") ? 1 : 0);
    }

    private static void sample(String op, OpinfoCall call, JsonNode line, PackValues values, Tally tally) {
        Arguments arguments = values.arguments(line);
        Map<String, Tensor> before = new HashMap<>();
        arguments
                .tensors()
                .forEach((path, t) -> before.put(path, t.detach().clone().contiguous()));
        Object result = perform(call, arguments, line);
        OpinfoResult expectation = new OpinfoResult(op, line, values, arguments);
        expectation.check("result", result, line.get("out"));
        if (line.has("reconstruct")) {
            Tensor input = op.endsWith("_lowrank")
                    ? arguments
                            .tensor("args[0]")
                            .matmul(arguments.tensor("args[1]").transpose(-2, -1))
                    : arguments.tensor("args[0]");
            Factorisations.check(line.get("reconstruct").asText(), arguments, input, result);
        }
        expectation.checkArguments(before);
        tally.count("forward_passed", 1);
        if (line.has("grad")) {
            new OpinfoGradients(op, line, values, arguments).check(result, false);
            tally.count("grad_passed", 1);
        }
        if (line.has("grad2")) {
            Arguments again = values.arguments(line); // of its own: the first backward has freed what it needed
            new OpinfoGradients(op, line, values, again).check(perform(call, again, line), true);
            tally.count("grad2_passed", 1);
        }
    }

    private static @Nullable Object perform(OpinfoCall call, Arguments arguments, JsonNode line) {
        if (line.has("seed")) {
            Generator.defaultGenerator().manualSeed(line.get("seed").asLong());
        }
        return call.call(arguments, line);
    }

    private static void error(OpinfoCall call, JsonNode line, PackValues values, Tally tally) {
        JsonNode error = line.get("error");
        CressetException.Kind kind;
        try {
            Object result = perform(call, values.arguments(line), line);
            throw new Mismatch("gives " + OpinfoCall.describe(result) + ", expected "
                    + error.get("raised").asText() + ": "
                    + error.path("message").asText());
        } catch (CressetException e) {
            kind = e.kind();
            if (!allowed(kind, error)) {
                throw new Mismatch("raises " + kind + " (" + e.getMessage() + "), expected " + error.get("type") + ": "
                        + error.path("message").asText());
            }
        }
        tally.count("error_passed", 1);
    }

    private static boolean allowed(CressetException.Kind kind, JsonNode error) {
        Set<String> types = new TreeSet<>();
        JsonNode type = error.get("type");
        if (type.isArray()) {
            type.forEach(t -> types.add(t.asText()));
        } else {
            types.add(type.asText());
        }
        types.add(error.get("raised").asText());
        if (types.contains("Exception")) {
            return true;
        }
        return switch (kind) {
            case VALUE -> types.contains("ValueError");
            case INDEX -> types.contains("IndexError");
            case TYPE -> types.contains("TypeError");
            case RUNTIME -> types.contains("RuntimeError");
            case UNSUPPORTED -> types.contains("NotImplementedError") || types.contains("RuntimeError");
            case MEMORY -> false;
        };
    }
}
