package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** x + value a / b, of float32 or float64; the value is the attribute, {@link Elementwise.One}. */
public final class Addcdiv extends Composite {
    public static final Addcdiv OP = new Addcdiv();

    private Addcdiv() {
        super("addcdiv", Saves.INPUTS);
    }

    /** Whether it exists for operands: one of both dtypes, the same of all. */
    public static boolean takes(DType x, DType a, DType b) {
        return AddScaled.has(x) && x == a && a == b;
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.WIDEST;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Broadcast.shapes(name(), in), Promotion.COMMON.compute(in));
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return i > 0;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        double value = ((Elementwise.One) attrs).a();
        AddScaled.run(Mixing.ScaledQuotient.OP, Mixing.PlusQuotient.OP, value, in[0], in[1], in[2], out[0]);
    }

    @Override
    protected void vjp(Vjp v) {
        double value = ((Elementwise.One) v.attrs()).a();
        Tensor g = v.grad();
        v.set(0, g);
        if (v.needs(1)) {
            v.set(1, g.mul(v.input(2).reciprocal().mul(value)));
        }
        if (v.needs(2)) {
            v.set(2, g.mul(v.input(1).div(v.input(2)).div(v.input(2)).mul(-value)));
        }
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return all(attrs, AddScaled.aligned(in, mapped));
    }
}
