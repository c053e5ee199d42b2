package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/**
 * Log probabilities of many classes, of which the rare ones are clustered and get fewer features (Grave et al. 2017). As
 * {@code nn.AdaptiveLogSoftmaxWithLoss}.
 */
public final class AdaptiveLogSoftmaxWithLoss extends Module {
    /** The frequent classes and the clusters. */
    public final Linear head;

    /** For each cluster, a projection and its classes. */
    public final ModuleList tail;

    private final long[] cutoffs;

    /** The log probability of each target, and the mean loss. */
    public record Result(Tensor output, Tensor loss) {}

    /** With {@code divValue} 4 and no bias. */
    public AdaptiveLogSoftmaxWithLoss(long inFeatures, long nClasses, long... cutoffs) {
        this(inFeatures, nClasses, cutoffs, 4, false);
    }

    /** All options; a cluster begins at each of the {@code cutoffs}. */
    @Torch("nn.AdaptiveLogSoftmaxWithLoss(in_features, n_classes, cutoffs, div_value=4.0, head_bias=False)")
    public AdaptiveLogSoftmaxWithLoss(
            long inFeatures, long nClasses, long[] cutoffs, double divValue, boolean headBias) {
        boolean increasing = cutoffs.length > 0 && cutoffs[0] > 0 && cutoffs[cutoffs.length - 1] < nClasses;
        for (int i = 1; i < cutoffs.length; i++) {
            increasing &= cutoffs[i] > cutoffs[i - 1];
        }
        if (!increasing) {
            throw CressetException.value("AdaptiveLogSoftmaxWithLoss: cutoffs " + Arrays.toString(cutoffs)
                    + "; expected numbers from 1 to " + (nClasses - 1) + ", each larger than the one before");
        }
        this.cutoffs = Arrays.copyOf(cutoffs, cutoffs.length + 1);
        this.cutoffs[cutoffs.length] = nClasses;
        head = new Linear(inFeatures, cutoffs[0] + cutoffs.length, headBias);
        tail = new ModuleList();
        for (int i = 0; i < cutoffs.length; i++) {
            long width = (long) Math.floor(inFeatures / Math.pow(divValue, i + 1));
            tail.append(new Sequential(
                    new Linear(inFeatures, width, false),
                    new Linear(width, this.cutoffs[i + 1] - this.cutoffs[i], false)));
        }
    }

    private long shortlist() {
        return cutoffs[0];
    }

    private Tensor cluster(int i, Tensor input) {
        return ((Layer) tail.get(i)).forward(input).logSoftmax(1);
    }

    /** Input (N, inFeatures) and target (N), or without N. */
    public Result forward(Tensor input, Tensor target) {
        return call(in -> loss((Tensor) Hook.given(in[0]), (Tensor) Hook.given(in[1])), input, target);
    }

    private Result loss(Tensor input, Tensor target) {
        if (target.dim() > 1
                || input.dim() != target.dim() + 1
                || target.dim() == 1 && input.size(0) != target.size(0)) {
            throw CressetException.runtime("adaptive_log_softmax: input " + input.shape() + " and target "
                    + target.shape() + "; expected (N, inFeatures) and (N), or both without N");
        }
        boolean batched = target.dim() == 1;
        Tensor x = batched ? input : input.unsqueeze(0);
        Tensor y = batched ? target : target.unsqueeze(0);
        long n = y.size(0);
        Tensor output = Tensor.zeros(Shape.of(n), x.dtype());
        Tensor inHead = Tensor.zeros(Shape.of(n), DType.INT64);
        long used = 0;
        for (int i = 0; i < cutoffs.length; i++) {
            long low = i == 0 ? 0 : cutoffs[i - 1];
            Tensor rows = y.ge(low).logicalAnd(y.lt(cutoffs[i])).nonzero().squeeze(1);
            if (rows.numel() == 0) {
                continue;
            }
            used += rows.numel();
            Tensor relative = y.indexSelect(0, rows).sub(low);
            if (i == 0) {
                inHead = inHead.indexAdd(0, rows, relative);
            } else {
                Tensor local = cluster(i - 1, x.indexSelect(0, rows)).gather(1, relative.unsqueeze(1));
                output = output.indexAdd(0, rows, local.squeeze(1));
                inHead = inHead.indexAdd(0, rows, relative.zerosLike().add(shortlist() + i - 1));
            }
        }
        if (used != n) {
            throw CressetException.runtime(
                    "adaptive_log_softmax: targets from " + y.min().itemLong() + " to "
                            + y.max().itemLong() + "; expected from 0 to " + (cutoffs[cutoffs.length - 1] - 1));
        }
        Tensor logits = head.forward(x).logSoftmax(1);
        output = output.add(logits.gather(1, inHead.unsqueeze(1)).squeeze(1));
        Tensor loss = output.neg().mean();
        return new Result(batched ? output : output.squeeze(0), loss);
    }

    /** The log probabilities of all classes: (N, inFeatures) to (N, nClasses). */
    public Tensor logProb(Tensor input) {
        Tensor first = head.forward(input).logSoftmax(1);
        Tensor[] parts = new Tensor[cutoffs.length];
        parts[0] = first.narrow(1, 0, shortlist());
        for (int i = 1; i < parts.length; i++) {
            parts[i] = cluster(i - 1, input).add(first.narrow(1, shortlist() + i - 1, 1));
        }
        return Tensor.cat(1, parts);
    }

    /** The most probable class of each example: (N, inFeatures) to (N). */
    public Tensor predict(Tensor input) {
        Tensor best = head.forward(input).argmax(1);
        Tensor rare = best.ge(shortlist());
        return rare.any().itemBoolean() ? Tensor.where(rare, logProb(input).argmax(1), best) : best;
    }
}
