package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** First and second derivatives of a call, by sections 6 and 7 of the pack's description. */
final class OpinfoGradients {
    private final String op;
    private final JsonNode line;
    private final PackValues values;
    private final Arguments arguments;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();

    OpinfoGradients(String op, JsonNode line, PackValues values, Arguments arguments) {
        this.op = op;
        this.line = line;
        this.values = values;
        this.arguments = arguments;
        line.get("grad").get("wrt").forEach(w -> {
            paths.add(w.asText());
            inputs.add(arguments.tensor(w.asText()));
        });
    }

    /** Runs backward once, or for {@code second} twice, and compares. */
    void check(@Nullable Object result, boolean second) {
        JsonNode grad = line.get("grad");
        List<Tensor> outputs = Factorisations.differentiated(grad.get("of").asText(), op, result);
        List<Tensor> ys = new ArrayList<>();
        List<Tensor> cotangents = new ArrayList<>();
        List<@Nullable Tensor> given = new ArrayList<>();
        for (int i = 0; i < grad.get("cot").size(); i++) {
            JsonNode c = grad.get("cot").get(i);
            Tensor v = c.isNull() ? null : values.stored(c).requiresGrad(second);
            given.add(v);
            if (v != null && i < outputs.size() && outputs.get(i).requiresGrad()) {
                ys.add(outputs.get(i));
                cotangents.add(v);
            }
        }
        @Nullable
        Tensor[] g = ys.isEmpty()
                ? new Tensor[inputs.size()]
                : Autograd.grad(array(ys), array(inputs), array(cotangents), second, second, true);
        if (!second) {
            compare("gradient of ", g, grad.get("g"));
            return;
        }
        secondDerivatives(g, given);
    }

    private void secondDerivatives(@Nullable Tensor[] g, List<@Nullable Tensor> given) {
        JsonNode grad2 = line.get("grad2");
        List<Tensor> firsts = new ArrayList<>();
        List<Tensor> weights = new ArrayList<>();
        for (int j = 0; j < g.length; j++) {
            Tensor gradient = g[j];
            if (!grad2.get("w").get(j).isNull() && gradient != null && gradient.requiresGrad()) {
                firsts.add(gradient);
                weights.add(values.stored(grad2.get("w").get(j)));
            }
        }
        List<Tensor> all = new ArrayList<>(inputs);
        given.forEach(v -> {
            if (v != null) {
                all.add(v);
            }
        });
        @Nullable
        Tensor[] gg = firsts.isEmpty()
                ? new Tensor[all.size()]
                : Autograd.grad(array(firsts), array(all), array(weights), false, false, true);
        int n = inputs.size();
        compare("second derivative by ", Arrays.copyOf(gg, n), grad2.get("g"));
        JsonNode byCotangent = grad2.path("g_cot");
        for (int i = 0; i < byCotangent.size() && n + i < gg.length; i++) {
            compareOne("second derivative by cotangent " + i, gg[n + i], byCotangent.get(i), all.get(n + i));
        }
    }

    private static Tensor[] array(List<Tensor> list) {
        return list.toArray(new Tensor[0]);
    }

    private void compare(String what, @Nullable Tensor[] got, JsonNode want) {
        for (int j = 0; j < got.length; j++) {
            compareOne(what + paths.get(j), got[j], want.get(j), inputs.get(j));
        }
    }

    private void compareOne(String what, @Nullable Tensor got, JsonNode want, Tensor input) {
        if (want.isNull()) {
            if (got != null && got.ne(0).any().itemBoolean()) {
                throw new Mismatch(what + " should not exist, or be zero");
            }
            return;
        }
        Tensor expected = values.stored(want);
        Tensor mine = got == null ? input.detach().zerosLike() : got.detach();
        Closeness.sameKind(what, mine, expected.dtype(), expected.shape().toString());
        String cmp = want.path("cmp").asText();
        if (cmp.equals("gauge") || cmp.equals("ties")) {
            return; // defined only for the very factors or positions that PyTorch happened to choose
        }
        double rtol = want.path("tol").path(0).asDouble();
        double atol = want.path("tol").path(1).asDouble();
        Closeness.close(what, project(cmp, mine, input), project(cmp, expected, input), rtol, atol, null);
    }

    private Tensor project(String cmp, Tensor g, Tensor input) {
        return switch (cmp) {
            case "" -> g;
            case "hermitian" -> g.add(g.transpose(-2, -1).conj());
            case "triangle" -> triangle(g);
            case "triangle_real_diagonal" -> {
                Tensor t = triangle(g);
                if (!t.dtype().isComplex()) {
                    yield t;
                }
                Tensor diagonal = Tensor.eye(t.size(-1), DType.BOOL);
                yield Tensor.where(diagonal, t.real().to(t.dtype()), t);
            }
            case "log_softmax" -> {
                long d = g.dim() == 3 ? 2 : 1;
                yield g.sub(input.detach().softmax(d).mul(g.sum(new long[] {d}, true)));
            }
            default -> throw CressetException.unsupported("comparison " + cmp);
        };
    }

    private Tensor triangle(Tensor g) {
        boolean usually = op.equals("triangular_solve");
        int position = op.equals("cholesky_inverse") ? 1 : 2;
        boolean upper = arguments.find(position, "upper") instanceof Boolean b ? b : usually;
        return upper ? g.triu(0) : g.tril(0);
    }
}
