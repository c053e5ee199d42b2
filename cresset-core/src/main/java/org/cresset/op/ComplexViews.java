package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Between complex numbers and their parts. */
public final class ComplexViews {
    private ComplexViews() {}

    /** The real (attribute 0) or imaginary (1) parts of complex numbers. */
    public static final class Part extends Composite {
        public static final Part OP = new Part();

        private Part() {
            super("real", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype().real());
        }

        @Override
        public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
            Dense x = in[0].dense("real");
            long[] strides = x.strides();
            for (int i = 0; i < strides.length; i++) {
                strides[i] *= 2;
            }
            long offset = 2 * x.storageOffset() + ((Views.Longs) attrs).of()[0];
            return new Tensor[] {x.view(x.shape(), strides, offset, x.dtype().real())};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            throw new IllegalStateException("a view moves no elements");
        }

        @Override
        protected void vjp(Vjp v) {
            boolean real = ((Views.Longs) v.attrs()).of()[0] == 0;
            Tensor zero = v.grad().zerosLike();
            v.set(0, real ? Join.OP.on(None.NONE, v.grad(), zero) : Join.OP.on(None.NONE, zero, v.grad()));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0])};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return new Tensor[] {on(attrs, in[0])};
        }
    }

    /** Complex numbers of real and imaginary parts, as {@code torch.complex}. */
    public static final class Join extends Composite {
        public static final Join OP = new Join();

        private Join() {
            super("complex", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            DType t = in[0].dtype();
            if (t != in[1].dtype() || t.complex().real() != t) {
                throw CressetException.runtime("complex: parts of " + t + " and " + in[1].dtype()
                        + "; expected both float32, both float64 or both float16");
            }
            Shape s = Broadcast.shapes("complex", in);
            return spec(s, t.complex());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense o = out[0];
            long[] strides = o.strides();
            for (int i = 0; i < strides.length; i++) {
                strides[i] *= 2;
            }
            for (int p = 0; p < 2; p++) {
                Pointwise.copy(
                        in[p],
                        o.view(
                                o.shape(),
                                strides,
                                2 * o.storageOffset() + p,
                                o.dtype().real()));
            }
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad().real());
            v.set(1, v.grad().imag());
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            int rank = Math.max(in[0].dim() - (mapped[0] ? 1 : 0), in[1].dim() - (mapped[1] ? 1 : 0));
            Tensor[] aligned = new Tensor[2];
            for (int i = 0; i < 2; i++) {
                aligned[i] = mapped[i] ? Func.alignBatch(in[i], rank) : in[i];
            }
            return new Tensor[] {on(attrs, aligned)};
        }
    }

    /** Complex numbers (*) as pairs of parts (*, 2). */
    public static final class AsReal extends Looking {
        public static final AsReal OP = new AsReal();

        private AsReal() {
            super("view_as_real");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            DType t = in[0].dtype();
            if (!t.isComplex()) {
                throw CressetException.runtime("view_as_real: the input is " + t + "; expected a complex dtype");
            }
            long[] dims = Arrays.copyOf(in[0].shape().toArray(), in[0].dim() + 1);
            dims[in[0].dim()] = 2;
            return spec(Shape.of(dims), t.real());
        }

        @Override
        Dense look(Dense x, Spec as) {
            long[] strides = Arrays.copyOf(x.strides(), x.dim() + 1);
            for (int i = 0; i < x.dim(); i++) {
                strides[i] *= 2;
            }
            strides[x.dim()] = 1;
            return x.view(as.shape(), strides, 2 * x.storageOffset(), as.dtype());
        }

        @Override
        Looking inverse() {
            return AsComplex.OP;
        }
    }

    /** Pairs of parts (*, 2) as complex numbers (*). */
    public static final class AsComplex extends Looking {
        public static final AsComplex OP = new AsComplex();

        private AsComplex() {
            super("view_as_complex");
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            DType t = in[0].dtype();
            int n = in[0].dim();
            if (t.complex().real() != t || n == 0 || in[0].size(n - 1) != 2) {
                throw CressetException.runtime("view_as_complex: the input is " + t + in[0].shape()
                        + "; expected float16, float32 or float64 with a last dimension of 2");
            }
            return spec(Shape.of(Arrays.copyOf(in[0].shape().toArray(), n - 1)), t.complex());
        }

        @Override
        Dense look(Dense x, Spec as) {
            int n = x.dim() - 1;
            long[] strides = Arrays.copyOf(x.strides(), n);
            for (int i = 0; i < n; i++) {
                strides[i] /= 2;
            }
            if (!even(x)) {
                throw CressetException.runtime("view_as_complex: the pairs of a tensor with strides "
                        + Arrays.toString(x.strides()) + " and offset " + x.storageOffset()
                        + " don't lie as complex numbers do; make it contiguous first");
            }
            return x.view(as.shape(), strides, x.storageOffset() / 2, as.dtype());
        }

        /** Whether pairs lie as complex numbers do. */
        private static boolean even(Dense x) {
            int n = x.dim() - 1;
            boolean even = x.stride(n) == 1 && x.storageOffset() % 2 == 0;
            for (int i = 0; i < n; i++) {
                even &= x.stride(i) % 2 == 0 || x.size(i) <= 1;
            }
            return even;
        }

        /** How the batch lies is nothing that an example knows, and views can't be changed there: a copy is as good. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Tensor x = in[0];
            return new Tensor[] {
                on(attrs, x instanceof Dense d ? even(d) ? d : d.contiguous().clone() : x.contiguous())
            };
        }

        @Override
        Looking inverse() {
            return AsReal.OP;
        }
    }

    /** Another look at the same memory with another dtype; the gradient looks back. */
    private abstract static class Looking extends Composite {
        Looking(String name) {
            super(name, Saves.NOTHING);
        }

        abstract Dense look(Dense x, Spec as);

        abstract Looking inverse();

        @Override
        public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
            return new Tensor[] {look(in[0].dense(name()), infer(attrs, in)[0])};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            throw new IllegalStateException("a view moves no elements");
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, inverse().on(None.NONE, v.grad().contiguous()));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0].contiguous())};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return new Tensor[] {on(attrs, in[0])};
        }
    }
}
