package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code softmax(q kᵀ scale + mask) v} without ever having all scores (Dao et al. 2022 show why that pays): q (N, H, L, E), k
 * (N, H, S, E), v (N, H, S, V), and a mask (N, H, L, S) that is added, or null. A place that may look nowhere gets zeros.
 */
public final class Attention {
    private Attention() {}

    /** What scores are multiplied by, and whether places see only those up to their own. */
    public record Attrs(double scale, boolean causal) {}

    /** The result (N, H, L, V). */
    public static Tensor attend(Attrs attrs, Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return Forward.OP.all(attrs, q, k, v, mask)[0];
    }

    /** The result, and the logarithm of each row's sum of exponentials (N, H, L). */
    private static Tensor[] compose(Attrs a, @Nullable Tensor[] in) {
        Tensor scores = in[0].mul(a.scale).matmul(in[1].transpose(-2, -1));
        if (in[3] != null) {
            scores = scores.add(in[3]);
        }
        if (a.causal) {
            Tensor later = Tensor.ones(Shape.of(scores.size(-2), scores.size(-1)), DType.BOOL)
                    .triu(1);
            scores = scores.maskedFill(later, Double.NEGATIVE_INFINITY);
        }
        Tensor nowhere = scores.detach().eq(Double.NEGATIVE_INFINITY).all(new long[] {-1}, true);
        scores = scores.maskedFill(nowhere, 0); // or the gradient would be NaN there
        Tensor weights = scores.softmax(-1).maskedFill(nowhere, 0);
        Tensor logs = scores.logsumexp(new long[] {-1}, true).maskedFill(nowhere, Double.NEGATIVE_INFINITY);
        return new Tensor[] {weights.matmul(in[2]), logs.squeeze(-1)};
    }

    /** The function. */
    static final class Forward extends Fused {
        static final Forward OP = new Forward();

        private Forward() {
            super("scaled_dot_product_attention", Saves.ALL);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Tensor q = in[0];
            DType t = q.dtype();
            return new Spec[] {
                new Spec(Shape.of(q.size(0), q.size(1), q.size(2), in[2].size(3)), t),
                new Spec(Shape.of(q.size(0), q.size(1), q.size(2)), t)
            };
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            return compose((Attrs) attrs, in);
        }

        private static boolean fast(Tensor q, Tensor k, Tensor v) {
            return q.dtype() == DType.FLOAT32 && q.numel() > 0 && k.numel() > 0 && v.numel() > 0;
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (fast(in[0], in[1], in[2])) {
                new AttentionKernel((Attrs) attrs, in[0], in[1], in[2], in[3]).forward(out[0], out[1]);
                return;
            }
            Tensor[] made = compose((Attrs) attrs, new Tensor[] {
                in[0].detach(), in[1].detach(), in[2].detach(), in[3] == null ? null : in[3].detach()
            });
            Pointwise.copy((Dense) made[0], out[0]);
            Pointwise.copy((Dense) made[1], out[1]);
        }

        @Override
        protected void vjp(Vjp v) {
            boolean plain = plainBackward()
                    && fast(v.input(0), v.input(1), v.input(2))
                    && !v.hasGrad(1)
                    && !(v.inputs() > 3 && v.hasInput(3) && v.needs(3));
            if (!plain) {
                super.vjp(v);
                return;
            }
            Tensor mask = v.inputs() > 3 && v.hasInput(3) ? v.input(3) : null;
            Tensor[] g = Backward.OP.all(
                    v.attrs(), v.grad(), v.input(0), v.input(1), v.input(2), mask, v.output(0), v.output(1));
            v.set(0, g[0]);
            v.set(1, g[1]);
            v.set(2, g[2]);
        }
    }

    /** Gradients of q, k, v. Inputs: the gradient, q, k, v, mask or null, the result, the logarithms. */
    static final class Backward extends Composite {
        static final Backward OP = new Backward();

        private Backward() {
            super("scaled_dot_product_attention_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return new Spec[] {
                new Spec(in[1].shape(), in[1].dtype()),
                new Spec(in[2].shape(), in[2].dtype()),
                new Spec(in[3].shape(), in[3].dtype())
            };
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            new AttentionKernel((Attrs) attrs, in[1], in[2], in[3], in[4]).backward(in[0], in[5], in[6], out);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("scaled_dot_product_attention_backward: only for first-order backward");
        }
    }
}
