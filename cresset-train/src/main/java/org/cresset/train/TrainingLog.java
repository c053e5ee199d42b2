package org.cresset.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.io.AtomicFiles;

/** A file with one line of JSON for each epoch. */
final class TrainingLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    private TrainingLog(Path file) {
        this.file = file;
    }

    /** Goes on after epoch {@code done}: what an earlier run wrote of later epochs, perhaps cut off, is dropped. */
    static TrainingLog after(Path file, int done) {
        List<String> kept = new ArrayList<>();
        if (done > 0 && Files.exists(file)) {
            try {
                for (String line : Files.readString(file).lines().toList()) {
                    int epoch = epoch(line);
                    if (epoch >= 1 && epoch <= done) {
                        kept.add(line);
                    }
                }
            } catch (IOException e) {
                throw failed(file, e);
            }
        }
        String text = kept.isEmpty() ? "" : String.join("\n", kept) + "\n";
        AtomicFiles.write(file, channel -> {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
        return new TrainingLog(file);
    }

    /** The epoch that a line tells of; 0 if it is no whole line. */
    private static int epoch(String line) {
        try {
            JsonNode n = JSON.readTree(line);
            return n == null ? 0 : n.path("epoch").asInt(0);
        } catch (JsonProcessingException e) {
            return 0;
        }
    }

    void add(EpochResult r, double learningRate) {
        ObjectNode n = JSON.createObjectNode().put("epoch", r.epoch()).put("loss", r.loss());
        if (!Double.isNaN(r.validationLoss())) {
            n.put("validation_loss", r.validationLoss());
        }
        if (!Double.isNaN(r.accuracy())) {
            n.put("accuracy", r.accuracy());
        }
        n.put("lr", learningRate).put("seconds", Math.round(1e3 * r.seconds()) / 1e3);
        try {
            Files.writeString(file, n + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static CressetException failed(Path file, IOException e) {
        return new CressetException(CressetException.Kind.RUNTIME, "can't write " + file + ": " + e.getMessage(), e);
    }
}
