package org.cresset.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.cresset.amp.Autocast;
import org.cresset.base.CressetException;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.random.Generator;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a computation of which backward keeps the arguments only: what lies between is computed again when it is needed.
 * As {@code torch.utils.checkpoint}.
 */
public final class Checkpoint {
    private Checkpoint() {}

    /**
     * The results of {@code f}, which runs once now without recording, and again in backward if an argument requires a
     * gradient. It has to compute the same both times; random numbers of the default generator repeat. Tensors that it uses
     * besides its arguments, a layer's parameters for example, get their gradients from {@link Tensor#backward()}, but not
     * from {@link Autograd#grad}.
     *
     * @throws CressetException in backward, if that is to be recorded for higher derivatives
     */
    public static Tensor[] checkpoint(Func.Many f, Tensor... inputs) {
        Context c = Context.current();
        if (c.transform() != null || !c.grad() || !Tape.anyRequiresGrad(inputs)) {
            return f.apply(inputs);
        }
        return Segment.OP.all(new Call(f, Generator.defaultGenerator().getState(), c.autocast()), inputs);
    }

    /** What to run again, with the state of the default generator before it ran, and autocast as it was. */
    private record Call(
            Func.Many f, byte[] random, @Nullable Autocast autocast) {}

    private static final class Segment extends Custom {
        static final Segment OP = new Segment();

        private Segment() {
            super("checkpoint", Saves.INPUTS);
        }

        @Override
        public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
            Tensor[] out = Autograd.noGrad((Supplier<Tensor[]>) () -> ((Call) attrs).f.apply(in.clone()))
                    .clone();
            for (int i = 0; i < out.length; i++) {
                out[i] = out[i].detach(); // may be an argument itself, which has a history of its own
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
            if (Context.current().grad()) {
                throw CressetException.runtime(
                        "checkpoint: higher derivatives can't go through it; call the function directly");
            }
            Tensor[] leaves = new Tensor[v.inputs()];
            for (int i = 0; i < leaves.length; i++) {
                leaves[i] = v.input(i).detach();
                if (v.needs(i)) {
                    leaves[i].requiresGrad(true);
                }
            }
            Tensor[] outputs = again((Call) v.attrs(), leaves);
            List<Tensor> roots = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < outputs.length; i++) {
                if (v.hasGrad(i) && outputs[i].requiresGrad()) {
                    roots.add(outputs[i]);
                    gradients.add(v.grad(i));
                }
            }
            Autograd.backward(roots.toArray(Tensor[]::new), gradients.toArray(Tensor[]::new), false, false);
            for (int i = 0; i < leaves.length; i++) {
                v.set(i, leaves[i].dense("checkpoint").gradient().asTensor());
            }
        }

        private static Tensor[] again(Call call, Tensor[] leaves) {
            Generator random = Generator.defaultGenerator();
            byte[] now = random.getState();
            random.setState(call.random);
            try {
                return Autocast.restored(call.autocast, () -> Autograd.enableGrad(() -> call.f.apply(leaves)));
            } finally {
                random.setState(now);
            }
        }
    }
}
