package org.cresset.nn;

import java.util.function.BinaryOperator;
import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** {@link TripletMarginLoss} with any distance. As {@code nn.TripletMarginWithDistanceLoss}. */
public final class TripletMarginWithDistanceLoss extends Module {
    private final @Nullable BinaryOperator<Tensor> distanceFunction;
    private final double margin;
    private final boolean swap;
    private final Reduction reduction;

    /** The mean, with margin 1. */
    public TripletMarginWithDistanceLoss(BinaryOperator<Tensor> distanceFunction) {
        this(distanceFunction, 1, false, Reduction.MEAN);
    }

    /** All options; {@code distanceFunction} null: the Euclidean distance. */
    @Torch("nn.TripletMarginWithDistanceLoss(*, distance_function=None, margin=1.0, swap=False, reduction='mean')")
    public TripletMarginWithDistanceLoss(
            @Nullable BinaryOperator<Tensor> distanceFunction, double margin, boolean swap, Reduction reduction) {
        if (!(margin > 0)) {
            throw CressetException.value("TripletMarginWithDistanceLoss: margin " + margin + "; expected more than 0");
        }
        this.distanceFunction = distanceFunction;
        this.margin = margin;
        this.swap = swap;
        this.reduction = reduction;
    }

    /** The loss. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return Functional.tripletMarginWithDistanceLoss(
                anchor, positive, negative, distanceFunction, margin, swap, reduction);
    }
}
