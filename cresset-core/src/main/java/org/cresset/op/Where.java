package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.emit.ComplexBodies;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The second operand where the first (bool) is true, else the third, as {@code torch.where}. */
public final class Where extends Ternary {
    public static final Where OP = new Where();

    private Where() {
        super("where", Promotion.SKIP_FIRST, Saves.INPUTS);
    }

    @Override
    protected DType computeType(@Nullable Tensor[] in) {
        DType c = in[0].dtype();
        if (c != DType.BOOL && c != DType.UINT8) {
            throw CressetException.runtime("where: the condition is " + c + "; expected bool");
        }
        return super.computeType(in);
    }

    @Override
    protected <V> V lane(Lanes<V> l, V a, V b, V c) {
        return l.select(l.ne(a, l.zero()), b, c);
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return i == 0;
    }

    @Override
    protected @Nullable Tensor derivative(int i, @Nullable Tensor[] in, @Nullable Tensor y) {
        return i == 0 ? null : i == 1 ? in[0] : in[0].logicalNot();
    }

    /** What isn't taken gets nothing, also where the gradient is infinite or NaN. */
    @Override
    protected void vjp(Vjp v) {
        Tensor zero = Tensor.zeros(Shape.SCALAR, v.grad().dtype());
        v.set(1, v.needs(1) ? on(None.NONE, v.input(0), v.grad(), zero) : null);
        v.set(2, v.needs(2) ? on(None.NONE, v.input(0), zero, v.grad()) : null);
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Tensor zero = Tensor.zeros(Shape.SCALAR, out[0].dtype());
        Tensor taken =
                on(attrs, in[0], tangents[1] == null ? zero : tangents[1], tangents[2] == null ? zero : tangents[2]);
        return new Tensor[] {taken.expand(out[0].shape().toArray())};
    }

    @Override
    protected ComplexFunction complex() {
        return (in, out) -> {
            int from = in[0] != 0 ? 2 : 4;
            out[0] = in[from];
            out[1] = in[from + 1];
        };
    }

    @Override
    protected ComplexLanes complexLanes() {
        return new ComplexLanes(LaneType.F64, ComplexBodies::where);
    }
}
