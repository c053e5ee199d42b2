package org.cresset.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.Spec;
import org.cresset.op.View;
import org.cresset.tensor.Batched;
import org.cresset.tensor.Dual;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Function transforms, which nest in any order, as {@code torch.func}: {@code grad}, {@code vjp}, {@code jvp}, {@code vmap}. */
public final class Func {
    private Func() {}

    /** A function of several tensors with several results. */
    public interface Many extends Function<Tensor[], Tensor[]> {}

    /** Where a transform opened in {@code parent} runs its operations: recording and the like are as they are now. */
    private static Context below(Context parent) {
        return Context.current().with(parent.transform());
    }

    // ---- reverse mode ----

    /** The results of a function and its vector-Jacobian product. */
    public record Pullback(Tensor[] outputs, Function<@Nullable Tensor[], @Nullable Tensor[]> vjp) {}

    /** Runs {@code f} and gives its results with the function that maps gradients of results to gradients of arguments. */
    public static Pullback vjp(Many f, Tensor... inputs) {
        Recorder r = new Recorder(inputs);
        Tensor[] out = r.inside(() -> f.apply(inputs));
        return new Pullback(out, g -> r.backward(out, g, inputs));
    }

    /** The gradient of a function with a one-element result. */
    public static UnaryOperator<Tensor> grad(UnaryOperator<Tensor> f) {
        return x -> {
            Tensor alias = x.alias();
            Pullback p = vjp(in -> new Tensor[] {f.apply(in[0])}, alias);
            if (p.outputs[0].numel() != 1) {
                throw CressetException.runtime(
                        "grad: the function's result must have one element, not shape " + p.outputs[0].shape());
            }
            Tensor g = p.vjp.apply(new Tensor[] {p.outputs[0].onesLike()})[0];
            return g == null ? x.zerosLike() : g;
        };
    }

    /** Records every operation that depends on its inputs and runs them backwards; nests under any other transform. */
    static final class Recorder implements Interpreter {
        private final Context parent = Context.current();
        private final List<Call> calls = new ArrayList<>();
        private final Map<Tensor, Boolean> tracked = new IdentityHashMap<>();
        private final Map<Tensor, Tensor> changed = new IdentityHashMap<>();
        private final Map<Tensor, Boolean> viewed = new IdentityHashMap<>();

        private record Call(Op op, Object attrs, @Nullable Tensor[] in, Tensor[] out) {}

        Recorder(Tensor[] inputs) {
            for (Tensor t : inputs) {
                tracked.put(t, true);
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

        /** Another tensor takes the place of the one changed, whose memory older calls still need. */
        @Override
        public void change(Op op, Object attrs, @Nullable Tensor[] in) {
            Tensor self = in[0];
            if (!anyTracked(in)) {
                below(parent).call(() -> InPlace.apply(op, attrs, in));
                return;
            }
            refuse(op, self, viewed.containsKey(self));
            changed.put(self, fitted(op, self, bind(op, attrs, in)[0]));
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
            Tensor[] out = below(parent).call(() -> op.all(attrs, in));
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
                @Nullable Tensor[] results = rule(c.op, c.attrs, c.in, c.out, needs, g);
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

    /** Applies the derivative rule of a call. */
    private static @Nullable Tensor[] rule(
            Op op, Object attrs, @Nullable Tensor[] in, Tensor[] out, boolean[] needs, @Nullable Tensor[] grads) {
        Spec[] inputs = new Spec[in.length];
        for (int i = 0; i < in.length; i++) {
            if (in[i] != null) {
                inputs[i] = new Spec(in[i].shape(), in[i].dtype());
            }
        }
        Spec[] outputs = new Spec[out.length];
        for (int i = 0; i < out.length; i++) {
            outputs[i] = new Spec(out[i].shape(), out[i].dtype());
        }
        Vjp v = new Vjp(op, attrs, in, out, inputs, outputs, needs, grads);
        op.backward(v);
        return v.results();
    }

    // ---- forward mode ----

    /** Results and their derivatives along a direction. */
    public record Jvp(Tensor[] outputs, Tensor[] tangents) {}

    /** The results of {@code f} and its derivative at {@code primals} along {@code tangents}. */
    public static Jvp jvp(Many f, Tensor[] primals, Tensor[] tangents) {
        Forward j = new Forward();
        Tensor[] in = new Tensor[primals.length];
        for (int i = 0; i < in.length; i++) {
            if (!primals[i].shape().equals(tangents[i].shape())) {
                throw CressetException.runtime("jvp: tangent " + i + " has shape " + tangents[i].shape() + "; expected "
                        + primals[i].shape() + " as its input has");
            }
            in[i] = new Dual(primals[i], tangents[i], j);
        }
        Tensor[] out = j.parent.with(j).call(() -> f.apply(in));
        Tensor[] values = new Tensor[out.length];
        Tensor[] derivatives = new Tensor[out.length];
        for (int i = 0; i < out.length; i++) {
            boolean mine = out[i] instanceof Dual d && d.owner() == j;
            values[i] = mine ? ((Dual) out[i]).primal() : out[i];
            derivatives[i] = mine ? ((Dual) out[i]).tangent() : out[i].zerosLike();
        }
        return new Jvp(values, derivatives);
    }

    private static void refuse(Op op, Tensor self, boolean refused) {
        if (refused) {
            throw CressetException.runtime(op.name() + "_: the tensor " + self.dtype() + self.shape()
                    + " can't be changed in place inside a function transform, since it is a view, has views, or is not what"
                    + " the transform maps over or differentiates by; use " + op.name() + " and its result");
        }
    }

    private static Tensor fitted(Op op, Tensor self, Tensor result) {
        InPlace.fits(op, self, new Spec(result.shape(), result.dtype()));
        return result.dtype() == self.dtype() ? result : result.to(self.dtype());
    }

    private static final class Forward implements Interpreter {
        final Context parent = Context.current();

        @Override
        public void change(Op op, Object attrs, @Nullable Tensor[] in) {
            Tensor self = in[0];
            boolean mine = false;
            for (Tensor t : in) {
                mine |= t instanceof Dual d && d.owner() == this;
            }
            if (!mine) {
                below(parent).call(() -> InPlace.apply(op, attrs, in));
                return;
            }
            refuse(op, self, !(self instanceof Dual d && d.owner() == this) || ((Dual) self).isViewed());
            Tensor result = fitted(op, self, bind(op, attrs, in)[0]);
            boolean moves = result instanceof Dual d && d.owner() == this;
            ((Dual) self).become(moves ? (Dual) result : new Dual(result, result.zerosLike(), this));
        }

        @Override
        public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] in) {
            Tensor[] primals = new Tensor[in.length];
            Tensor[] tangents = new Tensor[in.length];
            boolean any = false;
            for (int i = 0; i < in.length; i++) {
                if (in[i] instanceof Dual d && d.owner() == this) {
                    primals[i] = d.primal();
                    tangents[i] = d.tangent();
                    any = true;
                } else {
                    primals[i] = in[i];
                }
            }
            boolean dual = any;
            return below(parent).call(() -> {
                Tensor[] out = op.all(attrs, primals);
                if (!dual) {
                    return out;
                }
                boolean differentiable = false;
                for (int i = 0; i < out.length; i++) {
                    differentiable |= op.differentiable(i) && out[i].dtype().isDifferentiable();
                }
                if (!differentiable) {
                    return out;
                }
                Tensor[] t = op.jvp(attrs, primals, out, tangents);
                Tensor[] duals = new Tensor[out.length]; // what the operation gave may be an array of another type
                for (int i = 0; i < out.length; i++) {
                    boolean moves = op.differentiable(i) && out[i].dtype().isDifferentiable();
                    duals[i] = moves ? new Dual(out[i], t[i], this) : out[i];
                }
                if (op instanceof View && in[0] instanceof Dual from && duals[0] instanceof Dual to) {
                    from.markViewed();
                    to.markViewed();
                }
                return duals;
            });
        }
    }

    /** The tangents of a call by transposing its derivative rule: J u is the derivative of {@code <Jᵀv, u>} by v. */
    public static Tensor[] jvpByTransposing(
            Op op, Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Tensor[] v = new Tensor[out.length];
        boolean[] needs = new boolean[in.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = out[i].dtype().isDifferentiable() && op.differentiable(i) ? out[i].zerosLike() : null;
        }
        for (int i = 0; i < in.length; i++) {
            needs[i] = tangents[i] != null;
        }
        List<Tensor> cotangents = new ArrayList<>();
        for (Tensor t : v) {
            if (t != null) {
                cotangents.add(t);
            }
        }
        Tensor[] roots = cotangents.toArray(new Tensor[0]);
        Recorder r = new Recorder(roots);
        @Nullable Tensor[] w = r.inside(() -> rule(op, attrs, in, out, needs, v));
        List<Tensor> ends = new ArrayList<>();
        List<Tensor> weights = new ArrayList<>();
        for (int i = 0; i < w.length; i++) {
            if (w[i] != null && tangents[i] != null) {
                ends.add(w[i]);
                weights.add(tangents[i]);
            }
        }
        @Nullable Tensor[] g = r.backward(ends.toArray(new Tensor[0]), weights.toArray(new Tensor[0]), roots);
        Tensor[] result = new Tensor[out.length];
        int k = 0;
        for (int i = 0; i < out.length; i++) {
            Tensor t = v[i] == null ? null : g[k++];
            result[i] = t != null ? t : out[i].zerosLike();
        }
        return result;
    }

    // ---- batching ----

    /** Maps {@code f} over dimension 0 of its argument; results are stacked in dimension 0. */
    public static UnaryOperator<Tensor> vmap(UnaryOperator<Tensor> f) {
        return x -> vmap(in -> new Tensor[] {f.apply(in[0])}, new Tensor[] {x}, new int[] {0})[0];
    }

    /** An argument of {@link #vmap(Many, Tensor[], int[])} that isn't mapped over. */
    public static final int NOT_MAPPED = Integer.MIN_VALUE;

    /** Maps {@code f} over dimension {@code inDims[i]} of argument i ({@link #NOT_MAPPED}: passed as it is). */
    public static Tensor[] vmap(Many f, Tensor[] inputs, int[] inDims) {
        long size = -1;
        for (int i = 0; i < inputs.length; i++) {
            if (inDims[i] == NOT_MAPPED) {
                continue;
            }
            long n = inputs[i].size(inDims[i]);
            if (size >= 0 && n != size) {
                throw CressetException.value("vmap: the mapped dimensions have different sizes, " + size + " and " + n);
            }
            size = n;
        }
        if (size < 0) {
            throw CressetException.value("vmap: no argument is mapped over");
        }
        Batch b = new Batch(size);
        Tensor[] in = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = inDims[i] == NOT_MAPPED ? inputs[i] : new Batched(inputs[i].movedim(inDims[i], 0), b);
        }
        Tensor[] out = b.parent.with(b).call(() -> f.apply(in));
        Tensor[] results = new Tensor[out.length];
        for (int i = 0; i < out.length; i++) {
            results[i] = out[i] instanceof Batched m && m.owner() == b ? m.batch() : spread(out[i], size);
        }
        return results;
    }

    private static Tensor spread(Tensor t, long size) {
        long[] dims = new long[t.dim() + 1];
        dims[0] = size;
        System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
        return t.expand(dims);
    }

    private static final class Batch implements Interpreter {
        final Context parent = Context.current();
        private final long size;

        Batch(long size) {
            this.size = size;
        }

        @Override
        public void change(Op op, Object attrs, @Nullable Tensor[] in) {
            Tensor self = in[0];
            boolean mine = false;
            for (Tensor t : in) {
                mine |= t instanceof Batched b && b.owner() == this;
            }
            if (!mine) {
                below(parent).call(() -> InPlace.apply(op, attrs, in));
                return;
            }
            refuse(op, self, !(self instanceof Batched b && b.owner() == this) || ((Batched) self).isViewed());
            ((Batched) self).become((Batched) fitted(op, self, bind(op, attrs, in)[0]));
        }

        @Override
        public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] in) {
            Tensor[] physical = new Tensor[in.length];
            boolean[] mapped = new boolean[in.length];
            boolean any = false;
            for (int i = 0; i < in.length; i++) {
                mapped[i] = in[i] instanceof Batched b && b.owner() == this;
                physical[i] = mapped[i] ? ((Batched) in[i]).batch() : in[i];
                any |= mapped[i];
            }
            boolean batched = any;
            return below(parent).call(() -> {
                Tensor[] out = batched ? op.batch(attrs, physical, mapped, size) : op.all(attrs, physical);
                if (!batched) {
                    return out;
                }
                Tensor[] examples = new Tensor[out.length]; // what the operation gave may be an array of another type
                for (int i = 0; i < out.length; i++) {
                    examples[i] = new Batched(out[i], this);
                }
                if (op instanceof View) {
                    ((Batched) in[0]).markViewed();
                    ((Batched) examples[0]).markViewed();
                }
                return examples;
            });
        }
    }

    /** The batching rule for everything: one example after the other. */
    public static Tensor[] batchByLooping(Op op, Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        List<Tensor[]> each = new ArrayList<>();
        for (long b = 0; b < size; b++) {
            Tensor[] one = new Tensor[in.length];
            for (int i = 0; i < in.length; i++) {
                one[i] = mapped[i] ? in[i].select(0, b) : in[i];
            }
            each.add(op.all(attrs, one));
        }
        if (each.isEmpty()) {
            throw CressetException.runtime(op.name() + ": vmap over a dimension of size 0");
        }
        Tensor[] out = new Tensor[each.getFirst().length];
        for (int i = 0; i < out.length; i++) {
            Tensor[] column = new Tensor[each.size()];
            for (int b = 0; b < column.length; b++) {
                column[b] = each.get(b)[i];
            }
            out[i] = Tensor.stack(0, column);
        }
        return out;
    }

    /** A batch whose examples get leading dimensions of size 1 until they have {@code rank}. */
    public static Tensor alignBatch(Tensor batch, int rank) {
        int missing = rank - (batch.dim() - 1);
        if (missing <= 0) {
            return batch;
        }
        long[] dims = new long[rank + 1];
        Arrays.fill(dims, 1);
        dims[0] = batch.size(0);
        System.arraycopy(batch.shape().dims(), 1, dims, 1 + missing, batch.dim() - 1);
        return batch.reshape(dims);
    }

    // ---- whole derivatives ----

    /** The matrix of all derivatives of f: its result's shape, then its argument's. */
    public static UnaryOperator<Tensor> jacobian(UnaryOperator<Tensor> f) {
        return x -> {
            Tensor alias = x.alias();
            Pullback p = vjp(in -> new Tensor[] {f.apply(in[0])}, alias);
            Tensor y = p.outputs[0];
            int n = Math.toIntExact(y.numel());
            Tensor unit = Tensor.eye(n, y.dtype())
                    .reshape(join(new long[] {n}, y.shape().dims()));
            Tensor[] rows = vmap(
                    in -> {
                        Tensor g = p.vjp.apply(in)[0];
                        return new Tensor[] {g == null ? x.zerosLike() : g};
                    },
                    new Tensor[] {unit},
                    new int[] {0});
            return rows[0].reshape(join(y.shape().dims(), x.shape().dims()));
        };
    }

    /** The matrix of all second derivatives of a function with a one-element result. */
    public static UnaryOperator<Tensor> hessian(UnaryOperator<Tensor> f) {
        return jacobian(grad(f));
    }

    private static long[] join(long[] a, long[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
