package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Activations;
import org.cresset.op.Elementwise;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Losses. {@code sizeAverage} and {@code reduce} are PyTorch's older way to choose a {@link Reduction}: null where it is
 * chosen by the newer argument.
 */
abstract class LossFunctions extends MarginLossFunctions {
    LossFunctions() {}

    // ---- classes ----

    /** The mean cross entropy of scores and classes, or class probabilities. */
    public static Tensor crossEntropy(Tensor input, Tensor target) {
        return CrossEntropy.crossEntropy(input, target, null, -100, Reduction.MEAN, 0);
    }

    /** The cross entropy of scores and classes, or class probabilities. */
    public static Tensor crossEntropy(Tensor input, Tensor target, Reduction reduction) {
        return CrossEntropy.crossEntropy(input, target, null, -100, reduction, 0);
    }

    /**
     * Minus the log softmax of scores at a class, or weighted with class probabilities. As {@code cross_entropy}.
     *
     * @param input scores: floats (N, C), (N, C, d1, ..., dK) or (C)
     * @param target classes: int64 of the input's shape without C; or probabilities: floats of the input's shape
     * @param weight of the classes (C), or null; the mean is then the weighted one
     * @param ignoreIndex the class that says that a target doesn't count
     * @param labelSmoothing the part of each target, 0 to 1, that is spread evenly over all classes
     * @return of the shape of a target of classes, or no dimensions if reduced
     * @throws CressetException (index) for a class out of range; (value, runtime) for shapes and dtypes that don't fit
     */
    @Torch("nn.functional.cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
            + "reduction='mean', label_smoothing=0.0)")
    public static Tensor crossEntropy(
            Tensor input,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            long ignoreIndex,
            @Nullable Boolean reduce,
            Reduction reduction,
            double labelSmoothing) {
        Reduction r = Reduction.legacy(sizeAverage, reduce, reduction);
        return CrossEntropy.crossEntropy(input, target, weight, ignoreIndex, r, labelSmoothing);
    }

    /**
     * The cross entropy of a linear map's scores. As {@code linear_cross_entropy}.
     *
     * @param input features (N, F) or (F)
     * @param linearWeight shape (C, F), or (C, d1, ..., dK, F) with a batched input
     * @param target as in {@link #crossEntropy} for scores (N, C, d1, ..., dK)
     * @param linearBias shape (C, d1, ..., dK), or null
     * @param ignoreIndex null: -100 for classes; must be null for probabilities
     * @param options how to split the work, or null
     */
    @Torch("nn.functional.linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, "
            + "reduction='mean', ignore_index=None, label_smoothing=0.0, options=None)")
    public static Tensor linearCrossEntropy(
            Tensor input,
            Tensor linearWeight,
            Tensor target,
            @Nullable Tensor linearBias,
            @Nullable Tensor weight,
            Reduction reduction,
            @Nullable Long ignoreIndex,
            double labelSmoothing,
            @Nullable LinearCrossEntropyOptions options) {
        return CrossEntropy.linear(
                input, linearWeight, target, linearBias, weight, reduction, ignoreIndex, labelSmoothing, options);
    }

    /** The mean of minus the log-probabilities of classes. */
    public static Tensor nllLoss(Tensor input, Tensor target) {
        return CrossEntropy.negativeLogLikelihood(input, target, null, -100, Reduction.MEAN);
    }

    /**
     * Minus the log-probabilities of classes. As {@code nll_loss}.
     *
     * @param input log-probabilities (N, C), (N, C, d1, ..., dK) or (C)
     * @param target int64 of the input's shape without C
     * @param weight of the classes (C), or null; the mean is then the weighted one
     */
    @Torch("nn.functional.nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
            + "reduction='mean')")
    public static Tensor nllLoss(
            Tensor input,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            long ignoreIndex,
            @Nullable Boolean reduce,
            Reduction reduction) {
        Reduction r = Reduction.legacy(sizeAverage, reduce, reduction);
        return CrossEntropy.negativeLogLikelihood(input, target, weight, ignoreIndex, r);
    }

    /**
     * The negative log-likelihood of label sequences under all their alignments with frames. As {@code ctc_loss}.
     *
     * @param logProbs log-probabilities (T, N, C) or (T, C), as log softmax gives them: the gradient relies on that
     * @param targets labels, integers (N, S), or of all sequences one after the other
     * @param inputLengths the number of frames of each sequence
     * @param targetLengths the number of labels of each sequence; the mean divides each loss by it first
     * @param blank the class that stands between labels
     * @param zeroInfinity whether sequences too long for their frames count 0
     */
    @Torch("nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', "
            + "zero_infinity=False)")
    public static Tensor ctcLoss(
            Tensor logProbs,
            Tensor targets,
            long[] inputLengths,
            long[] targetLengths,
            long blank,
            Reduction reduction,
            boolean zeroInfinity) {
        return CtcLoss.loss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    }

    /** As {@link #ctcLoss(Tensor, Tensor, long[], long[], long, Reduction, boolean)}, with lengths in tensors of integers. */
    @Torch("nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', "
            + "zero_infinity=False)")
    public static Tensor ctcLoss(
            Tensor logProbs,
            Tensor targets,
            Tensor inputLengths,
            Tensor targetLengths,
            long blank,
            Reduction reduction,
            boolean zeroInfinity) {
        long[] frames = inputLengths.toLongArray();
        return CtcLoss.loss(logProbs, targets, frames, targetLengths.toLongArray(), blank, reduction, zeroInfinity);
    }

    // ---- numbers ----

    /** The mean of squared differences. */
    public static Tensor mseLoss(Tensor input, Tensor target) {
        return ElementLosses.SquaredError.OP.on(input, target).mean();
    }

    /**
     * Squared differences; input and target broadcast. As {@code mse_loss}.
     *
     * @param weight of the elements, in the input's shape, or null; the mean is then the weighted one
     */
    @Torch("nn.functional.mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)")
    public static Tensor mseLoss(
            Tensor input,
            Tensor target,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction,
            @Nullable Tensor weight) {
        Tensor losses = ElementLosses.SquaredError.OP.on(input, target);
        return weighted("mse_loss", input, losses, weight, Reduction.legacy(sizeAverage, reduce, reduction));
    }

    /** The mean of absolute differences. */
    public static Tensor l1Loss(Tensor input, Tensor target) {
        return l1Loss(input, target, null, null, Reduction.MEAN, null);
    }

    /**
     * Absolute differences; input and target broadcast. As {@code l1_loss}.
     *
     * @param weight of the elements, in the input's shape, or null; the mean is then the weighted one
     */
    @Torch("nn.functional.l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)")
    public static Tensor l1Loss(
            Tensor input,
            Tensor target,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction,
            @Nullable Tensor weight) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        Tensor losses = input.sub(target).abs();
        return weighted("l1_loss", input, losses, weight, Reduction.legacy(sizeAverage, reduce, reduction));
    }

    private static Tensor weighted(
            String op, Tensor input, Tensor losses, @Nullable Tensor weight, Reduction reduction) {
        if (weight == null) {
            return reduction.apply(op, losses);
        }
        Targets.checkWeight(op, input, weight);
        return reduction.weighted(op, losses.mul(weight), weight);
    }

    /** The mean smooth L1 loss with beta 1. */
    public static Tensor smoothL1Loss(Tensor input, Tensor target) {
        return smoothL1Loss(input, target, null, null, Reduction.MEAN, 1);
    }

    /**
     * Squared differences divided by 2 beta where they are less than beta, else absolute ones less beta / 2; input and target
     * broadcast. As {@code smooth_l1_loss}.
     */
    @Torch("nn.functional.smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0)")
    public static Tensor smoothL1Loss(
            Tensor input,
            Tensor target,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction,
            double beta) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        if (!(beta >= 0)) {
            throw CressetException.runtime("smooth_l1_loss: beta is " + beta + "; expected at least 0");
        }
        Reduction r = Reduction.legacy(sizeAverage, reduce, reduction);
        return beta == 0
                ? r.apply("l1_loss", input.sub(target).abs())
                : r.apply("smooth_l1_loss", ElementLosses.SmoothL1.OP.on(new Elementwise.One(beta), input, target));
    }

    /** The mean Huber loss with delta 1. */
    public static Tensor huberLoss(Tensor input, Tensor target) {
        return huberLoss(input, target, Reduction.MEAN, 1, null);
    }

    /**
     * Half the squared differences where they are at most delta, else delta times the absolute ones less delta / 2; input and
     * target broadcast. As {@code huber_loss}.
     *
     * @param weight of the elements, in the input's shape, or null; the mean stays one over the number of elements
     */
    @Torch("nn.functional.huber_loss(input, target, reduction='mean', delta=1.0, weight=None)")
    public static Tensor huberLoss(
            Tensor input, Tensor target, Reduction reduction, double delta, @Nullable Tensor weight) {
        if (!(delta > 0)) {
            throw CressetException.runtime("huber_loss: delta is " + delta + "; expected more than 0");
        }
        Tensor losses = ElementLosses.Huber.OP.on(new Elementwise.One(delta), input, target);
        if (weight != null) {
            Targets.checkWeight("huber_loss", input, weight);
            losses = losses.mul(weight);
        }
        return reduction.apply("huber_loss", losses);
    }

    // ---- probabilities ----

    /** The mean binary cross entropy of probabilities. */
    public static Tensor binaryCrossEntropy(Tensor input, Tensor target) {
        return binaryCrossEntropy(input, target, null, null, null, Reduction.MEAN);
    }

    /**
     * -(t log(x) + (1 - t) log(1 - x)), the logarithms not less than -100. As {@code binary_cross_entropy}.
     *
     * @param input probabilities, of any shape
     * @param target of the input's shape
     * @param weight of the elements, to broadcast, or null
     * @throws CressetException (runtime) if the input is less than 0 or more than 1 somewhere
     */
    @Torch(
            "nn.functional.binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean')")
    public static Tensor binaryCrossEntropy(
            Tensor input,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        String op = "binary_cross_entropy";
        Targets.checkSame(op, input, target);
        if (input.numel() > 0 && input.hasValues()) {
            Tensor x = input.detach();
            double low = x.min().item();
            double high = x.max().item();
            if (!(low >= 0 && high <= 1)) {
                throw CressetException.runtime(op + ": the input ranges from " + low + " to " + high
                        + "; expected probabilities, from 0 to 1; see binaryCrossEntropyWithLogits for scores");
            }
        }
        Tensor losses = ElementLosses.BinaryCrossEntropy.OP.on(input, target);
        return Reduction.legacy(sizeAverage, reduce, reduction).apply(op, weight == null ? losses : losses.mul(weight));
    }

    /** The mean binary cross entropy of scores. */
    public static Tensor binaryCrossEntropyWithLogits(Tensor input, Tensor target) {
        return binaryCrossEntropyWithLogits(input, target, null, null, null, Reduction.MEAN, null);
    }

    /**
     * The binary cross entropy of the sigmoid of scores, without overflow. As {@code binary_cross_entropy_with_logits}.
     *
     * @param input scores, of any shape
     * @param target probabilities of the input's shape
     * @param weight of the elements, to broadcast, or null
     * @param posWeight weight of the targets' positive part, to broadcast, or null
     */
    @Torch("nn.functional.binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, "
            + "reduction='mean', pos_weight=None)")
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor input,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction,
            @Nullable Tensor posWeight) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        weight = Precision.FULL.ofNullable(weight);
        posWeight = Precision.FULL.ofNullable(posWeight);
        String op = "binary_cross_entropy_with_logits";
        Targets.checkSame(op, input, target);
        Tensor losses;
        if (posWeight == null) {
            losses = ElementLosses.LogitCrossEntropy.OP.on(input, target);
        } else {
            Tensor positive = posWeight.sub(1).mul(target).add(1);
            Tensor logs = Activations.LogSigmoid.OP.on(input);
            losses = target.neg().add(1).mul(input).sub(positive.mul(logs));
        }
        return Reduction.legacy(sizeAverage, reduce, reduction).apply(op, weight == null ? losses : losses.mul(weight));
    }

    /** As the full form, with the mean. */
    public static Tensor multilabelSoftMarginLoss(Tensor input, Tensor target) {
        return multilabelSoftMarginLoss(input, target, null, null, null, Reduction.MEAN);
    }

    /**
     * The mean over the last dimension, that of the classes, of the binary cross entropy of scores. As
     * {@code multilabel_soft_margin_loss}.
     *
     * @param weight of the classes, to broadcast, or null
     */
    @Torch("nn.functional.multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, "
            + "reduction='mean')")
    public static Tensor multilabelSoftMarginLoss(
            Tensor input,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        Tensor terms = Precision.ANY
                .applyAll(x -> new Tensor[] {ElementLosses.LogitCrossEntropy.OP.on(x[0], x[1])}, input, target)[0];
        Tensor losses = (weight == null ? terms : terms.mul(weight)).sum(-1).div((double) input.size(-1));
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("multilabel_soft_margin_loss", losses);
    }

    /** As the full form, with the mean. */
    public static Tensor softMarginLoss(Tensor input, Tensor target) {
        return softMarginLoss(input, target, null, null, Reduction.MEAN);
    }

    /** log(1 + e^(-t x)) for targets -1 and 1, without overflow; input and target broadcast. As {@code soft_margin_loss}. */
    @Torch("nn.functional.soft_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')")
    public static Tensor softMarginLoss(
            Tensor input, Tensor target, @Nullable Boolean sizeAverage, @Nullable Boolean reduce, Reduction reduction) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        Tensor losses = Activations.LogSigmoid.OP.on(input.mul(target)).neg();
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("soft_margin_loss", losses);
    }

    // ---- distributions ----

    /** As the full form, with the mean over all elements. */
    public static Tensor klDiv(Tensor input, Tensor target) {
        return klDiv(input, target, null, null, Reduction.MEAN, false);
    }

    /**
     * The terms t (log(t) - x) of the divergence of log-probabilities from a target distribution. As {@code kl_div}.
     *
     * @param input log-probabilities, to broadcast with the target
     * @param reduction {@link Reduction#BATCHMEAN} gives the divergence itself, the mean over samples
     * @param logTarget whether the target holds log-probabilities too
     */
    @Torch("nn.functional.kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False)")
    public static Tensor klDiv(
            Tensor input,
            Tensor target,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction,
            boolean logTarget) {
        Tensor losses = logTarget
                ? ElementLosses.LogDivergence.OP.on(input, target)
                : ElementLosses.Divergence.OP.on(input, target);
        Reduction r = Reduction.legacy(sizeAverage, reduce, reduction);
        if (r == Reduction.BATCHMEAN) {
            return input.dim() == 0 ? losses.sum() : losses.sum().div((double) input.size(0));
        }
        return r.apply("kl_div", losses);
    }

    /** As the full form, of logarithms of rates, with the mean. */
    public static Tensor poissonNllLoss(Tensor input, Tensor target) {
        return poissonNllLoss(input, target, true, false, null, 1e-8, null, Reduction.MEAN);
    }

    /**
     * The negative log-likelihood of counts under Poisson distributions; input and target broadcast. As
     * {@code poisson_nll_loss}.
     *
     * @param logInput whether the input holds the logarithms of the rates
     * @param full whether Stirling's approximation of log(t!) is added for targets above 1
     * @param eps added to rates before their logarithm is taken
     */
    @Torch("nn.functional.poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, "
            + "reduce=None, reduction='mean')")
    public static Tensor poissonNllLoss(
            Tensor input,
            Tensor target,
            boolean logInput,
            boolean full,
            @Nullable Boolean sizeAverage,
            double eps,
            @Nullable Boolean reduce,
            Reduction reduction) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        Tensor losses = logInput
                ? input.exp().sub(target.mul(input))
                : input.sub(target.mul(input.add(eps).log()));
        if (full) {
            Tensor stirling = target.mul(target.log())
                    .sub(target)
                    .add(target.mul(2 * Math.PI).log().mul(0.5));
            losses = losses.add(stirling.maskedFill(target.le(1), 0));
        }
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("poisson_nll_loss", losses);
    }

    /** As the full form, with the mean. */
    public static Tensor gaussianNllLoss(Tensor input, Tensor target, Tensor var) {
        return gaussianNllLoss(input, target, var, false, 1e-6, Reduction.MEAN);
    }

    /**
     * The negative log-likelihood of targets under normal distributions. As {@code gaussian_nll_loss}.
     *
     * @param input the means, to broadcast with the target
     * @param var the variances: of the input's shape, or with size 1 in one dimension, or without the last one; or a number
     * @param full whether the constant term is added
     * @param eps the least variance that counts; the gradient passes where a variance is less
     * @throws CressetException (value) for a negative variance
     */
    @Torch("nn.functional.gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction='mean')")
    public static Tensor gaussianNllLoss(
            Tensor input, Tensor target, Tensor var, boolean full, double eps, Reduction reduction) {
        String op = "gaussian_nll_loss";
        if (var.hasValues() && var.detach().lt(0).any().itemBoolean()) {
            throw CressetException.value(op + ": the variance is negative somewhere");
        }
        Tensor v = Targets.atLeast(fitVariance(op, input, var), eps);
        Tensor d = CressetException.under(op, () -> input.sub(target));
        Tensor losses = v.log().add(d.mul(d).div(v)).mul(0.5);
        return reduction.apply(op, full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses);
    }

    private static Tensor fitVariance(String op, Tensor input, Tensor var) {
        Shape x = input.shape();
        Shape v = var.shape();
        if (var.isNumber()) {
            return input.onesLike().mul(var);
        }
        if (v.equals(x)) {
            return var;
        }
        long[] lead = new long[Math.max(x.rank() - 1, 0)];
        System.arraycopy(x.dims(), 0, lead, 0, lead.length);
        if (x.rank() > 0 && v.equals(Shape.of(lead))) {
            return var.unsqueeze(-1);
        }
        long different = v.rank() == x.rank() ? 0 : Long.MAX_VALUE;
        for (int i = 0; i < x.rank() && v.rank() == x.rank(); i++) {
            different += v.size(i) == x.size(i) ? 0 : v.size(i);
        }
        if (different != 1) {
            throw CressetException.value(op + ": variances of shape " + v + " for an input of shape " + x
                    + "; expected that shape, with size 1 in one dimension, or without the last dimension");
        }
        return var;
    }
}
