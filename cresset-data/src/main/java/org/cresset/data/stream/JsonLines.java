package org.cresset.data.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.cresset.data.DataFiles;
import org.jspecify.annotations.Nullable;

/** Files with one JSON value a line, plain or {@code .gz}, one file after the other; blank lines are passed over. */
public final class JsonLines extends FileStream<JsonNode> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The values in these files; a line that is no JSON value is told with file and number when its turn comes. */
    public JsonLines(Path... files) {
        super(List.of(files));
    }

    @Override
    protected Iterator<JsonNode> read(List<Path> some) {
        return new Values(some);
    }

    private static final class Values extends FileIterator<TextLines.NumberedReader, JsonNode> {
        Values(List<Path> files) {
            super(files);
        }

        @Override
        TextLines.NumberedReader open(Path file) throws IOException {
            return new TextLines.NumberedReader(file);
        }

        @Override
        @Nullable
        JsonNode read(Path file, TextLines.NumberedReader in) throws IOException {
            String line = in.readLine();
            while (line != null && line.isBlank()) {
                line = in.readLine();
            }
            try {
                return line == null ? null : JSON.readTree(line);
            } catch (JsonProcessingException e) {
                throw DataFiles.bad(file, "line " + in.line() + " is no JSON value: " + e.getOriginalMessage());
            }
        }
    }
}
