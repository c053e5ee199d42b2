package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Dimensions reversed, as {@code torch.flip}. */
public final class Flip extends Index {
    public static final Flip OP = new Flip();

    /** Bit d: dimension d is reversed. */
    public record Attrs(long mask) {}

    private Flip() {
        super("flip", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense x = in[0];
        if (x.numel() == 0) {
            return;
        }
        long[] strides = x.strides();
        long offset = x.storageOffset();
        for (int d = 0; d < strides.length; d++) {
            if ((((Attrs) attrs).mask >> d & 1) != 0) {
                offset += (x.size(d) - 1) * strides[d];
                strides[d] = -strides[d];
            }
        }
        Pointwise.copy(x.view(x.shape(), strides, offset), out[0]);
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, on(v.attrs(), v.grad()));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(new Attrs(((Attrs) attrs).mask << 1), in[0])};
    }
}
