package org.cresset.op;

import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A copy of a tensor in which what a view looks at is replaced, as {@code torch.slice_scatter}: inputs x, source. */
public final class Inset extends Index {
    private static final Inset OP = new Inset();

    private record Attrs(String name, View view, Object attrs) {}

    private Inset() {
        super("view_scatter", Saves.NOTHING);
    }

    /** {@code x} with {@code source} where {@code view} with its attributes looks; both must have one dtype. */
    public static Tensor put(String name, Tensor x, Tensor source, View view, Object attrs) {
        if (x.dtype() != source.dtype()) {
            throw CressetException.runtime(
                    name + ": the tensor is " + x.dtype() + ", the source " + source.dtype() + "; expected one dtype");
        }
        Shape shape = view.shape(attrs, x.shape());
        if (!shape.equals(source.shape())) {
            throw CressetException.runtime(name + ": a source of shape " + source.shape()
                    + " doesn't fit a view of shape " + shape + " on shape " + x.shape());
        }
        return OP.on(new Attrs(name, view, attrs), x, source);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    /** Where strides are spoken of, the memory around the tensor counts too. */
    @Override
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        if (((Attrs) attrs).view == StridedView.OP && device == Device.CPU && in[0] instanceof Dense x) {
            DType t = x.dtype();
            Dense memory = Dense.empty(Shape.of(x.storage().bytes() >> t.shift()), t);
            return new Dense[] {Dense.over(memory.storage(), x.shape(), x.strides(), x.storageOffset(), t)};
        }
        return super.allocate(attrs, in, specs, device);
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        if (a.view == StridedView.OP) {
            out[0].segment()
                    .copyFrom(in[0].segment().asSlice(0, out[0].segment().byteSize()));
        } else {
            Pointwise.copy(in[0], out[0]);
        }
        Pointwise.copy(in[1], a.view.look(a.attrs, out[0], in[1].shape()));
    }

    private Attrs plain(Attrs a, Shape shape) { // gradients lie in row-major order, whatever the tensor's strides were
        return a.attrs instanceof StridedView.Attrs s
                ? new Attrs(a.name, a.view, s.on(shape.contiguousStrides(), 0))
                : a;
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = plain((Attrs) v.attrs(), v.outputShape(0));
        Tensor g = a.attrs instanceof StridedView.Attrs ? v.grad().contiguous() : v.grad();
        if (v.needs(0)) {
            Tensor zero = Tensor.zeros(Shape.SCALAR, g.dtype());
            // PyTorch 2.13 gives as_strided_scatter's input the gradient of what was replaced and not of the rest.
            v.set(
                    0,
                    a.attrs instanceof StridedView.Attrs
                            ? on(a, g.zerosLike(), a.view.on(a.attrs, g))
                            : on(
                                    a,
                                    g,
                                    zero.expand(a.view.shape(a.attrs, g.shape()).toArray())));
        }
        if (v.needs(1)) {
            v.set(1, a.view.on(a.attrs, g));
        }
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Attrs a = plain((Attrs) attrs, in[0].shape());
        Tensor x = tangents[0] == null ? in[0].zerosLike() : tangents[0];
        Tensor source = tangents[1] == null ? in[1].zerosLike() : tangents[1];
        return new Tensor[] {on(a, x.contiguous(), source)};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        StridedView.Attrs whole = null;
        if (a.attrs instanceof StridedView.Attrs s) {
            whole = s.batched(mapped[0] ? StridedView.example(in[0]) : in[0].shape(), size);
            if (whole == null) {
                return Func.batchByLooping(this, attrs, in, mapped, size);
            }
        }
        Tensor[] all = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            if (mapped[i]) {
                all[i] = in[i];
                continue;
            }
            long[] dims = new long[in[i].dim() + 1];
            dims[0] = size;
            System.arraycopy(in[i].shape().dims(), 0, dims, 1, in[i].dim());
            all[i] = in[i].expand(dims);
        }
        if (whole != null) {
            return new Tensor[] {on(new Attrs(a.name, a.view, whole), all[0].contiguous(), all[1])};
        }
        return new Tensor[] {on(new Attrs(a.name, a.view, a.view.shifted(a.attrs, all[0].shape())), all)};
    }
}
