package org.cresset.op;

import org.cresset.autograd.Autograd;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** x + value a b, rounded once; the fourth input is the value, a number. */
public final class Addcmul extends Composite {
    public static final Addcmul OP = new Addcmul();

    private Addcmul() {
        super("addcmul", Saves.INPUTS);
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
        DType t = out[0].dtype();
        if (AddScaled.has(t) && !in[3].dtype().isComplex()) {
            AddScaled.run(Mixing.ScaledProduct.OP, Mixing.PlusProduct.OP, in[3].read(0), in[0], in[1], in[2], out[0]);
            return;
        }
        DType wide = t == DType.FLOAT16 || t == DType.BFLOAT16 ? DType.FLOAT32 : t;
        Tensor y = Autograd.noGrad(() -> {
            Tensor product = in[1].detach().to(wide).mul(in[2].detach().to(wide));
            boolean one = !in[3].dtype().isComplex() && in[3].read(0) == 1;
            return in[0].detach().to(wide).add(one ? product : product.mul(in[3]));
        });
        Pointwise.copy((Dense) y, out[0]);
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor g = v.grad();
        v.set(0, g);
        if (v.needs(1)) {
            v.set(1, g.mul(v.input(2).mul(v.input(3)).conj()));
        }
        if (v.needs(2)) {
            v.set(2, g.mul(v.input(1).mul(v.input(3)).conj()));
        }
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return all(attrs, AddScaled.aligned(in, mapped));
    }
}
