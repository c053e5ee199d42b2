package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/** Numerical derivatives: weights of a sample and its neighbours along a dimension. */
final class Gradients {
    private Gradients() {}

    private static int[] checked(Tensor x, int spacings, boolean one, long @Nullable [] dim, long edgeOrder) {
        if (x.dtype() == DType.UINT8) {
            throw CressetException.runtime("gradient: does not exist for uint8");
        }
        if (edgeOrder != 1 && edgeOrder != 2) {
            throw CressetException.runtime("gradient: edge order " + edgeOrder + "; expected 1 or 2");
        }
        int[] dims = dim != null && dim.length == 0
                ? new int[0]
                : Dims.wrapAll("gradient", dim == null ? new long[0] : dim, x.dim());
        if (!one && spacings != dims.length) {
            throw CressetException.runtime(
                    "gradient: " + spacings + " spacings for " + dims.length + " dimensions; expected one for each");
        }
        for (int d : dims) {
            if (x.dim() == 0 || x.size(d) < edgeOrder + 1) {
                throw CressetException.runtime("gradient: shape " + x.shape() + "; expected at least " + (edgeOrder + 1)
                        + " samples in dimension " + d);
            }
        }
        return dims;
    }

    static Tensor[] uniform(Tensor x, double[] spacing, boolean one, long @Nullable [] dim, long edgeOrder) {
        int[] dims = checked(x, spacing.length, one, dim, edgeOrder);
        Tensor[] all = new Tensor[dims.length];
        for (int i = 0; i < all.length; i++) {
            int d = dims[i];
            double h = spacing[one ? 0 : i];
            long n = x.size(d);
            Tensor center = x.narrow(d, Math.min(2, n), Math.max(n - 2, 0)).sub(x.narrow(d, 0, Math.max(n - 2, 0)));
            Tensor first;
            Tensor last;
            if (edgeOrder == 1) {
                first = at(x, d, 1).sub(at(x, d, 0));
                last = at(x, d, n - 1).sub(at(x, d, n - 2));
            } else {
                first = at(x, d, 0)
                        .mul(-1.5)
                        .add(at(x, d, 1).mul(2))
                        .sub(at(x, d, 2).mul(0.5));
                last = at(x, d, n - 1)
                        .mul(1.5)
                        .sub(at(x, d, n - 2).mul(2))
                        .add(at(x, d, n - 3).mul(0.5));
            }
            all[i] = Tensor.cat(d, first.div(h), center.div(h).div(2), last.div(h));
        }
        return all;
    }

    private static Tensor at(Tensor x, int dim, long i) {
        return x.narrow(dim, i, 1);
    }

    static Tensor[] at(Tensor x, Tensor[] places, long @Nullable [] dim, long edgeOrder) {
        int[] dims = checked(x, places.length, false, dim, edgeOrder);
        Tensor[] all = new Tensor[dims.length];
        for (int i = 0; i < all.length; i++) {
            if (places[i].dim() != 1 || places[i].size(0) != x.size(dims[i])) {
                throw CressetException.runtime("gradient: coordinates of shape " + places[i].shape() + " for dimension "
                        + dims[i] + " of shape " + x.shape() + "; expected a vector of its size");
            }
            all[i] = along(x, dims[i], places[i].diff(1, 0, null, null), edgeOrder);
        }
        return all;
    }

    /** With distances h between the samples. */
    private static Tensor along(Tensor x, int d, Tensor h, long edgeOrder) {
        long n = x.size(d);
        Tensor before = wide(h.narrow(0, 0, n - 2), x, d);
        Tensor after = wide(h.narrow(0, 1, n - 2), x, d);
        Tensor both = before.add(after);
        Tensor center = x.narrow(d, 0, n - 2)
                .mul(after.neg().div(before.mul(both)))
                .add(x.narrow(d, 1, n - 2).mul(after.sub(before).div(before.mul(after))))
                .add(x.narrow(d, 2, n - 2).mul(before.div(after.mul(both))));
        if (edgeOrder == 1) {
            Tensor first = at(x, d, 1).sub(at(x, d, 0)).div(h.select(0, 0));
            Tensor last = at(x, d, n - 1).sub(at(x, d, n - 2)).div(h.select(0, -1));
            return Tensor.cat(d, first, center, last);
        }
        return Tensor.cat(
                d,
                edge(x, d, h.select(0, 0), h.select(0, 1), 0, 1),
                center,
                edge(x, d, h.select(0, -1), h.select(0, -2), n - 1, -1).neg());
    }

    /** The slope at an end by the parabola through three samples; a and b are the distances from there on. */
    private static Tensor edge(Tensor x, int d, Tensor a, Tensor b, long from, int step) {
        Tensor both = a.add(b);
        return at(x, d, from)
                .mul(a.add(both).neg().div(a.mul(both)))
                .add(at(x, d, from + step).mul(both.div(a.mul(b))))
                .add(at(x, d, from + 2L * step).mul(a.neg().div(b.mul(both))));
    }

    private static Tensor wide(Tensor v, Tensor x, int dim) {
        long[] shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        shape[dim] = v.numel();
        return v.reshape(shape);
    }
}
