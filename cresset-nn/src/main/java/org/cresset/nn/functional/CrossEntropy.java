package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.NegativeLogs;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The negative logarithm of the probability of a class, for class indices and for class probabilities. */
final class CrossEntropy {
    private CrossEntropy() {}

    /** Where the classes are: (C) or (N, C, d1, ..., dK). */
    private static int classDim(Tensor input) {
        return input.dim() == 1 ? 0 : 1;
    }

    static Tensor crossEntropy(
            Tensor input, Tensor target, @Nullable Tensor weight, long ignored, Reduction reduction, double smoothing) {
        input = Precision.FULL.of(input);
        target = Precision.FULL.of(target);
        weight = Precision.FULL.ofNullable(weight);
        String op = "cross_entropy";
        if (input.dim() < 1) {
            throw CressetException.value(op + ": the input has no dimensions; expected (C) or (N, C, ...)");
        }
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw CressetException.runtime(op + ": label_smoothing is " + smoothing + "; expected 0 to 1");
        }
        int d = classDim(input);
        checkClassWeight(op, weight, input.size(d));
        boolean probabilities = input.shape().equals(target.shape());
        if (probabilities && !target.dtype().isFloat()) {
            throw CressetException.runtime(
                    op + ": class probabilities of " + target.dtype() + "; expected a floating-point dtype");
        }
        if (probabilities && ignored >= 0) {
            throw CressetException.runtime(op + ": ignore_index is for class indices, not for class probabilities");
        }
        if (!probabilities) {
            checkTarget(op, input, target, weight, d, ignored);
        }
        Tensor logs = input.logSoftmax(d);
        if (probabilities) {
            return ofProbabilities(op, logs, target, weight, d, reduction, smoothing);
        }
        Tensor losses = picked(op, logs, target, weight, d, ignored, reduction);
        if (smoothing == 0) {
            return losses;
        }
        Tensor uniform = (weight == null ? logs : logs.mul(alongClasses(weight, logs, d)))
                .sum(d)
                .neg();
        Tensor zero = Tensor.zeros(Shape.SCALAR, uniform.dtype());
        Tensor valid = target.ne(ignored);
        Tensor spread = uniform.where(valid, zero);
        Tensor share = reduction != Reduction.MEAN
                ? reduction.apply(op, spread)
                : spread.sum().div(weightOf(target, weight, ignored));
        return losses.mul(1 - smoothing).add(share.mul(smoothing / logs.size(d)));
    }

    private static Tensor picked(
            String op, Tensor logs, Tensor target, @Nullable Tensor weight, int d, long ignored, Reduction reduction) {
        return NegativeLogs.of(
                op,
                logs,
                target,
                weight,
                d,
                ignored,
                switch (reduction) {
                    case NONE -> NegativeLogs.Result.EACH;
                    case SUM -> NegativeLogs.Result.SUM;
                    case MEAN -> NegativeLogs.Result.MEAN;
                    case BATCHMEAN ->
                        throw CressetException.value(
                                op + ": batchmean is not a valid value for reduction; expected none, mean or sum");
                });
    }

    private static Tensor ofProbabilities(
            String op,
            Tensor logs,
            Tensor target,
            @Nullable Tensor weight,
            int d,
            Reduction reduction,
            double smoothing) {
        long classes = logs.size(d);
        Tensor t = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
        Tensor terms = logs.mul(t);
        Tensor losses = (weight == null ? terms : terms.mul(alongClasses(weight, logs, d)))
                .sum(d)
                .neg();
        return reduction == Reduction.MEAN
                ? losses.sum().div((double) (logs.numel() / Math.max(classes, 1)))
                : reduction.apply(op, losses);
    }

    static Tensor negativeLogLikelihood(
            Tensor input, Tensor target, @Nullable Tensor weight, long ignored, Reduction reduction) {
        input = Precision.FULL.of(input);
        weight = Precision.FULL.ofNullable(weight);
        String op = "nll_loss";
        if (input.dim() < 1) {
            throw CressetException.value(op + ": the input has no dimensions; expected (C) or (N, C, ...)");
        }
        int d = classDim(input);
        checkClassWeight(op, weight, input.size(d));
        checkTarget(op, input, target, weight, d, ignored);
        return picked(op, input, target, weight, d, ignored, reduction);
    }

    static Tensor linear(
            Tensor input,
            Tensor linearWeight,
            Tensor target,
            @Nullable Tensor bias,
            @Nullable Tensor weight,
            Reduction reduction,
            @Nullable Long ignored,
            double smoothing,
            @Nullable LinearCrossEntropyOptions options) {
        LinearCrossEntropy.check(input, linearWeight, bias);
        boolean probabilities = target.shape().equals(LinearCrossEntropy.scores(input, linearWeight));
        if (probabilities && ignored != null) {
            throw CressetException.runtime(
                    "linear_cross_entropy: ignore_index is for class indices, not for class probabilities");
        }
        LinearCrossEntropy loss =
                new LinearCrossEntropy(linearWeight, bias, weight, ignored == null ? -100 : ignored, smoothing);
        if (options == null || linearWeight.dim() > 2 || probabilities || smoothing != 0 || input.numel() == 0) {
            return loss.plain(input, target, reduction);
        }
        boolean single = input.dim() == 1;
        Tensor rows = single ? input.unsqueeze(0) : input;
        Tensor targets = single ? target.unsqueeze(0) : target;
        long chunk = options.rows(rows.size(0), rows.size(1), linearWeight.size(0));
        Tensor y = loss.chunked(rows, targets, reduction, chunk);
        return single && reduction == Reduction.NONE ? y.squeeze(0) : y;
    }

    /** The weight of all targets together: of their classes, or their number; ignored ones don't count. */
    static Tensor weightOf(Tensor target, @Nullable Tensor weight, long ignored) {
        return weight == null
                ? target.ne(ignored).sum()
                : NegativeLogs.weights(target, weight, ignored).sum();
    }

    private static void checkClassWeight(String op, @Nullable Tensor weight, long classes) {
        if (weight != null && (weight.dim() != 1 || weight.numel() != classes)) {
            throw CressetException.runtime(op + ": class weights of shape " + weight.shape() + " for " + classes
                    + " classes; expected (" + classes + ",)");
        }
    }

    private static void checkTarget(
            String op, Tensor input, Tensor target, @Nullable Tensor weight, int d, long ignored) {
        long[] expected = new long[input.dim() - 1];
        for (int i = 0, j = 0; i < input.dim(); i++) {
            if (i != d) {
                expected[j++] = input.size(i);
            }
        }
        if (!target.shape().equals(Shape.of(expected))) {
            String message = op + ": the input has shape " + input.shape() + ", the target " + target.shape()
                    + "; expected a target of shape " + Shape.of(expected);
            boolean batches = target.dim() > 0 && expected.length > 0 && target.size(0) != expected[0];
            throw batches ? CressetException.value(message) : CressetException.runtime(message);
        }
        if (NegativeLogs.checks(input, weight)) {
            Targets.checkType(op, target);
        } else {
            Targets.checkClasses(op, target, input.size(d), ignored);
        }
    }

    private static Tensor alongClasses(Tensor weight, Tensor x, int d) {
        long[] dims = new long[x.dim()];
        Arrays.fill(dims, 1);
        dims[d] = weight.numel();
        return weight.reshape(dims);
    }
}
