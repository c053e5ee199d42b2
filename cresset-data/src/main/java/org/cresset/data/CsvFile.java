package org.cresset.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * A table of comma-separated values (RFC 4180: quotes, line breaks within quotes), plain or {@code .gz}, held as text
 * until columns are asked for.
 *
 * <pre>{@code
 * var table = CsvFile.read(Path.of("iris.csv"));
 * var data = new TensorDataset(table.numbers("length", "width"), table.labels("species"));
 * }</pre>
 */
public final class CsvFile {
    private final Path file;
    private final List<String> columns;
    private final List<String[]> rows;
    private final List<Long> lines;

    private CsvFile(Path file, List<String> columns, List<String[]> rows, List<Long> lines) {
        this.file = file;
        this.columns = columns;
        this.rows = rows;
        this.lines = lines;
    }

    /**
     * Reads a file with commas and the columns' names in its first line; throws as {@link #read(Path, char, boolean)}.
     */
    public static CsvFile read(Path file) {
        return read(file, ',', true);
    }

    /**
     * Reads a file.
     *
     * @param header whether the first line has the columns' names; if not, they are "0", "1", ...
     * @throws CressetException of kind VALUE, naming file and line, for one that can't be read, is empty, has a row of
     *     another length than the first, or names two columns alike
     */
    public static CsvFile read(Path file, char delimiter, boolean header) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(true)
                .get();
        List<String> columns = new ArrayList<>();
        List<String[]> rows = new ArrayList<>();
        List<Long> lines = new ArrayList<>();
        try (BufferedReader in =
                        new BufferedReader(new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8));
                CSVParser parser = CSVParser.parse(in, format)) {
            for (CSVRecord r : parser) {
                if (columns.isEmpty()) {
                    columns.addAll(names(file, r, header));
                    if (header) {
                        continue;
                    }
                }
                if (r.size() != columns.size()) {
                    throw DataFiles.bad(
                            file,
                            "line " + parser.getCurrentLineNumber() + " has " + r.size() + " values, there are "
                                    + columns.size() + " columns");
                }
                rows.add(r.values());
                lines.add(parser.getCurrentLineNumber());
            }
        } catch (UncheckedIOException e) {
            throw DataFiles.failed(file, new IOException(e.getMessage(), e));
        } catch (IOException e) {
            throw DataFiles.failed(file, e);
        }
        if (columns.isEmpty()) {
            throw DataFiles.bad(file, "the file is empty");
        }
        return new CsvFile(file, columns, rows, lines);
    }

    private static List<String> names(Path file, CSVRecord first, boolean header) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            // Spreadsheets put a byte order mark before the first name.
            String name = header ? first.get(i).strip().replace("\uFEFF", "") : Integer.toString(i);
            if (names.contains(name)) {
                throw DataFiles.bad(file, "two columns are named \"" + name + "\"");
            }
            names.add(name);
        }
        return names;
    }

    /** The columns' names. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /** Number of rows. */
    public int rows() {
        return rows.size();
    }

    /** A column's text. */
    public List<String> text(String column) {
        int c = find(column);
        return rows.stream().map(r -> r[c]).toList();
    }

    /**
     * Columns as float32, (rows, columns); empty fields are NaN.
     *
     * @throws CressetException of kind VALUE, naming line and column, for a field that is no number
     */
    public Tensor numbers(String... names) {
        float[] values = new float[Math.multiplyExact(rows.size(), names.length)];
        for (int c = 0; c < names.length; c++) {
            int column = find(names[c]);
            for (int r = 0; r < rows.size(); r++) {
                values[r * names.length + c] = number(r, column);
            }
        }
        return Tensor.from(values, rows.size(), names.length);
    }

    private float number(int row, int column) {
        String field = rows.get(row)[column].strip();
        try {
            return field.isEmpty() ? Float.NaN : Float.parseFloat(field);
        } catch (NumberFormatException e) {
            throw DataFiles.bad(
                    file,
                    "line " + lines.get(row) + ", column \"" + columns.get(column) + "\": \"" + field
                            + "\" is no number");
        }
    }

    /** The different values of a column in alphabetical order. */
    public List<String> classes(String column) {
        return List.copyOf(new TreeSet<>(text(column)));
    }

    /** A column as int64: the places of its values in {@link #classes}. */
    public Tensor labels(String column) {
        List<String> classes = classes(column);
        Map<String, Integer> places = new HashMap<>();
        for (String name : classes) {
            places.put(name, places.size());
        }
        return Tensor.of(text(column).stream().mapToLong(places::get).toArray());
    }

    private int find(String column) {
        int c = columns.indexOf(column);
        if (c < 0) {
            throw DataFiles.bad(file, "there is no column \"" + column + "\", only " + columns);
        }
        return c;
    }
}
