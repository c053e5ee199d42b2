package org.cresset.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The same call in other forms: in place, as a method, with {@code out}, without values, with other memory layouts. */
final class FormChecks {
    private FormChecks() {}

    /** The in-place method leaves the plain result in its first argument. */
    static void inPlace(Sample s) {
        Sample.require(s.entry.has("inplace") && !s.line.has("broadcasts_input"), "no such form");
        Sample.require(!s.line.path("out").isArray(), "several results");
        Arguments a = s.arguments();
        Object first = a.args().isEmpty() ? null : a.args().getFirst();
        Sample.require(first instanceof Tensor t && !t.isNumber() && sameKind(t, s), "the result is of another kind");
        Arguments changed = a.map((path, t) -> path.equals("args[0]") ? t.clone() : t);
        Tensor self = changed.tensor("args[0]");
        Object result = s.call(new OpinfoCall(s.entry.get("inplace").asText()), changed);
        if (result != self) {
            throw new Mismatch("in place: the result is not the tensor itself");
        }
        s.check("in place", self, s.arguments());
    }

    private static boolean sameKind(Tensor t, Sample s) {
        return s.line.get("out").path("dtype").asText().equals(t.dtype().toString())
                && Shape.of(PackValues.longs(s.line.get("out").get("shape"))).equals(t.shape());
    }

    /** The method gives what the function gives. */
    static void method(Sample s) {
        Sample.require(s.entry.has("method"), "no such form");
        Arguments a = s.arguments();
        Sample.require(!a.args().isEmpty() && a.args().getFirst() instanceof Tensor t && !t.isNumber(), "a number");
        s.check("as a method", s.call(new OpinfoCall(s.entry.get("method").asText()), a), a);
    }

    /** {@code out} gets what the call gives without it. */
    static void out(Sample s, boolean takesOut) {
        Sample.require(takesOut && !s.line.has("mutated"), "no such form");
        Arguments a = s.arguments();
        Sample.require(!a.kwargs().containsKey("out"), "out is given");
        Object plain = s.call(a);
        List<Tensor> parts = OpinfoCall.tensors(plain);
        Sample.require(!parts.isEmpty(), "no tensors");
        List<Tensor> outs = new ArrayList<>();
        for (Tensor t : parts) {
            outs.add(Tensor.zeros(t.shape(), t.dtype()));
        }
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>(a.kwargs());
        kwargs.put("out", plain instanceof Tensor ? outs.getFirst() : outs);
        s.call(new Arguments(a.args(), kwargs));
        for (int i = 0; i < outs.size(); i++) {
            Closeness.near("out " + i, outs.get(i), parts.get(i), 0);
        }
    }

    /** Shapes and dtypes come without values. */
    static void meta(Sample s) {
        Sample.require(Limits.needsValues(s.op(), s.arguments()) == null, "needs values");
        Sample.require(!s.readsBeyond() && !names(s.arguments(), "cpu"), "looks at memory or moves it");
        Arguments a = s.arguments();
        Sample.require(!Sample.tensors(a).isEmpty(), "no tensors");
        List<Tensor> plain = OpinfoCall.tensors(s.call(a));
        Sample.require(!plain.isEmpty(), "no tensors");
        List<Tensor> meta = OpinfoCall.tensors(s.call(s.arguments()
                .map((path, t) -> t.isNumber() || Limits.decides(s.op(), path, a)
                        ? t
                        : Dense.empty(t.shape(), t.dtype(), Device.META))));
        if (meta.size() != plain.size()) {
            throw new Mismatch("on meta: " + meta.size() + " tensors, expected " + plain.size());
        }
        for (int i = 0; i < meta.size(); i++) {
            Tensor want = plain.get(i);
            Closeness.sameKind(
                    "on meta: result " + i,
                    meta.get(i),
                    want.dtype(),
                    want.shape().toString());
            if (meta.get(i).device() != Device.META) {
                throw new Mismatch(
                        "on meta: result " + i + " is on " + meta.get(i).device());
            }
        }
    }

    private static boolean names(Arguments a, String device) {
        return a.args().contains(device) || a.kwargs().containsValue(device);
    }

    /** Memory in reversed order of dimensions, with gaps, with gaps of NaN, repeated. */
    static void layouts(Sample s) {
        Sample.require(!s.isUndetermined(), "random"); // numbers are drawn in the order of memory
        Sample.require(!Limits.seesLayout(s.op()), "depends on the layout");
        Sample.require(!Sample.tensors(s.arguments()).isEmpty(), "no tensors");
        arranged(s, "column-major", FormChecks::columnMajor);
        arranged(s, "with gaps", FormChecks::withGaps);
        repeated(s);
    }

    private static void arranged(Sample s, String what, UnaryOperator<Tensor> layout) {
        Arguments a = s.arguments().map((path, t) -> t.isNumber() ? t : layout.apply(t));
        Object result = s.call(a);
        s.check(what, result, a);
    }

    /** The same values with the first dimension's step being 1. */
    private static Tensor columnMajor(Tensor t) {
        long[] dims = new long[t.dim()];
        for (int d = 0; d < dims.length; d++) {
            dims[d] = dims.length - 1 - d;
        }
        return t.permute(dims).contiguous().permute(dims);
    }

    /** The same values at every second place, what lies between being NaN or 1. */
    private static Tensor withGaps(Tensor t) {
        Tensor between = t.dtype().isDifferentiable()
                ? t.zerosLike().add(Double.NaN).to(t.dtype())
                : t.zerosLike().add(1).to(t.dtype());
        return Tensor.stack(-1, between, t.to(t.dtype())).select(-1, 1);
    }

    /** The first slice repeated along its dimension by a step of 0, against a copy. */
    private static void repeated(Sample s) {
        if (s.line.has("seed") || s.line.has("mutated") || s.line.has("reconstruct")) {
            return;
        }
        Arguments views = s.arguments()
                .map((path, t) -> t.isNumber() || t.dim() == 0 || t.size(0) == 0
                        ? t
                        : t.get(Index.slice(0L, 1L, 1L)).expand(t.shape().toArray()));
        List<Tensor> copies;
        try {
            copies = OpinfoCall.tensors(s.call(
                    views.map((path, t) -> t.isNumber() ? t : t.contiguous().clone())));
        } catch (CressetException e) {
            return; // a singular matrix, for example
        }
        List<Tensor> got = OpinfoCall.tensors(s.call(views));
        for (int i = 0; i < copies.size(); i++) {
            DType t = copies.get(i).dtype();
            double tolerance = t.isDifferentiable() ? 64 * t.eps() : 0;
            Closeness.near("repeated: result " + i, got.get(i), copies.get(i), tolerance);
        }
    }
}
