package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.op.Gathering.Along;
import org.cresset.op.Gathering.Gather;
import org.cresset.op.Gathering.Scatter;
import org.cresset.op.Gathering.Scattering;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The gradients of {@link Scatter}: of a product by what the others multiply to, of extremes shared by those that are equal. */
final class ScatterGrad {
    private final Vjp v;
    private final Scattering a;
    private final Tensor g;
    private final Tensor index;

    private ScatterGrad(Vjp v) {
        this.v = v;
        this.a = (Scattering) v.attrs();
        this.g = v.grad();
        this.index = v.input(1);
    }

    static void vjp(Vjp v) {
        new ScatterGrad(v).set();
    }

    private void set() {
        if (index.numel() == 0) {
            v.set(0, g);
            v.set(2, v.needs(2) ? v.input(2).zerosLike() : null);
            return;
        }
        String reduce = a.reduce();
        Along along = a.along();
        if (v.needs(0)) {
            Tensor own = reduce == null || reduce.equals("sum") || !a.includeSelf() ? g : ofSelf(reduce);
            v.set(0, reduce != null && a.includeSelf() ? own : put(null, own, zeros(index.shape())));
        }
        if (v.needs(2)) {
            Tensor taken = take(along, g);
            v.set(2, pad(reduce == null || reduce.equals("sum") ? taken : ofSource(reduce, taken), v.inputShape(2)));
        }
    }

    private Tensor zeros(Shape shape) {
        return Tensor.zeros(Shape.SCALAR, g.dtype()).expand(shape.toArray());
    }

    private Tensor put(@Nullable String reduce, Tensor into, Tensor values) {
        return Scatter.OP.on(new Scattering(a.along(), reduce, true), into, index, values);
    }

    private Tensor take(Along along, Tensor from) {
        return Gather.OP.on(along, from, index);
    }

    /** That part of the source which is used. */
    private Tensor part() {
        Tensor part = v.input(2);
        for (int d = 0; d < Math.min(index.dim(), part.dim()); d++) {
            part = part.size(d) == index.size(d) ? part : part.narrow(d, 0, index.size(d));
        }
        return part;
    }

    /** Zeros behind, up to the source's shape. */
    private static Tensor pad(Tensor taken, Shape shape) {
        Tensor padded = taken;
        for (int d = 0; d < taken.dim(); d++) {
            long more = shape.size(d) - padded.size(d);
            if (more > 0) {
                long[] dims = padded.shape().toArray();
                dims[d] = more;
                padded = Tensor.cat(d, padded, Tensor.zeros(Shape.of(dims), padded.dtype()));
            }
        }
        return padded;
    }

    private Tensor ofSelf(String reduce) {
        Tensor x = v.input(0);
        if (reduce.equals("prod")) {
            return g.mul(put("prod", x.onesLike(), part()).conj());
        }
        return g.mul(x.eq(v.output(0)).to(g.dtype())).div(ties());
    }

    /** How many values at a place equal the result. */
    private Tensor ties() {
        Tensor y = v.output(0);
        Tensor hits = part().eq(take(a.along(), y)).to(g.dtype());
        Tensor own = a.includeSelf()
                ? v.input(0).eq(y).to(g.dtype())
                : y.detach().zerosLike().to(g.dtype());
        return put("sum", own, hits).clamp(1.0, null);
    }

    private Tensor ofSource(String reduce, Tensor taken) {
        Tensor part = part();
        if (!reduce.equals("prod")) {
            Tensor equal = part.eq(take(a.along(), v.output(0))).to(taken.dtype());
            return taken.mul(equal).div(take(a.along(), ties()));
        }
        // Where one of the factors is zero, only that one has a gradient: the product of the others.
        Tensor zero = part.eq(0);
        Tensor count = take(a.along(), put("sum", Tensor.zeros(v.outputShape(0), g.dtype()), zero.to(g.dtype())));
        Tensor alone = zero.logicalAnd(count.eq(1));
        Tensor one = Tensor.ones(Shape.SCALAR, part.dtype());
        Scattering again = new Scattering(a.along(), "prod", a.includeSelf());
        Tensor others = Scatter.OP.on(again, v.input(0), index, Tensor.where(alone, one, part));
        Tensor quotient = take(a.along(), v.output(0)).div(Tensor.where(zero, one, part));
        return taken.mul(Tensor.where(alone, take(a.along(), others), quotient).conj());
    }
}
