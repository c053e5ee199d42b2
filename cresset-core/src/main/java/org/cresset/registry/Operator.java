package org.cresset.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cresset.base.CressetException;
import org.cresset.op.InPlace;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An operation, function or constructor under one of PyTorch's names. Arguments may be null (None), Boolean, Integer, Long,
 * Double, String, {@link Tensor}, {@link org.cresset.base.DType}, {@link org.cresset.base.Shape},
 * {@link org.cresset.random.Generator}, parts of an index, arrays and lists of these, maps for options, and operators or
 * their names for functions; they are converted to what the Java method takes. Safe for use by several threads.
 */
public final class Operator {
    private final String name;
    private final List<Overload> overloads;

    /** Whether the result is written over the first argument. */
    private final boolean changes;

    Operator(String name, List<Overload> overloads) {
        this(name, overloads, false);
    }

    private Operator(String name, List<Overload> overloads, boolean changes) {
        this.name = name;
        this.overloads = overloads;
        this.changes = changes;
    }

    /** The same operation, its result written over the first argument. */
    Operator inPlace(String method) {
        return new Operator(method, overloads, true);
    }

    /** The name without {@code torch.}. */
    public String name() {
        return name;
    }

    /** The forms in which it can be called. */
    public List<Signature> signatures() {
        return overloads.stream().map(Overload::signature).toList();
    }

    /**
     * Calls it with positional arguments.
     *
     * @throws CressetException of kind TYPE if no form takes the arguments, and what the operation throws
     */
    public @Nullable Object call(@Nullable Object... args) {
        return call(Arrays.asList(args), Map.of());
    }

    /**
     * Calls it. A keyword {@code out} that no form names is a tensor that gets the result.
     *
     * @return a tensor, an array or record of tensors, a Boolean, a number or what else the Java method gives
     * @throws CressetException of kind TYPE if no form takes the arguments, and what the operation throws
     */
    public @Nullable Object call(
            List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        Overload.Bound best = choose(args, kwargs);
        if (best != null && changes && !args.isEmpty() && args.getFirst() instanceof Tensor self) {
            return InPlace.become(name, self, x -> {
                List<@Nullable Object> others = new ArrayList<>(args);
                others.set(0, x);
                return result(choose(others, kwargs));
            });
        }
        if (best != null && !changes) {
            return best.call();
        }
        if (!changes && kwargs.containsKey("out")) {
            Map<String, @Nullable Object> others = new HashMap<>(kwargs);
            Object out = others.remove("out");
            Overload.Bound bound = null;
            if (out instanceof Tensor t
                    && !others.containsKey("dtype")
                    && args.stream().noneMatch(Operator::hasTensor)) {
                Map<String, @Nullable Object> alike = new HashMap<>(others);
                alike.put("dtype", t.dtype()); // what makes a tensor makes one like out
                bound = choose(args, alike);
            }
            bound = bound == null ? choose(args, others) : bound;
            if (bound != null) {
                return out == null ? bound.call() : OutArgument.store(name, out, args, bound.call());
            }
        }
        throw misfit(args, kwargs);
    }

    private static boolean hasTensor(@Nullable Object argument) {
        List<?> parts = Lists.parts(argument);
        return argument instanceof Tensor || parts != null && parts.stream().anyMatch(Operator::hasTensor);
    }

    private Tensor result(Overload.@Nullable Bound bound) {
        Object made = bound == null ? null : bound.call();
        if (made instanceof Tensor t) {
            return t;
        }
        throw CressetException.type(name + ": a result of " + describe(made) + " can't be written over a tensor");
    }

    /** The form that fits with the least conversion; of equals the one declared first. */
    private Overload.@Nullable Bound choose(
            List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        Overload.Bound best = null;
        for (Overload o : overloads) {
            Overload.Bound b = o.bind(args, kwargs);
            if (b.problem() == null && (best == null || b.rank() < best.rank())) {
                best = b;
            }
        }
        return best;
    }

    private CressetException misfit(
            List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        String given = args.stream().map(Operator::describe).collect(Collectors.joining(", "))
                + kwargs.entrySet().stream()
                        .map(e -> ", " + e.getKey() + "=" + describe(e.getValue()))
                        .collect(Collectors.joining());
        String forms = overloads.stream()
                .map(o -> o.signature() + ": " + o.bind(args, kwargs).problem())
                .collect(Collectors.joining("; "));
        return CressetException.type(name + ": no form takes (" + given + "): " + forms);
    }

    /** An argument for messages. */
    static String describe(@Nullable Object v) {
        return switch (v) {
            case null -> "None";
            case Tensor t -> t.dtype() + t.shape().toString();
            case String s -> "'" + s + "'";
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            default -> {
                List<?> parts = Lists.parts(v);
                yield parts == null
                        ? "a " + v.getClass().getSimpleName()
                        : parts.stream().map(Operator::describe).collect(Collectors.joining(", ", "[", "]"));
            }
        };
    }

    @Override
    public String toString() {
        return signatures().stream().map(Signature::toString).collect(Collectors.joining("; "));
    }
}
