package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.registry.Operator;
import org.cresset.registry.Operators;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** How an entry of the {@code opinfo} pack is called. */
final class OpinfoCall {
    private final String path;
    private final boolean lowRank;
    private final boolean cloneSelf;
    private final int takeFirst;

    OpinfoCall(JsonNode call) {
        path = call.get("path").asText();
        lowRank = call.has("pre");
        cloneSelf = call.path("clone_self").asBoolean();
        takeFirst = call.path("take_first").asInt();
    }

    /** A plain call of another name. */
    OpinfoCall(String path) {
        this.path = path;
        lowRank = false;
        cloneSelf = false;
        takeFirst = 0;
    }

    private boolean isIndexing() {
        return path.equals("torch.Tensor.__getitem__");
    }

    /** Whether there is such an operation here. */
    boolean exists() {
        return isIndexing() || Operators.standard().find(path) != null;
    }

    /** Performs the call of a line with its arguments or some like them. */
    @Nullable
    Object call(Arguments a, JsonNode line) {
        if (isIndexing()) {
            JsonNode index = line.get("args").get(1);
            return a.tensor("args[0]").get(index(a.args().get(1), index.has("tuple")));
        }
        Operator op = Operators.standard().get(path);
        List<@Nullable Object> args = new ArrayList<>(a.args());
        if (lowRank) {
            Tensor right = a.tensor("args[1]");
            args.set(0, a.tensor("args[0]").matmul(right.transpose(-2, -1)));
            args.remove(1);
        }
        if (cloneSelf) {
            args.set(0, a.tensor("args[0]").clone());
        }
        Object result = op.call(args, a.kwargs());
        return takeFirst == 0 ? result : parts(result).subList(0, takeFirst);
    }

    /** In Python a tuple is several parts of an index, and a list is one, a tensor of positions. */
    private static @Nullable Object[] index(@Nullable Object index, boolean tuple) {
        List<?> parts = tuple && index instanceof List<?> l ? l : Arrays.asList(index);
        @Nullable Object[] converted = new Object[parts.size()];
        for (int i = 0; i < converted.length; i++) {
            Object p = parts.get(i);
            converted[i] = p == null ? Index.NEW_AXIS : p instanceof List<?> list ? positions(list) : p;
        }
        return converted;
    }

    private static Tensor positions(List<?> list) {
        if (!list.isEmpty() && list.getFirst() instanceof List<?>) {
            return Tensor.stack(
                    0, list.stream().map(l -> positions((List<?>) l)).toArray(Tensor[]::new));
        }
        if (!list.isEmpty() && list.getFirst() instanceof Boolean) {
            return Tensor.of(list.stream().mapToLong(b -> (Boolean) b ? 1 : 0).toArray())
                    .to(DType.BOOL);
        }
        return Tensor.of(list.stream().mapToLong(n -> ((Number) n).longValue()).toArray());
    }

    /** The parts of a result that has several. */
    static List<@Nullable Object> parts(@Nullable Object result) {
        List<@Nullable Object> parts = new ArrayList<>();
        switch (result) {
            case Object[] array -> parts.addAll(Arrays.asList(array));
            case List<?> list -> parts.addAll(list);
            case long[] numbers -> Arrays.stream(numbers).forEach(parts::add);
            case Shape shape -> Arrays.stream(shape.toArray()).forEach(parts::add);
            case Record r -> {
                for (RecordComponent c : r.getClass().getRecordComponents()) {
                    parts.add(component(r, c));
                }
            }
            case null, default -> throw new Mismatch("the result is " + describe(result) + ", expected several parts");
        }
        return parts;
    }

    private static @Nullable Object component(Record r, RecordComponent c) {
        try {
            return c.getAccessor().invoke(r);
        } catch (ReflectiveOperationException e) {
            throw CressetException.type("the result's " + c + " isn't accessible");
        }
    }

    /** All tensors of a result, depth first. */
    static List<Tensor> tensors(@Nullable Object result) {
        if (result instanceof Tensor t) {
            return List.of(t);
        }
        List<Tensor> all = new ArrayList<>();
        if (result instanceof Object[] || result instanceof List<?> || result instanceof Record) {
            for (Object p : parts(result)) {
                all.addAll(tensors(p));
            }
        }
        return all;
    }

    static String describe(@Nullable Object v) {
        return v instanceof Tensor t
                ? t.dtype() + t.shape().toString()
                : v instanceof Object[] a ? a.length + " parts" : String.valueOf(v);
    }
}
