package org.cresset.conformance;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What operations can't do by their nature, here or in PyTorch, with the reason. */
public final class Limits {
    private static final String SHAPE = "the shape of the result depends on values";
    private static final String VALUE = "the result is a Java value";
    private static final Map<String, String> VALUES = new TreeMap<>();

    /** Operations for which PyTorch has no forward derivative. */
    private static final Set<String> NO_FORWARD = Set.of("nn.functional.ctc_loss");

    static {
        for (String op : new String[] {
            "nonzero", "argwhere", "masked_select", "unique", "unique_consecutive", "nn.functional.one_hot", "bincount"
        }) {
            VALUES.put(op, SHAPE);
        }
        for (String op : new String[] {"item", "allclose", "equal"}) {
            VALUES.put(op, VALUE);
        }
    }

    /** Arguments, by their paths, that decide the shapes of the results, so that their values must be there. */
    private static final Map<String, Set<String>> DECIDING = Map.of(
            "tensor_split", Set.of("args[1]", "kwargs.indices", "kwargs.tensor_indices_or_sections"),
            "repeat_interleave", Set.of("args[1]", "kwargs.repeats"));

    /** Operations that see how their argument lies in memory, by the reason. */
    private static final Map<String, String> LAYOUT = new TreeMap<>();

    static {
        for (String op : new String[] {"as_strided", "as_strided_copy", "as_strided_scatter"}) {
            LAYOUT.put(op, "strides are given");
        }
        for (String op : new String[] {"view", "view_as", "view_as_complex"}) {
            LAYOUT.put(op, "a view that only some strides have");
        }
        for (String op : new String[] {"resize_", "resize_as_"}) {
            LAYOUT.put(op, "gives memory another shape");
        }
    }

    private Limits() {}

    /** Why an operation needs the values of its arguments, so that it can't be mapped and has no form on meta; else null. */
    public static @Nullable String needsValues(String op) {
        return VALUES.get(op);
    }

    /** As {@link #needsValues(String)}, for a call of it: some drivers give residuals only if the rank is full. */
    static @Nullable String needsValues(String op, Arguments arguments) {
        Object driver = arguments.kwargs().get("driver");
        boolean ranks = op.equals("linalg.lstsq") && ("gelsd".equals(driver) || "gelss".equals(driver));
        return ranks ? SHAPE : needsValues(op);
    }

    /** Whether forward mode is not to be expected. */
    public static boolean noForward(String op) {
        return NO_FORWARD.contains(op);
    }

    /** Whether the values of one of the arguments decide the shapes of the results; with {@code output_size} none does. */
    static boolean decides(String op, String path, Arguments arguments) {
        return DECIDING.getOrDefault(op, Set.of()).contains(path)
                && !arguments.kwargs().containsKey("output_size");
    }

    /** Whether what an operation gives depends on how its argument lies in memory. */
    static boolean seesLayout(String op) {
        return LAYOUT.containsKey(op);
    }

    /** Whether {@code backward} gives something else than the transpose of the derivative, as PyTorch's does. */
    static boolean backwardDiffers(String op) {
        return op.equals("as_strided_scatter"); // its input gets the gradient of what was replaced
    }
}
