package org.cresset.parquet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One row of a table.
 *
 * @param where its file and number, for messages
 * @param values by column: numbers, booleans, text, {@code byte[]}, dates and times of {@code java.time}; lists and maps of
 *     these; null where there is none
 */
public record ParquetRow(String where, Map<String, @Nullable Object> values) {
    /**
     * The value of a column, which may be null.
     *
     * @throws CressetException of kind VALUE where there is no such column
     */
    public @Nullable Object value(String column) {
        if (!values.containsKey(column)) {
            throw CressetException.value(
                    where + ": there is no column \"" + column + "\", only " + String.join(", ", values.keySet()));
        }
        return values.get(column);
    }

    /**
     * The text of a column; bytes are taken for UTF-8.
     *
     * @throws CressetException of kind VALUE for a column that is missing or no text, or a value that is null
     */
    public String text(String column) {
        return switch (value(column)) {
            case String s -> s;
            case byte[] b -> new String(b, StandardCharsets.UTF_8);
            case null, default -> throw other(column, "text");
        };
    }

    /** The bytes of a column, such as an encoded image; throws as {@link #text}. */
    public byte[] bytes(String column) {
        return switch (value(column)) {
            case byte[] b -> b;
            case String s -> s.getBytes(StandardCharsets.UTF_8);
            case null, default -> throw other(column, "bytes");
        };
    }

    /** The number in a column, 0 or 1 for a truth value, NaN for null; throws as {@link #text}. */
    public double number(String column) {
        Object v = value(column);
        return v == null ? Double.NaN : toNumber(column, v);
    }

    /** The whole number in a column; throws as {@link #text}, also for null. */
    public long integer(String column) {
        return switch (value(column)) {
            case Long l -> l;
            case Integer i -> i;
            case Boolean b -> b ? 1 : 0;
            case null, default -> throw other(column, "whole number");
        };
    }

    /** The numbers of some columns, float32 (columns); throws as {@link #number}. */
    public Tensor numbers(String... columns) {
        float[] v = new float[columns.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) number(columns[i]);
        }
        return Tensor.of(v);
    }

    /**
     * A list of numbers: int64 if all are whole numbers, float32 otherwise; lists of lists, which must be of one length each,
     * have one dimension for each level. Throws as {@link #text}.
     */
    public Tensor tensor(String column) {
        if (!(value(column) instanceof List<?> list)) {
            throw other(column, "list of numbers");
        }
        List<Long> shape = new ArrayList<>();
        List<Object> flat = new ArrayList<>();
        flatten(column, list, 0, shape, flat);
        long[] dims = shape.stream().mapToLong(Long::longValue).toArray();
        if (!flat.isEmpty() && flat.stream().allMatch(v -> v instanceof Long || v instanceof Integer)) {
            return Tensor.from(
                    flat.stream().mapToLong(v -> ((Number) v).longValue()).toArray(), dims);
        }
        float[] v = new float[flat.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) toNumber(column, flat.get(i));
        }
        return Tensor.from(v, dims);
    }

    private void flatten(String column, List<?> list, int level, List<Long> shape, List<Object> flat) {
        if (level == shape.size()) {
            shape.add((long) list.size());
        } else if (shape.get(level) != list.size()) {
            throw other(column, "list whose lists are of one length");
        }
        for (Object v : list) {
            if (v instanceof List<?> inner) {
                flatten(column, inner, level + 1, shape, flat);
            } else if (v == null || level != shape.size() - 1) {
                throw other(column, "list of numbers of one depth");
            } else {
                flat.add(v);
            }
        }
    }

    private double toNumber(String column, Object v) {
        return switch (v) {
            case Number n -> n.doubleValue();
            case Boolean b -> b ? 1 : 0;
            default -> throw other(column, "number");
        };
    }

    private CressetException other(String column, String wanted) {
        Object v = values.get(column);
        return CressetException.value(where + ": column \"" + column + "\" holds "
                + (v == null ? "null" : "a " + v.getClass().getSimpleName()) + " and no " + wanted);
    }
}
