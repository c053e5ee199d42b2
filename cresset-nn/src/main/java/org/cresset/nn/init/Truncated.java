package org.cresset.nn.init;

import org.cresset.base.DType;
import org.cresset.emit.ErrorFunctions;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normal numbers in an interval, by rejection of whole tensors of proposals. */
final class Truncated {
    private Truncated() {}

    private static double below(double x) {
        return (1 + ErrorFunctions.erf(x / Math.sqrt(2))) / 2;
    }

    static Tensor fill(Tensor t, double mean, double std, double a, double b, @Nullable Generator g) {
        double inside = below((b - mean) / std) - below((a - mean) / std);
        return t.copy_(inside > 0.3 ? byNormal(t, mean, std, a, b, g) : byUniform(t, mean, std, a, b, g));
    }

    /** Normal proposals, where most of them fall into the interval. */
    private static Tensor byNormal(Tensor t, double mean, double std, double a, double b, @Nullable Generator g) {
        double low = t.dtype() == DType.FLOAT32 ? (float) a : a;
        double high = t.dtype() == DType.FLOAT32 ? (float) b : b;
        Tensor x = t.normal_(mean, std, g);
        while (true) {
            Tensor outside = x.lt(low).logicalOr(x.gt(high));
            if (!outside.any().itemBoolean()) {
                return x;
            }
            x = Tensor.where(outside, x.zerosLike().normal_(mean, std, g), x);
        }
    }

    /** Uniform proposals, accepted with a probability in proportion to the density. */
    private static Tensor byUniform(Tensor t, double mean, double std, double a, double b, @Nullable Generator g) {
        double mode = Math.max(a, Math.min(mean, b));
        double peak = -0.5 * Math.pow((mode - mean) / std, 2);
        Tensor x = t.uniform_(a, b, g);
        Tensor pending = rejected(x, mean, std, peak, g);
        while (pending.any().itemBoolean()) {
            Tensor candidates = x.zerosLike().uniform_(a, b, g);
            x = Tensor.where(pending, candidates, x);
            pending = pending.logicalAnd(rejected(candidates, mean, std, peak, g));
        }
        return x;
    }

    private static Tensor rejected(Tensor x, double mean, double std, double peak, @Nullable Generator g) {
        Tensor density = x.sub(mean).div(std).square().mul(-0.5).sub(peak);
        return x.zerosLike().uniform_(0, 1, g).log().gt(density);
    }
}
