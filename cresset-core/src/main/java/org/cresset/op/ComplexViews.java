package org.cresset.op;

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
            if (t != in[1].dtype() || t != DType.FLOAT32 && t != DType.FLOAT64) {
                throw CressetException.runtime(
                        "complex: parts of " + t + " and " + in[1].dtype() + "; expected both float32 or both float64");
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
    }
}
