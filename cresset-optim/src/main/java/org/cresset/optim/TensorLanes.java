package org.cresset.optim;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/**
 * Runs an update's lane body on whole tensors, whose operations are recorded: a step that gradients can be taken through.
 * Masks are bool tensors.
 */
final class TensorLanes implements Lanes<Tensor> {
    private final DType dtype;

    TensorLanes(DType dtype) {
        this.dtype = dtype;
    }

    @Override
    public LaneType type() {
        return dtype == DType.FLOAT64 ? LaneType.F64 : LaneType.F32;
    }

    @Override
    public Tensor constant(double c) {
        return Tensor.of(c).squeeze().to(dtype);
    }

    @Override
    public Tensor constant(long c) {
        return constant((double) c);
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
        return a.add(b);
    }

    @Override
    public Tensor sub(Tensor a, Tensor b) {
        return a.sub(b);
    }

    @Override
    public Tensor mul(Tensor a, Tensor b) {
        return a.mul(b);
    }

    @Override
    public Tensor div(Tensor a, Tensor b) {
        return a.div(b);
    }

    @Override
    public Tensor fma(Tensor a, Tensor b, Tensor c) {
        return a.mul(b).add(c);
    }

    @Override
    public Tensor neg(Tensor a) {
        return a.neg();
    }

    @Override
    public Tensor abs(Tensor a) {
        return a.abs();
    }

    @Override
    public Tensor min(Tensor a, Tensor b) {
        return a.minimum(b);
    }

    @Override
    public Tensor max(Tensor a, Tensor b) {
        return a.maximum(b);
    }

    @Override
    public Tensor sqrt(Tensor a) {
        return a.sqrt();
    }

    @Override
    public Tensor lt(Tensor a, Tensor b) {
        return a.lt(b);
    }

    @Override
    public Tensor le(Tensor a, Tensor b) {
        return a.le(b);
    }

    @Override
    public Tensor eq(Tensor a, Tensor b) {
        return a.eq(b);
    }

    @Override
    public Tensor both(Tensor m, Tensor n) {
        return m.logicalAnd(n);
    }

    @Override
    public Tensor either(Tensor m, Tensor n) {
        return m.logicalOr(n);
    }

    @Override
    public Tensor not(Tensor m) {
        return m.logicalNot();
    }

    @Override
    public Tensor select(Tensor mask, Tensor a, Tensor b) {
        return Tensor.where(mask, a, b);
    }

    private static CressetException bits() {
        return CressetException.unsupported(
                "optimizer: a rule that works on the bits of numbers has no derivative; turn differentiable off");
    }

    @Override
    public Tensor and(Tensor a, Tensor b) {
        throw bits();
    }

    @Override
    public Tensor or(Tensor a, Tensor b) {
        throw bits();
    }

    @Override
    public Tensor xor(Tensor a, Tensor b) {
        throw bits();
    }

    @Override
    public Tensor shl(Tensor a, Tensor b) {
        throw bits();
    }

    @Override
    public Tensor shr(Tensor a, Tensor b) {
        throw bits();
    }

    @Override
    public Tensor pow2(Tensor k) {
        throw bits();
    }

    @Override
    public Tensor exponent(Tensor a) {
        throw bits();
    }

    @Override
    public Tensor significand(Tensor a) {
        throw bits();
    }

    @Override
    public Tensor call(Function function, List<Tensor> args) {
        throw bits();
    }

    @Override
    public Tensor rare(Tensor mask, Tensor fast, Function function, List<Tensor> args) {
        throw bits();
    }

    @Override
    public Tensor advance(Tensor a, Tensor k) {
        throw bits();
    }
}
