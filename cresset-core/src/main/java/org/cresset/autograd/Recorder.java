package org.cresset.autograd;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.View;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Records every operation that depends on its inputs and runs them backwards; nests under any other transform. */
final class Recorder implements Interpreter {
    private final Context parent = Context.current();
    private final List<Call> calls = new ArrayList<>();
    private final Map<Tensor, Boolean> tracked = new IdentityHashMap<>();
    private final Map<Tensor, Tensor> changed = new IdentityHashMap<>();
    private final Map<Tensor, Boolean> viewed = new IdentityHashMap<>();

    private record Call(Op op, Object attrs, @Nullable Tensor[] in, Tensor[] out) {}

    Recorder(Tensor[] inputs) {
        for (Tensor t : inputs) {
            tracked.put(t, true);
            viewed.put(t, true); // of the caller's memory
        }
    }

    Tensor[] inside(Supplier<Tensor[]> body) {
        Tensor[] out = parent.with(this).call(body);
        for (int i = 0; !changed.isEmpty() && i < out.length; i++) {
            out[i] = latest(out[i]);
        }
        return out;
    }

    @Override
    public Tensor latest(Tensor t) {
        return changed.getOrDefault(t, t);
    }

    @Override
    public Tensor draw(Tensor self, UnaryOperator<Tensor> fill) {
        if (tracked.containsKey(latest(self))) {
            throw CressetException.runtime("random: a tensor that takes part in a function transform, " + self.dtype()
                    + self.shape() + ", can't be filled; fill another one");
        }
        return Func.below(parent).call(() -> fill.apply(self));
    }

    @Override
    public Tensor fresh(Tensor made) {
        Interpreter i = parent.transform();
        return i == null ? made : Func.below(parent).call(() -> i.fresh(made));
    }

    /** Another tensor takes the place of the one changed, whose memory older calls still need. */
    @Override
    public void change(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor self = in[0];
        if (!anyTracked(in)) {
            Func.below(parent).call(() -> InPlace.apply(op, attrs, in));
            return;
        }
        Func.refuse(op, self, viewed.containsKey(self));
        changed.put(self, Func.fitted(op, self, bind(op, attrs, in)[0]));
    }

    private boolean anyTracked(@Nullable Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && tracked.containsKey(latest(t))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] given) {
        @Nullable Tensor[] in = given;
        for (int i = 0; !changed.isEmpty() && i < given.length; i++) {
            if (given[i] != null && changed.containsKey(given[i])) {
                in = in == given ? given.clone() : in;
                in[i] = latest(given[i]);
            }
        }
        return record(op, attrs, in);
    }

    private Tensor[] record(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor[] out = Func.below(parent).call(() -> op.all(attrs, in));
        if (op instanceof View) {
            viewed.put(in[0], true);
            viewed.put(out[0], true);
        }
        boolean depends = false;
        for (Tensor t : in) {
            depends |= t != null && tracked.containsKey(t);
        }
        if (depends) {
            boolean any = false;
            for (int i = 0; i < out.length; i++) {
                if (op.differentiable(i) && out[i].dtype().isDifferentiable()) {
                    tracked.put(out[i], true);
                    any = true;
                }
            }
            if (any) {
                calls.add(new Call(op, attrs, in, out));
            }
        }
        return out;
    }

    @Nullable
    Tensor[] backward(Tensor[] outputs, @Nullable Tensor[] gradients, Tensor[] inputs) {
        Map<Tensor, Tensor> sums = new IdentityHashMap<>();
        for (int i = 0; i < outputs.length; i++) {
            if (gradients[i] != null) {
                sums.merge(outputs[i], gradients[i], Tensor::add);
            }
        }
        for (Call c : calls.reversed()) {
            Tensor[] g = new Tensor[c.out.length];
            boolean any = false;
            for (int i = 0; i < g.length; i++) {
                g[i] = sums.get(c.out[i]);
                any |= g[i] != null;
            }
            if (!any) {
                continue;
            }
            boolean[] needs = new boolean[c.in.length];
            for (int i = 0; i < needs.length; i++) {
                needs[i] = c.in[i] != null && tracked.containsKey(c.in[i]);
            }
            @Nullable Tensor[] results = Func.rule(c.op, c.attrs, c.in, c.out, needs, g);
            for (int i = 0; i < results.length; i++) {
                if (results[i] != null) {
                    sums.merge(c.in[i], results[i], Tensor::add);
                }
            }
        }
        Tensor[] out = new Tensor[inputs.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = sums.get(inputs[i]);
        }
        return out;
    }
}
