package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.registry.Operators;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Java values of the JSON in packs, as {@code opinfo/FORMAT.md} section 3 describes it. */
final class PackValues {
    private final TensorFile tensors;

    PackValues(TensorFile tensors) {
        this.tensors = tensors;
    }

    /** The arguments of a line. */
    Arguments arguments(JsonNode line) {
        List<@Nullable Object> args = new ArrayList<>();
        line.get("args").forEach(a -> args.add(value(a)));
        return new Arguments(args, named(line.get("kwargs")));
    }

    private Map<String, @Nullable Object> named(JsonNode fields) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        fields.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
        return map;
    }

    /** A value; lists and tuples are lists, integers are longs. */
    @Nullable
    Object value(JsonNode v) {
        return switch (v.getNodeType()) {
            case NULL -> null;
            case BOOLEAN -> v.asBoolean();
            case STRING -> v.asText();
            case NUMBER -> v.isIntegralNumber() ? (Object) v.asLong() : (Object) v.asDouble();
            case ARRAY -> list(v);
            default -> tagged(v);
        };
    }

    private List<@Nullable Object> list(JsonNode v) {
        List<@Nullable Object> list = new ArrayList<>();
        v.forEach(e -> list.add(value(e)));
        return list;
    }

    private @Nullable Object tagged(JsonNode v) {
        if (v.has("t")) {
            return argument(v);
        }
        Map.Entry<String, JsonNode> first = v.properties().iterator().next();
        JsonNode x = first.getValue();
        return switch (first.getKey()) {
            case "f" -> real(x);
            case "c" -> Dense.wrappedComplex(real(x.get(0)), real(x.get(1)));
            case "tuple", "size", "list" -> list(x);
            case "dict" -> named(x);
            case "slice" -> Index.slice(bound(x.get(0)), bound(x.get(1)), bound(x.get(2)));
            case "ellipsis" -> Index.ELLIPSIS;
            case "dtype" -> dtype(x.asText());
            case "layout", "memory_format", "device" -> x.asText();
            case "obj" -> object(x.asText(), v.get("fields"));
            default -> throw new IllegalArgumentException("a value with unknown tag " + first.getKey());
        };
    }

    static double real(JsonNode x) {
        if (!x.isTextual()) {
            return x.asDouble();
        }
        return switch (x.asText()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.NaN;
        };
    }

    private static @Nullable Long bound(JsonNode x) {
        return x.isNull() ? null : (Long) x.asLong();
    }

    static DType dtype(String name) {
        try {
            return DType.of(name);
        } catch (CressetException e) {
            throw CressetException.unsupported("dtype " + name);
        }
    }

    private Object object(String type, JsonNode fields) {
        Map<String, @Nullable Object> options = named(fields);
        if (!type.equals("PairwiseDistance")) {
            return options;
        }
        return (BinaryOperator<Tensor>) (a, b) -> Closeness.tensor(
                "pairwise_distance",
                Operators.standard().call("nn.functional.pairwise_distance", List.of(a, b), options));
    }

    private Tensor argument(JsonNode v) {
        Tensor t = stored(v);
        if (v.has("stride")) {
            t = t.asStrided(
                    longs(v.get("shape")),
                    longs(v.get("stride")),
                    v.path("offset").asLong());
        }
        return v.path("rg").asBoolean() ? t.requiresGrad(true) : t;
    }

    /** The tensor itself, without a view or a mark. */
    Tensor stored(JsonNode v) {
        return tensors.get("t" + v.get("t").asInt(), dtype(v.get("dtype").asText()));
    }

    static long[] longs(JsonNode list) {
        long[] values = new long[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asLong();
        }
        return values;
    }
}
