package org.cresset.nn.functional;

import org.cresset.autograd.Autograd;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The cross entropy of a linear map onto classes, perhaps at several places, of which not all scores need exist at a time. */
final class LinearCrossEntropy {
    private static final String OP = "linear_cross_entropy";

    private final Tensor matrix;
    private final @Nullable Tensor bias;
    private final @Nullable Tensor classWeight;
    private final long ignored;
    private final double smoothing;

    /** {@code matrix} has shape (C, d1, ..., dK, F), {@code bias} the same without F. */
    LinearCrossEntropy(
            Tensor matrix, @Nullable Tensor bias, @Nullable Tensor classWeight, long ignored, double smoothing) {
        this.matrix = matrix;
        this.bias = bias;
        this.classWeight = classWeight;
        this.ignored = ignored;
        this.smoothing = smoothing;
    }

    static void check(Tensor input, Tensor matrix, @Nullable Tensor bias) {
        if (input.dim() < 1 || input.dim() > 2 || matrix.dim() < 2) {
            throw CressetException.runtime(OP + ": input " + input.shape() + ", linear weight " + matrix.shape()
                    + "; expected (F) or (N, F), and (C, ..., F)");
        }
        if (matrix.size(-1) != input.size(-1)) {
            throw CressetException.runtime(OP + ": input " + input.shape() + " and linear weight " + matrix.shape()
                    + " differ in the last dimension, the number of features");
        }
        if (matrix.dim() > 2 && input.dim() == 1) {
            throw CressetException.runtime(OP + ": a linear weight of shape " + matrix.shape()
                    + " needs a batched input (N, F), not " + input.shape());
        }
        if (bias != null && !bias.shape().equals(outputs(matrix))) {
            throw CressetException.runtime(OP + ": a bias of shape " + bias.shape() + " for a linear weight of shape "
                    + matrix.shape() + "; expected " + outputs(matrix));
        }
    }

    private static Shape outputs(Tensor matrix) {
        long[] dims = new long[matrix.dim() - 1];
        System.arraycopy(matrix.shape().dims(), 0, dims, 0, dims.length);
        return Shape.of(dims);
    }

    /** The shape of the scores of an input. */
    static Shape scores(Tensor input, Tensor matrix) {
        int lead = input.dim() - 1;
        long[] dims = new long[lead + matrix.dim() - 1];
        System.arraycopy(input.shape().dims(), 0, dims, 0, lead);
        System.arraycopy(matrix.shape().dims(), 0, dims, lead, matrix.dim() - 1);
        return Shape.of(dims);
    }

    /** The loss, with all scores at once. */
    Tensor plain(Tensor input, Tensor target, Reduction reduction) {
        Tensor flat = input.matmul(matrix.reshape(-1, input.size(-1)).t());
        Tensor logits = flat.reshape(scores(input, matrix).toArray());
        Tensor biased = bias == null ? logits : logits.add(bias);
        return CrossEntropy.crossEntropy(biased, target, classWeight, ignored, reduction, smoothing);
    }

    /** The loss for class indices, with the scores of a number of rows at once. */
    Tensor chunked(Tensor input, Tensor target, Reduction reduction, long rows) {
        Tensor[] inputs = input.split(rows, 0);
        Tensor[] targets = target.split(rows, 0);
        if (reduction == Reduction.NONE) {
            Tensor[] losses = new Tensor[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                losses[i] = plain(inputs[i], targets[i], Reduction.NONE);
            }
            return Tensor.cat(0, losses);
        }
        boolean records = Autograd.isGradEnabled()
                && (input.requiresGrad() || matrix.requiresGrad() || bias != null && bias.requiresGrad());
        Tensor sum = records ? withGradients(input, inputs, targets) : total(inputs, targets);
        if (reduction != Reduction.MEAN) {
            return reduction.apply(OP, sum);
        }
        return sum.div(CrossEntropy.weightOf(target, classWeight, ignored));
    }

    private Tensor total(Tensor[] inputs, Tensor[] targets) {
        Tensor sum = plain(inputs[0], targets[0], Reduction.SUM);
        for (int i = 1; i < inputs.length; i++) {
            sum = sum.add(plain(inputs[i], targets[i], Reduction.SUM));
        }
        return sum;
    }

    /** The sum of the losses, whose gradients are computed chunk by chunk while their scores exist. */
    private Tensor withGradients(Tensor input, Tensor[] inputs, Tensor[] targets) {
        boolean biased = bias != null;
        Tensor[] rows = new Tensor[inputs.length];
        Tensor[] sums = new Tensor[biased ? 3 : 2]; // the loss, then the gradients of the matrix and of the bias
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = inputs[i].detach().requiresGrad(true);
            Tensor w = matrix.detach().requiresGrad(true);
            Tensor b = bias == null ? null : bias.detach().requiresGrad(true);
            Tensor loss =
                    new LinearCrossEntropy(w, b, classWeight, ignored, smoothing).plain(x, targets[i], Reduction.SUM);
            Tensor[] g = Autograd.grad(loss, b == null ? new Tensor[] {x, w} : new Tensor[] {x, w, b});
            rows[i] = g[0];
            g[0] = loss.detach();
            for (int k = 0; k < sums.length; k++) {
                sums[k] = sums[k] == null ? g[k] : sums[k].add(g[k]);
            }
        }
        Tensor gradient = Tensor.cat(0, rows);
        return biased
                ? Known.OP.on(biased, sums[0], input, gradient, matrix, sums[1], bias, sums[2])
                : Known.OP.on(biased, sums[0], input, gradient, matrix, sums[1]);
    }

    /** A loss that is known along with its gradients: inputs the loss, then pairs of a tensor and the gradient by it. */
    private static final class Known extends Custom {
        static final Known OP = new Known();

        private Known() {
            super("linear_cross_entropy", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            out[0].write(0, in[0].read(0));
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i > 0 && i % 2 == 0;
        }

        @Override
        protected void vjp(Vjp v) {
            for (int i = 1; i < v.inputs(); i += 2) {
                if (v.needs(i)) {
                    v.set(i, v.grad().mul(v.input(i + 1)));
                }
            }
        }
    }
}
