package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.Gathering;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.Positions;
import org.jspecify.annotations.Nullable;

/** The functions that write by indices, as forms of {@link Gathering.Scatter}. */
final class Scattering {
    /** Whether an operation gives a new tensor or changes its first input. */
    @FunctionalInterface
    interface Writer {
        Writer NEW = Op::on;
        Writer IN_PLACE = InPlace::apply;

        Tensor apply(Op op, Object attrs, Tensor... in);
    }

    private Scattering() {}

    static void checkReduce(String op, String reduce, String first) {
        if (!reduce.equals(first)
                && !reduce.equals("prod")
                && !reduce.equals("mean")
                && !reduce.equals("amax")
                && !reduce.equals("amin")) {
            throw CressetException.runtime(op + ": reduce is \"" + reduce + "\"; expected "
                    + (first.equals("prod") ? "" : first + ", ") + "prod, mean, amax or amin");
        }
    }

    static Tensor scattered(
            String op, Tensor x, long dim, Tensor index, Tensor src, @Nullable String how, boolean includeSelf) {
        return scattered(Writer.NEW, op, x, dim, index, src, how, includeSelf, Positions.PLAIN);
    }

    static Tensor scattered(
            Writer writer,
            String op,
            Tensor x,
            long dim,
            Tensor index,
            Tensor src,
            @Nullable String how,
            boolean includeSelf,
            Positions positions) {
        Gathering.Along along = new Gathering.Along(op, Dims.wrap(op, dim, x.dim()), positions);
        return writer.apply(Gathering.Scatter.OP, new Gathering.Scattering(along, how, includeSelf), x, index, src);
    }

    static Tensor reduced(
            String op,
            Tensor x,
            long dim,
            Tensor index,
            Tensor src,
            String reduce,
            boolean includeSelf,
            Positions positions) {
        if (!reduce.equals("mean")) {
            return scattered(Writer.NEW, op, x, dim, index, src, reduce, includeSelf, positions);
        }
        Tensor sum = scattered(Writer.NEW, op, x, dim, index, src, "sum", includeSelf, positions);
        Tensor base = includeSelf ? x.onesLike() : x.zerosLike();
        Tensor one = Tensor.ones(Shape.SCALAR, x.dtype()).expand(index.shape().toArray());
        Tensor n = scattered(Writer.NEW, op, base, dim, index, one, "sum", true, positions);
        n = Tensor.where(n.eq(0), n.onesLike(), n);
        return x.dtype().isDifferentiable() ? sum.div(n) : sum.floorDivide(n);
    }

    /** Slices at positions of a dimension. */
    static Tensor select(Tensor x, int dim, Tensor index, Positions positions) {
        if (index.dim() > 1) {
            throw CressetException.index(
                    "index_select: the index has shape " + index.shape() + "; expected one dimension");
        }
        if (x.dim() == 0) {
            if (index.numel() != 1) {
                throw CressetException.index(
                        "index_select: " + index.numel() + " positions for a tensor without dimensions; expected 1");
            }
            return select(x.reshape(1), 0, index, positions).reshape();
        }
        long[] dims = x.shape().toArray();
        dims[dim] = index.numel();
        Gathering.Along along = new Gathering.Along("index_select", dim, positions);
        return Gathering.Gather.OP.on(along, x, wide(index, dim, dims));
    }

    /** A vector of positions as an index for every element of the slices. */
    private static Tensor wide(Tensor index, int dim, long[] dims) {
        long[] ones = new long[dims.length];
        Arrays.fill(ones, 1);
        ones[dim] = index.numel();
        return index.reshape(ones).expand(dims);
    }

    /** Slices of a source put at positions of a dimension, or combined with what is there. */
    static Tensor slices(
            String op,
            Tensor x,
            long dim,
            Tensor index,
            Tensor source,
            @Nullable String how,
            boolean includeSelf,
            Positions positions) {
        return slices(Writer.NEW, op, x, dim, index, source, how, includeSelf, positions);
    }

    static Tensor slices(
            Writer writer,
            String op,
            Tensor x,
            long dim,
            Tensor index,
            Tensor source,
            @Nullable String how,
            boolean includeSelf,
            Positions positions) {
        int d = Dims.wrap(op, dim, x.dim());
        if (index.dim() > 1) {
            throw CressetException.index(op + ": the index has shape " + index.shape() + "; expected one dimension");
        }
        if (x.dim() == 0) {
            Tensor s = source.dim() == 0 ? source.reshape(1) : source;
            return slices(writer, op, x.reshape(1), 0, index, s, how, includeSelf, positions)
                    .reshape();
        }
        long[] dims = x.shape().toArray();
        dims[d] = index.numel();
        Tensor s = source.dim() == 0 && Shape.of(dims).numel() == 1 && x.dim() == 1 ? source.reshape(1) : source;
        if (!Arrays.equals(s.shape().dims(), dims)) {
            String message = op + ": " + x.dtype() + x.shape() + ", index " + index.shape() + ", source "
                    + source.dtype() + source.shape() + "; expected one index for each slice of the source and"
                    + " otherwise equal sizes";
            boolean count = s.dim() == dims.length && s.size(d) != dims[d];
            throw how == null && count ? CressetException.index(message) : CressetException.runtime(message);
        }
        Tensor wide = wide(index, d, dims);
        if (how != null && how.equals("mean")) {
            return reduced(op, x, d, wide, s, how, includeSelf, positions);
        }
        return scattered(writer, op, x, d, wide, s, how, includeSelf, positions);
    }

    static Tensor fill(Tensor x, long dim, Tensor index, Tensor value) {
        if (value.dim() != 0) {
            throw CressetException.runtime(
                    "index_fill: the value has shape " + value.shape() + "; expected no dimensions");
        }
        if (value.dtype().isComplex() && !x.dtype().isComplex()) {
            throw CressetException.runtime("index_fill: a complex value can't be put into a tensor of " + x.dtype());
        }
        if (index.dtype() != DType.INT64 && index.dtype() != DType.INT32) {
            throw CressetException.index("index_fill: the index is " + index.dtype() + "; expected int64");
        }
        int d = Dims.wrap("index_fill", dim, x.dim());
        long[] dims = new long[Math.max(x.dim(), 1)];
        Arrays.fill(dims, 1);
        dims[d] = x.dim() == 0 ? 1 : x.size(d);
        Tensor none = Tensor.zeros(Shape.of(dims), DType.BOOL);
        dims[d] = index.numel();
        Tensor all = Tensor.ones(Shape.SCALAR, DType.BOOL).expand(dims);
        Tensor mask = slices("index_fill", none, d, index, all, null, true, Positions.WRAPPED);
        return Tensor.where(x.dim() == 0 ? mask.reshape() : mask, value.to(x.dtype()), x);
    }

    static Tensor put(Tensor x, Tensor index, Tensor source, boolean accumulate) {
        if (index.dtype() != DType.INT64) {
            throw CressetException.runtime("put: the index is " + index.dtype() + "; expected int64");
        }
        if (source.numel() != index.numel()) {
            throw CressetException.index(
                    "put: " + source.numel() + " elements for " + index.numel() + " positions; expected one for each");
        }
        if (source.dtype() != x.dtype()) {
            throw CressetException.runtime("put: " + x.dtype() + x.shape() + ", index " + index.shape() + ", source "
                    + source.dtype() + source.shape() + "; expected equal dtypes");
        }
        return slices(
                        "put",
                        x.reshape(-1),
                        0,
                        index.reshape(-1),
                        source.reshape(-1),
                        accumulate ? "sum" : null,
                        true,
                        Positions.WRAPPED)
                .reshape(x.shape().toArray());
    }

    static Tensor masked(Tensor x, Tensor mask, Tensor source) {
        if (mask.dtype() != DType.BOOL) {
            throw CressetException.runtime("masked_scatter: the mask is " + mask.dtype() + "; expected bool");
        }
        if (source.dtype() != x.dtype()) {
            throw CressetException.runtime("masked_scatter: the tensor is " + x.dtype() + ", the source "
                    + source.dtype() + "; expected the same dtype");
        }
        long[] shape = Broadcast.shapes("masked_scatter", x, mask).toArray();
        Tensor m = mask.expand(shape).reshape(-1);
        Tensor nth = m.cumsum(0);
        if (nth instanceof Dense
                && nth.device() == Device.CPU
                && nth.numel() > 0
                && nth.select(0, -1).itemLong() > source.numel()) {
            throw CressetException.runtime(
                    "masked_scatter: the mask has " + nth.select(0, -1).itemLong() + " true elements, the source "
                            + source.numel() + "; expected at least as many");
        }
        Tensor all = x.expand(shape);
        if (source.numel() == 0 || nth.numel() == 0) {
            return all.clone();
        }
        Tensor at = nth.sub(1).clamp(0, source.numel() - 1);
        Tensor values = source.reshape(-1).gather(0, at);
        return Tensor.where(m, values, all.reshape(-1)).reshape(shape);
    }

    static Tensor takeAlong(Tensor x, Tensor indices, @Nullable Long dim) {
        if (indices.dtype() != DType.INT64) {
            throw CressetException.runtime("take_along_dim: the indices are " + indices.dtype() + "; expected int64");
        }
        if (dim == null) {
            return along(x.reshape(-1), 0, indices.reshape(-1));
        }
        if (x.dim() != indices.dim()) {
            throw CressetException.runtime("take_along_dim: indices of shape " + indices.shape() + " for shape "
                    + x.shape() + "; expected as many dimensions");
        }
        int d = Dims.wrap("take_along_dim", dim, x.dim());
        if (x.dim() == 0) {
            return along(x, 0, indices);
        }
        Tensor one = x.select(d, 0).unsqueeze(d);
        long[] shape = Broadcast.shapes(
                        "take_along_dim", one, indices.select(d, 0).unsqueeze(d))
                .toArray();
        long[] from = shape.clone();
        from[d] = x.size(d);
        shape[d] = indices.size(d);
        return along(x.expand(from), d, indices.expand(shape));
    }

    private static Tensor along(Tensor x, int dim, Tensor index) {
        return Gathering.Gather.OP.on(new Gathering.Along("take_along_dim", dim, Positions.MODULO), x, index);
    }

    static Tensor maskedFill(Tensor x, Tensor mask, Tensor value) {
        if (value.dim() != 0) {
            throw CressetException.runtime(
                    "masked_fill: the value has shape " + value.shape() + "; expected no dimensions");
        }
        if (mask.dtype() != DType.BOOL) {
            throw CressetException.runtime("masked_fill: the mask is " + mask.dtype() + "; expected bool");
        }
        Tensor v = value.to(x.dtype());
        boolean narrower = value.dtype().isComplex() && !x.dtype().isComplex()
                || !value.dtype().isComplex() && !x.dtype().isDifferentiable() && x.dtype() != DType.BOOL;
        if (narrower && value instanceof Dense && value.device() == Device.CPU && !held(x.dtype(), value)) {
            throw CressetException.runtime(
                    "masked_fill: " + value + " can't be held by " + x.dtype() + " without overflow");
        }
        return Tensor.where(mask, v, x);
    }

    private static boolean held(DType type, Tensor value) {
        if (value.dtype().isComplex()) {
            return value.imag().eq(0).itemBoolean();
        }
        int bits = 8 * type.size();
        double low = type == DType.UINT8 ? -255 : -Math.scalb(1.0, bits - 1); // PyTorch lets -1 stand for 255
        double high = type == DType.UINT8 ? 256 : Math.scalb(1.0, bits - 1);
        double v = value.item();
        return v >= low && v < high || bits == 64 && !value.dtype().isFloat();
    }
}
