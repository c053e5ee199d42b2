package org.cresset.nn.init;

import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Fills tensors with initial values, drawn as {@code torch.nn.init} draws them. All work in place without being recorded, and
 * return the tensor. {@code generator} null is the default one.
 */
public final class Init {
    private Init() {}

    private static Tensor quietly(Supplier<Tensor> body) {
        return Autograd.noGrad(body);
    }

    /** Uniform from {@code a} to {@code b}. */
    @Torch("nn.init.uniform_(tensor, a=0.0, b=1.0, generator=None)")
    public static Tensor uniform_(Tensor tensor, double a, double b, @Nullable Generator generator) {
        return quietly(() -> tensor.uniform_(a, b, generator));
    }

    /** Uniform from {@code a} to {@code b}. */
    public static Tensor uniform_(Tensor tensor, double a, double b) {
        return uniform_(tensor, a, b, null);
    }

    /** Normal. */
    @Torch("nn.init.normal_(tensor, mean=0.0, std=1.0, generator=None)")
    public static Tensor normal_(Tensor tensor, double mean, double std, @Nullable Generator generator) {
        return quietly(() -> tensor.normal_(mean, std, generator));
    }

    /** Normal. */
    public static Tensor normal_(Tensor tensor, double mean, double std) {
        return normal_(tensor, mean, std, null);
    }

    /** Normal, but nothing outside of {@code a} to {@code b}. */
    @Torch("nn.init.trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None)")
    public static Tensor truncNormal_(
            Tensor tensor, double mean, double std, double a, double b, @Nullable Generator generator) {
        return quietly(() -> Truncated.fill(tensor, mean, std, a, b, generator));
    }

    /** Normal, but nothing outside of {@code a} to {@code b}. */
    public static Tensor truncNormal_(Tensor tensor, double mean, double std, double a, double b) {
        return truncNormal_(tensor, mean, std, a, b, null);
    }

    /** One number everywhere. */
    @Torch("nn.init.constant_(tensor, val)")
    public static Tensor constant_(Tensor tensor, double val) {
        return quietly(() -> tensor.fill_(val));
    }

    /** Ones. */
    @Torch("nn.init.ones_(tensor)")
    public static Tensor ones_(Tensor tensor) {
        return constant_(tensor, 1);
    }

    /** Zeros. */
    @Torch("nn.init.zeros_(tensor)")
    public static Tensor zeros_(Tensor tensor) {
        return constant_(tensor, 0);
    }

    /** The unit matrix, as far as it goes, in (n, m). */
    @Torch("nn.init.eye_(tensor)")
    public static Tensor eye_(Tensor tensor) {
        matrix("eye_", tensor);
        return quietly(() -> {
            tensor.zero_();
            tensor.diagonal(0, 0, 1).fill_(1);
            return tensor;
        });
    }

    private static void matrix(String name, Tensor tensor) {
        if (tensor.dim() != 2) {
            throw CressetException.value(name + ": a tensor of shape " + tensor.shape() + "; expected a matrix");
        }
    }

    /** The kernel of a convolution (O, C / groups, ...) that hands channels on as they are. */
    @Torch("nn.init.dirac_(tensor, groups=1)")
    public static Tensor dirac_(Tensor tensor, long groups) {
        if (tensor.dim() < 3 || tensor.dim() > 5 || groups < 1 || tensor.size(0) % groups != 0) {
            throw CressetException.value("dirac_: a tensor of shape " + tensor.shape() + " with " + groups
                    + " groups; expected 3 to 5 dimensions, and the first divisible by the groups");
        }
        return quietly(() -> {
            tensor.zero_();
            long out = tensor.size(0) / groups;
            for (long g = 0; g < groups; g++) {
                for (long d = 0; d < Math.min(out, tensor.size(1)); d++) {
                    Tensor at = tensor.select(0, g * out + d).select(0, d);
                    while (at.dim() > 0) {
                        at = at.select(0, at.size(0) / 2);
                    }
                    at.fill_(1);
                }
            }
            return tensor;
        });
    }

    /** By what a nonlinearity shrinks a standard deviation; {@code param} is the slope of a leaky relu, null: 0.01. */
    @Torch("nn.init.calculate_gain(nonlinearity, param=None)")
    public static double calculateGain(String nonlinearity, @Nullable Double param) {
        return switch (nonlinearity) {
            case "linear",
                    "conv1d",
                    "conv2d",
                    "conv3d",
                    "conv_transpose1d",
                    "conv_transpose2d",
                    "conv_transpose3d",
                    "sigmoid" -> 1;
            case "tanh" -> 5.0 / 3;
            case "relu" -> Math.sqrt(2);
            case "leaky_relu" -> Math.sqrt(2.0 / (1 + Math.pow(param == null ? 0.01 : param, 2)));
            case "selu" -> 3.0 / 4;
            default -> throw CressetException.value("calculate_gain: unknown nonlinearity " + nonlinearity);
        };
    }

    private static double fan(Tensor t, boolean in) {
        if (t.dim() < 2) {
            throw CressetException.value("init: a tensor of shape " + t.shape()
                    + " has no fan in and fan out; expected at least 2 dimensions");
        }
        double field = 1;
        for (int d = 2; d < t.dim(); d++) {
            field *= t.size(d);
        }
        return t.size(in ? 1 : 0) * field;
    }

    private static double xavier(Tensor t, double gain) {
        return gain * Math.sqrt(2.0 / (fan(t, true) + fan(t, false)));
    }

    /** Uniform with the variance of Glorot and Bengio 2010. */
    @Torch("nn.init.xavier_uniform_(tensor, gain=1.0, generator=None)")
    public static Tensor xavierUniform_(Tensor tensor, double gain, @Nullable Generator generator) {
        double bound = Math.sqrt(3.0) * xavier(tensor, gain);
        return uniform_(tensor, -bound, bound, generator);
    }

    /** Uniform with the variance of Glorot and Bengio 2010. */
    public static Tensor xavierUniform_(Tensor tensor) {
        return xavierUniform_(tensor, 1, null);
    }

    /** Normal with the variance of Glorot and Bengio 2010. */
    @Torch("nn.init.xavier_normal_(tensor, gain=1.0, generator=None)")
    public static Tensor xavierNormal_(Tensor tensor, double gain, @Nullable Generator generator) {
        return normal_(tensor, 0, xavier(tensor, gain), generator);
    }

    /** Normal with the variance of Glorot and Bengio 2010. */
    public static Tensor xavierNormal_(Tensor tensor) {
        return xavierNormal_(tensor, 1, null);
    }

    private static double kaiming(Tensor t, double a, String mode, String nonlinearity) {
        if (!mode.equals("fan_in") && !mode.equals("fan_out")) {
            throw CressetException.value("kaiming: mode " + mode + "; expected fan_in or fan_out");
        }
        return calculateGain(nonlinearity, a) / Math.sqrt(fan(t, mode.equals("fan_in")));
    }

    /** Uniform with the variance of He et al. 2015; {@code a} is the slope of a leaky relu. */
    @Torch("nn.init.kaiming_uniform_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)")
    public static Tensor kaimingUniform_(
            Tensor tensor, double a, String mode, String nonlinearity, @Nullable Generator generator) {
        if (tensor.numel() == 0) {
            return tensor;
        }
        double bound = Math.sqrt(3.0) * kaiming(tensor, a, mode, nonlinearity);
        return uniform_(tensor, -bound, bound, generator);
    }

    /** Normal with the variance of He et al. 2015; {@code a} is the slope of a leaky relu. */
    @Torch("nn.init.kaiming_normal_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)")
    public static Tensor kaimingNormal_(
            Tensor tensor, double a, String mode, String nonlinearity, @Nullable Generator generator) {
        return tensor.numel() == 0 ? tensor : normal_(tensor, 0, kaiming(tensor, a, mode, nonlinearity), generator);
    }

    /** A matrix with orthonormal rows or columns, times {@code gain} (Saxe et al. 2013); further dimensions count as columns. */
    @Torch("nn.init.orthogonal_(tensor, gain=1, generator=None)")
    public static Tensor orthogonal_(Tensor tensor, double gain, @Nullable Generator generator) {
        if (tensor.dim() < 2) {
            throw CressetException.value(
                    "orthogonal_: a tensor of shape " + tensor.shape() + "; expected at least 2 dimensions");
        }
        return tensor.numel() == 0 ? tensor : quietly(() -> Orthogonal.fill(tensor, gain, generator));
    }

    /** Normal in (n, m), with a part {@code sparsity} of each column set to zero (Martens 2010). */
    @Torch("nn.init.sparse_(tensor, sparsity, std=0.01, generator=None)")
    public static Tensor sparse_(Tensor tensor, double sparsity, double std, @Nullable Generator generator) {
        matrix("sparse_", tensor);
        return quietly(() -> {
            tensor.normal_(0, std, generator);
            int zeros = (int) Math.ceil(sparsity * tensor.size(0));
            for (long c = 0; c < tensor.size(1); c++) {
                long[] rows = Tensor.randperm(tensor.size(0)).toLongArray();
                for (int i = 0; i < zeros; i++) {
                    tensor.select(1, c).select(0, rows[i]).fill_(0);
                }
            }
            return tensor;
        });
    }
}
