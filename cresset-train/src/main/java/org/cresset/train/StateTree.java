package org.cresset.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Trees of maps, lists, tensors and plain values as JSON and tensors by name. Where a string stands for something else, or
 * might seem to, it begins with a word that says so.
 */
final class StateTree {
    private static final String TENSOR = "tensor:";
    private static final String BYTES = "bytes:";
    private static final String NUMBER = "number:";
    private static final String INTEGER_KEY = "integer:";
    private static final String TEXT = "text:";

    private StateTree() {}

    /** The tree with tensors replaced with their names, under which {@code tensors} has them then. */
    static @Nullable Object flatten(String path, @Nullable Object o, Map<String, Tensor> tensors) {
        return switch (o) {
            case Tensor t -> {
                tensors.put(path, t);
                yield TENSOR + path;
            }
            case byte[] b -> {
                tensors.put(path, Tensor.from(b, b.length));
                yield BYTES + path;
            }
            case Map<?, ?> m -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                m.forEach((k, v) -> {
                    String key = k instanceof Number ? INTEGER_KEY + k : String.valueOf(k);
                    copy.put(key, flatten(path + "." + k, v, tensors));
                });
                yield copy;
            }
            case List<?> l -> {
                List<@Nullable Object> copy = new ArrayList<>();
                for (int i = 0; i < l.size(); i++) {
                    copy.add(flatten(path + "." + i, l.get(i), tensors));
                }
                yield copy;
            }
            case Double d when !Double.isFinite(d) -> NUMBER + d; // JSON has none
            case String s when s.contains(":") -> TEXT + s;
            case null -> null;
            case String s -> s;
            case Number n -> n;
            case Boolean b -> b;
            default ->
                throw CressetException.type("training state: " + path + " is a "
                        + o.getClass().getName() + "; expected tensors, numbers, strings, booleans, byte arrays, null,"
                        + " and lists and maps of such");
        };
    }

    /** The tree again. */
    static @Nullable Object restore(@Nullable Object o, Function<String, Tensor> tensors) {
        return switch (o) {
            case String s
            when s.startsWith(TENSOR) ->
                tensors.apply(s.substring(TENSOR.length())).clone();
            case String s when s.startsWith(BYTES) -> bytes(tensors.apply(s.substring(BYTES.length())));
            case String s when s.startsWith(NUMBER) -> Double.valueOf(s.substring(NUMBER.length()));
            case String s when s.startsWith(TEXT) -> s.substring(TEXT.length());
            case Map<?, ?> m -> {
                Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
                m.forEach((k, v) -> copy.put(key(String.valueOf(k)), restore(v, tensors)));
                yield copy;
            }
            case List<?> l -> {
                List<@Nullable Object> copy = new ArrayList<>();
                l.forEach(v -> copy.add(restore(v, tensors)));
                yield copy;
            }
            case null -> null;
            default -> o;
        };
    }

    private static Object key(String k) {
        return k.startsWith(INTEGER_KEY) ? (Object) Long.valueOf(k.substring(INTEGER_KEY.length())) : k;
    }

    /** The elements of a tensor of bytes. */
    static byte[] bytes(Tensor t) {
        long[] values = t.toLongArray();
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }
}
