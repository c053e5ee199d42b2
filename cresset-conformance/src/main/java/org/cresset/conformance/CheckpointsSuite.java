package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.cresset.io.Npy;
import org.cresset.io.NpyArray;
import org.cresset.io.Npz;
import org.cresset.io.Safetensors;
import org.cresset.io.TorchFile;
import org.cresset.tensor.Tensor;

/** The pack {@code checkpoints}: files that must be read with equal content, and files that must be refused. */
public final class CheckpointsSuite implements Suite {
    /** What refusing a small file may take on the heap. */
    private static final long MOST_BYTES = 64L << 20;

    private static final long MOST_NANOS = 5_000_000_000L;

    @Override
    public String name() {
        return "checkpoints";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        for (String folder : new String[] {"pt", "safetensors", "numpy"}) {
            Path expected = pack.resolve(folder).resolve("expected.json");
            if (Files.exists(expected)) {
                folder(expected, folder, tally);
            }
        }
        return tally.report();
    }

    private static void folder(Path expected, String folder, Tally tally) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(expected.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (JsonNode e : root.path("good")) {
            Path file = expected.resolveSibling(e.path("file").asText());
            tally.run(folder + "/" + e.path("file").asText(), () -> good(folder, file, e));
        }
        for (JsonNode e : root.path("bad")) {
            Path file = expected.resolveSibling(e.path("file").asText());
            tally.run(
                    folder + "/" + e.path("file").asText(),
                    () -> bad(folder, file, e.path("may_load").asBoolean()));
        }
    }

    private static void good(String folder, Path file, JsonNode e) {
        switch (folder) {
            case "pt" -> {
                new CheckpointContent().compare("content", TorchFile.load(file), e.path("content"));
                new CheckpointContent().compare("mapped content", TorchFile.map(file), e.path("content"));
            }
            case "safetensors" -> {
                Map<String, Tensor> tensors = Safetensors.load(file);
                JsonNode want = e.path("tensors");
                CheckpointContent.equal("tensors", tensors.size(), want.size());
                want.properties()
                        .forEach(t -> CheckpointContent.tensor(t.getKey(), tensors.get(t.getKey()), t.getValue()));
            }
            default -> {
                if (e.has("arrays")) {
                    Map<String, NpyArray> arrays = Npz.read(file);
                    JsonNode want = e.path("arrays");
                    CheckpointContent.equal("arrays", arrays.size(), want.size());
                    want.properties()
                            .forEach(a -> CheckpointContent.array(a.getKey(), arrays.get(a.getKey()), a.getValue()));
                } else {
                    CheckpointContent.array("array", Npy.read(file), e);
                }
            }
        }
    }

    private static void bad(String folder, Path file, boolean mayLoad) {
        long bytes = allocated();
        long start = System.nanoTime();
        try {
            switch (folder) {
                case "pt" -> TorchFile.load(file);
                case "safetensors" -> Safetensors.load(file);
                default -> {
                    if (file.toString().endsWith(".npz")) {
                        Npz.load(file);
                    } else {
                        Npy.load(file);
                    }
                }
            }
            if (!mayLoad) {
                throw new Mismatch("it was read without complaint");
            }
        } catch (CressetException e) {
            if (!String.valueOf(e.getMessage()).contains(String.valueOf(file.getFileName()))) {
                throw new Mismatch("the message does not name the file: " + e.getMessage());
            }
        }
        if (allocated() - bytes > MOST_BYTES || System.nanoTime() - start > MOST_NANOS) {
            throw new Mismatch("refusing it took " + (allocated() - bytes) + " bytes and "
                    + (System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }

    private static long allocated() {
        return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean t
                ? t.getCurrentThreadAllocatedBytes()
                : 0;
    }
}
