package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The views whose attributes are dimensions and sizes. */
public final class Views {
    private Views() {}

    /** With two dimensions in each other's place. */
    static Dense swapped(Dense x, int a, int b) {
        long[] order = new long[x.dim()];
        Arrays.setAll(order, d -> d == a ? b : d == b ? a : d);
        return (Dense) Permute.OP.eval(new Longs(order), new Tensor[] {x})[0];
    }

    /** Attributes that are a list of numbers. */
    public record Longs(long... of) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Longs l && Arrays.equals(of, l.of);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(of);
        }

        @Override
        public String toString() {
            return Arrays.toString(of);
        }

        /** These numbers with one more in front and {@code add} added to the others. */
        Longs prepend(long first, long add) {
            long[] all = new long[of.length + 1];
            all[0] = first;
            for (int i = 0; i < of.length; i++) {
                all[i + 1] = of[i] + add;
            }
            return new Longs(all);
        }
    }

    /** The tensor itself as another object. */
    public static final class Alias extends View {
        public static final Alias OP = new Alias();

        private Alias() {
            super("alias");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            return in;
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            return x.view(x.shape(), x.stridesRaw(), x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            return attrs;
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad());
        }
    }

    /** Repeats dimensions of size 1 without copying. */
    public static final class Expand extends View {
        public static final Expand OP = new Expand();

        private Expand() {
            super("expand");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] want = ((Longs) attrs).of();
            int lead = want.length - in.rank();
            long[] dims = new long[want.length];
            boolean fits = lead >= 0;
            for (int i = 0; i < want.length && fits; i++) {
                long have = i < lead ? 1 : in.size(i - lead);
                dims[i] = want[i] == -1 ? have : want[i];
                fits = (i >= lead || want[i] != -1) && (have == dims[i] || have == 1) && dims[i] >= 0;
            }
            if (!fits) {
                throw CressetException.runtime("expand: shape " + in + " can't be expanded to " + Arrays.toString(want)
                        + "; only dimensions of size 1 and new leading ones can grow");
            }
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            int lead = shape.rank() - x.dim();
            long[] strides = new long[shape.rank()];
            for (int i = lead; i < strides.length; i++) {
                strides[i] = x.size(i - lead) == shape.size(i) ? x.stride(i - lead) : 0;
            }
            return x.view(shape, strides, x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            return ((Longs) attrs).prepend(batch.size(0), 0);
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Tensor aligned = Func.alignBatch(in[0], ((Longs) attrs).of().length);
            return new Tensor[] {on(shifted(attrs, aligned.shape()), aligned)};
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad().sumToSize(v.inputShape(0).toArray()));
        }
    }

    /** Reorders dimensions. */
    public static final class Permute extends View {
        public static final Permute OP = new Permute();

        private Permute() {
            super("permute");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] order = ((Longs) attrs).of();
            if (order.length != in.rank()) {
                throw CressetException.runtime("permute: " + order.length + " dimensions given for shape " + in);
            }
            long[] dims = new long[order.length];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = in.size((int) order[i]);
            }
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            long[] order = ((Longs) attrs).of();
            long[] strides = new long[order.length];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = x.stride((int) order[i]);
            }
            return x.view(shape, strides, x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            return ((Longs) attrs).prepend(0, 1);
        }

        @Override
        protected void vjp(Vjp v) {
            long[] order = ((Longs) v.attrs()).of();
            long[] inverse = new long[order.length];
            for (int i = 0; i < order.length; i++) {
                inverse[(int) order[i]] = i;
            }
            v.set(0, on(new Longs(inverse), v.grad()));
        }
    }

    /** Another shape for the same elements in row-major order; copies where no view can show them so. */
    public static final class Reshape extends View {
        public static final Reshape OP = new Reshape();

        private Reshape() {
            super("reshape");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] want = ((Longs) attrs).of().clone();
            long known = 1;
            int open = -1;
            for (int i = 0; i < want.length; i++) {
                if (want[i] == -1 && open < 0) {
                    open = i;
                } else if (want[i] < 0) {
                    throw CressetException.runtime("reshape: invalid shape " + Arrays.toString(want));
                } else {
                    known *= want[i];
                }
            }
            if (open >= 0 && known != 0 && in.numel() % known == 0) {
                want[open] = in.numel() / known;
                known = in.numel();
            } else if (open >= 0) {
                known = -1;
            }
            if (known != in.numel()) {
                throw CressetException.runtime("reshape: shape " + Arrays.toString(((Longs) attrs).of())
                        + " is invalid for " + in.numel() + " elements of shape " + in);
            }
            return Shape.of(want);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            if (x.isContiguous()) {
                return x.view(shape, shape.contiguousStrides(), x.storageOffset());
            }
            long[] strides = strides(x, shape);
            if (strides != null) {
                return x.view(shape, strides, x.storageOffset());
            }
            Dense copy = Dense.empty(x.shape(), x.dtype(), x.device());
            if (x.device() == Device.CPU) {
                Pointwise.copy(x, copy);
            }
            return Dense.over(copy.storage(), shape, shape.contiguousStrides(), 0, x.dtype());
        }

        /** Strides that show x in another shape, or null if there are none. */
        static long @Nullable [] strides(Dense x, Shape shape) {
            int n = shape.rank();
            long[] strides = new long[n];
            if (x.numel() == 0) {
                return shape.contiguousStrides();
            }
            int view = n - 1;
            long base = x.dim() == 0 ? 1 : x.stride(x.dim() - 1);
            long elements = 1;
            long viewed = 1;
            for (int d = x.dim() - 1; d >= 0; d--) {
                elements *= x.size(d);
                boolean breaks = d == 0 || x.size(d - 1) != 1 && x.stride(d - 1) != elements * base;
                if (breaks) {
                    while (view >= 0 && (viewed < elements || shape.size(view) == 1)) {
                        strides[view] = viewed * base;
                        viewed *= shape.size(view);
                        view--;
                    }
                    if (viewed != elements) {
                        return null;
                    }
                    if (d > 0) {
                        base = x.stride(d - 1);
                        elements = 1;
                        viewed = 1;
                    }
                }
            }
            for (; view >= 0; view--) {
                strides[view] = 1;
            }
            return strides;
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            return ((Longs) attrs).prepend(batch.size(0), 0);
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            long[] one = Arrays.copyOfRange(in[0].shape().dims(), 1, in[0].dim());
            Shape resolved = shape(attrs, Shape.of(one));
            return new Tensor[] {on(new Longs(resolved.dims()).prepend(size, 0), in[0])};
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, on(new Longs(v.inputShape(0).dims()), v.grad()));
        }
    }

    /** One index of a dimension, which goes: attributes are dimension and index. */
    public static final class Select extends View {
        public static final Select OP = new Select();

        private Select() {
            super("select");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            int dim = (int) ((Longs) attrs).of()[0];
            long[] dims = new long[in.rank() - 1];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = in.size(i < dim ? i : i + 1);
            }
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            int dim = (int) ((Longs) attrs).of()[0];
            long[] strides = new long[shape.rank()];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = x.stride(i < dim ? i : i + 1);
            }
            return x.view(shape, strides, x.storageOffset() + ((Longs) attrs).of()[1] * x.stride(dim));
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            long[] a = ((Longs) attrs).of();
            return new Longs(a[0] + 1, a[1]);
        }
    }

    /** Every step-th index of a dimension from start to before end: attributes are dimension, start, end, step. */
    public static final class Slice extends View {
        public static final Slice OP = new Slice();

        private Slice() {
            super("slice");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] a = ((Longs) attrs).of();
            long[] dims = in.toArray();
            dims[(int) a[0]] = Math.max(0, (a[2] - a[1] + a[3] - 1) / a[3]);
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            long[] a = ((Longs) attrs).of();
            long[] strides = x.strides();
            long step = strides[(int) a[0]];
            strides[(int) a[0]] = step * a[3];
            return x.view(shape, strides, x.storageOffset() + a[1] * step);
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            long[] a = ((Longs) attrs).of();
            return new Longs(a[0] + 1, a[1], a[2], a[3]);
        }
    }

    /** A new dimension of size 1: the attribute is its place. */
    public static final class Unsqueeze extends View {
        public static final Unsqueeze OP = new Unsqueeze();

        private Unsqueeze() {
            super("unsqueeze");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            int at = (int) ((Longs) attrs).of()[0];
            long[] dims = new long[in.rank() + 1];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = i == at ? 1 : in.size(i < at ? i : i - 1);
            }
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            int at = (int) ((Longs) attrs).of()[0];
            long[] strides = new long[shape.rank()];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = i == at ? (at < x.dim() ? x.stride(at) * x.size(at) : 1) : x.stride(i < at ? i : i - 1);
            }
            return x.view(shape, strides, x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            return new Longs(((Longs) attrs).of()[0] + 1);
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, Squeeze.OP.on(v.attrs(), v.grad()));
        }
    }

    /** Without the dimensions named, all of size 1, in rising order. */
    public static final class Squeeze extends View {
        public static final Squeeze OP = new Squeeze();

        private Squeeze() {
            super("squeeze");
        }

        private static boolean gone(Object attrs, int d) {
            for (long g : ((Longs) attrs).of()) {
                if (g == d) {
                    return true;
                }
            }
            return false;
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] dims = new long[in.rank() - ((Longs) attrs).of().length];
            int k = 0;
            for (int d = 0; d < in.rank(); d++) {
                if (!gone(attrs, d)) {
                    dims[k++] = in.size(d);
                }
            }
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            long[] strides = new long[shape.rank()];
            int k = 0;
            for (int d = 0; d < x.dim(); d++) {
                if (!gone(attrs, d)) {
                    strides[k++] = x.stride(d);
                }
            }
            return x.view(shape, strides, x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            long[] a = ((Longs) attrs).of().clone();
            for (int i = 0; i < a.length; i++) {
                a[i]++;
            }
            return new Longs(a);
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad().reshape(v.inputShape(0).toArray()));
        }
    }

    /** The diagonal of two dimensions as a new last one: attributes are offset, dim1, dim2. */
    public static final class Diagonal extends View {
        public static final Diagonal OP = new Diagonal();

        private Diagonal() {
            super("diagonal");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] a = ((Longs) attrs).of();
            long rows = in.size((int) a[1]);
            long columns = in.size((int) a[2]);
            long n = a[0] >= 0 ? Math.min(rows, columns - a[0]) : Math.min(rows + a[0], columns);
            long[] dims = new long[in.rank() - 1];
            int k = 0;
            for (int d = 0; d < in.rank(); d++) {
                if (d != a[1] && d != a[2]) {
                    dims[k++] = in.size(d);
                }
            }
            dims[k] = Math.max(n, 0);
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            long[] a = ((Longs) attrs).of();
            long rowStep = x.stride((int) a[1]);
            long columnStep = x.stride((int) a[2]);
            long[] strides = new long[shape.rank()];
            int k = 0;
            for (int d = 0; d < x.dim(); d++) {
                if (d != a[1] && d != a[2]) {
                    strides[k++] = x.stride(d);
                }
            }
            strides[k] = rowStep + columnStep;
            long start = shape.numel() == 0 ? 0 : a[0] >= 0 ? a[0] * columnStep : -a[0] * rowStep;
            return x.view(shape, strides, x.storageOffset() + start);
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            long[] a = ((Longs) attrs).of();
            return new Longs(a[0], a[1] + 1, a[2] + 1);
        }
    }

    /** Windows of a dimension as a new last one: attributes are dimension, size, step. */
    public static final class Unfold extends View {
        public static final Unfold OP = new Unfold();

        private Unfold() {
            super("unfold");
        }

        @Override
        protected Shape shape(Object attrs, Shape in) {
            long[] a = ((Longs) attrs).of();
            if (in.rank() == 0) {
                return Shape.of(a[1]);
            }
            long[] dims = Arrays.copyOf(in.dims(), in.rank() + 1);
            dims[(int) a[0]] = (in.size((int) a[0]) - a[1]) / a[2] + 1;
            dims[in.rank()] = a[1];
            return Shape.of(dims);
        }

        @Override
        protected Dense look(Object attrs, Dense x, Shape shape) {
            long[] a = ((Longs) attrs).of();
            if (x.dim() == 0) {
                return x.view(shape, new long[] {1}, x.storageOffset());
            }
            long[] strides = Arrays.copyOf(x.stridesRaw(), x.dim() + 1);
            strides[x.dim()] = strides[(int) a[0]];
            strides[(int) a[0]] *= a[2];
            return x.view(shape, strides, x.storageOffset());
        }

        @Override
        protected Object shifted(Object attrs, Shape batch) {
            long[] a = ((Longs) attrs).of();
            return new Longs(a[0] + 1, a[1], a[2]);
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            boolean none =
                    in[0].dim() == 1; // no dimension is one of size 1, of which there is one window of 1 (or of 0)
            return none
                    ? new Tensor[] {in[0].unsqueeze(-1).narrow(-1, 0, ((Longs) attrs).of()[1])}
                    : super.batch(attrs, in, mapped, size);
        }
    }
}
