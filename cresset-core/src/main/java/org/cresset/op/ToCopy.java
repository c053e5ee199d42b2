package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The same elements in new memory, perhaps in another dtype or memory order. */
public final class ToCopy extends Composite {
    public static final ToCopy OP = new ToCopy();

    /** The order of the new memory. */
    public enum Order {
        /** As it is, where there are no gaps; else row-major. */
        PRESERVE,
        ROW_MAJOR,
        /** The channels of (N, C, ...) innermost. */
        CHANNELS_LAST
    }

    /** The new dtype and memory order. */
    public record Attrs(DType dtype, Order order) {}

    private ToCopy() {
        super("to", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), ((Attrs) attrs).dtype);
    }

    @Override
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        Attrs a = (Attrs) attrs;
        if (device == Device.CPU && in[0] instanceof Dense d) {
            if (a.order == Order.CHANNELS_LAST) {
                return new Dense[] {Dense.emptyStrided(d.shape(), channelsLast(d.shape()), a.dtype)};
            }
            if (a.order == Order.PRESERVE && d.isDense()) {
                return new Dense[] {Dense.emptyLike(d, a.dtype)};
            }
        }
        return super.allocate(attrs, in, specs, device);
    }

    /** Strides of (N, C, ...) in memory order N, ..., C. */
    public static long[] channelsLast(Shape s) {
        int n = s.rank();
        long[] strides = new long[n];
        strides[1] = 1;
        long step = s.size(1);
        for (int d = n - 1; d >= 2; d--) {
            strides[d] = step;
            step *= s.size(d);
        }
        strides[0] = step;
        return strides;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Pointwise.copy(in[0], out[0]);
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, v.grad());
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return new Tensor[] {tangents[0].to(out[0].dtype())};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(attrs, in[0])};
    }
}
