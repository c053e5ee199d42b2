package org.cresset.data.stream;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.cresset.base.CressetException;
import org.cresset.data.DataFiles;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The rows of files of comma-separated values (RFC 4180), plain or {@code .gz}, for tables that are too large for {@link
 * org.cresset.data.CsvFile}. The first line of each file has the columns' names.
 */
public final class CsvLines extends FileStream<CsvLines.Row> {
    private final char delimiter;

    /** The rows of files with commas. */
    public CsvLines(Path... files) {
        this(',', List.of(files));
    }

    /** The rows of files with another character between fields. */
    public CsvLines(char delimiter, List<Path> files) {
        super(files);
        this.delimiter = delimiter;
    }

    @Override
    protected Iterator<Row> read(List<Path> some) {
        return new Rows(some, delimiter);
    }

    /** One row: its file and line, the columns' names and its fields. */
    public record Row(Path file, long line, List<String> columns, List<String> fields) {
        /**
         * The text of a column.
         *
         * @throws CressetException of kind VALUE where there is no such column
         */
        public String text(String column) {
            int c = columns.indexOf(column);
            if (c < 0) {
                throw DataFiles.bad(file, "there is no column \"" + column + "\", only " + columns);
            }
            return fields.get(c);
        }

        /**
         * The number in a column; NaN where it is empty.
         *
         * @throws CressetException of kind VALUE, with file and line, for text that is no number
         */
        public float number(String column) {
            String field = text(column).strip();
            try {
                return field.isEmpty() ? Float.NaN : Float.parseFloat(field);
            } catch (NumberFormatException e) {
                throw DataFiles.bad(
                        file, "line " + line + ", column \"" + column + "\": \"" + field + "\" is no number");
            }
        }

        /** The numbers of some columns, float32 (columns); throws as {@link #number}. */
        public Tensor numbers(String... names) {
            float[] v = new float[names.length];
            for (int i = 0; i < v.length; i++) {
                v[i] = number(names[i]);
            }
            return Tensor.of(v);
        }
    }

    /** An open file. */
    private static final class Table implements Closeable {
        private final CSVParser parser;
        private final Iterator<CSVRecord> records;
        private final List<String> columns = new ArrayList<>();

        Table(Path file, char delimiter) throws IOException {
            CSVFormat format = CSVFormat.RFC4180
                    .builder()
                    .setDelimiter(delimiter)
                    .setIgnoreEmptyLines(true)
                    .get();
            parser = CSVParser.parse(
                    new BufferedReader(
                            new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8.newDecoder())),
                    format);
            records = parser.iterator();
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }

    private static final class Rows extends FileIterator<Table, Row> {
        private final char delimiter;

        Rows(List<Path> files, char delimiter) {
            super(files);
            this.delimiter = delimiter;
        }

        @Override
        Table open(Path file) throws IOException {
            return new Table(file, delimiter);
        }

        @Override
        @Nullable
        Row read(Path file, Table in) throws IOException {
            try {
                if (in.columns.isEmpty()) {
                    if (!in.records.hasNext()) {
                        throw DataFiles.bad(file, "the file is empty");
                    }
                    for (String name : in.records.next().values()) {
                        // Spreadsheets put a byte order mark before the first name.
                        in.columns.add(name.strip().replace("\uFEFF", ""));
                    }
                }
                if (!in.records.hasNext()) {
                    return null;
                }
                CSVRecord r = in.records.next();
                long line = in.parser.getCurrentLineNumber();
                if (r.size() != in.columns.size()) {
                    throw DataFiles.bad(
                            file,
                            "line " + line + " has " + r.size() + " values, there are " + in.columns.size()
                                    + " columns");
                }
                return new Row(file, line, in.columns, List.of(r.values()));
            } catch (UncheckedIOException e) {
                throw new IOException(
                        e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
            } catch (IllegalStateException e) {
                throw new IOException(String.valueOf(e.getMessage()), e);
            }
        }
    }
}
