package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.nn.Module;
import org.cresset.random.Generator;
import org.cresset.registry.Operators;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One line of the {@code modules} pack. */
final class ModuleSample {
    /** A fair multiple of PyTorch's own rounding error, and what is added to it, by the pack's description. */
    private static final double TIMES = 10;

    private static final double PLUS = 1e-6;

    private final JsonNode line;
    private final TensorFile tensors;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    ModuleSample(JsonNode line, TensorFile tensors) {
        this.line = line;
        this.tensors = tensors;
    }

    void run() {
        Module module = construct(line.get("module").asText(), line.get("constructor"));
        module.train(line.get("training").asBoolean());
        Map<String, Tensor> state = new LinkedHashMap<>();
        line.get("state").properties().forEach(e -> state.put(e.getKey(), stored(e.getValue())));
        module.loadStateDict(state, true);
        JsonNode call = line.get("forward");
        List<@Nullable Object> args = new ArrayList<>();
        args.add(module);
        call.get("args").forEach(a -> args.add(value(a)));
        Map<String, @Nullable Object> kwargs = named(call.get("kwargs"));
        line.get("grads").get("inputs").fieldNames().forEachRemaining(key -> {
            Tensor t = inputs.get(key);
            if (t != null) {
                t.requiresGrad(true);
            }
        });
        if (line.has("random")) {
            Generator.defaultGenerator().manualSeed(0);
        }
        Object result = Operators.method(module.getClass(), "forward").call(args, kwargs);
        compare("output", result, line.get("output"));
        if (line.has("buffers_after")) {
            Map<String, Tensor> after = module.namedBuffers();
            line.get("buffers_after").properties().forEach(e -> {
                Tensor buffer = after.get(e.getKey());
                if (buffer == null) {
                    throw new Mismatch("there is no buffer " + e.getKey());
                }
                close("buffer " + e.getKey(), buffer, stored(e.getValue()), tolerance("output"));
            });
        }
        gradients(module, result);
    }

    private Module construct(String type, JsonNode arguments) {
        List<@Nullable Object> args = new ArrayList<>();
        arguments.get("args").forEach(a -> args.add(value(a)));
        Map<String, @Nullable Object> kwargs = named(arguments.get("kwargs"));
        // The only device and the dtype of all modules here; there is nothing to choose.
        if ("cpu".equals(kwargs.get("device"))) {
            kwargs.remove("device");
        }
        if (kwargs.get("dtype") == DType.FLOAT32) {
            kwargs.remove("dtype");
        }
        return Modules.of(Operators.standard().get("nn." + type).call(args, kwargs));
    }

    private Map<String, @Nullable Object> named(JsonNode fields) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        fields.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
        return map;
    }

    private @Nullable Object value(JsonNode v) {
        return switch (v.getNodeType()) {
            case NULL -> null;
            case BOOLEAN -> v.asBoolean();
            case STRING -> v.asText();
            case NUMBER -> v.isIntegralNumber() ? (Object) v.asLong() : (Object) v.asDouble();
            default -> tagged(v);
        };
    }

    private @Nullable Object tagged(JsonNode v) {
        Map.Entry<String, JsonNode> tag = v.properties().iterator().next();
        JsonNode x = tag.getValue();
        return switch (tag.getKey()) {
            case "t" -> inputs.computeIfAbsent("t" + x.asInt(), tensors::get);
            case "tuple", "list" -> {
                List<@Nullable Object> list = new ArrayList<>();
                x.forEach(e -> list.add(value(e)));
                yield list;
            }
            case "dict" -> named(x);
            case "f" -> PackValues.real(x);
            case "c" -> Dense.wrappedComplex(PackValues.real(x.get(0)), PackValues.real(x.get(1)));
            case "dtype" -> PackValues.dtype(x.asText());
            case "fn" -> x.asText();
            case "module" -> construct(x.get("type").asText(), x);
            default -> throw new IllegalArgumentException("a value with unknown tag " + tag.getKey());
        };
    }

    private Tensor stored(JsonNode v) {
        return tensors.get("t" + v.get("t").asInt());
    }

    private double tolerance(String of) {
        JsonNode d = line.get("difference_to_float64");
        return d.isNull() ? PLUS : TIMES * d.get(of).asDouble();
    }

    private static void close(String what, Tensor got, Tensor want, double difference) {
        double largest = want.numel() == 0 || !want.dtype().isFloat() ? 0 : finiteMaximum(want);
        Closeness.sameKind(what, got, want.dtype(), want.shape().toString());
        Closeness.close(what, got, want, 0, difference + PLUS * Math.max(1, largest), null);
    }

    private static double finiteMaximum(Tensor t) {
        double largest = 0;
        for (double v : t.toDoubleArray()) {
            largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        return largest;
    }

    private void compare(String what, @Nullable Object got, JsonNode want) {
        if (want.isNull()) {
            if (got != null) {
                throw new Mismatch(what + " is " + OpinfoCall.describe(got) + ", expected None");
            }
        } else if (want.has("t")) {
            close(what, Closeness.tensor(what, got), stored(want), tolerance("output"));
        } else {
            JsonNode parts = want.has("tuple") ? want.get("tuple") : want.get("list");
            List<@Nullable Object> mine = OpinfoCall.parts(got);
            if (mine.size() != parts.size()) {
                throw new Mismatch(what + " has " + mine.size() + " parts, expected " + parts.size());
            }
            for (int i = 0; i < mine.size(); i++) {
                compare(what + "[" + i + "]", mine.get(i), parts.get(i));
            }
        }
    }

    private void gradients(Module module, @Nullable Object result) {
        List<Tensor> outputs = new ArrayList<>();
        for (Tensor t : OpinfoCall.tensors(result)) {
            if (t.requiresGrad()) {
                outputs.add(t);
            }
        }
        JsonNode cotangents = line.get("cotangents");
        if (outputs.size() != cotangents.size()) {
            throw new Mismatch(outputs.size() + " outputs have gradients, expected " + cotangents.size());
        }
        if (outputs.isEmpty()) {
            return;
        }
        Map<String, Tensor> parameters = module.namedParameters();
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        JsonNode grads = line.get("grads");
        grads.get("inputs").fieldNames().forEachRemaining(key -> {
            Tensor input = inputs.get(key);
            if (input != null) {
                wanted.put("inputs " + key, input);
            }
        });
        grads.get("params").fieldNames().forEachRemaining(key -> {
            Tensor parameter = parameters.get(key);
            if (parameter == null) {
                throw new Mismatch("there is no parameter " + key);
            }
            wanted.put("params " + key, parameter);
        });
        List<Tensor> v = new ArrayList<>();
        cotangents.forEach(c -> v.add(stored(c)));
        @Nullable
        Tensor[] g = Autograd.grad(
                outputs.toArray(new Tensor[0]),
                wanted.values().toArray(new Tensor[0]),
                v.toArray(new Tensor[0]),
                false,
                false,
                true);
        int i = 0;
        for (String name : wanted.keySet()) {
            int space = name.indexOf(' ');
            gradient(
                    "gradient of " + name.substring(space + 1),
                    g[i++],
                    grads.get(name.substring(0, space)).get(name.substring(space + 1)));
        }
    }

    private void gradient(String what, @Nullable Tensor got, JsonNode want) {
        if (want.isNull()) {
            if (got != null && got.ne(0).any().itemBoolean()) {
                throw new Mismatch(what + " should not exist, or be zero");
            }
            return;
        }
        Tensor expected = stored(want);
        close(what, got == null ? expected.zerosLike() : got, expected, tolerance("grads"));
    }
}
