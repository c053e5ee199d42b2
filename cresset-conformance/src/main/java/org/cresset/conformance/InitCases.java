package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.random.Generator;
import org.cresset.registry.Operators;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Cases of {@code init.json}: initial values, bit for bit but for those that come from a QR decomposition. */
final class InitCases {
    private static final double QR_TOLERANCE = 1e-5;
    private static final double GAIN_TOLERANCE = 1e-15;

    private InitCases() {}

    static void run(Path pack, Tally tally) {
        Path file = pack.resolve("init.json");
        if (!Files.exists(file)) {
            return;
        }
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TensorFile tensors = new TensorFile(pack.resolve("init.safetensors"));
        long seed = root.get("seed").asLong();
        JsonNode cases = root.get("cases");
        for (int i = 0; i < cases.size(); i++) {
            JsonNode c = cases.get(i);
            tally.run(c.get("init").asText() + "/init/" + i, () -> run(c, seed, tensors));
        }
        JsonNode gains = root.path("gains");
        for (int i = 0; i < gains.size(); i++) {
            JsonNode g = gains.get(i);
            tally.run("calculate_gain/init/" + i, () -> gain(g));
        }
    }

    private static @Nullable Object call(String name, List<?> args, Map<String, @Nullable Object> named) {
        if (Operators.standard().find("nn.init." + name) == null) {
            throw CressetException.unsupported("nn.init." + name + " does not exist");
        }
        return Operators.standard().call("nn.init." + name, args, named);
    }

    private static void run(JsonNode c, long seed, TensorFile tensors) {
        String name = c.get("init").asText();
        Generator.defaultGenerator().manualSeed(seed);
        Tensor t = Dense.empty(Shape.of(PackValues.longs(c.get("shape"))), DType.FLOAT32);
        Tensor got = Closeness.tensor(name, call(name, List.of(t), OptimSuite.arguments(c.get("args"))));
        Tensor want = tensors.get(c.get("out").asText());
        Closeness.sameKind(name, got, want.dtype(), want.shape().toString());
        double tolerance = name.equals("orthogonal_") ? QR_TOLERANCE : 0;
        Closeness.close(name, got, want, tolerance, tolerance, null);
        Closeness.close(name + " in place", t, got, 0, 0, null);
    }

    private static void gain(JsonNode g) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        named.put("param", g.get("param").isNull() ? null : g.get("param").asDouble());
        Object got = call("calculate_gain", List.of(g.get("nonlinearity").asText()), named);
        double value = got instanceof Number n ? n.doubleValue() : Double.NaN;
        OptimSuite.near(
                "gain", new double[] {value}, new double[] {g.get("gain").asDouble()}, GAIN_TOLERANCE, GAIN_TOLERANCE);
    }
}
