package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What becomes of the losses of the elements. */
public enum Reduction {
    /** They stay as they are. */
    NONE,
    /** Their mean; where there are weights, mostly the weighted one. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Their sum divided by the size of the first dimension; of {@code klDiv} alone. */
    BATCHMEAN;

    /**
     * The reduction of PyTorch's name.
     *
     * @throws CressetException (value) if there is none
     */
    public static Reduction of(String name) {
        return switch (name) {
            case "none" -> NONE;
            case "mean" -> MEAN;
            case "sum" -> SUM;
            case "batchmean" -> BATCHMEAN;
            default ->
                throw CressetException.value(
                        "reduction: \"" + name + "\" is not a valid value for reduction; expected none, mean or sum");
        };
    }

    /** What the two older arguments ask for, which win over the newer one if either is given. */
    static Reduction legacy(@Nullable Boolean sizeAverage, @Nullable Boolean reduce, Reduction reduction) {
        if (sizeAverage == null && reduce == null) {
            return reduction;
        }
        if (reduce != null && !reduce) {
            return NONE;
        }
        return sizeAverage == null || sizeAverage ? MEAN : SUM;
    }

    /** The losses of the elements brought together. */
    Tensor apply(String op, Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case BATCHMEAN ->
                throw CressetException.value(
                        op + ": batchmean is not a valid value for reduction; expected none, mean or sum");
        };
    }

    /** As {@link #apply}, where the mean is the sum of the losses divided by that of their weights. */
    Tensor weighted(String op, Tensor losses, Tensor weights) {
        return this == MEAN ? losses.sum().div(weights.sum()) : apply(op, losses);
    }
}
