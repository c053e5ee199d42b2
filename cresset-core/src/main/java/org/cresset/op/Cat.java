package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Tensors one after the other along a dimension, as {@code torch.cat}. */
public final class Cat extends Index {
    private static final Cat OP = new Cat();

    /** The dimension and the size that each input takes of it, which the derivative needs. */
    record Attrs(int dim, Views.Longs sizes) {}

    private Cat() {
        super("cat", Saves.NOTHING);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.WIDEST;
    }

    /** Joined along {@code dim}; empty vectors are passed over. */
    public static Tensor cat(Tensor[] tensors, long dim) {
        if (tensors.length == 0) {
            throw CressetException.runtime("cat: expected at least one tensor");
        }
        List<Tensor> parts = new ArrayList<>();
        for (Tensor t : tensors) {
            if (t.dim() == 0) {
                throw CressetException.runtime("cat: a tensor without dimensions can't be joined; use stack");
            }
            if (t.dim() != 1 || t.numel() != 0) {
                parts.add(t);
            }
        }
        if (parts.isEmpty()) {
            return tensors[0].clone();
        }
        Tensor[] all = parts.toArray(new Tensor[0]);
        DType type = tensors[0].dtype();
        for (Tensor t : tensors) {
            type = DType.promote(type, t.dtype());
        }
        int d = Dims.wrap("cat", dim, all[0].dim());
        long[] sizes = new long[all.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = all[i].to(type);
            fits(all[0], all[i], d);
            sizes[i] = all[i].size(d);
        }
        return OP.on(new Attrs(d, new Views.Longs(sizes)), all);
    }

    /** Joined along a new dimension; all must have one shape. */
    public static Tensor stack(Tensor[] tensors, long dim) {
        if (tensors.length == 0) {
            throw CressetException.runtime("stack: expected at least one tensor");
        }
        int d = Dims.wrap("stack", dim, tensors[0].dim() + 1);
        Tensor[] raised = new Tensor[tensors.length];
        for (int i = 0; i < raised.length; i++) {
            if (!tensors[i].shape().equals(tensors[0].shape())) {
                throw CressetException.runtime("stack: tensor " + i + " has shape " + tensors[i].shape()
                        + ", the first " + tensors[0].shape() + "; expected equal shapes");
            }
            raised[i] = tensors[i].unsqueeze(d);
        }
        return cat(raised, d);
    }

    private static void fits(Tensor first, Tensor t, int dim) {
        boolean same = first.dim() == t.dim();
        for (int i = 0; same && i < t.dim(); i++) {
            same = i == dim || t.size(i) == first.size(i);
        }
        if (!same) {
            throw CressetException.runtime("cat: shapes " + first.shape() + " and " + t.shape()
                    + " differ elsewhere than in dimension " + dim);
        }
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs a = (Attrs) attrs;
        long[] dims = in[0].shape().toArray();
        dims[a.dim] = 0;
        for (Tensor t : in) {
            dims[a.dim] += t.size(a.dim);
        }
        return spec(Shape.of(dims), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        int d = ((Attrs) attrs).dim;
        long at = 0;
        for (Dense t : in) {
            Dense part = out[0].view(t.shape(), out[0].stridesRaw(), out[0].storageOffset() + at * out[0].stride(d));
            Pointwise.copy(t, part);
            at += t.size(d);
        }
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        long at = 0;
        for (int i = 0; i < v.inputs(); i++) {
            long n = a.sizes.of()[i];
            if (v.needs(i)) {
                v.set(i, v.grad().narrow(a.dim, at, n));
            }
            at += n;
        }
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        Tensor[] all = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            long[] dims = new long[in[i].dim() + 1];
            dims[0] = size;
            if (!mapped[i]) {
                System.arraycopy(in[i].shape().dims(), 0, dims, 1, in[i].dim());
            }
            all[i] = mapped[i] ? in[i] : in[i].expand(dims);
        }
        return new Tensor[] {on(new Attrs(a.dim + 1, a.sizes), all)};
    }
}
