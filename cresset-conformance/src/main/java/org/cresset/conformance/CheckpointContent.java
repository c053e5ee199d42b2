package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.io.ComplexNumber;
import org.cresset.io.NpyArray;
import org.cresset.io.OrderedDict;
import org.cresset.io.RawTensor;
import org.cresset.io.StoredType;
import org.cresset.io.TorchDevice;
import org.cresset.io.Tuple;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What a file gave against its description in {@code expected.json}, as the pack's README has it. */
final class CheckpointContent {
    /** Memory by the number that the description gives it: tensors share it or don't, as described. */
    private final Map<Integer, Storage> storages = new HashMap<>();

    static void equal(String what, @Nullable Object got, @Nullable Object want) {
        if (!Objects.equals(got, want)) {
            throw new Mismatch(what + " is " + got + "; expected " + want);
        }
    }

    private static <T> T a(String what, @Nullable Object got, Class<T> type) {
        if (!type.isInstance(got)) {
            throw new Mismatch(
                    what + " is " + (got == null ? "null" : got.getClass().getSimpleName() + " " + got)
                            + "; expected a " + type.getSimpleName());
        }
        return type.cast(got);
    }

    void compare(String what, @Nullable Object got, JsonNode want) {
        if (!want.isObject()) {
            equal(what, got, plain(want));
            return;
        }
        Map.Entry<String, JsonNode> first = want.properties().iterator().next();
        JsonNode w = first.getValue();
        switch (first.getKey()) {
            case "f", "int" -> equal(what, got, plain(want));
            case "complex" ->
                equal(what, got, new ComplexNumber(w.get(0).asDouble(), w.get(1).asDouble()));
            case "bytes" -> equal(what, Base64.getEncoder().encodeToString(a(what, got, byte[].class)), w.asText());
            case "list" -> {
                equal(what + " is a tuple", got instanceof Tuple, false);
                elements(what, a(what, got, List.class), w);
            }
            case "tuple" -> elements(what, a(what, got, Tuple.class), w);
            case "set" -> set(what, a(what, got, Set.class), w);
            case "dict" -> {
                equal(what + " is ordered", got instanceof OrderedDict, false);
                entries(what, a(what, got, Map.class), w);
            }
            case "ordered_dict" -> {
                OrderedDict d = a(what, got, OrderedDict.class);
                entries(what, d, w);
                want.path("attributes")
                        .properties()
                        .forEach(e ->
                                compare(what + "." + e.getKey(), d.attributes().get(e.getKey()), e.getValue()));
            }
            case "dtype" -> {
                String name = w.asText().replace("torch.", "");
                equal(what, got instanceof StoredType t ? t.torchName() : String.valueOf(got), name);
            }
            case "device" -> equal(what, got, new TorchDevice(w.asText()));
            case "size" -> equal(what, got, Shape.of(PackValues.longs(w)));
            case "tensor" -> {
                tensor(what, got, w);
                if (got instanceof Dense d) {
                    shared(what, d, w);
                }
            }
            default -> throw new IllegalArgumentException("a value with unknown tag " + first.getKey());
        }
    }

    private void shared(String what, Dense t, JsonNode w) {
        equal(
                what + " requires a gradient",
                t.requiresGrad(),
                w.path("requires_grad").asBoolean());
        Storage before = storages.putIfAbsent(w.path("storage").asInt(), t.storage());
        boolean asStored = t.storageOffset() == w.path("offset").asLong();
        if (before != null && before != t.storage() && asStored && t.storageOffset() != 0) {
            throw new Mismatch(what + " does not share memory with other tensors");
        }
    }

    private void elements(String what, List<?> got, JsonNode want) {
        equal("length of " + what, got.size(), want.size());
        for (int i = 0; i < want.size(); i++) {
            compare(what + "[" + i + "]", got.get(i), want.get(i));
        }
    }

    private void set(String what, Set<?> got, JsonNode want) {
        Set<@Nullable Object> values = new HashSet<>();
        want.forEach(v -> values.add(key(v)));
        equal(what, new HashSet<>(got), values);
    }

    private void entries(String what, Map<?, ?> got, JsonNode want) {
        List<@Nullable Object> keys = new ArrayList<>();
        want.forEach(e -> keys.add(key(e.get(0))));
        equal("keys of " + what, new ArrayList<>((Collection<?>) got.keySet()), keys);
        want.forEach(e -> compare(what + "[" + key(e.get(0)) + "]", got.get(key(e.get(0))), e.get(1)));
    }

    private static @Nullable Object key(JsonNode v) {
        if (v.has("tuple")) {
            List<@Nullable Object> l = new ArrayList<>();
            v.get("tuple").forEach(e -> l.add(key(e)));
            return Tuple.of(l.toArray());
        }
        return plain(v);
    }

    private static @Nullable Object plain(JsonNode v) {
        if (v.has("int")) {
            return new BigInteger(v.get("int").asText()).bitLength() < 64
                    ? (Object) Long.parseLong(v.get("int").asText())
                    : new BigInteger(v.get("int").asText());
        }
        return v.isNull()
                ? null
                : v.isBoolean()
                        ? (Object) v.asBoolean()
                        : v.isTextual()
                                ? v.asText()
                                : v.isIntegralNumber() ? (Object) v.asLong() : (Object) OptimSuite.number(v);
    }

    // ---- tensors and arrays ----

    static void tensor(String what, @Nullable Object got, JsonNode want) {
        String dtype = want.path("dtype").asText();
        if (got instanceof RawTensor r) {
            equal("dtype of " + what, r.type().torchName(), dtype);
            shape(what, r.shape(), want);
            raw(what, r, want.path("values"));
            return;
        }
        Tensor t = a(what, got, Tensor.class);
        DType expected = null;
        for (StoredType s : StoredType.values()) {
            expected = s.torchName().equals(dtype) ? s.widened() : expected;
        }
        equal("dtype of " + what, t.dtype(), expected);
        shape(what, t.shape(), want);
        values(what, t, want.path("values"));
    }

    private static void shape(String what, Shape got, JsonNode want) {
        equal("shape of " + what, got, Shape.of(PackValues.longs(want.path("shape"))));
    }

    private static void raw(String what, RawTensor r, JsonNode values) {
        equal("elements of " + what, r.shape().numel(), (long) values.size());
        for (int i = 0; i < values.size(); i++) {
            JsonNode v = values.get(i);
            if (r.isInteger()) {
                equal(
                        what + "[" + i + "]",
                        r.integer(i),
                        new BigInteger(v.has("int") ? v.get("int").asText() : v.asText()));
            } else {
                equal(what + "[" + i + "]", r.number(i), OptimSuite.number(v));
            }
        }
    }

    private static void values(String what, Tensor t, JsonNode values) {
        equal("elements of " + what, t.numel(), (long) values.size());
        if (t.dtype().isInteger()) {
            long[] longs = t.toLongArray();
            for (int i = 0; i < longs.length; i++) {
                JsonNode v = values.get(i);
                equal(
                        what + "[" + i + "]",
                        longs[i],
                        v.has("int") ? Long.parseLong(v.get("int").asText()) : v.asLong());
            }
            return;
        }
        double[] numbers = Closeness.Numbers.of(t).values();
        for (int i = 0; i < values.size(); i++) {
            JsonNode v = values.get(i);
            if (t.dtype().isComplex()) {
                equal("real part of " + what + "[" + i + "]", numbers[2 * i], OptimSuite.number(v.get(0)));
                equal("imaginary part of " + what + "[" + i + "]", numbers[2 * i + 1], OptimSuite.number(v.get(1)));
            } else {
                double n = v.isBoolean() ? v.asBoolean() ? 1 : 0 : OptimSuite.number(v);
                equal(what + "[" + i + "]", numbers[i], n);
            }
        }
    }

    static void array(String what, @Nullable NpyArray got, JsonNode want) {
        NpyArray array = a(what, got, NpyArray.class);
        equal("type of " + what, array.descr(), want.path("dtype").asText());
        equal(
                "order of " + what,
                array.fortranOrder(),
                want.path("fortran_order").asBoolean());
        shape(what, array.shape(), want);
        StoredType type = array.type();
        if (type == null) {
            strings(what, array.strings(), want.path("values"));
        } else if (type.dtype() == null) {
            raw(what, array.raw(), want.path("values"));
        } else {
            values(what, array.tensor(), want.path("values"));
        }
    }

    private static void strings(String what, List<String> got, JsonNode want) {
        equal("elements of " + what, got.size(), want.size());
        for (int i = 0; i < got.size(); i++) {
            String s = want.get(i).has("bytes")
                    ? new String(
                            Base64.getDecoder().decode(want.get(i).get("bytes").asText()), StandardCharsets.ISO_8859_1)
                    : want.get(i).asText();
            equal(what + "[" + i + "]", got.get(i), s);
        }
    }
}
