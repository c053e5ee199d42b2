package org.cresset.data.vision;

import org.cresset.base.CressetException;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** Changes of colour, of float images (..., C, H, W) from 0 to 1. */
final class Colors {
    private Colors() {}

    static Tensor gray(Tensor x) {
        if (x.dim() < 3 || x.size(-3) != 3) {
            throw CressetException.value("grayscale: shape " + x.shape() + "; expected images (..., 3, H, W)");
        }
        return x.narrow(-3, 0, 1)
                .mul(0.2989)
                .add(x.narrow(-3, 1, 1).mul(0.587))
                .add(x.narrow(-3, 2, 1).mul(0.114));
    }

    static Tensor brightness(Tensor x, double factor) {
        return x.mul(factor).clamp(0, 1);
    }

    static Tensor contrast(Tensor x, double factor) {
        Tensor level = (x.size(-3) == 3 ? gray(x) : x).mean(new long[] {-3, -2, -1}, true);
        return x.mul(factor).add(level.mul(1 - factor)).clamp(0, 1);
    }

    static Tensor saturation(Tensor x, double factor) {
        return x.mul(factor).add(gray(x).mul(1 - factor)).clamp(0, 1);
    }

    /** Each change with a factor drawn around 1, in random order. */
    static Tensor jitter(Tensor image, double brightness, double contrast, double saturation, Generator random) {
        Tensor x = Transforms.toFloat(image);
        for (long change : Draws.permutation(random, 3)) {
            double strength = change == 0 ? brightness : change == 1 ? contrast : saturation;
            if (strength > 0) {
                double factor = Math.max(0, 1 + strength * (2 * random.uniformDouble() - 1));
                x = switch ((int) change) {
                    case 0 -> brightness(x, factor);
                    case 1 -> contrast(x, factor);
                    default -> saturation(x, factor);
                };
            }
        }
        return x;
    }
}
