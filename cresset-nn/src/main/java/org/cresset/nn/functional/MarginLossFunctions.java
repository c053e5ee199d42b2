package org.cresset.nn.functional;

import java.util.function.BinaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Losses that are zero once scores or distances differ by a margin. */
abstract class MarginLossFunctions extends DistanceFunctions {
    MarginLossFunctions() {}

    /** As the full form, with margin 0 and the mean. */
    public static Tensor marginRankingLoss(Tensor input1, Tensor input2, Tensor target) {
        return marginRankingLoss(input1, input2, target, 0, null, null, Reduction.MEAN);
    }

    /**
     * max(0, margin - t (x1 - x2)): wants x1 larger where the target is 1, x2 where it is -1. As {@code margin_ranking_loss}.
     *
     * @param input1 any shape; the three tensors broadcast but have one number of dimensions
     * @param sizeAverage deprecated, with {@code reduce}: see {@link Reduction}
     */
    @Torch(
            "nn.functional.margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean')")
    public static Tensor marginRankingLoss(
            Tensor input1,
            Tensor input2,
            Tensor target,
            double margin,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        input1 = Precision.FULL.of(input1);
        input2 = Precision.FULL.of(input2);
        target = Precision.FULL.of(target);
        if (input1.dim() != input2.dim() || input1.dim() != target.dim()) {
            throw CressetException.runtime("margin_ranking_loss: " + input1.shape() + ", " + input2.shape()
                    + ", target " + target.shape() + "; expected the same number of dimensions");
        }
        Tensor loss = Targets.hinge(target.neg().mul(input1.sub(input2)).add(margin));
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("margin_ranking_loss", loss);
    }

    /** As the full form, with margin 1 and the mean. */
    public static Tensor hingeEmbeddingLoss(Tensor input, Tensor target) {
        return hingeEmbeddingLoss(input, target, 1, null, null, Reduction.MEAN);
    }

    /**
     * The input, a distance, where the target is 1, and max(0, margin - input) where it is -1. As
     * {@code hinge_embedding_loss}. Input and target broadcast.
     */
    @Torch(
            "nn.functional.hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction='mean')")
    public static Tensor hingeEmbeddingLoss(
            Tensor input,
            Tensor target,
            double margin,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        Tensor far = Targets.hinge(input.neg().add(margin));
        Tensor zero = Tensor.zeros(Shape.SCALAR, far.dtype());
        Tensor loss = far.where(target.ne(1), zero).add(input.where(target.ne(-1), zero));
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("hinge_embedding_loss", loss);
    }

    /** As the full form, with margin 0 and the mean. */
    public static Tensor cosineEmbeddingLoss(Tensor input1, Tensor input2, Tensor target) {
        return cosineEmbeddingLoss(input1, input2, target, 0, null, null, Reduction.MEAN);
    }

    /**
     * 1 - cos where the target is 1, max(0, cos - margin) where it is -1. As {@code cosine_embedding_loss}.
     *
     * @param input1 vectors (N, D) with targets (N), or one (D) with a target of no dimensions
     */
    @Torch(
            "nn.functional.cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean')")
    public static Tensor cosineEmbeddingLoss(
            Tensor input1,
            Tensor input2,
            Tensor target,
            double margin,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        input1 = Precision.FULL.of(input1);
        input2 = Precision.FULL.of(input2);
        target = Precision.FULL.of(target);
        int d = target.dim();
        if (d > 1 || input1.dim() != d + 1 || input2.dim() != d + 1) {
            throw CressetException.runtime("cosine_embedding_loss: " + input1.shape() + ", " + input2.shape()
                    + ", target " + target.shape() + "; expected (N, D) with (N,), or (D,) with ()");
        }
        Tensor product = input1.mul(input2).sum(d);
        Tensor squares1 = input1.mul(input1).sum(d).add(1e-12);
        Tensor squares2 = input2.mul(input2).sum(d).add(1e-12);
        Tensor cos = product.div(squares1.mul(squares2).sqrt());
        Tensor zero = Tensor.zeros(Shape.SCALAR, cos.dtype());
        Tensor near = cos.neg().add(1).where(target.eq(1), zero);
        Tensor far = Targets.hinge(cos.sub(margin)).where(target.eq(-1), zero);
        return Reduction.legacy(sizeAverage, reduce, reduction).apply("cosine_embedding_loss", near.add(far));
    }

    /** As the full form, with p 1, margin 1 and the mean. */
    public static Tensor multiMarginLoss(Tensor input, Tensor target) {
        return multiMarginLoss(input, target, 1, 1, null, null, null, Reduction.MEAN);
    }

    /**
     * The sum over all other classes of max(0, margin - x[target] + x[j])^p, divided by their number with the target's. As
     * {@code multi_margin_loss}.
     *
     * @param input scores (N, C) or (C)
     * @param target classes (N) or (), int64
     * @param p 1 or 2
     * @param weight of the classes (C), or null
     */
    @Torch(
            "nn.functional.multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, "
                    + "reduction='mean')")
    public static Tensor multiMarginLoss(
            Tensor input,
            Tensor target,
            long p,
            double margin,
            @Nullable Tensor weight,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        input = Precision.FULL.of(input);
        weight = Precision.FULL.ofNullable(weight);
        String op = "multi_margin_loss";
        if (p != 1 && p != 2) {
            throw CressetException.value(op + ": p is " + p + "; only 1 and 2 are supported");
        }
        if (weight != null && weight.dim() != 1) {
            throw CressetException.value(op + ": weights of shape " + weight.shape() + "; expected one dimension");
        }
        checkScores(op, input);
        long classes = input.dim() == 0 ? 1 : input.size(-1);
        long rows = input.dim() == 2 ? input.size(0) : 1;
        if (target.dim() > 1 || target.numel() != rows || weight != null && weight.numel() != classes) {
            throw CressetException.runtime(op + ": input " + input.shape() + ", target " + target.shape()
                    + "; expected (N, C) with (N,), and as many weights as classes");
        }
        if (target.dtype() != DType.INT64) {
            throw CressetException.runtime(op + ": targets of " + target.dtype() + "; expected int64");
        }
        Targets.checkClasses(op, target, classes, Long.MIN_VALUE);
        Tensor x = input.reshape(rows, classes);
        Tensor index = target.reshape(rows, 1);
        Tensor z = x.add(margin).sub(x.gather(1, index)).relu();
        Tensor terms = (p == 1 ? z : z.mul(z)).scatter(1, index, 0);
        if (weight != null) {
            terms = terms.mul(weight.indexSelect(0, target.reshape(-1)).unsqueeze(1));
        }
        Tensor losses = terms.sum(1).div((double) classes);
        return Reduction.legacy(sizeAverage, reduce, reduction)
                .apply(op, input.dim() == 2 ? losses : losses.squeeze(0));
    }

    /** As the full form, with the mean. */
    public static Tensor multilabelMarginLoss(Tensor input, Tensor target) {
        return multilabelMarginLoss(input, target, null, null, Reduction.MEAN);
    }

    /**
     * The sum over the classes y of each sample, and all classes j that aren't its, of max(0, 1 - x[y] + x[j]), divided by the
     * number of all classes. As {@code multilabel_margin_loss}.
     *
     * @param input scores (N, C) or (C)
     * @param target int64 of the input's shape: classes of the sample, up to the first -1
     */
    @Torch("nn.functional.multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')")
    public static Tensor multilabelMarginLoss(
            Tensor input, Tensor target, @Nullable Boolean sizeAverage, @Nullable Boolean reduce, Reduction reduction) {
        input = Precision.FULL.of(input);
        String op = "multilabel_margin_loss";
        checkScores(op, input);
        if (!target.shape().equals(input.shape())) {
            throw CressetException.runtime(
                    op + ": input " + input.shape() + ", target " + target.shape() + "; expected the same shape");
        }
        if (input.dim() == 0) {
            return multilabelMarginLoss(input.reshape(1), target.reshape(1), sizeAverage, reduce, reduction);
        }
        Tensor counts = target.ge(0).to(DType.INT64).cumprod(-1);
        Tensor labels = target.mul(counts);
        Targets.checkClasses(op, labels, input.size(-1), Long.MIN_VALUE);
        Tensor own = counts.zerosLike().scatterAdd(-1, labels, counts).gt(0);
        Tensor z = input.unsqueeze(-2)
                .add(1)
                .sub(input.gather(-1, labels).unsqueeze(-1))
                .relu();
        Tensor pairs = counts.gt(0).unsqueeze(-1).logicalAnd(own.logicalNot().unsqueeze(-2));
        Tensor losses = z.where(pairs, Tensor.zeros(Shape.SCALAR, z.dtype()))
                .sum(-1, -2)
                .div((double) input.size(-1));
        return Reduction.legacy(sizeAverage, reduce, reduction).apply(op, losses);
    }

    private static void checkScores(String op, Tensor input) {
        if (input.dim() > 2 || input.dim() > 0 && input.size(-1) == 0) {
            throw CressetException.runtime(op + ": scores of shape " + input.shape()
                    + "; expected (N, C), (C,) or (), with at least one class");
        }
    }

    /** As the full form, with margin 1, Euclidean distances and the mean. */
    public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative) {
        return tripletMarginLoss(anchor, positive, negative, 1, 2, 1e-6, false, null, null, Reduction.MEAN);
    }

    /**
     * max(0, margin + |anchor - positive| - |anchor - negative|) with p-norms. As {@code triplet_margin_loss}.
     *
     * @param anchor vectors (..., D); the three tensors broadcast but have one number of dimensions
     * @param eps added to the differences, as in {@link #pairwiseDistance(Tensor, Tensor, double, double, boolean)}
     * @param swap whether the distance of positive and negative counts where it is less than that of anchor and negative
     */
    @Torch("nn.functional.triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, "
            + "size_average=None, reduce=None, reduction='mean')")
    public static Tensor tripletMarginLoss(
            Tensor anchor,
            Tensor positive,
            Tensor negative,
            double margin,
            double p,
            double eps,
            boolean swap,
            @Nullable Boolean sizeAverage,
            @Nullable Boolean reduce,
            Reduction reduction) {
        anchor = Precision.FULL.of(anchor);
        positive = Precision.FULL.of(positive);
        negative = Precision.FULL.of(negative);
        BinaryOperator<Tensor> distance = (a, b) -> pairwiseDistance(a, b, p, eps, false);
        Reduction r = Reduction.legacy(sizeAverage, reduce, reduction);
        return triplet("triplet_margin_loss", anchor, positive, negative, distance, margin, swap, r);
    }

    /**
     * As {@link #tripletMarginLoss} with any distance (null: {@link #pairwiseDistance(Tensor, Tensor)}). As
     * {@code triplet_margin_with_distance_loss}.
     */
    @Torch(
            "nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, "
                    + "swap=False, reduction='mean')")
    public static Tensor tripletMarginWithDistanceLoss(
            Tensor anchor,
            Tensor positive,
            Tensor negative,
            @Nullable BinaryOperator<Tensor> distanceFunction,
            double margin,
            boolean swap,
            Reduction reduction) {
        BinaryOperator<Tensor> distance =
                distanceFunction == null ? DistanceFunctions::pairwiseDistance : distanceFunction;
        return triplet(
                "triplet_margin_with_distance_loss", anchor, positive, negative, distance, margin, swap, reduction);
    }

    private static Tensor triplet(
            String op,
            Tensor anchor,
            Tensor positive,
            Tensor negative,
            BinaryOperator<Tensor> distance,
            double margin,
            boolean swap,
            Reduction reduction) {
        if (!(margin > 0)) {
            throw CressetException.value(op + ": margin is " + margin + "; expected more than 0");
        }
        if (anchor.dim() != positive.dim() || anchor.dim() != negative.dim()) {
            throw CressetException.runtime(op + ": anchor " + anchor.shape() + ", positive " + positive.shape()
                    + ", negative " + negative.shape() + "; expected the same number of dimensions");
        }
        return CressetException.under(op, () -> {
            Tensor near = distance.apply(anchor, positive);
            Tensor far = distance.apply(anchor, negative);
            if (swap) {
                far = far.minimum(distance.apply(positive, negative));
            }
            return reduction.apply(op, Targets.hinge(near.add(margin).sub(far)));
        });
    }
}
