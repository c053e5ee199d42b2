package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import org.cresset.autograd.Context;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A kernel for what other operations could also say. Every transform derives from {@link #decompose}; a gradient kernel of its
 * own, where there is one, serves plain first-order backward.
 */
public abstract class Fused extends Composite {
    /** An operation with PyTorch's name for it. */
    protected Fused(String name, Saves saves) {
        super(name, saves);
    }

    /** The same results from other operations. */
    protected abstract Tensor[] decompose(Object attrs, @Nullable Tensor[] in);

    /** Whether the gradients asked for now are final: nothing records, batches or differentiates them. */
    protected static boolean plainBackward() {
        Context c = Context.current();
        return c.transform() == null && !c.grad();
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return true;
    }

    /** By differentiating the decomposition. */
    @Override
    protected void vjp(Vjp v) {
        @Nullable Tensor[] saved = v.savedInputs();
        Tensor[] given = given(saved);
        for (int i = 0; i < given.length; i++) {
            given[i] = given[i].alias(); // one tensor given twice has two gradients
        }
        Func.Pullback p = Func.vjp(x -> decompose(v.attrs(), spread(saved, x)), given);
        Tensor[] out = p.outputs();
        Tensor[] grads = new Tensor[out.length];
        for (int i = 0; i < grads.length; i++) {
            grads[i] = v.hasGrad(i) ? v.grad(i) : null;
        }
        @Nullable Tensor[] g = p.vjp().apply(grads);
        int k = 0;
        for (int i = 0; i < saved.length; i++) {
            if (saved[i] != null) {
                v.set(i, g[k++]);
            }
        }
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Tensor[] given = given(in);
        Tensor[] along = new Tensor[given.length];
        int k = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] != null) {
                along[k++] = tangents[i] != null ? tangents[i] : in[i].zerosLike();
            }
        }
        return Func.jvp(x -> decompose(attrs, spread(in, x)), given, along).tangents();
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Tensor[] given = given(in);
        int[] dims = new int[given.length];
        int k = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] != null) {
                dims[k++] = mapped[i] ? 0 : Func.NOT_MAPPED;
            }
        }
        return Func.vmap(x -> decompose(attrs, spread(in, x)), given, dims);
    }

    private static Tensor[] given(@Nullable Tensor[] in) {
        List<Tensor> given = new ArrayList<>();
        for (Tensor t : in) {
            if (t != null) {
                given.add(t);
            }
        }
        return given.toArray(new Tensor[0]);
    }

    private static @Nullable Tensor[] spread(@Nullable Tensor[] like, Tensor[] given) {
        Tensor[] all = new Tensor[like.length];
        int k = 0;
        for (int i = 0; i < all.length; i++) {
            all[i] = like[i] == null ? null : given[k++];
        }
        return all;
    }
}
