package org.cresset.nn;

import java.util.Map;
import java.util.Objects;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What can be hooked into a module: called around its {@code forward}, its backward pass, and its state dict. */
public final class Hook {
    private Hook() {}

    /** Called before {@code forward}. */
    @FunctionalInterface
    public interface ForwardPre {
        /** Sees the arguments; what it returns, unless null, replaces them. */
        @Nullable
        Object @Nullable [] call(Module module, @Nullable Object[] inputs);
    }

    /** Called after {@code forward}. */
    @FunctionalInterface
    public interface Forward {
        /** Sees arguments and result; what it returns, unless null, replaces the result. */
        @Nullable
        Object call(Module module, @Nullable Object[] inputs, Object output);
    }

    /** Called before backward goes through the module. */
    @FunctionalInterface
    public interface BackwardPre {
        /** Sees the gradients of the results; what it returns, unless null, replaces them. */
        Tensor @Nullable [] call(Module module, Tensor[] gradOutputs);
    }

    /** Called when backward has gone through the module. */
    @FunctionalInterface
    public interface Backward {
        /**
         * Sees the gradients of the arguments (null for those that need none) and of the results; what it returns, unless
         * null, replaces those of the arguments.
         */
        @Nullable
        Tensor @Nullable [] call(Module module, @Nullable Tensor[] gradInputs, Tensor[] gradOutputs);
    }

    /** Called with a state dict: when it has been made, or before it is loaded. */
    @FunctionalInterface
    public interface State {
        /** May change the map, whose keys below this module begin with {@code prefix}. */
        void call(Module module, Map<String, Tensor> state, String prefix);
    }

    /** An argument that a hook may have replaced, but not by null. */
    static Object given(@Nullable Object argument) {
        return Objects.requireNonNull(argument, "a hook left out an argument that forward needs");
    }
}
