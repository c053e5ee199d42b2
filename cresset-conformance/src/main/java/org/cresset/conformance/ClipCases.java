package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.optim.Clip;
import org.cresset.tensor.Tensor;

/** Cases of {@code clip.json}. */
final class ClipCases {
    private static final double TOLERANCE = 1e-10;

    private ClipCases() {}

    static void run(JsonNode c) {
        List<Tensor> params = params(c);
        switch (c.get("op").asText()) {
            case "clip_grad_norm_" -> {
                double max = OptimSuite.number(c.get("max_norm"));
                double type = OptimSuite.number(c.get("norm_type"));
                if (c.has("error_if_nonfinite")) {
                    raises(params(c), max, type);
                }
                double[] norm = {Clip.clipGradNorm(params, max, type, false)};
                OptimSuite.near("total norm", norm, OptimSuite.numbers(c.get("total_norm")), TOLERANCE);
            }
            case "clip_grad_value_" -> Clip.clipGradValue(params, OptimSuite.number(c.get("clip_value")));
            default ->
                throw CressetException.unsupported("optim pack: " + c.get("op").asText());
        }
        for (int i = 0; i < params.size(); i++) {
            double[] expected = OptimSuite.numbers(c.get("result").get(i));
            OptimSuite.near(
                    "gradient " + i,
                    Objects.requireNonNull(params.get(i).grad()).toDoubleArray(),
                    expected,
                    TOLERANCE);
        }
    }

    private static List<Tensor> params(JsonNode c) {
        List<Tensor> params = new ArrayList<>();
        for (JsonNode g : c.get("grads")) {
            Tensor p = Tensor.zeros(Shape.of(OptimSuite.shape(g)), DType.FLOAT64);
            p.setGrad(Tensor.from(OptimSuite.numbers(g), OptimSuite.shape(g)));
            params.add(p);
        }
        return params;
    }

    private static void raises(List<Tensor> params, double max, double type) {
        try {
            Clip.clipGradNorm(params, max, type, true);
        } catch (CressetException e) {
            return;
        }
        throw new Mismatch("no error with error_if_nonfinite");
    }
}
