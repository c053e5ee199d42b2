package org.cresset.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.CustomFunction;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The hooks of one module. */
final class Hooks {
    final List<Hook.ForwardPre> forwardPre = new CopyOnWriteArrayList<>();
    final List<Hook.Forward> forward = new CopyOnWriteArrayList<>();
    final List<Hook.BackwardPre> backwardPre = new CopyOnWriteArrayList<>();
    final List<Hook.Backward> backward = new CopyOnWriteArrayList<>();
    final List<Hook.State> saved = new CopyOnWriteArrayList<>();
    final List<Hook.State> loading = new CopyOnWriteArrayList<>();

    static <H> Autograd.HookHandle add(List<H> list, H hook) {
        list.add(hook);
        return () -> list.remove(hook);
    }

    private boolean watchesBackward() {
        return !backward.isEmpty() || !backwardPre.isEmpty();
    }

    Object run(Module m, Module.Body<?> body, @Nullable Object[] inputs) {
        @Nullable Object[] in = inputs;
        for (Hook.ForwardPre h : forwardPre) {
            @Nullable Object[] changed = h.call(m, in);
            in = changed == null ? in : changed;
        }
        Crossing crossing = watchesBackward() && Autograd.isGradEnabled() ? new Crossing(m) : null;
        if (crossing != null) {
            in = (@Nullable Object[]) Tensors.replace(in, crossing.inward(Tensors.of(in)));
        }
        Object out = body.run(in);
        for (Hook.Forward h : forward) {
            Object changed = h.call(m, in, out);
            out = changed == null ? out : changed;
        }
        if (crossing != null) {
            out = Tensors.replace(out, crossing.outward(Tensors.of(out)));
        }
        return out;
    }

    /** One forward call, as backward will come through it: identities at its results and at its arguments. */
    private final class Crossing {
        private final Module module;
        private Tensor[] gradOutputs = {};
        private int arguments;
        private boolean inputsNeedGradients;

        Crossing(Module module) {
            this.module = module;
        }

        Tensor[] inward(Tensor[] inputs) {
            arguments = inputs.length;
            for (Tensor t : inputs) {
                inputsNeedGradients |= t.requiresGrad();
            }
            return inputsNeedGradients ? new Gate(this::leave).applyAll(inputs) : inputs;
        }

        Tensor[] outward(Tensor[] outputs) {
            for (Tensor t : outputs) {
                if (t.requiresGrad()) {
                    return new Gate(this::enter).applyAll(outputs);
                }
            }
            return outputs;
        }

        private @Nullable Tensor[] enter(Tensor[] grads) {
            gradOutputs = grads;
            for (Hook.BackwardPre h : backwardPre) {
                Tensor[] changed = h.call(module, gradOutputs);
                gradOutputs = changed == null ? gradOutputs : changed;
            }
            if (!inputsNeedGradients) {
                for (Hook.Backward h : backward) {
                    h.call(module, new Tensor[arguments], gradOutputs);
                }
            }
            return gradOutputs;
        }

        private @Nullable Tensor[] leave(Tensor[] grads) {
            @Nullable Tensor[] g = grads;
            for (Hook.Backward h : backward) {
                @Nullable Tensor[] changed = h.call(module, g, gradOutputs);
                g = changed == null ? g : changed;
            }
            return g;
        }
    }

    /** Passes tensors through unchanged, and their gradients through a function. */
    private static final class Gate extends CustomFunction {
        private interface Passage {
            @Nullable
            Tensor[] pass(Tensor[] grads);
        }

        private final Passage passage;

        Gate(Passage passage) {
            this.passage = passage;
        }

        @Override
        protected Tensor[] forward(Call call, Tensor[] inputs) {
            Tensor[] same = new Tensor[inputs.length];
            for (int i = 0; i < same.length; i++) {
                same[i] = inputs[i].detach();
            }
            return same;
        }

        @Override
        protected @Nullable Tensor[] backward(Call call, Tensor[] gradOutputs) {
            return passage.pass(gradOutputs);
        }
    }

    /** Tensors in arguments and results, which may be arrays, lists and records of them. */
    private static final class Tensors {
        static Tensor[] of(@Nullable Object value) {
            List<Tensor> all = new ArrayList<>();
            Nested.map(value, t -> {
                all.add(t);
                return t;
            });
            return all.toArray(new Tensor[0]);
        }

        static Object replace(@Nullable Object value, Tensor[] by) {
            int[] next = {0};
            return Hook.given(Nested.map(value, t -> by[next[0]++]));
        }
    }
}
