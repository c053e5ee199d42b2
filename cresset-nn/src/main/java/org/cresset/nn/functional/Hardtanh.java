package org.cresset.nn.functional;

import java.util.List;
import org.cresset.emit.Lanes;
import org.cresset.op.Promotion;
import org.cresset.op.Saves;
import org.cresset.op.Unary;
import org.cresset.tensor.Tensor;

/** x held between two numbers. Other than with clamp, the gradient is 0 at the bounds too. */
final class Hardtanh extends Unary {
    static final Hardtanh OP = new Hardtanh();

    private Hardtanh() {
        super("hardtanh", Promotion.COMMON, Saves.INPUTS, 2);
    }

    @Override
    protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
        return l.min(l.max(x, numbers.get(0)), numbers.get(1));
    }

    @Override
    protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
        Two bounds = (Two) attrs;
        return x.gt(bounds.a()).logicalAnd(x.lt(bounds.b())).to(x.dtype());
    }
}
