package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.AveragedModel;
import org.cresset.tensor.Tensor;

/** Cases of {@code averaging.json}: a model whose values are given functions of the number of updates. */
final class AverageCases {
    private static final double TOLERANCE = 1e-10;
    private static final int WEIGHT = 6;
    private static final int BIAS = 2;

    private AverageCases() {}

    static void run(JsonNode c) {
        boolean useBuffers = c.get("use_buffers").asBoolean();
        AveragedModel model =
                switch (c.get("kind").asText()) {
                    case "swa" -> AveragedModel.swa(parameters(0), buffers(0), useBuffers);
                    case "ema" -> AveragedModel.ema(parameters(0), buffers(0), decay(c), useBuffers);
                    default ->
                        throw CressetException.unsupported(
                                "optim pack: an average " + c.get("kind").asText());
                };
        JsonNode rows = c.get("averages");
        for (int t = 0; t < rows.size(); t++) {
            if (t > 0) {
                model.updateParameters(parameters(t), buffers(t));
            }
            compare(t, rows.get(t), model);
        }
        if (model.nAveraged() != c.get("n_averaged").asLong()) {
            throw new Mismatch("n_averaged: " + model.nAveraged() + "; expected " + c.get("n_averaged"));
        }
    }

    private static double decay(JsonNode c) {
        JsonNode args = c.get("args");
        return args.has("decay") ? args.get("decay").asDouble() : 0.999;
    }

    private static void compare(int t, JsonNode row, AveragedModel model) {
        Map<String, Tensor> all = new LinkedHashMap<>(model.parameters());
        all.putAll(model.buffers());
        row.properties().forEach(e -> {
            Tensor actual = all.get(e.getKey());
            if (actual == null) {
                throw new Mismatch("no " + e.getKey());
            }
            OptimSuite.near(
                    e.getKey() + " after update " + t,
                    actual.toDoubleArray(),
                    OptimSuite.numbers(e.getValue()),
                    TOLERANCE);
        });
    }

    private static double[] values(int first, int n, int t) {
        double[] v = new double[n];
        for (int k = 0; k < n; k++) {
            v[k] = Math.sin(0.7 * (first + k) + 0.3 * t) + 0.1 * t;
        }
        return v;
    }

    private static Map<String, Tensor> parameters(int t) {
        return Map.of("weight", Tensor.from(values(0, WEIGHT, t), 2, 3), "bias", Tensor.of(values(WEIGHT, BIAS, t)));
    }

    private static Map<String, Tensor> buffers(int t) {
        return Map.of("stat", Tensor.of(values(WEIGHT + BIAS, 2, t)), "count", Tensor.from(new long[] {t}));
    }
}
