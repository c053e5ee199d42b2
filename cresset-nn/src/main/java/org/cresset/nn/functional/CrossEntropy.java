package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
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
            checkTarget(op, input, target, d, ignored);
        }
        Tensor logs = input.logSoftmax(d);
        if (probabilities) {
            return ofProbabilities(op, logs, target, weight, d, reduction, smoothing);
        }
        Picked picked = Picked.of(logs, target, weight, d, ignored);
        if (smoothing == 0) {
            return picked.reduce(op, reduction);
        }
        Tensor uniform = (weight == null ? logs : logs.mul(alongClasses(weight, logs, d))).sum(d).neg();
        Picked spread = new Picked(uniform.mul(picked.valid.to(uniform.dtype())), picked.weights, picked.valid);
        return picked.reduce(op, reduction)
                .mul(1 - smoothing)
                .add(spread.reduce(op, reduction).mul(smoothing / logs.size(d)));
    }

    private static Tensor ofProbabilities(
            String op, Tensor logs, Tensor target, @Nullable Tensor weight, int d, Reduction reduction, double smoothing) {
        long classes = logs.size(d);
        Tensor t = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
        Tensor terms = logs.mul(t);
        Tensor losses = (weight == null ? terms : terms.mul(alongClasses(weight, logs, d))).sum(d).neg();
        return reduction == Reduction.MEAN
                ? losses.sum().div((double) (logs.numel() / Math.max(classes, 1)))
                : reduction.apply(op, losses);
    }

    static Tensor negativeLogLikelihood(
            Tensor input, Tensor target, @Nullable Tensor weight, long ignored, Reduction reduction) {
        String op = "nll_loss";
        if (input.dim() < 1) {
            throw CressetException.value(op + ": the input has no dimensions; expected (C) or (N, C, ...)");
        }
        int d = classDim(input);
        checkClassWeight(op, weight, input.size(d));
        checkTarget(op, input, target, d, ignored);
        return Picked.of(input, target, weight, d, ignored).reduce(op, reduction);
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
        String op = "linear_cross_entropy";
        if (input.dim() < 1 || input.dim() > 2 || linearWeight.dim() < 2) {
            throw CressetException.runtime(op + ": input " + input.shape() + ", linear weight " + linearWeight.shape()
                    + "; expected (F) or (N, F), and (C, ..., F)");
        }
        long features = input.size(-1);
        if (linearWeight.size(-1) != features) {
            throw CressetException.runtime(op + ": input " + input.shape() + " and linear weight " + linearWeight.shape()
                    + " differ in the last dimension, the number of features");
        }
        if (linearWeight.dim() > 2 && input.dim() == 1) {
            throw CressetException.runtime(op + ": a linear weight of shape " + linearWeight.shape()
                    + " needs a batched input (N, " + features + "), not " + input.shape());
        }
        long[] outputs = new long[linearWeight.dim() - 1];
        System.arraycopy(linearWeight.shape().dims(), 0, outputs, 0, outputs.length);
        if (bias != null && !bias.shape().equals(Shape.of(outputs))) {
            throw CressetException.runtime(
                    op + ": a bias of shape " + bias.shape() + " for a linear weight of shape " + linearWeight.shape()
                            + "; expected " + Shape.of(outputs));
        }
        Projection p = new Projection(linearWeight.reshape(-1, features).t(), bias, outputs);
        boolean probabilities = target.shape().equals(p.shape(input));
        if (probabilities && ignored != null) {
            throw CressetException.runtime(op + ": ignore_index is for class indices, not for class probabilities");
        }
        long skip = ignored == null ? -100 : ignored;
        Long chunk = options == null ? null : options.batchChunkSize();
        if (chunk == null || input.dim() == 1 || input.size(0) <= chunk || probabilities || smoothing != 0) {
            return crossEntropy(p.of(input), target, weight, skip, reduction, smoothing);
        }
        return chunked(op, input, p, target, weight, skip, reduction, chunk);
    }

    private static Tensor chunked(
            String op,
            Tensor input,
            Projection p,
            Tensor target,
            @Nullable Tensor weight,
            long ignored,
            Reduction reduction,
            long chunk) {
        Tensor[] rows = input.split(chunk, 0);
        Tensor[] targets = target.split(chunk, 0);
        Tensor[] losses = new Tensor[rows.length];
        for (int i = 0; i < rows.length; i++) {
            losses[i] = crossEntropy(p.of(rows[i]), targets[i], weight, ignored, Reduction.NONE, 0);
        }
        Tensor all = Tensor.cat(0, losses);
        if (reduction != Reduction.MEAN) {
            return reduction.apply(op, all);
        }
        return new Picked(all, Picked.weights(target, weight, ignored, all), target.ne(ignored)).reduce(op, reduction);
    }

    /** A linear map onto classes, perhaps at several places. */
    private record Projection(Tensor matrix, @Nullable Tensor bias, long[] outputs) {
        Tensor of(Tensor x) {
            Tensor y = x.matmul(matrix).reshape(shape(x).toArray());
            return bias == null ? y : y.add(bias);
        }

        Shape shape(Tensor x) {
            int lead = x.dim() - 1;
            long[] dims = new long[lead + outputs.length];
            System.arraycopy(x.shape().dims(), 0, dims, 0, lead);
            System.arraycopy(outputs, 0, dims, lead, outputs.length);
            return Shape.of(dims);
        }
    }

    private static void checkClassWeight(String op, @Nullable Tensor weight, long classes) {
        if (weight != null && (weight.dim() != 1 || weight.numel() != classes)) {
            throw CressetException.runtime(
                    op + ": class weights of shape " + weight.shape() + " for " + classes + " classes; expected (" + classes + ",)");
        }
    }

    private static void checkTarget(String op, Tensor input, Tensor target, int d, long ignored) {
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
        Targets.checkClasses(op, target, input.size(d), ignored);
    }

    private static Tensor alongClasses(Tensor weight, Tensor x, int d) {
        long[] dims = new long[x.dim()];
        Arrays.fill(dims, 1);
        dims[d] = weight.numel();
        return weight.reshape(dims);
    }

    /** The losses of targets, 0 where ignored; their class weights likewise, if there are some; and where they count. */
    private record Picked(Tensor losses, @Nullable Tensor weights, Tensor valid) {
        static Picked of(Tensor logs, Tensor target, @Nullable Tensor weight, int d, long ignored) {
            Tensor valid = target.ne(ignored);
            Tensor losses = logs.gather(d, safe(target, valid).unsqueeze(d)).squeeze(d).neg();
            Tensor weights = weights(target, weight, ignored, logs);
            Tensor zero = Tensor.zeros(Shape.SCALAR, losses.dtype());
            return new Picked((weights == null ? losses : losses.mul(weights)).where(valid, zero), weights, valid);
        }

        /** The target with ignored classes replaced by class 0. */
        private static Tensor safe(Tensor target, Tensor valid) {
            return target.where(valid, Tensor.number(0).to(target.dtype()));
        }

        static @Nullable Tensor weights(Tensor target, @Nullable Tensor weight, long ignored, Tensor like) {
            if (weight == null) {
                return null;
            }
            Tensor valid = target.ne(ignored);
            Tensor w = weight.indexSelect(0, safe(target, valid).reshape(-1)).reshape(target.shape().toArray());
            return w.mul(valid.to(like.dtype()));
        }

        Tensor reduce(String op, Reduction reduction) {
            Tensor w = weights != null ? weights : reduction == Reduction.MEAN ? valid.to(losses.dtype()) : losses;
            return reduction.weighted(op, losses, w);
        }
    }
}
