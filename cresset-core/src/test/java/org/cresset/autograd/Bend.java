package org.cresset.autograd;

import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The cube of each element, as a user would write the operation; its derivative forgets that it depends on x. */
class Bend extends Custom {
    static final Bend OP = new Bend("bend");

    Bend(String name) {
        super(name, Saves.INPUTS);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        for (long i = 0; i < out[0].numel(); i++) {
            double x = in[0].read(i);
            out[0].write(i, x * x * x);
        }
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor x = v.input(0).detach();
        v.set(0, v.grad().mul(x.mul(x).mul(3)));
    }

    /** The same with the right derivative. */
    static final class Right extends Bend {
        static final Right OP = new Right();

        private Right() {
            super("cube");
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor x = v.input(0);
            v.set(0, v.grad().mul(x.mul(x).mul(3)));
        }
    }

    /** The same with half the derivative in forward mode. */
    static final class Wrong extends Bend {
        static final Wrong OP = new Wrong();

        private Wrong() {
            super("wrong");
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            Tensor x = in[0];
            return new Tensor[] {x.mul(x).mul(1.5).mul(tangents[0])};
        }
    }
}
