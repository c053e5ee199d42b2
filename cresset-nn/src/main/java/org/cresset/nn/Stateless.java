package org.cresset.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Modules as functions of their parameters, as {@code torch.func.functional_call}. */
public final class Stateless {
    private Stateless() {}

    private record Swap(Module module, String name, Tensor own) {}

    /**
     * Runs {@code forward} with other tensors in the place of some parameters and buffers, given by their paths. Gradients and
     * transforms reach what is given. While it runs, the module must not be used by other threads.
     *
     * @param strict whether every parameter and buffer must be given
     */
    public static <R> R functionalCall(
            Module module, Map<String, Tensor> tensors, boolean strict, Supplier<R> forward) {
        Map<String, Tensor> all = new java.util.LinkedHashMap<>(module.namedParameters());
        all.putAll(module.namedBuffers());
        if (strict) {
            for (String name : all.keySet()) {
                if (!tensors.containsKey(name)) {
                    throw CressetException.runtime("functional_call: " + name + " is missing");
                }
            }
        }
        List<Swap> swaps = new ArrayList<>();
        try {
            tensors.forEach((path, t) -> {
                Tensor own = all.get(path);
                if (own == null) {
                    throw CressetException.runtime("functional_call: "
                            + module.getClass().getSimpleName() + " has no parameter or buffer " + path);
                }
                if (!own.shape().equals(t.shape())) {
                    throw CressetException.runtime(
                            "functional_call: " + path + " has shape " + own.shape() + ", given one of " + t.shape());
                }
                // Tied ones are replaced wherever they are.
                for (Module m : module.modules()) {
                    for (String name : m.namesOf(own)) {
                        swaps.add(new Swap(m, name, own));
                        m.replace(name, t);
                    }
                }
            });
            return forward.get();
        } finally {
            swaps.forEach(s -> s.module.replace(s.name, s.own));
        }
    }

    /** A layer applied to an input with other parameters, not all of which need be given. */
    public static Tensor functionalCall(Layer layer, Map<String, Tensor> tensors, Tensor input) {
        return functionalCall(layer, tensors, false, () -> layer.forward(input));
    }
}
