package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Activations;
import org.cresset.op.Elementwise.One;
import org.cresset.op.Elementwise.Two;
import org.cresset.op.Mixing;
import org.cresset.op.Precision;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * The functions between a network's layers. Each gives a tensor of the input's shape and dtype, unless it says otherwise, and
 * throws an error of the kind unsupported for dtypes that aren't floating-point. With {@code inplace} the input is overwritten
 * and returned. Static members are reached through {@link Functional}.
 */
abstract class ActivationFunctions {
    ActivationFunctions() {}

    private static Tensor done(Tensor input, Tensor result, boolean inplace) {
        return inplace ? input.copy_(result) : result;
    }

    // ---- rectifiers ----

    /** The larger of x and 0, also of integers. As {@code relu}. */
    public static Tensor relu(Tensor input) {
        return input.relu();
    }

    /** The larger of x and 0, perhaps in place. */
    public static Tensor relu(Tensor input, boolean inplace) {
        return inplace ? input.relu_() : input.relu();
    }

    /** x held between 0 and 6, also of integers. */
    public static Tensor relu6(Tensor input) {
        return relu6(input, false);
    }

    /** x held between 0 and 6, also of integers. As {@code relu6}. */
    @Torch("nn.functional.relu6(input, inplace=False)")
    public static Tensor relu6(Tensor input, boolean inplace) {
        return done(input, Hardtanh.OP.on(new Two(0, 6), input), inplace);
    }

    /** x where positive, else 0.01 x. */
    public static Tensor leakyRelu(Tensor input) {
        return leakyRelu(input, 0.01, false);
    }

    /** x where positive, else the slope times x. */
    public static Tensor leakyRelu(Tensor input, double negativeSlope) {
        return leakyRelu(input, negativeSlope, false);
    }

    /** x where positive, else the slope times x. As {@code leaky_relu}. */
    @Torch("nn.functional.leaky_relu(input, negative_slope=0.01, inplace=False)")
    public static Tensor leakyRelu(Tensor input, double negativeSlope, boolean inplace) {
        return done(input, Activations.LeakyRelu.OP.on(new One(negativeSlope), input), inplace);
    }

    /**
     * x where positive, else a learned slope times x. As {@code prelu}.
     *
     * @param input any shape; channels are dimension 1
     * @param weight the slopes: one, or one for each channel (C)
     * @throws CressetException (runtime) if their number isn't that of the channels
     */
    @Torch({"nn.functional.prelu(input, weight)", "prelu(self, weight)"})
    public static Tensor prelu(Tensor input, Tensor weight) {
        input = Precision.LOWER.of(input);
        weight = Precision.LOWER.of(weight);
        if (weight.dim() > 1 || input.dtype() != weight.dtype()) {
            throw CressetException.runtime("prelu: slopes " + weight.dtype() + weight.shape() + " for an input "
                    + input.dtype() + input.shape() + "; expected at most one dimension and the input's dtype");
        }
        Tensor slopes = weight.numel() == 1 ? weight.reshape() : weight;
        if (weight.numel() != 1) {
            long channels = input.dim() > 1 ? input.size(1) : 1;
            if (input.dim() == 0 || channels != weight.numel()) {
                throw CressetException.runtime("prelu: " + weight.numel() + " slopes for an input of shape "
                        + input.shape() + "; expected one, or as many as dimension 1 has channels");
            }
            long[] dims = new long[input.dim() - 1];
            Arrays.fill(dims, 1);
            dims[0] = channels;
            slopes = weight.reshape(dims);
        }
        return Mixing.Prelu.OP.on(input, slopes);
    }

    /** As the full form, with slopes between 1/8 and 1/3. */
    public static Tensor rrelu(Tensor input) {
        return rrelu(input, 0.125, 1.0 / 3, false, false);
    }

    /**
     * x where positive, else a slope times x: in training a random one for each element, from the default generator, else the
     * mean of the bounds. As {@code rrelu}.
     */
    @Torch("nn.functional.rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False)")
    public static Tensor rrelu(Tensor input, double lower, double upper, boolean training, boolean inplace) {
        if (!(lower <= upper)) {
            throw CressetException.runtime(
                    "rrelu: slopes from " + lower + " to " + upper + "; expected lower <= upper");
        }
        if (!training) {
            return leakyRelu(input, (lower + upper) / 2, inplace);
        }
        if (!input.dtype().isFloat()) {
            throw CressetException.unsupported("rrelu: does not exist for " + input.dtype());
        }
        Noise.Slopes.Attrs a = new Noise.Slopes.Attrs(lower, upper, Generator.defaultGenerator());
        return done(input, input.mul(Noise.Slopes.OP.on(a, input)), inplace);
    }

    /** x where above the threshold, else the value, also of integers. */
    public static Tensor threshold(Tensor input, double threshold, double value) {
        return threshold(input, threshold, value, false);
    }

    /** x where above the threshold, else the value, also of integers. As {@code threshold}. */
    @Torch("nn.functional.threshold(input, threshold, value, inplace=False)")
    public static Tensor threshold(Tensor input, double threshold, double value, boolean inplace) {
        return done(input, Activations.Threshold.OP.on(new Two(threshold, value), input), inplace);
    }

    // ---- exponential ones ----

    /** x where positive, else e^x - 1. */
    public static Tensor elu(Tensor input) {
        return elu(input, 1, false);
    }

    /** x where positive, else alpha (e^x - 1). As {@code elu}. */
    @Torch("nn.functional.elu(input, alpha=1.0, inplace=False)")
    public static Tensor elu(Tensor input, double alpha, boolean inplace) {
        return done(input, Activations.Elu.OP.on(new Two(alpha, 1), input), inplace);
    }

    /** elu scaled so that mean 0 and variance 1 are kept. */
    public static Tensor selu(Tensor input) {
        return selu(input, false);
    }

    /** elu scaled so that mean 0 and variance 1 are kept. As {@code selu}. */
    @Torch({"nn.functional.selu(input, inplace=False)"})
    public static Tensor selu(Tensor input, boolean inplace) {
        return done(input, Selu.OP.on(input), inplace);
    }

    /** x where positive, else e^x - 1. */
    public static Tensor celu(Tensor input) {
        return celu(input, 1, false);
    }

    /**
     * x where positive, else alpha (e^(x / alpha) - 1). As {@code celu}.
     *
     * @throws CressetException (runtime) if alpha is 0
     */
    @Torch("nn.functional.celu(input, alpha=1.0, inplace=False)")
    public static Tensor celu(Tensor input, double alpha, boolean inplace) {
        if (alpha == 0) {
            throw CressetException.runtime("celu: alpha is 0; expected another number");
        }
        return done(input, Activations.Elu.OP.on(new Two(alpha, 1 / alpha), input), inplace);
    }

    /** log(1 + e^x). */
    public static Tensor softplus(Tensor input) {
        return input.softplus(1, 20);
    }

    /** log(1 + e^(beta x)) / beta, x itself where beta x exceeds the threshold. As {@code softplus}. */
    public static Tensor softplus(Tensor input, double beta, double threshold) {
        return input.softplus(beta, threshold);
    }

    /** 1 / (1 + e^-x). As {@code sigmoid}. */
    public static Tensor sigmoid(Tensor input) {
        return input.sigmoid();
    }

    /** log(sigmoid(x)). As {@code logsigmoid}. */
    @Torch("nn.functional.logsigmoid(input)")
    public static Tensor logsigmoid(Tensor input) {
        return Activations.LogSigmoid.OP.on(input);
    }

    /** The hyperbolic tangent. As {@code tanh}. */
    public static Tensor tanh(Tensor input) {
        return input.tanh();
    }

    /** x - tanh(x), also of integers and complex numbers. As {@code tanhshrink}. */
    @Torch("nn.functional.tanhshrink(input)")
    public static Tensor tanhshrink(Tensor input) {
        return input.sub(input.tanh());
    }

    /** x / (1 + |x|), also of integers and complex numbers. As {@code softsign}. */
    @Torch("nn.functional.softsign(input)")
    public static Tensor softsign(Tensor input) {
        return input.div(input.abs().add(1));
    }

    // ---- x times something between 0 and 1 ----

    /** x times the normal distribution function. */
    public static Tensor gelu(Tensor input) {
        return Activations.Gelu.OP.on(input);
    }

    /**
     * x times the normal distribution function. As {@code gelu}.
     *
     * @param approximate {@code "none"}, or {@code "tanh"} for an approximation
     */
    @Torch("nn.functional.gelu(input, *, approximate='none')")
    public static Tensor gelu(Tensor input, String approximate) {
        return switch (approximate) {
            case "none" -> Activations.Gelu.OP.on(input);
            case "tanh" -> Activations.GeluTanh.OP.on(input);
            default ->
                throw CressetException.runtime("gelu: approximate is \"" + approximate + "\"; expected none or tanh");
        };
    }

    /** x sigmoid(x), also of complex numbers. */
    public static Tensor silu(Tensor input) {
        return silu(input, false);
    }

    /** x sigmoid(x), also of complex numbers. As {@code silu}. */
    @Torch("nn.functional.silu(input, inplace=False)")
    public static Tensor silu(Tensor input, boolean inplace) {
        Tensor y = input.dtype().isComplex() ? input.div(input.neg().exp().add(1)) : Activations.Silu.OP.on(input);
        return done(input, y, inplace);
    }

    /** x tanh(softplus(x)). */
    public static Tensor mish(Tensor input) {
        return mish(input, false);
    }

    /** x tanh(softplus(x)). As {@code mish}. */
    @Torch("nn.functional.mish(input, inplace=False)")
    public static Tensor mish(Tensor input, boolean inplace) {
        return done(input, Activations.Mish.OP.on(input), inplace);
    }

    /** x hardsigmoid(x). */
    public static Tensor hardswish(Tensor input) {
        return hardswish(input, false);
    }

    /** x hardsigmoid(x). As {@code hardswish}. */
    @Torch("nn.functional.hardswish(input, inplace=False)")
    public static Tensor hardswish(Tensor input, boolean inplace) {
        return done(input, Activations.Hardswish.OP.on(input), inplace);
    }

    /** x / 6 + 1/2 held between 0 and 1. */
    public static Tensor hardsigmoid(Tensor input) {
        return hardsigmoid(input, false);
    }

    /** x / 6 + 1/2 held between 0 and 1. As {@code hardsigmoid}. */
    @Torch("nn.functional.hardsigmoid(input, inplace=False)")
    public static Tensor hardsigmoid(Tensor input, boolean inplace) {
        return done(input, Activations.Hardsigmoid.OP.on(input), inplace);
    }

    /** The first half of the last dimension times the sigmoid of the second. */
    public static Tensor glu(Tensor input) {
        return glu(input, -1);
    }

    /**
     * The first half of a dimension times the sigmoid of the second: half that size. As {@code glu}.
     *
     * @throws CressetException (runtime) if the size is odd, or there are no dimensions
     */
    @Torch("nn.functional.glu(input, dim=-1)")
    public static Tensor glu(Tensor input, long dim) {
        if (input.dim() == 0 || input.size((int) dim) % 2 != 0) {
            throw CressetException.runtime(
                    "glu: dimension " + dim + " of shape " + input.shape() + "; expected an even size");
        }
        Tensor[] halves = input.chunk(2, dim);
        return halves[0].mul(halves[1].sigmoid());
    }

    // ---- bounds and gaps ----

    /** x held between -1 and 1, also of integers. */
    public static Tensor hardtanh(Tensor input) {
        return hardtanh(input, -1, 1, false);
    }

    /**
     * x held between two numbers, also of integers. As {@code hardtanh}.
     *
     * @throws CressetException (value) if the lower bound is above the upper one
     */
    @Torch("nn.functional.hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False)")
    public static Tensor hardtanh(Tensor input, double minVal, double maxVal, boolean inplace) {
        if (minVal > maxVal) {
            throw CressetException.value("hardtanh: min_val " + minVal + " is greater than max_val " + maxVal);
        }
        if (input.dtype() == DType.BOOL) {
            throw CressetException.unsupported("hardtanh: does not exist for bool");
        }
        return done(input, Hardtanh.OP.on(new Two(minVal, maxVal), input), inplace);
    }

    /** x where its magnitude exceeds 0.5, else 0. */
    public static Tensor hardshrink(Tensor input) {
        return hardshrink(input, 0.5);
    }

    /** x where its magnitude exceeds lambda, else 0. As {@code hardshrink}. */
    @Torch({"nn.functional.hardshrink(input, lambd=0.5)", "hardshrink(self, lambd=0.5)"})
    public static Tensor hardshrink(Tensor input, double lambd) {
        return Activations.Hardshrink.OP.on(new One(lambd), input);
    }

    /** x moved towards 0 by 0.5. */
    public static Tensor softshrink(Tensor input) {
        return softshrink(input, 0.5);
    }

    /**
     * x moved towards 0 by lambda, 0 where it is nearer than that. As {@code softshrink}.
     *
     * @throws CressetException (runtime) if lambda is negative
     */
    @Torch("nn.functional.softshrink(input, lambd=0.5)")
    public static Tensor softshrink(Tensor input, double lambd) {
        if (!(lambd >= 0)) {
            throw CressetException.runtime("softshrink: lambda is " + lambd + " for input " + input.dtype()
                    + input.shape() + "; expected at least 0");
        }
        return Activations.Softshrink.OP.on(new One(lambd), input);
    }

    // ---- along a dimension ----

    /** The softmax of -x along a dimension. */
    public static Tensor softmin(Tensor input, long dim) {
        return softmin(input, dim, null);
    }

    /**
     * The softmax of -x along a dimension, computed in {@code dtype} if given. As {@code softmin}.
     *
     * @param dim null, which is deprecated: 0 for 0, 1 or 3 dimensions, else 1
     */
    @Torch("nn.functional.softmin(input, dim=None, dtype=None)")
    public static Tensor softmin(Tensor input, @Nullable Long dim, @Nullable DType dtype) {
        int n = input.dim();
        long d = dim != null ? dim : n <= 1 || n == 3 ? 0 : 1;
        return input.neg().softmax(d, dtype);
    }

    /** As the full form, soft, along the last dimension with temperature 1. */
    public static Tensor gumbelSoftmax(Tensor logits) {
        return gumbelSoftmax(logits, 1, false, 1e-10, -1);
    }

    /**
     * A sample of a distribution over a dimension that has a gradient: the softmax of scores with noise, from the default
     * generator. As {@code gumbel_softmax}.
     *
     * @param tau the temperature: the nearer to 0, the nearer the sample is to one-hot
     * @param hard whether the result is one-hot, with the gradient of the soft one
     * @param eps has no effect, as in PyTorch
     */
    @Torch("nn.functional.gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1)")
    public static Tensor gumbelSoftmax(Tensor logits, double tau, boolean hard, double eps, long dim) {
        Tensor noise = Noise.Exponential.OP
                .on(Generator.defaultGenerator(), logits)
                .log()
                .neg();
        Tensor soft = logits.add(noise).div(tau).softmax(dim);
        if (!hard) {
            return soft;
        }
        Tensor one = soft.detach().zerosLike().scatter(dim, soft.detach().argmax(dim, true), 1);
        return one.sub(soft.detach()).add(soft);
    }
}
