package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Randoms;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/**
 * Elements or whole channels dropped at random in training, with numbers from the default generator. Where nothing is
 * dropped, because it isn't training or p is 0, the input itself comes back. All throw an error of the kind value unless p is
 * a probability. Static members are reached through {@link Functional}.
 */
abstract class DropoutFunctions extends VisionFunctions {
    /** What selu tends to for very negative numbers, with the sign changed: the value that dropped elements get. */
    private static final double SATURATION = Selu.SCALE * Selu.ALPHA;

    DropoutFunctions() {}

    /** Each element dropped with probability 1/2, in training. */
    public static Tensor dropout(Tensor input) {
        return dropout(input, 0.5, true, false);
    }

    /** Each element dropped with probability p, in training. */
    public static Tensor dropout(Tensor input, double p, boolean training) {
        return dropout(input, p, training, false);
    }

    /** Each element set to 0 with probability p, else divided by 1 - p. As {@code dropout}. */
    @Torch("nn.functional.dropout(input, p=0.5, training=True, inplace=False)")
    public static Tensor dropout(Tensor input, double p, boolean training, boolean inplace) {
        check("dropout", p);
        return drops(input, p, training) ? scaled(input, input, p, inplace) : input;
    }

    /** Channels dropped with probability p, in training. */
    public static Tensor dropout1d(Tensor input, double p, boolean training) {
        return dropout1d(input, p, training, false);
    }

    /**
     * Whole channels set to 0 with probability p, else divided by 1 - p. As {@code dropout1d}.
     *
     * @param input shape (N, C, L) or (C, L)
     */
    @Torch("nn.functional.dropout1d(input, p=0.5, training=True, inplace=False)")
    public static Tensor dropout1d(Tensor input, double p, boolean training, boolean inplace) {
        check("dropout1d", p);
        if (input.dim() != 2 && input.dim() != 3) {
            throw CressetException.runtime("dropout1d: shape " + input.shape() + "; expected (N, C, L) or (C, L)");
        }
        return channels("dropout1d", input, p, training, inplace, input.dim() == 2 ? 1 : 2);
    }

    /** Channels dropped with probability p, in training. */
    public static Tensor dropout2d(Tensor input, double p, boolean training) {
        return dropout2d(input, p, training, false);
    }

    /**
     * Whole channels, dimension 1, set to 0 with probability p, else divided by 1 - p. As {@code dropout2d}.
     *
     * @param input shape (N, C, H, W); three dimensions are, as in PyTorch, (N, C, L)
     */
    @Torch("nn.functional.dropout2d(input, p=0.5, training=True, inplace=False)")
    public static Tensor dropout2d(Tensor input, double p, boolean training, boolean inplace) {
        check("dropout2d", p);
        return channels("dropout2d", input, p, training, inplace, 2);
    }

    /** Channels dropped with probability p, in training. */
    public static Tensor dropout3d(Tensor input, double p, boolean training) {
        return dropout3d(input, p, training, false);
    }

    /**
     * Whole channels set to 0 with probability p, else divided by 1 - p. As {@code dropout3d}.
     *
     * @param input shape (N, C, D, H, W) or (C, D, H, W)
     */
    @Torch("nn.functional.dropout3d(input, p=0.5, training=True, inplace=False)")
    public static Tensor dropout3d(Tensor input, double p, boolean training, boolean inplace) {
        check("dropout3d", p);
        return channels("dropout3d", input, p, training, inplace, input.dim() == 5 ? 2 : 1);
    }

    /** Each element replaced with probability p, in training. */
    public static Tensor alphaDropout(Tensor input, double p, boolean training) {
        return alphaDropout(input, p, training, false);
    }

    /**
     * Each element set to the value where selu saturates with probability p; then all are scaled and moved so that mean 0 and
     * variance 1 are kept. As {@code alpha_dropout}.
     */
    @Torch("nn.functional.alpha_dropout(input, p=0.5, training=False, inplace=False)")
    public static Tensor alphaDropout(Tensor input, double p, boolean training, boolean inplace) {
        check("alpha_dropout", p);
        return drops(input, p, training) ? saturated(input, input, p, inplace) : input;
    }

    /** Whole channels replaced with probability p, in training. */
    public static Tensor featureAlphaDropout(Tensor input, double p, boolean training) {
        return featureAlphaDropout(input, p, training, false);
    }

    /**
     * As {@link #alphaDropout(Tensor, double, boolean, boolean)} of whole channels, dimension 1. As
     * {@code feature_alpha_dropout}.
     */
    @Torch("nn.functional.feature_alpha_dropout(input, p=0.5, training=False, inplace=False)")
    public static Tensor featureAlphaDropout(Tensor input, double p, boolean training, boolean inplace) {
        check("feature_alpha_dropout", p);
        if (!drops(input, p, training)) {
            return input;
        }
        return saturated(input, perChannel("feature_alpha_dropout", input, 2), p, inplace);
    }

    private static void check(String op, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw CressetException.value(op + ": p is " + p + "; expected a probability, 0 to 1");
        }
    }

    private static boolean drops(Tensor input, double p, boolean training) {
        return training && p != 0 && input.numel() != 0;
    }

    private static Tensor channels(String op, Tensor input, double p, boolean training, boolean inplace, int leading) {
        return drops(input, p, training) ? scaled(input, perChannel(op, input, leading), p, inplace) : input;
    }

    /** Something with the input's dtype and its leading dimensions, of which the others have size 1. */
    private static Tensor perChannel(String op, Tensor input, int leading) {
        if (input.dim() < 2) {
            throw CressetException.runtime(op + ": shape " + input.shape() + "; expected at least 2 dimensions");
        }
        long[] dims = input.shape().toArray();
        for (int i = leading; i < dims.length; i++) {
            dims[i] = 1;
        }
        return Tensor.zeros(Shape.of(dims), input.dtype());
    }

    /** 1 with probability 1 - p, else 0, in the shape of {@code like}. */
    private static Tensor kept(Tensor like, double p) {
        return Randoms.Mask.OP.on(new Randoms.Mask.Attrs(1 - p, Generator.defaultGenerator()), like);
    }

    private static Tensor scaled(Tensor input, Tensor like, double p, boolean inplace) {
        if (p == 1) {
            return inplace ? input.mul_(0) : input.mul(0);
        }
        Tensor noise = kept(like, p).div(1 - p);
        return inplace ? input.mul_(noise) : input.mul(noise);
    }

    private static Tensor saturated(Tensor input, Tensor like, double p, boolean inplace) {
        if (p == 1) {
            return inplace ? input.mul_(0) : input.mul(0);
        }
        double a = 1 / Math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p));
        Tensor kept = kept(like, p);
        Tensor moved = kept.sub(1).mul(SATURATION * a).add(SATURATION * a * p);
        Tensor scale = kept.mul(a);
        return inplace ? input.mul_(scale).add_(moved) : input.mul(scale).add(moved);
    }
}
