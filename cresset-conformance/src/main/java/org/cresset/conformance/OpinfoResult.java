package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Compares what a call gave with what its line says, by section 5 of the pack's description. */
final class OpinfoResult {
    private final String op;
    private final JsonNode line;
    private final PackValues values;
    private final Arguments arguments;
    private final boolean @Nullable [] mask;

    OpinfoResult(String op, JsonNode line, PackValues values, Arguments arguments) {
        this.op = op;
        this.line = line;
        this.values = values;
        this.arguments = arguments;
        this.mask = line.has("mask") ? values.stored(line.get("mask")).toBooleanArray() : null;
    }

    /** Throws a {@link Mismatch} unless the result is the one expected. */
    void check(String what, @Nullable Object got, JsonNode want) {
        if (want.isObject() && want.has("shape")) {
            tensor(what, scalarAsTensor(got, want), want);
        } else if (want.isArray() || want.has("tuple") || want.has("size")) {
            JsonNode parts = want.isArray() ? want : want.has("tuple") ? want.get("tuple") : want.get("size");
            List<@Nullable Object> mine = OpinfoCall.parts(got);
            if (mine.size() != parts.size()) {
                throw new Mismatch(what + " has " + mine.size() + " parts, expected " + parts.size());
            }
            for (int i = 0; i < mine.size(); i++) {
                check(what + "[" + i + "]", mine.get(i), part(want, parts, i));
            }
        } else {
            plain(what, got, want);
        }
    }

    /** Integer values are marked as positions in some packs; they are no less exact than others. */
    private static JsonNode part(JsonNode want, JsonNode parts, int i) {
        boolean values = want.path("fields").path(i).asText().equals("values");
        JsonNode part = parts.get(i);
        return values && part instanceof ObjectNode o ? o.deepCopy().without("cmp") : part;
    }

    private static Tensor scalarAsTensor(@Nullable Object got, JsonNode want) {
        if (got instanceof Tensor t) {
            return t;
        }
        throw new Mismatch("the result is " + OpinfoCall.describe(got) + ", expected a tensor of "
                + want.get("dtype").asText());
    }

    private void plain(String what, @Nullable Object got, JsonNode want) {
        Object expected = values.value(want);
        boolean same;
        if (expected instanceof Double d && got instanceof Number n) {
            double rtol = line.path("scalar_tol").path(0).asDouble();
            double atol = line.path("scalar_tol").path(1).asDouble();
            same = !isInteger(n) && Closeness.excess(n.doubleValue(), d, rtol, atol) == 0;
        } else if (expected instanceof Long l && got instanceof Number n) {
            same = isInteger(n) && n.longValue() == l;
        } else if (expected instanceof Tensor complex && got instanceof Tensor t) {
            Closeness.close(what, t, complex, 0, 0, null);
            same = t.dtype().isComplex();
        } else {
            same = expected == null ? got == null : expected.equals(got);
        }
        if (!same) {
            throw new Mismatch(what + " is " + OpinfoCall.describe(got) + ", expected " + want);
        }
    }

    private static boolean isInteger(Number n) {
        return n instanceof Long || n instanceof Integer;
    }

    private void tensor(String what, Tensor got, JsonNode want) {
        DType dtype = PackValues.dtype(want.get("dtype").asText());
        Closeness.sameKind(
                what, got, dtype, Shape.of(PackValues.longs(want.get("shape"))).toString());
        String cmp = want.path("cmp").asText();
        if (!want.has("t") || cmp.equals("gauge")) {
            return;
        }
        Tensor expected = values.stored(want);
        switch (cmp) {
            case "index" -> samePicks(what, got, expected);
            case "unordered" -> close(what, sorted(got), sorted(expected), want);
            default -> close(what, got, expected, want);
        }
    }

    private void close(String what, Tensor got, Tensor expected, JsonNode want) {
        double rtol = want.path("tol").path(0).asDouble();
        double atol = want.path("tol").path(1).asDouble();
        if (line.path("hint").asText().equals("random") && expected.dtype().isFloat()) {
            rtol = Math.max(rtol, 4 * expected.dtype().eps()); // logarithms and sines of another library
        }
        boolean[] used = mask != null && mask.length == expected.numel() ? mask : null;
        Closeness.close(what, got, expected, rtol, atol, used);
    }

    private static Tensor sorted(Tensor t) {
        if (!t.dtype().isComplex()) {
            return t.sort(-1)[0];
        }
        // By real parts and then by imaginary ones, rounded: conjugate pairs have equal real parts up to rounding.
        Tensor key = t.real().mul(1e4).round().mul(1e6).add(t.imag().mul(1e4).round());
        return t.gather(-1, key.to(DType.FLOAT64).argsort(-1, false, true));
    }

    /** Positions of equal values are equally right. */
    private void samePicks(String what, Tensor got, Tensor expected) {
        if (got.eq(expected).all().itemBoolean()) {
            return; // the pack marks integer values like this too
        }
        boolean second = op.equals("kthvalue") || op.equals("topk");
        Object at = arguments.find(second ? 2 : 1, "dim");
        long dim = at instanceof Long d ? d : -1;
        Tensor x = arguments.tensor("args[0]").detach();
        Tensor mine = got;
        Tensor theirs = expected;
        if (mine.dim() < x.dim()) {
            mine = mine.unsqueeze(dim);
            theirs = theirs.unsqueeze(dim);
        }
        if (mine.lt(0).any().itemBoolean()
                || mine.ge(x.dim() == 0 ? 1 : x.size((int) dim)).any().itemBoolean()) {
            throw new Mismatch(what + " has a position outside of the input");
        }
        if (x.dim() == 0) {
            return;
        }
        Closeness.close(what + "'s values", x.gather(dim, mine), x.gather(dim, theirs), 0, 0, null);
    }

    /** Arguments that the call changes, and all others, which it must leave as they were. */
    void checkArguments(Map<String, Tensor> before) {
        JsonNode mutated = line.path("mutated");
        arguments.tensors().forEach((path, now) -> {
            if (mutated.has(path)) {
                check(path + " afterwards", now, mutated.get(path));
            } else if (now.detach()
                            .toSegment()
                            .mismatch(Objects.requireNonNull(before.get(path)).toSegment())
                    >= 0) {
                throw new Mismatch(path + " was changed by the call");
            }
        });
    }
}
