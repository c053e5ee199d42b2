package org.cresset.op;

import java.util.function.UnaryOperator;
import org.cresset.autograd.Context;
import org.cresset.autograd.Node;
import org.cresset.autograd.Tape;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Pending;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a tensor in place. Any operation can be had in place: elementwise ones compute into the tensor, others are
 * copied into it. The tensor's version rises, and its history (that of the whole memory, if it is a view) continues with the
 * operation.
 */
public final class InPlace {
    private InPlace() {}

    /** {@code in[0]} becomes the result of {@code op} for {@code in}. */
    public static Tensor apply(Op op, Object attrs, @Nullable Tensor... in) {
        Context c = Context.current();
        if (c.transform() != null) {
            c.transform().change(op, attrs, in);
            return in[0];
        }
        if (c.interpreter() instanceof Deferral d) {
            d.change(op, attrs, in);
            return in[0];
        }
        return Watch.isOn()
                ? Watch.around(op, in, () -> new Tensor[] {change(op, attrs, c, in)})[0]
                : change(op, attrs, c, in);
    }

    private static Tensor change(Op op, Object attrs, Context c, @Nullable Tensor[] in) {
        Tensor self = in[0];
        Dense target = self.dense(op.name());
        boolean record = c.grad() && Tape.anyRequiresGrad(in);
        check(op, c, target, record);
        Tensor[] inputs = in.clone();
        if (record && op.savesInput(0, needs(in))) {
            inputs[0] = saved(target);
        }
        if (op instanceof Elementwise || op.writesAnywhere()) {
            fits(op, target, op.infer(attrs, in)[0]);
            compute(op, attrs, in, target);
        } else {
            Tensor[] out = op.eval(attrs, in);
            fits(op, target, new Spec(out[0].shape(), out[0].dtype()));
            if (sameDevice(op, in, target) != Device.META) {
                Pointwise.copy(out[0].dense(op.name()), target);
            }
        }
        finish(op, attrs, c, target, inputs, record);
        return self;
    }

    private static void compute(Op op, Object attrs, @Nullable Tensor[] in, Dense target) {
        Dense[] dense = new Dense[in.length];
        for (int i = 0; i < in.length; i++) {
            dense[i] = in[i].dense(op.name());
            if (overlaps(dense[i], target)) {
                dense[i] = (Dense) dense[i].clone(); // reads what this very loop overwrites
            }
        }
        if (sameDevice(op, in, target) == Device.META) {
            return;
        }
        if (op instanceof Elementwise e) {
            e.computeInto(attrs, dense, target);
        } else {
            op.compute(attrs, dense, new Dense[] {target});
        }
    }

    /** {@code self}, which isn't recorded, becomes the result of {@code op}, of its shape and dtype, for any operands. */
    static Tensor overwrite(Op op, Object attrs, Context c, @Nullable Tensor[] in, Tensor self) {
        Dense target = self.dense(op.name());
        check(op, c, target, false);
        compute(op, attrs, in, target);
        target.storage().bumpVersion();
        return self;
    }

    /**
     * {@code self} becomes what {@code f} makes of it; where that ends in an elementwise operation, this one computes into it.
     *
     * @param name of the in-place form, for messages
     */
    public static Tensor become(String name, Tensor self, UnaryOperator<Tensor> f) {
        Context c = Context.current();
        boolean record = c.grad() && self.requiresGrad();
        Deferral d = record || c.interpreter() != null ? null : new Deferral(c, self);
        Tensor result = d != null
                ? c.asking(d).call(() -> f.apply(self))
                : f.apply(record ? self.clone() : self); // what f saves isn't what is overwritten
        if (!result.shape().equals(self.shape())) {
            throw CressetException.runtime(name + ": the result has shape " + result.shape()
                    + ", which the tensor to change, of shape " + self.shape() + ", can't hold");
        }
        if (result.dtype().category().compareTo(self.dtype().category()) > 0) {
            throw CressetException.runtime(name + ": the result of dtype " + result.dtype()
                    + " can't be stored in a tensor of dtype " + self.dtype());
        }
        return d != null && d.writes(result) ? self : self.copy_(result instanceof Pending p ? p.now() : result);
    }

    /** The old value for the derivative, with its place in the graph but memory of its own. */
    private static Tensor saved(Dense target) {
        Dense copy = Dense.emptyLike(target.isDense() ? target : (Dense) target.contiguous(), target.dtype());
        Pointwise.copy(target, copy);
        Node e = target.edge();
        if (e != null) {
            copy.setNode(e, target.node() == null ? 0 : target.outputIndex());
        }
        return copy;
    }

    /** Whether an operand has elements in the target's memory that aren't at the same place in both. */
    private static boolean overlaps(Dense operand, Dense target) {
        boolean same = operand.byteOffset() == target.byteOffset()
                && operand.dtype() == target.dtype()
                && operand.sameLayout(target);
        return operand.storage() == target.storage() && !same;
    }

    private static boolean[] needs(@Nullable Tensor[] in) {
        boolean[] needs = new boolean[in.length];
        for (int i = 0; i < in.length; i++) {
            needs[i] = in[i] != null && in[i].requiresGrad();
        }
        return needs;
    }

    private static void check(Op op, Context c, Dense target, boolean record) {
        if (record && target.requiresGrad() && target.node() == null) {
            throw CressetException.runtime(
                    op.name() + "_: a leaf that requires a gradient can't be changed in place while"
                            + " recording; wrap the change in noGrad");
        }
        Dense base = target.base();
        if (record && base != null && base.requiresGrad() && base.node() == null) {
            throw CressetException.runtime(
                    op.name() + "_: a view of a leaf that requires a gradient can't be changed in place"
                            + " while recording; wrap the change in noGrad");
        }
        if (target.isInference() && !c.inference()) {
            throw CressetException.runtime(
                    op.name() + "_: a tensor made in inference mode can't be changed outside it; clone it first");
        }
        for (int d = 0; target.numel() > 0 && d < target.dim(); d++) {
            if (target.stride(d) == 0 && target.size(d) > 1) {
                throw CressetException.runtime(op.name() + "_: several elements of the expanded tensor "
                        + target.shape() + " share one place in memory; clone it before changing it");
            }
        }
    }

    /** Numbers are at home everywhere. */
    private static Device sameDevice(Op op, @Nullable Tensor[] in, Dense target) {
        for (Tensor t : in) {
            if (t != null && t.device() == Device.META && target.device() != Device.META) {
                throw CressetException.runtime(op.name() + "_: a tensor on meta, " + t.dtype() + t.shape()
                        + ", has no elements to change one on " + target.device() + " with");
            }
        }
        return target.device();
    }

    /** Throws unless a result can be stored in {@code target}. */
    public static void fits(Op op, Tensor target, Spec s) {
        if (!s.shape().equals(target.shape())) {
            throw CressetException.runtime(op.name() + "_: the result has shape " + s.shape()
                    + ", which the tensor to change, of shape " + target.shape() + ", can't hold");
        }
        DType t = target.dtype();
        if (s.dtype() != t && s.dtype().category().compareTo(t.category()) > 0) {
            throw CressetException.runtime(op.name() + "_: the result of dtype " + s.dtype()
                    + " can't be stored in a tensor of dtype " + t + "; use " + op.name() + " and its result");
        }
    }

    private static void finish(Op op, Object attrs, Context c, Dense target, Tensor[] inputs, boolean record) {
        target.storage().bumpVersion();
        if (!record) {
            return;
        }
        Dense base = target.base();
        Node node = Tape.node(op, attrs, c, inputs, new Tensor[] {target});
        if (base == null) {
            target.rebase(node, 0);
            return;
        }
        // What the memory holds now: the old content with this view's part replaced.
        StridedView.Attrs place = new StridedView.Attrs(
                target.shape(),
                new Views.Longs(target.strides()),
                target.storageOffset(),
                new Views.Longs(base.strides()),
                base.storageOffset());
        target.setNode(node, 0);
        target.acknowledgeRebase();
        Node whole = Tape.node(Replace.OP, place, c, new Tensor[] {base, target}, new Tensor[] {base});
        base.rebase(whole, 0);
        target.acknowledgeRebase();
        StridedView.regenerate(target, base);
    }

    /** Records that part of a tensor's memory was replaced; the change itself has happened. */
    private static final class Replace extends Custom {
        static final Replace OP = new Replace();

        private Replace() {
            super("copy_slices", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Pointwise.copy(in[0], out[0]);
            StridedView.Attrs a = (StridedView.Attrs) attrs;
            Pointwise.copy(in[1], out[0].view(a.shape(), a.strides().of(), a.offset() - a.baseOffset()));
        }

        @Override
        protected void vjp(Vjp v) {
            StridedView.Attrs a = (StridedView.Attrs) v.attrs();
            Tensor g = v.grad().contiguous();
            long[] baseStrides = v.outputShape(0).contiguousStrides();
            StridedView.Attrs place = new StridedView.Attrs(
                    a.shape(), a.strides(), a.offset(), new Views.Longs(baseStrides), a.baseOffset());
            if (v.needs(1)) {
                v.set(1, StridedView.OP.on(place, g).clone());
            }
            if (v.needs(0)) {
                Tensor part = StridedView.OP.on(place, g);
                v.set(0, g.sub(StridedGrad.OP.on(new StridedGrad.Attrs(place, v.outputShape(0)), part)));
            }
        }
    }
}
