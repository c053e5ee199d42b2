package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A call of the {@code opinfo} pack from which further calls are made. */
final class Sample {
    final JsonNode entry;
    final JsonNode line;
    private final OpinfoCall call;
    private final PackValues values;

    /** Says that a check has nothing to say about a sample. */
    static final class Skip extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Skip(String why) {
            super(why, null, false, false);
        }
    }

    Sample(JsonNode entry, JsonNode line, OpinfoCall call, PackValues values) {
        this.entry = entry;
        this.line = line;
        this.call = call;
        this.values = values;
    }

    /** The name of the operation. */
    String op() {
        return entry.get("name").asText();
    }

    /** Whether the call draws random numbers or leaves memory as it finds it. */
    boolean isUndetermined() {
        return entry.path("hints").has("random") || line.path("hint").asText().equals("uninitialized");
    }

    /** Whether one of the operation's forms writes into a tensor that it is given as {@code out}. */
    boolean takesOut() {
        return entry.path("out").asBoolean();
    }

    /** Whether the call reads memory beyond the tensor that it is given, of which there is none in a transform. */
    boolean readsBeyond() {
        return entry.path("variant").asText().equals("partial_views");
    }

    /** Whether the arguments are where the function has a subgradient only; what a second derivative gives is chance there. */
    boolean isAtKink() {
        return entry.path("variant").asText().equals("subgradients_at_zero");
    }

    /** Skips unless {@code condition} holds. */
    static void require(boolean condition, String why) {
        if (!condition) {
            throw new Skip(why);
        }
    }

    /** Arguments of their own, not to be recorded. */
    Arguments arguments() {
        return values.arguments(line).map((path, t) -> t.isNumber() ? t : t.detach());
    }

    /** As {@link #arguments}, floating-point tensors with 64 bits for each part. */
    Arguments wideArguments() {
        return arguments().map((path, t) -> t.isNumber() || !t.dtype().isDifferentiable() ? t : t.to(wide(t.dtype())));
    }

    private static DType wide(DType t) {
        return t.isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
    }

    /** The tensors among arguments by their paths, without those that stand for numbers. */
    static Map<String, Tensor> tensors(Arguments arguments) {
        Map<String, Tensor> all = new LinkedHashMap<>(arguments.tensors());
        all.values().removeIf(Tensor::isNumber);
        return all;
    }

    /** Performs the call. */
    @Nullable
    Object call(Arguments arguments) {
        return call(call, arguments);
    }

    /** Performs the call under another name. */
    @Nullable
    Object call(OpinfoCall other, Arguments arguments) {
        if (line.has("seed")) {
            Generator.defaultGenerator().manualSeed(line.get("seed").asLong());
        }
        return other.call(arguments, line);
    }

    /** Compares a result with the one that the pack gives. */
    void check(String what, @Nullable Object result, Arguments arguments) {
        OpinfoResult expected = new OpinfoResult(op(), line, values, arguments);
        expected.check(what, result, line.get("out"));
        if (line.has("reconstruct") && !op().endsWith("_lowrank")) {
            Factorisations.check(line.get("reconstruct").asText(), arguments, arguments.tensor("args[0]"), result);
        }
    }

    /** Compares gradients, or second derivatives, with those that the pack gives. */
    void gradients(boolean second) {
        Arguments a = values.arguments(line);
        new OpinfoGradients(op(), line, values, a).check(call(a), second);
    }

    /** The call as a function of the tensors at some paths; gives all tensors of the result. */
    Func.Many function(Arguments arguments, List<String> paths) {
        return in -> OpinfoCall.tensors(call(replace(arguments, paths, in))).toArray(Tensor[]::new);
    }

    /** As {@link #function}, giving those tensors of the result that have a derivative, or what the pack makes of them. */
    Func.Many differentiated(Arguments arguments, List<String> paths) {
        String of = line.get("grad").get("of").asText();
        JsonNode cotangents = line.get("grad").get("cot");
        return in -> {
            List<Tensor> all = Factorisations.differentiated(of, op(), call(replace(arguments, paths, in)));
            List<Tensor> some = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (i < cotangents.size() && !cotangents.get(i).isNull()) {
                    some.add(all.get(i));
                }
            }
            return some.toArray(Tensor[]::new);
        };
    }

    /** Arguments with the tensors at some paths replaced. */
    static Arguments replace(Arguments arguments, List<String> paths, Tensor[] by) {
        return arguments.map((path, t) -> {
            int i = paths.indexOf(path);
            return i < 0 ? t : by[i];
        });
    }
}
