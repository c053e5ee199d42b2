package org.cresset.nn;

import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** The initial values that PyTorch's layers have. */
final class Initial {
    private Initial() {}

    /** Kaiming-uniform with {@code a = sqrt(5)}, as linear maps and convolutions are initialised. */
    static Tensor kaiming(Tensor weight) {
        double fanIn = fanIn(weight);
        if (fanIn == 0) {
            return weight;
        }
        double gain = Math.sqrt(2.0 / (1 + Math.pow(Math.sqrt(5), 2)));
        double bound = Math.sqrt(3.0) * (gain / Math.sqrt(fanIn));
        return weight.uniform_(-bound, bound);
    }

    /** How many elements go into one of the result: those of a weight's first slice. */
    static long fanIn(Tensor weight) {
        return weight.size(0) == 0 ? 0 : weight.numel() / weight.size(0);
    }

    /** Uniform in plus or minus {@code 1 / sqrt(fanIn)}. */
    static Tensor bias(long n, long fanIn) {
        Tensor b = Tensor.empty(DType.FLOAT32, n);
        double bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
        return b.uniform_(-bound, bound);
    }
}
