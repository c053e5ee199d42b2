package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;

/** What lazy modules have in common. */
final class Lazy {
    private Lazy() {}

    /** Makes a normalization's parts in the shape of a state that is about to be loaded. */
    static void features(NormBase norm, Map<String, Tensor> state, String prefix) {
        for (String name : new String[] {"weight", "running_mean"}) {
            Tensor t = state.get(prefix + name);
            if (t != null && t.dim() == 1) {
                norm.materialize(t.size(0));
            }
        }
    }
}
