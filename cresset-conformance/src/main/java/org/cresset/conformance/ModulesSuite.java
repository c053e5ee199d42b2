package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.cresset.registry.Operators;

/**
 * Modules constructed by PyTorch's class names and arguments, with state, result, gradients and changed buffers:
 * {@code conformance/modules}.
 */
public final class ModulesSuite implements Suite {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "modules";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        try {
            for (JsonNode m : JSON.readTree(pack.resolve("index.json").toFile()).get("modules")) {
                runModule(pack, m.get("module").asText(), tally);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tally.report();
    }

    private static void runModule(Path pack, String module, Tally tally) throws IOException {
        TensorFile tensors = new TensorFile(pack.resolve(module + ".safetensors"));
        boolean exists = Operators.standard().find("nn." + module) != null;
        try (BufferedReader lines = Files.newBufferedReader(pack.resolve(module + ".jsonl"))) {
            int i = 0;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                tally.run(
                        module + "/" + i++
                                + (line.get("desc").asText().isEmpty()
                                        ? ""
                                        : " " + line.get("desc").asText()),
                        () -> {
                            if (!exists) {
                                throw CressetException.unsupported("nn." + module + " does not exist");
                            }
                            new ModuleSample(line, tensors).run();
                        });
            }
        }
    }
}
