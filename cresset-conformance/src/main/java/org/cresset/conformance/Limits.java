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

    private Limits() {}

    /** Why an operation needs the values of its arguments, so that it can't be mapped and has no form on meta; else null. */
    public static @Nullable String needsValues(String op) {
        return VALUES.get(op);
    }

    /** Whether forward mode is not to be expected. */
    public static boolean noForward(String op) {
        return NO_FORWARD.contains(op);
    }
}
