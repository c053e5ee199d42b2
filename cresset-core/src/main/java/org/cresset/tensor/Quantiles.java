package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.op.Extremes;
import org.cresset.op.Frequencies;
import org.cresset.op.MiddlePlace;
import org.jspecify.annotations.Nullable;

/** Elements chosen by their place in the order along a dimension; they are gathered, so that gradients follow. */
final class Quantiles {
    private Quantiles() {}

    /** The elements of x where {@code index}, of size 1 along d, says, and that. */
    private static Tensor[] pick(Tensor x, int d, Tensor index, boolean keepdim) {
        if (x.dim() == 0) {
            return new Tensor[] {x.clone(), index.reshape()};
        }
        Tensor values = x.gather(d, index);
        return keepdim ? new Tensor[] {values, index} : new Tensor[] {values.squeeze(d), index.squeeze(d)};
    }

    private static Tensor atLeast1d(Tensor x) {
        return x.dim() == 0 ? x.unsqueeze(0) : x;
    }

    private static int dimension(String op, Tensor x, long dim) {
        int d = Dims.wrap(op, dim, x.dim());
        if (x.dtype().isComplex()) {
            throw CressetException.unsupported(op + ": complex numbers have no order");
        }
        if (x.dim() > 0 && x.size(d) == 0) {
            throw CressetException.index(
                    op + ": dimension " + d + " of shape " + x.shape() + " has no elements to choose from");
        }
        return d;
    }

    static Tensor[] median(String op, Tensor x, long dim, boolean keepdim, boolean ignoreNan) {
        int d = dimension(op, x, dim);
        return pick(x, d, MiddlePlace.OP.on(new MiddlePlace.Attrs(d, ignoreNan), atLeast1d(x.detach())), keepdim);
    }

    static Tensor[] kth(Tensor x, long k, long dim, boolean keepdim) {
        int d = Dims.wrap("kthvalue", dim, x.dim());
        if (x.dtype().isComplex()) {
            throw CressetException.unsupported("kthvalue: complex numbers have no order");
        }
        Tensor rows = atLeast1d(x.detach());
        if (k < 1 || k > rows.size(d)) {
            throw CressetException.runtime("kthvalue: k is " + k + ", but dimension " + d + " of shape " + x.shape()
                    + " has " + rows.size(d) + " elements");
        }
        return pick(x, d, rows.topk(k, d, false, true)[1].narrow(d, k - 1, 1), keepdim);
    }

    static Tensor[] mode(Tensor x, long dim, boolean keepdim) {
        int d = dimension("mode", x, dim);
        return pick(x, d, Frequencies.OP.on(new Extremes.Along(d, true), atLeast1d(x.detach())), keepdim);
    }

    static Tensor quantile(
            String op,
            Tensor x,
            Tensor q,
            @Nullable Long dim,
            boolean keepdim,
            String interpolation,
            boolean ignoreNan) {
        check(op, x, q, interpolation);
        int rank = x.dim();
        int d = dim == null ? 0 : Dims.wrap(op, dim, rank);
        Tensor rows = dim == null ? x.reshape(-1) : atLeast1d(x).movedim(d, -1);
        long n = rows.size(-1);
        Tensor sorted = rows.sort(-1, false, true)[0];
        Tensor p = (q.isNumber() ? q.to(x.dtype()) : q).reshape(-1);
        Tensor nan = rows.detach().isnan();
        Tensor ranks; // (*, q)
        if (ignoreNan) {
            Tensor last = nan.logicalNot()
                    .sum(new long[] {-1}, true)
                    .sub(1)
                    .clamp(0, null)
                    .to(x.dtype());
            ranks = p.mul(last);
        } else {
            Tensor broken = nan.any(new long[] {-1}, true);
            ranks = Tensor.where(broken, Tensor.number(n - 1.0).to(x.dtype()), p.mul(n - 1));
        }
        Tensor result = interpolate(sorted, ranks, interpolation);
        return shaped(result, q, x, dim == null ? null : d, keepdim);
    }

    private static Tensor interpolate(Tensor sorted, Tensor ranks, String interpolation) {
        Tensor at =
                switch (interpolation) {
                    case "lower" -> ranks.floor();
                    case "higher" -> ranks.ceil();
                    case "nearest" -> ranks.round();
                    default -> ranks;
                };
        Tensor below = at.detach().floor();
        Tensor lower = sorted.gather(-1, below.to(DType.INT64));
        if (!interpolation.equals("linear") && !interpolation.equals("midpoint")) {
            return lower;
        }
        Tensor weight = interpolation.equals("midpoint") ? below.fullLike(0.5) : at.sub(below);
        Tensor upper = sorted.gather(-1, at.detach().ceil().to(DType.INT64));
        return lower.lerp(upper, weight);
    }

    /** From (*, q) to (q, *), with the reduced dimension or without, and without q if that is one number. */
    private static Tensor shaped(Tensor result, Tensor q, Tensor x, @Nullable Integer d, boolean keepdim) {
        Tensor front = result.movedim(-1, 0);
        if (keepdim) {
            if (d != null) {
                front = x.dim() == 0 ? front : front.unsqueeze(d + 1);
            } else {
                long[] shape = new long[x.dim() + 1];
                Arrays.fill(shape, 1);
                shape[0] = front.size(0);
                front = front.reshape(shape);
            }
        }
        return q.dim() == 0 ? front.squeeze(0) : front;
    }

    private static void check(String op, Tensor x, Tensor q, String interpolation) {
        DType t = x.dtype();
        if (x.numel() == 0) {
            throw CressetException.runtime(op + ": the input of shape " + x.shape() + " has no elements");
        }
        if (t != DType.FLOAT32 && t != DType.FLOAT64) {
            throw CressetException.runtime(op + ": the input is " + t + "; expected float32 or float64");
        }
        if (q.dim() > 1 || !q.isNumber() && q.dtype() != t) {
            throw CressetException.runtime(op + ": q is " + q.dtype() + q.shape()
                    + "; expected a number or a vector of the input's dtype, " + t);
        }
        switch (interpolation) {
            case "linear", "lower", "higher", "midpoint", "nearest" -> {}
            default ->
                throw CressetException.runtime(op + ": interpolation is \"" + interpolation
                        + "\"; expected linear, lower, higher, midpoint or nearest");
        }
        if (q instanceof Dense values
                && q.device() == Device.CPU
                && !values.detach()
                        .ge(0)
                        .logicalAnd(values.detach().le(1))
                        .all()
                        .itemBoolean()) {
            throw CressetException.runtime(op + ": q must be between 0 and 1");
        }
    }
}
