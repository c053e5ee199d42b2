package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
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

    @Override
    protected ComplexFunction complex() {
        return (in, out) -> {
            int from = in[0] != 0 ? 2 : 4;
            out[0] = in[from];
            out[1] = in[from + 1];
        };
    }
}
