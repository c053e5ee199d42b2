package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** What losses have in common: checks of their arguments, and bounds that let gradients pass. */
final class Targets {
    private Targets() {}

    /** Throws unless classes are integers. */
    static void checkType(String op, Tensor target) {
        if (target.dtype() != DType.INT64 && target.dtype() != DType.INT32 && target.dtype() != DType.UINT8) {
            throw CressetException.runtime(op + ": class indices of " + target.dtype() + "; expected int64");
        }
    }

    /** Throws unless every class is in [0, classes) or {@code ignored}; classes of a whole batch or on meta are not looked at. */
    static void checkClasses(String op, Tensor target, long classes, long ignored) {
        checkType(op, target);
        if (target.numel() == 0 || !target.hasValues()) {
            return;
        }
        long low = 0;
        long high = 0;
        for (long k : target.detach().to(DType.INT64).toLongArray()) {
            low = k == ignored ? low : Math.min(low, k);
            high = k == ignored ? high : Math.max(high, k);
        }
        if (low < 0 || high >= classes) {
            throw CressetException.index(op + ": target " + (low < 0 ? low : high)
                    + " is out of bounds; expected classes from 0 to " + (classes - 1));
        }
    }

    /** Throws unless both have the same shape. */
    static void checkSame(String op, Tensor input, Tensor target) {
        if (!input.shape().equals(target.shape())) {
            throw CressetException.value(op + ": the input has shape " + input.shape() + ", the target "
                    + target.shape() + "; expected the same shape");
        }
    }

    /** Throws unless the weights have the shape of the input. */
    static void checkWeight(String op, Tensor input, Tensor weight) {
        if (!input.shape().equals(weight.shape())) {
            throw CressetException.value(op + ": weights of shape " + weight.shape() + " for an input of shape "
                    + input.shape() + "; expected the same");
        }
    }

    /** x at least {@code min}, with the gradient of x itself also where it is less. */
    static Tensor atLeast(Tensor x, double min) {
        Tensor value = x.detach();
        return x.add(value.clamp(min, null).sub(value));
    }

    /** The larger of x and 0; the gradient at 0 passes. */
    static Tensor hinge(Tensor x) {
        return x.clamp(0, null);
    }
}
