package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The three kinds of Fourier transform, each of which is linear and has the others as its derivative. */
public final class Fourier {
    private Fourier() {}

    /**
     * What to transform.
     *
     * @param dims dimensions from 0; the last of them is the halved one of real transforms
     * @param scale factor of the result
     * @param forward whether with e^(-2 pi i j k / n); real ones are forward, those to real numbers aren't
     * @param size elements of the last of dims, where the result is real
     */
    public record Attrs(Views.Longs dims, double scale, boolean forward, long size) {
        int dim(int i) {
            return (int) dims.of()[i];
        }

        int last() {
            return dim(dims.of().length - 1);
        }

        Attrs shifted() {
            long[] d = dims.of().clone();
            for (int i = 0; i < d.length; i++) {
                d[i]++;
            }
            return new Attrs(new Views.Longs(d), scale, forward, size);
        }
    }

    private static Shape resized(Shape s, int d, long size) {
        long[] dims = s.toArray();
        dims[d] = size;
        return Shape.of(dims);
    }

    /** Linear operations along dimensions. */
    private abstract static class Transform extends Composite {
        Transform(String name) {
            super(name, Saves.NOTHING);
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0])};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return new Tensor[] {on(((Attrs) attrs).shifted(), in[0])};
        }
    }

    /** Complex to complex. */
    public static final class C2C extends Transform {
        public static final C2C OP = new C2C();

        private C2C() {
            super("fft_c2c");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            if (out[0].numel() == 0) {
                return;
            }
            Dense from = Rows.convert(in[0], in[0].dtype());
            for (int i = a.dims.of().length - 1; i >= 0; i--) {
                FftLines.complex(from, out[0], a.dim(i), a.forward, i == 0 ? a.scale : 1);
                from = out[0];
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            v.set(0, on(new Attrs(a.dims, a.scale, !a.forward, 0), v.grad()));
        }
    }

    /** Real to complex, of which the last dimension has only the first half, as the rest is its conjugate. */
    public static final class R2C extends Transform {
        public static final R2C OP = new R2C();

        private R2C() {
            super("fft_r2c");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            int d = ((Attrs) attrs).last();
            DType t = in[0].dtype();
            return spec(resized(in[0].shape(), d, in[0].size(d) / 2 + 1), t.complex());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            if (out[0].numel() == 0) {
                return;
            }
            int more = a.dims.of().length - 1;
            FftLines.real(Rows.convert(in[0], in[0].dtype()), out[0], a.last(), more == 0 ? a.scale : 1);
            for (int i = more - 1; i >= 0; i--) {
                FftLines.complex(out[0], out[0], a.dim(i), true, i == 0 ? a.scale : 1);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            Tensor g = v.grad();
            // The real part of the whole transform is that of numbers and their conjugates, each half of the sum.
            long size = v.inputShape(0).size(a.last());
            v.set(0, C2R.OP.on(new Attrs(a.dims, a.scale, false, size), doubles(g, a.last(), size, 0.5)));
        }
    }

    /** Half a spectrum of so many points, with those times a factor that stand for their conjugates too. */
    private static Tensor doubles(Tensor g, int d, long size, double factor) {
        long doubled = size - g.size(d);
        if (doubled == 0) {
            return g;
        }
        double[] factors = new double[(int) g.size(d)];
        Arrays.fill(factors, 1);
        Arrays.fill(factors, 1, 1 + (int) doubled, factor);
        long[] alone = new long[g.dim() - d + 1];
        Arrays.fill(alone, 1);
        alone[0] = factors.length;
        Tensor w = Tensor.of(factors).to(g.dtype().real()).reshape(alone);
        if (alone.length == 2) { // one row of factors of parts, instead of a factor of two parts at a time
            w = w.expand(factors.length, 2).contiguous();
        }
        return g.contiguous().viewAsReal().mul(w).viewAsComplex();
    }

    /** The inverse of {@link R2C}: complex to real. */
    public static final class C2R extends Transform {
        public static final C2R OP = new C2R();

        private C2R() {
            super("fft_c2r");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Attrs a = (Attrs) attrs;
            return spec(resized(in[0].shape(), a.last(), a.size), in[0].dtype().real());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            if (out[0].numel() == 0) {
                return;
            }
            int more = a.dims.of().length - 1;
            Dense x = Rows.convert(in[0], in[0].dtype());
            if (more > 0) {
                Dense copy = Dense.empty(x.shape(), x.dtype());
                for (int i = 0; i < more; i++) {
                    FftLines.complex(x, copy, a.dim(i), false, 1);
                    x = copy;
                }
            }
            FftLines.toReal(x, out[0], a.last(), a.scale);
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            int d = a.last();
            Tensor g = R2C.OP.on(new Attrs(a.dims, a.scale, true, 0), v.grad());
            v.set(0, doubles(g, d, a.size, 2));
        }
    }
}
