package org.cresset.nn.functional;

import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.op.Promotion;
import org.cresset.op.Saves;
import org.cresset.op.Unary;
import org.cresset.tensor.Tensor;

/** scale x where positive, else scale alpha (e^x - 1), with the constants of Klambauer et al. 2017. */
final class Selu extends Unary {
    static final Selu OP = new Selu();

    static final double ALPHA = 1.6732632423543772848170429916717;
    static final double SCALE = 1.0507009873554804934193349852946;

    private Selu() {
        super("selu", Promotion.FLOAT_ONLY, Saves.INPUTS);
    }

    @Override
    protected <V> V lane(Lanes<V> l, V x) {
        V above = l.mul(l.constant(SCALE), x);
        V below = l.mul(l.constant(SCALE * ALPHA), LaneMath.expm1(l, x));
        return l.select(l.lt(l.zero(), x), above, below);
    }

    @Override
    protected Tensor derivative(Tensor x, Tensor y) {
        Tensor scale = Tensor.number(SCALE).to(x.dtype());
        return scale.where(x.gt(0), x.exp().mul(SCALE * ALPHA));
    }
}
