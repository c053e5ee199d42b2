package org.cresset.nn;

import java.util.Map;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@link Linear} that learns the number of input features from its first input. As {@code nn.LazyLinear}. */
public final class LazyLinear extends Linear {
    private final boolean biased;
    private boolean lazy = true;

    /** With bias. */
    public LazyLinear(long outFeatures) {
        this(outFeatures, true);
    }

    /** All options. */
    @Torch("nn.LazyLinear(out_features, bias=True)")
    public LazyLinear(long outFeatures, boolean bias) {
        super(outFeatures);
        biased = bias;
    }

    private void materialize(long inFeatures) {
        if (lazy) {
            lazy = false;
            long out = weight.size(0);
            replace("weight", parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, out, inFeatures))));
            replace("bias", biased ? parameter(Initial.bias(out, inFeatures)) : null);
        }
    }

    @Override
    protected Tensor compute(Tensor input) {
        materialize(input.size(-1));
        return super.compute(input);
    }

    @Override
    void prepareToLoad(Map<String, Tensor> state, String prefix) {
        Tensor w = state.get(prefix + "weight");
        if (w != null && w.dim() == 2) {
            materialize(w.size(1));
        }
    }
}
