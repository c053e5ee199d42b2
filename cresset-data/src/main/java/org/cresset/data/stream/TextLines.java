package org.cresset.data.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.cresset.data.DataFiles;
import org.jspecify.annotations.Nullable;

/** The lines of UTF-8 text files, plain or {@code .gz}, one file after the other. */
public final class TextLines extends FileStream<String> {
    /**
     * The lines of these files. They are opened when their turn comes; what is wrong with one is told then, with its
     * name.
     */
    public TextLines(Path... files) {
        super(List.of(files));
    }

    @Override
    protected Iterator<String> read(List<Path> some) {
        return new Lines(some);
    }

    /** Numbers lines, for messages. */
    static final class NumberedReader extends BufferedReader {
        private long line;

        NumberedReader(Path file) throws IOException {
            super(new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8.newDecoder()));
        }

        @Override
        public @Nullable String readLine() throws IOException {
            line++;
            try {
                return super.readLine();
            } catch (CharacterCodingException e) {
                throw new IOException("it is not UTF-8, near line " + line, e);
            }
        }

        long line() {
            return line;
        }
    }

    private static final class Lines extends FileIterator<NumberedReader, String> {
        Lines(List<Path> files) {
            super(files);
        }

        @Override
        NumberedReader open(Path file) throws IOException {
            return new NumberedReader(file);
        }

        @Override
        @Nullable
        String read(Path file, NumberedReader in) throws IOException {
            return in.readLine();
        }
    }
}
