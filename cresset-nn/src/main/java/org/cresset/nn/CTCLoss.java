package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Connectionist temporal classification (Graves et al. 2006): log-probabilities (T, N, C), targets (N, S) or all in one, and both lengths (N). As {@code nn.CTCLoss}. */
public final class CTCLoss extends Module {
    private final long blank;
    private final Reduction reduction;
    private final boolean zeroInfinity;

    /** The mean, with blank 0. */
    public CTCLoss() {
        this(0, Reduction.MEAN, false);
    }

    /** All options. */
    @Torch("nn.CTCLoss(blank=0, reduction='mean', zero_infinity=False)")
    public CTCLoss(long blank, Reduction reduction, boolean zeroInfinity) {
        this.blank = blank;
        this.reduction = reduction;
        this.zeroInfinity = zeroInfinity;
    }

    /** The loss. */
    public Tensor forward(Tensor logProbs, Tensor targets, long[] inputLengths, long[] targetLengths) {
        return Functional.ctcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    }

    /** The loss, with lengths as tensors. */
    public Tensor forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return Functional.ctcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    }
}
