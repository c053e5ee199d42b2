package org.cresset.autograd;

import java.util.function.UnaryOperator;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.View;
import org.cresset.tensor.Dual;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Carries each value with its derivative along a direction. */
final class Forward implements Interpreter {
    final Context parent = Context.current();

    @Override
    public Tensor draw(Tensor self, UnaryOperator<Tensor> fill) {
        Func.refuse("random", self, self instanceof Dual d && d.owner() == this);
        return Func.below(parent).call(() -> fill.apply(self));
    }

    @Override
    public Tensor fresh(Tensor made) {
        Interpreter i = parent.transform();
        return i == null ? made : Func.below(parent).call(() -> i.fresh(made));
    }

    @Override
    public void change(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor self = in[0];
        boolean mine = false;
        for (Tensor t : in) {
            mine |= t instanceof Dual d && d.owner() == this;
        }
        if (!mine) {
            Func.below(parent).call(() -> InPlace.apply(op, attrs, in));
            return;
        }
        Func.refuse(op, self, !(self instanceof Dual d && d.owner() == this) || ((Dual) self).isViewed());
        Tensor result = Func.fitted(op, self, bind(op, attrs, in)[0]);
        boolean moves = result instanceof Dual d && d.owner() == this;
        ((Dual) self).become(moves ? (Dual) result : new Dual(result, result.zerosLike(), this));
    }

    @Override
    public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor[] primals = new Tensor[in.length];
        Tensor[] tangents = new Tensor[in.length];
        boolean any = false;
        for (int i = 0; i < in.length; i++) {
            if (in[i] instanceof Dual d && d.owner() == this) {
                primals[i] = d.primal();
                tangents[i] = d.tangent();
                any = true;
            } else {
                primals[i] = in[i];
            }
        }
        boolean dual = any;
        return Func.below(parent).call(() -> {
            Tensor[] out = op.all(attrs, primals);
            if (!dual) {
                return out;
            }
            boolean differentiable = false;
            for (int i = 0; i < out.length; i++) {
                differentiable |= op.differentiable(i) && out[i].dtype().isDifferentiable();
            }
            if (!differentiable) {
                return out;
            }
            Tensor[] t = op.jvp(attrs, primals, out, tangents);
            Tensor[] duals = new Tensor[out.length]; // what the operation gave may be an array of another type
            for (int i = 0; i < out.length; i++) {
                boolean moves = op.differentiable(i) && out[i].dtype().isDifferentiable();
                duals[i] = moves ? new Dual(out[i], t[i], this) : out[i];
            }
            if (op instanceof View && in[0] instanceof Dual from && duals[0] instanceof Dual to) {
                from.markViewed();
                to.markViewed();
            }
            return duals;
        });
    }
}
