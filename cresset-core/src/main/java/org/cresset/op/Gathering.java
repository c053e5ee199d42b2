package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Reading and writing where a tensor of indices says. */
public final class Gathering {
    private Gathering() {}

    /** The dimension that indices run along. */
    public record Along(int dim) {}

    /** The dimension and how values that meet at one place combine: null replaces, else sum, prod, amax, amin. */
    public record Scattering(int dim, @Nullable String reduce, boolean includeSelf) {}

    private static void checkIndex(String op, Tensor index) {
        if (index.dtype() != DType.INT64 && index.dtype() != DType.INT32) {
            throw CressetException.runtime(op + ": the index is " + index.dtype() + "; expected int64");
        }
    }

    private static long at(String op, Dense index, long offset, long n) {
        long i = Convert.readLong(index.dtype(), index.segment(), offset);
        long j = i < 0 ? i + n : i;
        if (j < 0 || j >= n) {
            throw CressetException.index(op + ": index " + i + " is out of range for a dimension of size " + n);
        }
        return j;
    }

    private static Dense dimless(Dense x) {
        return x.dim() > 0 ? x : x.view(Shape.of(1), new long[] {1}, x.storageOffset());
    }

    private static void checkShapes(String op, Shape index, Shape x, int dim, boolean alsoDim) {
        boolean fits = Math.max(index.rank(), 1) == Math.max(x.rank(), 1);
        for (int d = 0; fits && d < Math.min(index.rank(), x.rank()); d++) {
            fits = d == dim && !alsoDim || index.size(d) <= x.size(d);
        }
        if (!fits && index.numel() > 0) {
            throw CressetException.runtime(op + ": an index of shape " + index + " doesn't fit shape " + x
                    + "; expected as many dimensions and no larger sizes"
                    + (alsoDim ? "" : " but in dimension " + dim));
        }
    }

    /** {@code out[i][j] = x[index[i][j]][j]}, for the dimension in question. */
    public static final class Gather extends Index {
        public static final Gather OP = new Gather();

        private Gather() {
            super("gather", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            checkIndex("gather", in[1]);
            checkShapes("gather", in[1].shape(), in[0].shape(), ((Along) attrs).dim, false);
            return spec(in[1].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            int d = ((Along) attrs).dim;
            Dense x = dimless(in[0]);
            Dense index = dimless(in[1]);
            Dense y = dimless(out[0]);
            long step = x.stride(d) << x.dtype().shift();
            long[] strides = x.strides();
            strides[d] = 0;
            Geometry g = Geometry.of(y.shape(), y, x.view(y.shape(), strides, x.storageOffset()), index);
            int size = x.dtype().size();
            long n = x.size(d);
            Workers.parallelFor(g.numel, 8192, (from, to) -> {
                for (long i = from; i < to; i++) {
                    long k = at("gather", index, g.offset(2, i), n);
                    Convert.move(x.segment(), g.offset(1, i) + k * step, 0, y.segment(), g.offset(0, i), 0, size, 1);
                }
            });
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 1;
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor zero = Tensor.zeros(v.inputShape(0), v.grad().dtype());
            v.set(0, zero.scatterAdd(((Along) v.attrs()).dim, v.input(1), v.grad()));
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return batchAll(this, new Along(((Along) attrs).dim + 1), in, mapped, size, 1);
        }
    }

    /** {@code attrs} count dimensions one higher; the result has the shape of input {@code like}. */
    private static Tensor[] batchAll(
            Op op, Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size, int like) {
        Tensor[] all = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            Tensor x =
                    in[i].dim() == (mapped[i] ? 1 : 0) ? in[i].unsqueeze(-1) : in[i]; // no dimension is one of size 1
            if (!mapped[i]) {
                long[] dims = new long[x.dim() + 1];
                dims[0] = size;
                System.arraycopy(x.shape().dims(), 0, dims, 1, x.dim());
                x = x.expand(dims);
            }
            all[i] = x;
        }
        Tensor y = op.on(attrs, all);
        boolean none = in[like].dim() == (mapped[like] ? 1 : 0);
        return new Tensor[] {none ? y.squeeze(-1) : y};
    }

    /** {@code x[index[i][j]][j] = (or combined with) source[i][j]}: inputs x, index, source. */
    public static final class Scatter extends Index {
        public static final Scatter OP = new Scatter();

        private Scatter() {
            super("scatter", Saves.ALL);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Scattering a = (Scattering) attrs;
            checkIndex("scatter", in[1]);
            if (in[0].dtype() != in[2].dtype()) {
                throw CressetException.runtime("scatter: the tensor is " + in[0].dtype() + ", the source "
                        + in[2].dtype() + "; expected the same dtype");
            }
            checkShapes("scatter", in[1].shape(), in[0].shape(), a.dim, false);
            checkShapes("scatter", in[1].shape(), in[2].shape(), a.dim, true);
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Scattering a = (Scattering) attrs;
            Pointwise.copy(in[0], out[0]);
            Dense y = dimless(out[0]);
            Dense index = dimless(in[1]);
            Dense source = dimless(in[2]);
            if (index.numel() == 0) {
                return;
            }
            long step = y.stride(a.dim) << y.dtype().shift();
            long[] strides = y.strides();
            strides[a.dim] = 0;
            Dense columns = y.view(index.shape(), strides, y.storageOffset());
            Dense part = source.view(index.shape(), source.stridesRaw(), source.storageOffset());
            // In row-major order of the index, so that of several values for one place the last one stays.
            Geometry g = Geometry.of(
                    index.shape(),
                    Dense.over(index.storage(), index.shape(), index.shape().contiguousStrides(), 0, index.dtype()),
                    columns,
                    part,
                    index);
            long n = y.size(a.dim);
            boolean[] seen = a.reduce != null && !a.includeSelf ? new boolean[Math.toIntExact(y.numel())] : null;
            MemorySegment m = y.segment();
            for (long i = 0; i < g.numel; i++) {
                long to = g.offset(1, i) + at("scatter", index, g.offset(3, i), n) * step;
                long from = g.offset(2, i);
                int place = (int) (to >> y.dtype().shift());
                if (a.reduce == null || seen != null && !seen[place]) {
                    Convert.move(source.segment(), from, 0, m, to, 0, y.dtype().size(), 1);
                } else {
                    combine(a.reduce, y.dtype(), m, to, source.segment(), from);
                }
                if (seen != null) {
                    seen[place] = true;
                }
            }
        }

        static void combine(String how, DType t, MemorySegment to, long o, MemorySegment from, long p) {
            if (t == DType.FLOAT32 && "sum".equals(how)) {
                to.set(
                        ValueLayout.JAVA_FLOAT_UNALIGNED,
                        o,
                        to.get(ValueLayout.JAVA_FLOAT_UNALIGNED, o) + from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, p));
            } else if (t.isComplex()) {
                DType r = t.real();
                double a = Convert.readDouble(r, to, o);
                double b = Convert.readDouble(r, to, o + r.size());
                double c = Convert.readDouble(r, from, p);
                double d = Convert.readDouble(r, from, p + r.size());
                boolean sum = "sum".equals(how);
                Convert.writeDouble(r, to, o, sum ? a + c : a * c - b * d);
                Convert.writeDouble(r, to, o + r.size(), sum ? b + d : a * d + b * c);
            } else if (t.isFloat()) {
                double a = Convert.readDouble(t, to, o);
                double b = Convert.readDouble(t, from, p);
                Convert.writeDouble(
                        t,
                        to,
                        o,
                        switch (how) {
                            case "sum" -> a + b;
                            case "prod" -> a * b;
                            case "amax" -> Math.max(a, b);
                            default -> Math.min(a, b);
                        });
            } else {
                long a = Convert.readLong(t, to, o);
                long b = Convert.readLong(t, from, p);
                Convert.writeLong(
                        t,
                        to,
                        o,
                        switch (how) {
                            case "sum" -> a + b;
                            case "prod" -> a * b;
                            case "amax" -> Math.max(a, b);
                            default -> Math.min(a, b);
                        });
            }
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return true;
        }

        @Override
        protected void vjp(Vjp v) {
            Scattering a = (Scattering) v.attrs();
            Tensor g = v.grad();
            Tensor index = v.input(1);
            Tensor source = v.input(2);
            Tensor taken = index.numel() == 0 ? null : g.gather(a.dim, index);
            if (a.reduce == null) {
                v.set(0, v.needs(0) ? g.scatter(a.dim, index, 0) : null);
                v.set(2, v.needs(2) ? spread(taken, source) : null);
                return;
            }
            boolean sum = "sum".equals(a.reduce);
            if (v.needs(0)) {
                Tensor own = sum ? g : ofSelf(v, a, g);
                v.set(0, a.includeSelf ? own : own.scatter(a.dim, index, 0));
            }
            if (v.needs(2)) {
                v.set(2, spread(sum || taken == null ? taken : ofSource(v, a, taken), source));
            }
        }

        private static @Nullable Tensor spread(@Nullable Tensor taken, Tensor source) {
            if (taken == null || taken.shape().equals(source.shape())) {
                return taken == null ? source.zerosLike() : taken;
            }
            Tensor padded = taken;
            for (int d = 0; d < taken.dim(); d++) {
                long more = source.size(d) - padded.size(d);
                if (more > 0) {
                    long[] dims = padded.shape().toArray();
                    dims[d] = more;
                    padded = Tensor.cat(d, padded, Tensor.zeros(Shape.of(dims), padded.dtype()));
                }
            }
            return padded;
        }

        private static Tensor ofSelf(Vjp v, Scattering a, Tensor g) {
            Tensor x = v.input(0);
            Tensor y = v.output(0);
            if ("prod".equals(a.reduce)) {
                return g.mul(x.onesLike().scatterReduce(a.dim, v.input(1), v.input(2), "prod", true));
            }
            return g.mul(x.eq(y).to(g.dtype())).div(ties(v, a));
        }

        /** How many values at a place equal the result. */
        private static Tensor ties(Vjp v, Scattering a) {
            Tensor y = v.output(0);
            Tensor index = v.input(1);
            Tensor source = v.input(2);
            Tensor part = source;
            for (int d = 0; d < index.dim(); d++) {
                part = part.narrow(d, 0, index.size(d));
            }
            Tensor hits = part.eq(y.gather(a.dim, index)).to(y.dtype());
            Tensor own = a.includeSelf ? v.input(0).eq(y).to(y.dtype()) : y.zerosLike();
            return own.scatterAdd(a.dim, index, hits).clamp(1.0, null);
        }

        private static Tensor ofSource(Vjp v, Scattering a, Tensor taken) {
            Tensor index = v.input(1);
            Tensor part = v.input(2);
            for (int d = 0; d < index.dim(); d++) {
                part = part.narrow(d, 0, index.size(d));
            }
            Tensor y = v.output(0).gather(a.dim, index);
            if ("prod".equals(a.reduce)) {
                return taken.mul(y).div(part);
            }
            return taken.mul(part.eq(y).to(taken.dtype())).div(ties(v, a).gather(a.dim, index));
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Scattering a = (Scattering) attrs;
            return batchAll(this, new Scattering(a.dim + 1, a.reduce, a.includeSelf), in, mapped, size, 0);
        }
    }

    /** Whole slices of a dimension: inputs x and a vector of indices. */
    public static final class IndexSelect extends Index {
        public static final IndexSelect OP = new IndexSelect();

        private IndexSelect() {
            super("index_select", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            checkIndex("index_select", in[1]);
            if (in[1].dim() > 1) {
                throw CressetException.index(
                        "index_select: the index has shape " + in[1].shape() + "; expected one dimension");
            }
            long[] dims = in[0].shape().toArray();
            if (dims.length > 0) {
                dims[((Along) attrs).dim] = in[1].numel();
            }
            return spec(Shape.of(dims), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            int d = ((Along) attrs).dim;
            Dense x = dimless(in[0]);
            Dense y = dimless(out[0]);
            Dense index = dimless(in[1]);
            long n = x.size(d);
            long count = index.numel();
            long row = count == 0 ? 0 : y.numel() / count;
            int size = x.dtype().size();
            boolean rows = d == 0
                    && ((Dense) Views.Select.OP.eval(new Views.Longs(0, 0), new Tensor[] {y})[0]).isContiguous()
                    && contiguousRows(x);
            Workers.parallelFor(count, Math.max(1, 16384 / Math.max(row, 1)), (from, to) -> {
                for (long i = from; i < to; i++) {
                    long k = at(
                            "index_select",
                            index,
                            (index.storageOffset() + i * index.stride(0))
                                    << index.dtype().shift(),
                            n);
                    if (rows) {
                        MemorySegment.copy(
                                x.segment(),
                                x.byteOffset() + k * x.stride(0) * size,
                                y.segment(),
                                y.byteOffset() + i * row * size,
                                row * size);
                    } else {
                        Dense source = (Dense) Views.Select.OP.eval(new Views.Longs(d, k), new Tensor[] {x})[0];
                        Dense target = (Dense) Views.Select.OP.eval(new Views.Longs(d, i), new Tensor[] {y})[0];
                        Pointwise.copy(source, target);
                    }
                }
            });
        }

        private static boolean contiguousRows(Dense x) {
            return x.numel() > 0
                    && ((Dense) Views.Select.OP.eval(new Views.Longs(0, 0), new Tensor[] {x})[0]).isContiguous();
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 1;
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor zero = Tensor.zeros(v.inputShape(0), v.grad().dtype());
            v.set(0, IndexAdd.OP.on(v.attrs(), zero, v.input(1), v.grad()));
        }
    }

    /** Adds slices of a source to those of a dimension: inputs x, a vector of indices, source. */
    public static final class IndexAdd extends Index {
        public static final IndexAdd OP = new IndexAdd();

        private IndexAdd() {
            super("index_add", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            int d = ((Along) attrs).dim;
            checkIndex("index_add", in[1]);
            long slices = in[2].dim() == 0 ? 1 : in[2].size(d);
            if (in[1].dim() > 1 || in[1].numel() != slices || in[0].dtype() != in[2].dtype()) {
                throw CressetException.runtime(
                        "index_add: " + in[0].dtype() + in[0].shape() + ", index " + in[1].shape()
                                + ", source " + in[2].dtype() + in[2].shape()
                                + "; expected one index for each slice of the source, and equal dtypes");
            }
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            int d = ((Along) attrs).dim;
            Pointwise.copy(in[0], out[0]);
            Dense y = dimless(out[0]);
            Dense source = dimless(in[2]);
            Dense index = dimless(in[1]);
            long n = y.size(d);
            for (long i = 0; i < index.numel(); i++) {
                long k = at(
                        "index_add",
                        index,
                        (index.storageOffset() + i * index.stride(0))
                                << index.dtype().shift(),
                        n);
                Dense from = (Dense) Views.Select.OP.eval(new Views.Longs(d, i), new Tensor[] {source})[0];
                Dense to = (Dense) Views.Select.OP.eval(new Views.Longs(d, k), new Tensor[] {y})[0];
                Arithmetic.Add.OP.computeInto(None.NONE, new Dense[] {to, from}, to);
            }
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 1;
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad());
            if (v.needs(2)) {
                Tensor g = IndexSelect.OP.on(v.attrs(), v.grad(), v.input(1));
                v.set(2, g.reshape(v.inputShape(2).toArray()));
            }
        }
    }

    /** Positions of elements that aren't zero, (n, rank), in row-major order. */
    public static Tensor nonzero(Tensor x) {
        Dense t = (Dense) x.dense("nonzero").detach().ne(0).contiguous();
        long count = 0;
        for (long i = 0; i < t.numel(); i++) {
            count += t.segment().get(ValueLayout.JAVA_BYTE, t.byteOffset() + i);
        }
        Dense out = Dense.empty(Shape.of(count, t.dim()), DType.INT64);
        long row = 0;
        for (long i = 0; i < t.numel(); i++) {
            if (t.segment().get(ValueLayout.JAVA_BYTE, t.byteOffset() + i) != 0) {
                long rest = i;
                for (int d = t.dim() - 1; d >= 0; d--) {
                    out.segment().setAtIndex(ValueLayout.JAVA_LONG, row * t.dim() + d, rest % t.size(d));
                    rest /= t.size(d);
                }
                row++;
            }
        }
        return out;
    }
}
