package org.cresset.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.cresset.base.CressetException;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.Spec;
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
    static Context below(Context parent) {
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
            Tensor g = p.vjp.apply(new Tensor[] {one(p.outputs[0])})[0];
            return g == null ? x.zerosLike() : g;
        };
    }

    /** A gradient with the value of the function. */
    public record GradAndValue(Tensor grad, Tensor value) {}

    /** The gradient of a function with a one-element result, and that result. As {@code torch.func.grad_and_value}. */
    public static Function<Tensor, GradAndValue> gradAndValue(UnaryOperator<Tensor> f) {
        return x -> {
            Pullback p = vjp(in -> new Tensor[] {f.apply(in[0])}, x.alias());
            Tensor g = p.vjp.apply(new Tensor[] {one(p.outputs[0])})[0];
            return new GradAndValue(g == null ? x.zerosLike() : g, p.outputs[0]);
        };
    }

    private static Tensor one(Tensor value) {
        if (value.numel() != 1) {
            throw CressetException.runtime(
                    "grad: the function's result must have one element, not shape " + value.shape());
        }
        return value.onesLike();
    }

    /**
     * The gradients of a function with a one-element result by some of its arguments, all if none is named. As
     * {@code torch.func.grad} with {@code argnums}.
     */
    public static Many gradBy(Function<Tensor[], Tensor> f, int... arguments) {
        return inputs -> {
            int[] by = arguments.length == 0 ? IntStream.range(0, inputs.length).toArray() : arguments;
            Tensor[] some = new Tensor[by.length];
            for (int i = 0; i < by.length; i++) {
                some[i] = inputs[by[i]].alias();
            }
            Pullback p = vjp(
                    chosen -> {
                        Tensor[] all = inputs.clone();
                        for (int i = 0; i < by.length; i++) {
                            all[by[i]] = chosen[i];
                        }
                        return new Tensor[] {f.apply(all)};
                    },
                    some);
            return present(p.vjp.apply(new Tensor[] {one(p.outputs[0])}), some);
        };
    }

    private static Tensor[] present(@Nullable Tensor[] gradients, Tensor[] like) {
        Tensor[] all = new Tensor[like.length];
        for (int i = 0; i < all.length; i++) {
            Tensor g = gradients[i];
            all[i] = g == null ? like[i].zerosLike() : g;
        }
        return all;
    }

    /** Applies the derivative rule of a call. */
    static @Nullable Tensor[] rule(
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
            Dual d = new Dual(primals[i], tangents[i], j);
            d.markViewed(); // of the caller's memory
            in[i] = d;
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

    static void refuse(Op op, Tensor self, boolean refused) {
        refuse(op.name() + "_", self, refused);
    }

    static void refuse(String op, Tensor self, boolean refused) {
        if (refused) {
            throw CressetException.runtime(op + ": the tensor " + self.dtype() + self.shape()
                    + " can't be changed in place inside a function transform, since it is a view, has views, or is not what"
                    + " the transform maps over or differentiates by; use what isn't in place, and its result");
        }
    }

    static Tensor fitted(Op op, Tensor self, Tensor result) {
        InPlace.fits(op, self, new Spec(result.shape(), result.dtype()));
        return result.dtype() == self.dtype() ? result : result.to(self.dtype());
    }

    /** The results of a function at one place, and its derivative there along any direction. */
    public record Linearized(Tensor[] outputs, Many jvp) {}

    /**
     * Runs {@code f} once and gives its derivative at {@code primals} as a linear function of tangents, which does not run it
     * again. As {@code torch.func.linearize}.
     */
    public static Linearized linearize(Many f, Tensor... primals) {
        Tensor[] at = Arrays.stream(primals).map(Tensor::alias).toArray(Tensor[]::new);
        Pullback p = vjp(f, at);
        // The gradient is linear in the cotangents v: J u is the derivative of <J^T v, u> by v, wherever v is.
        return new Linearized(p.outputs, tangents -> {
            Tensor[] v = Arrays.stream(p.outputs).map(Tensor::zerosLike).toArray(Tensor[]::new);
            Pullback transposed = vjp(w -> present(p.vjp.apply(w), at), v);
            return present(transposed.vjp.apply(tangents), v);
        });
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
        return vmap(f, inputs, inDims, VmapOptions.DEFAULT);
    }

    /**
     * As {@link #vmap(Many, Tensor[], int[])}, with options. As {@code torch.func.vmap}.
     *
     * @throws CressetException (value) if nothing is mapped or the sizes differ
     */
    public static Tensor[] vmap(Many f, Tensor[] inputs, int[] inDims, VmapOptions options) {
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
        long chunk = options.chunkSize() <= 0 ? Math.max(1, size) : options.chunkSize();
        if (chunk >= size) {
            return options.arrange(map(f, inputs, inDims, size, options.randomness()));
        }
        List<Tensor[]> parts = new ArrayList<>();
        for (long from = 0; from < size; from += chunk) {
            long n = Math.min(chunk, size - from);
            Tensor[] some = inputs.clone();
            for (int i = 0; i < some.length; i++) {
                some[i] = inDims[i] == NOT_MAPPED ? inputs[i] : inputs[i].narrow(inDims[i], from, n);
            }
            parts.add(map(f, some, inDims, n, options.randomness()));
        }
        Tensor[] whole = new Tensor[parts.getFirst().length];
        for (int i = 0; i < whole.length; i++) {
            int result = i;
            whole[i] = Tensor.cat(0, parts.stream().map(p -> p[result]).toArray(Tensor[]::new));
        }
        return options.arrange(whole);
    }

    private static Tensor[] map(Many f, Tensor[] inputs, int[] inDims, long size, Randomness randomness) {
        Batch b = new Batch(size, randomness);
        Tensor[] in = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            if (inDims[i] == NOT_MAPPED) {
                in[i] = inputs[i];
                continue;
            }
            Batched examples = new Batched(inputs[i].movedim(inDims[i], 0), b);
            examples.markViewed(); // of the caller's memory
            in[i] = examples;
        }
        Tensor[] out = b.parent.with(b).call(() -> f.apply(in));
        Tensor[] results = new Tensor[out.length];
        for (int i = 0; i < out.length; i++) {
            results[i] = out[i] instanceof Batched m && m.owner() == b ? m.batch() : spread(out[i], size);
        }
        return results;
    }

    static Tensor spread(Tensor t, long size) {
        long[] dims = new long[t.dim() + 1];
        dims[0] = size;
        System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
        return t.expand(dims);
    }

    private static final LongAdder LOOPED = new LongAdder();

    /** How many calls of operations without a batching rule were run one example after the other so far, for reports. */
    public static long looped() {
        return LOOPED.sum();
    }

    /** The batching rule for everything: one example after the other. */
    public static Tensor[] batchByLooping(Op op, Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        LOOPED.increment();
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
        return stack(each);
    }

    /** The results of one call for each example, stacked. */
    static Tensor[] stack(List<Tensor[]> each) {
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

    /** The matrix of all derivatives of f, by reverse mode: its result's shape, then its argument's. As {@code jacrev}. */
    public static UnaryOperator<Tensor> jacobian(UnaryOperator<Tensor> f) {
        return x -> jacrev(in -> new Tensor[] {f.apply(in[0])}, x)[0][0];
    }

    /** As {@link #jacobian}, by forward mode: better where the result is larger than the argument. As {@code jacfwd}. */
    public static UnaryOperator<Tensor> jacfwd(UnaryOperator<Tensor> f) {
        return x -> jacfwd(in -> new Tensor[] {f.apply(in[0])}, x)[0][0];
    }

    /** All derivatives of each result by each argument, by reverse mode: {@code [result][argument]}. As {@code jacrev}. */
    public static Tensor[][] jacrev(Many f, Tensor... inputs) {
        Tensor[] at = Arrays.stream(inputs).map(Tensor::alias).toArray(Tensor[]::new);
        Pullback p = vjp(f, at);
        Tensor[][] all = new Tensor[p.outputs.length][];
        for (int o = 0; o < all.length; o++) {
            Tensor y = p.outputs[o];
            int result = o;
            Tensor[] rows = vmap(
                    in -> {
                        @Nullable Tensor[] v = new Tensor[p.outputs.length];
                        v[result] = in[0];
                        return present(p.vjp.apply(v), at);
                    },
                    new Tensor[] {units(y)},
                    new int[] {0});
            for (int i = 0; i < rows.length; i++) {
                rows[i] = rows[i].reshape(join(y.shape().dims(), at[i].shape().dims()));
            }
            all[o] = rows;
        }
        return all;
    }

    /** All derivatives of each result by each argument, by forward mode: {@code [result][argument]}. As {@code jacfwd}. */
    public static Tensor[][] jacfwd(Many f, Tensor... inputs) {
        List<Tensor[]> columns = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            int argument = i;
            columns.add(vmap(
                    in -> {
                        Tensor[] tangents =
                                Arrays.stream(inputs).map(Tensor::zerosLike).toArray(Tensor[]::new);
                        tangents[argument] = in[0];
                        return jvp(f, inputs, tangents).tangents;
                    },
                    new Tensor[] {units(inputs[i])},
                    new int[] {0}));
        }
        Tensor[][] all = new Tensor[columns.getFirst().length][inputs.length];
        for (int o = 0; o < all.length; o++) {
            for (int i = 0; i < inputs.length; i++) {
                Tensor c = columns.get(i)[o]; // elements of the argument, then the result's shape
                long[] result = Arrays.copyOfRange(c.shape().dims(), 1, c.dim());
                all[o][i] =
                        c.movedim(0, -1).reshape(join(result, inputs[i].shape().dims()));
            }
        }
        return all;
    }

    private static Tensor units(Tensor like) {
        long n = like.numel();
        return Tensor.eye(n, like.dtype())
                .reshape(join(new long[] {n}, like.shape().dims()));
    }

    /** The matrix of all second derivatives of a function with a one-element result, forward over reverse. */
    public static UnaryOperator<Tensor> hessian(UnaryOperator<Tensor> f) {
        return jacfwd(grad(f));
    }

    /**
     * The product of the second derivatives of a function with a one-element result and {@code v}, forward over reverse,
     * without the matrix. As {@code jvp(grad(f), x, v)}.
     */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        UnaryOperator<Tensor> g = grad(f);
        return jvp(in -> new Tensor[] {g.apply(in[0])}, new Tensor[] {x}, new Tensor[] {v}).tangents[0];
    }

    static long[] join(long[] a, long[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
