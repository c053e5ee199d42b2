package org.cresset.op;

import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Copies the second operand, broadcast and converted, over the first; in place this is {@code copy_} and {@code fill_}. */
public final class Fill extends Composite {
    public static final Fill OP = new Fill();

    private Fill() {
        super("copy", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Shape common = Broadcast.shapes("copy", in[0], in[1]);
        if (!common.equals(in[0].shape())) {
            throw CressetException.runtime(
                    "copy_: a source of shape " + in[1].shape() + " doesn't broadcast to shape " + in[0].shape());
        }
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Pointwise.copy(in[1], out[0]);
    }

    @Override
    protected boolean writesAnywhere() {
        return true;
    }

    @Override
    protected void vjp(Vjp v) {
        if (v.needs(0)) {
            v.set(0, v.grad().zerosLike());
        }
        v.set(1, v.grad());
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        int rank = in[0].dim() - (mapped[0] ? 1 : 0);
        Tensor source = mapped[1] ? Func.alignBatch(in[1], rank) : in[1];
        long[] dims = new long[rank + 1];
        dims[0] = size;
        System.arraycopy(in[0].shape().dims(), mapped[0] ? 1 : 0, dims, 1, rank);
        return new Tensor[] {source.to(in[0].dtype()).expand(dims).contiguous()};
    }
}
