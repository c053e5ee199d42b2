package org.cresset.nn.functional;

import org.cresset.base.DType;
import org.cresset.op.RandomOp;
import org.cresset.op.Spec;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Random numbers that activations draw, of the shape and dtype of their input, in PyTorch's order. */
final class Noise {
    private Noise() {}

    /** The slopes of randomized leaky relu: 1 where the input is positive, else uniform; only those are drawn. */
    static final class Slopes extends RandomOp {
        static final Slopes OP = new Slopes();

        /** The bounds, and the generator. */
        record Attrs(double lower, double upper, Generator generator) implements RandomOp.Source {}

        private Slopes() {
            super("rrelu_slopes");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            Dense x = in[0];
            boolean wide = x.dtype() == DType.FLOAT64;
            double lower = wide ? a.lower : (float) a.lower; // the bounds have the input's precision, as in PyTorch
            double upper = wide ? a.upper : (float) a.upper;
            synchronized (a.generator) {
                for (long i = 0; i < x.numel(); i++) {
                    double slope = x.read(i) <= 0 ? a.generator.uniformDouble() * (upper - lower) + lower : 1;
                    out[0].write(i, slope);
                }
            }
        }
    }

    /** Exponential with rate 1. */
    static final class Exponential extends RandomOp {
        static final Exponential OP = new Exponential();

        private Exponential() {
            super("exponential");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense y = out[0];
            Draws.exponential((Generator) attrs, y.segment(), y.byteOffset(), y.numel(), y.dtype(), 1);
        }
    }
}
