package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations whose result is another look at the same memory. All are linear. */
public abstract non-sealed class View extends Op {
    /** An operation with PyTorch's name for it. */
    protected View(String name) {
        super(name, Saves.NOTHING);
    }

    /** The shape of the result. */
    protected abstract Shape shape(Object attrs, Shape in);

    /** The look at {@code x}'s memory with that shape. */
    protected abstract Dense look(Object attrs, Dense x, Shape shape);

    /** The attributes of the same operation on a batch: dimensions counted one higher. */
    protected abstract Object shifted(Object attrs, Shape batch);

    @Override
    protected final Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(shape(attrs, in[0].shape()), in[0].dtype());
    }

    @Override
    protected final void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        throw new IllegalStateException(name() + " moves no elements");
    }

    @Override
    public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
        return new Tensor[] {eval(attrs, in[0])};
    }

    @Override
    protected final Tensor eval(Object attrs, Tensor a) {
        Dense x = a.dense(name());
        return look(attrs, x, shape(attrs, x.shape()));
    }

    /** By default the gradient is written into zeros at the place that was looked at. */
    @Override
    protected void vjp(Vjp v) {
        v.set(0, Embed.OP.on(new Embed.Attrs(this, v.attrs(), v.inputShape(0)), v.grad()));
    }

    @Override
    public final Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return new Tensor[] {on(attrs, tangents[0])};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(shifted(attrs, in[0].shape()), in[0])};
    }
}
