package org.cresset.op;

import org.cresset.autograd.Autograd;
import org.cresset.autograd.Func;
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
        if ((t == DType.FLOAT32 || t == DType.FLOAT64) && !in[3].dtype().isComplex()) {
            Dense product = Dense.empty(Broadcast.shapes(name(), new Tensor[] {in[1], in[2]}), t);
            Mixing.ScaledProduct.OP.computeInto(
                    new Elementwise.One(in[3].read(0)), new Dense[] {in[1], in[2]}, product);
            Arithmetic.Add.OP.computeInto(None.NONE, new Dense[] {in[0], product}, out[0]);
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
        int rank = 0;
        for (int i = 0; i < 3; i++) {
            rank = Math.max(rank, in[i].dim() - (mapped[i] ? 1 : 0));
        }
        Tensor[] aligned = in.clone();
        for (int i = 0; i < 3; i++) {
            aligned[i] = mapped[i] ? Func.alignBatch(in[i], rank) : in[i];
        }
        return all(attrs, aligned);
    }
}
