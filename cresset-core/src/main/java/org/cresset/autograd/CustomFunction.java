package org.cresset.autograd;

import java.util.function.Supplier;
import org.cresset.amp.Autocast;
import org.cresset.base.CressetException;
import org.cresset.op.Custom;
import org.cresset.op.Precision;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A function with a derivative of its own, as {@code torch.autograd.Function}: where the chain rule over the tensor methods
 * that compute it would be slow, inexact or not what is wanted.
 *
 * <pre>{@code
 * class Exp extends CustomFunction {
 *     protected Tensor[] forward(Call call, Tensor[] inputs) {
 *         Tensor y = inputs[0].exp();
 *         call.saveForBackward(y);
 *         return new Tensor[] {y};
 *     }
 *
 *     protected Tensor[] backward(Call call, Tensor[] gradOutputs) {
 *         return new Tensor[] {gradOutputs[0].mul(call.savedTensors()[0])};
 *     }
 * }
 *
 * Tensor y = new Exp().apply(x);
 * }</pre>
 *
 * <p>One instance may serve any number of calls and threads: what a call has to keep belongs into its {@link Call}.
 */
public abstract class CustomFunction {
    private final Operation operation = new Operation(getClass().getSimpleName());

    /**
     * The results. What runs in here is not recorded.
     *
     * @param call keeps what {@link #backward} needs
     */
    protected abstract Tensor[] forward(Call call, Tensor[] inputs);

    /**
     * The gradients of the inputs, of their shapes; null where there is none. Recorded if higher derivatives are wanted, so
     * that they follow if it is written in tensor methods.
     *
     * @param gradOutputs the gradients of the results, zeros for those that nothing depends on
     */
    protected abstract @Nullable Tensor[] backward(Call call, Tensor[] gradOutputs);

    /**
     * In which precision the arguments are wanted inside of {@link Autocast}. By default they come as they are, and forward
     * runs with autocast on; {@link Precision#FULL} gives them in float32, {@link Precision#LOWER} in autocast's dtype, and
     * forward runs without. Backward runs as forward did. As {@code torch.amp.custom_fwd} and {@code custom_bwd}.
     */
    protected Precision precision() {
        return Precision.INHERITED;
    }

    /** The first result. */
    public final Tensor apply(Tensor... inputs) {
        return applyAll(inputs)[0];
    }

    /** All results. */
    public final Tensor[] applyAll(Tensor... inputs) {
        return operation.all(new Call(), inputs);
    }

    /** What one call keeps between {@link #forward} and {@link #backward}. */
    public static final class Call {
        private Tensor[] saved = {};
        private int[] versions = {};
        private @Nullable Object extra;
        private @Nullable Autocast autocast;

        private Call() {}

        /** Keeps inputs and results (anything else is kept, too, but without a check that it is still the same). */
        public void saveForBackward(Tensor... tensors) {
            saved = tensors.clone();
            versions = versions(tensors);
        }

        /**
         * What was saved.
         *
         * @throws CressetException if one of them has been changed in place since
         */
        public Tensor[] savedTensors() {
            int[] now = versions(saved);
            for (int i = 0; i < now.length; i++) {
                if (now[i] != versions[i]) {
                    throw CressetException.runtime("saved tensor " + i + " of shape " + saved[i].shape()
                            + " was changed in place after the forward call; change a clone() instead");
                }
            }
            return saved.clone();
        }

        /** Keeps anything that isn't a tensor. */
        public void set(Object value) {
            extra = value;
        }

        /** What {@link #set} kept. */
        public @Nullable Object get() {
            return extra;
        }

        private static int[] versions(Tensor[] tensors) {
            int[] v = new int[tensors.length];
            for (int i = 0; i < v.length; i++) {
                v[i] = tensors[i] instanceof Dense d ? d.storage().version() : 0;
            }
            return v;
        }
    }

    private final class Operation extends Custom {
        Operation(String name) {
            super(name.isEmpty() ? "custom function" : name, Saves.NOTHING);
        }

        @Override
        public Precision precision(Object attrs) {
            return CustomFunction.this.precision();
        }

        @Override
        public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
            ((Call) attrs).autocast = Context.current().autocast();
            Tensor[] out = Autograd.noGrad(
                            (Supplier<Tensor[]>) () -> CustomFunction.this.forward((Call) attrs, in.clone()))
                    .clone();
            for (int i = 0; i < out.length; i++) {
                for (Tensor t : in) {
                    if (out[i] == t) {
                        out[i] = t.detach(); // it gets a history of its own
                    }
                }
            }
            return out;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            throw new IllegalStateException("only running it tells what a function gives");
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            throw new IllegalStateException("the function makes its results itself");
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor[] grads = new Tensor[v.outputs()];
            for (int i = 0; i < grads.length; i++) {
                grads[i] = v.grad(i);
            }
            Call call = (Call) v.attrs();
            @Nullable
            Tensor[] results = Autocast.restored(call.autocast, () -> CustomFunction.this.backward(call, grads));
            if (results.length != v.inputs()) {
                throw CressetException.runtime(name() + ": backward gave " + results.length + " gradients for "
                        + v.inputs() + " inputs; give null where there is none");
            }
            for (int i = 0; i < results.length; i++) {
                Tensor g = results[i];
                if (g == null || !v.needs(i)) {
                    continue;
                }
                if (!g.shape().equals(v.inputShape(i))) {
                    throw CressetException.runtime(name() + ": backward gave a gradient of shape " + g.shape()
                            + " for input " + i + " of shape " + v.inputShape(i));
                }
                v.set(i, g);
            }
        }

        /** One example after the other, each a call of its own. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Tensor[][] results = new Tensor[0][];
            for (int e = 0; e < size; e++) {
                Tensor[] example = new Tensor[in.length];
                for (int i = 0; i < example.length; i++) {
                    example[i] = mapped[i] ? in[i].select(0, e) : in[i];
                }
                Tensor[] out = all(new Call(), example);
                if (e == 0) {
                    results = new Tensor[out.length][(int) size];
                }
                for (int o = 0; o < out.length; o++) {
                    results[o][e] = out[o];
                }
            }
            Tensor[] stacked = new Tensor[results.length];
            for (int o = 0; o < stacked.length; o++) {
                stacked[o] = Tensor.stack(0, results[o]);
            }
            return stacked;
        }
    }
}
