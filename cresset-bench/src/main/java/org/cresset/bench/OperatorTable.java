package org.cresset.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.registry.Operator;
import org.cresset.registry.Operators;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Calls of operators by PyTorch's names on about a million elements; a line of {@code operators.jsonl} is name, arguments and
 * keywords. A tensor is its kind and shape: {@code f} normal, {@code u} from 0.1 to 0.9, {@code i} integers below
 * {@code max}, {@code b} bools, {@code c} complex, {@code t} normal and transposed, {@code sorted}, {@code perm},
 * {@code spd} positive definite. {@code tools/torch_ops.py} reads the same table.
 */
final class OperatorTable {
    /** A call. */
    record Row(int line, String text, String name, JsonNode args, JsonNode kwargs) {
        /** For people: the name with its arguments. */
        String label() {
            String options = kwargs.isEmpty() ? "" : ", " + kwargs;
            String inner = args.toString();
            return name + "(" + inner.substring(1, inner.length() - 1).replace("\"", "") + options.replace("\"", "")
                    + ")";
        }

        /** The call with arguments made anew. */
        Call call() {
            List<@Nullable Object> positional = new ArrayList<>();
            args.forEach(a -> positional.add(value(a)));
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            kwargs.properties().forEach(e -> named.put(e.getKey(), value(e.getValue())));
            return new Call(Operators.standard().get(name), positional, named);
        }
    }

    /** An operator with its arguments. */
    record Call(Operator op, List<@Nullable Object> positional, Map<String, @Nullable Object> named)
            implements Runnable {
        @Nullable
        Object result() {
            return op.call(positional, named);
        }

        @Override
        public void run() {
            result();
        }

        /** All arguments that may have a gradient. */
        List<Tensor> differentiable() {
            return Stream.concat(positional.stream(), named.values().stream())
                    .flatMap(a -> a instanceof List<?> several ? several.stream() : Stream.ofNullable(a))
                    .filter(Tensor.class::isInstance)
                    .map(Tensor.class::cast)
                    .filter(t -> t.dtype().isDifferentiable())
                    .toList();
        }
    }

    private OperatorTable() {}

    static List<Row> rows() {
        ObjectMapper json = new ObjectMapper();
        List<Row> rows = new ArrayList<>();
        try (InputStream in = OperatorTable.class.getResourceAsStream("operators.jsonl");
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode n = json.readTree(line);
                rows.add(new Row(rows.size(), line, n.get(0).asText(), n.get(1), n.get(2)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static @Nullable Object value(JsonNode v) {
        if (v.isObject()) {
            return tensor(v);
        }
        if (v.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            v.forEach(x -> list.add(value(x)));
            return list;
        }
        return v.isTextual()
                ? v.asText()
                : v.isBoolean() ? v.asBoolean() : v.isIntegralNumber() ? (Object) v.asLong() : (Object) v.asDouble();
    }

    private static Object tensor(JsonNode v) {
        Map.Entry<String, JsonNode> first = v.properties().iterator().next();
        if (first.getKey().equals("dtype")) {
            return DType.of(first.getValue().asText());
        }
        if (first.getKey().equals("perm")) {
            return Tensor.randperm(first.getValue().asLong());
        }
        long[] shape = new long[first.getValue().size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = first.getValue().get(i).asLong();
        }
        return switch (first.getKey()) {
            case "f" -> Tensor.randn(shape);
            case "u" -> Tensor.rand(shape).mul(0.8).add(0.1 + v.path("plus").asDouble());
            case "i" -> Tensor.randint(v.path("min").asLong(), v.get("max").asLong(), shape);
            case "b" -> Tensor.rand(shape).lt(0.5);
            case "c" -> Tensor.randn(shape).add(Tensor.randn(shape).mul(Dense.wrappedComplex(0, 1)));
            case "t" -> Tensor.randn(shape).transpose(0, 1);
            case "sorted" -> Tensor.randn(shape).sort(-1)[0];
            case "spd" -> {
                Tensor a = Tensor.randn(shape);
                long n = shape[shape.length - 1];
                yield a.matmul(a.transpose(-2, -1)).div(n).add(Tensor.eye(n, DType.FLOAT32));
            }
            default -> throw new IllegalArgumentException("kind " + first.getKey() + " of shape " + Shape.of(shape));
        };
    }
}
