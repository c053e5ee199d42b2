package org.cresset.op;

import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.autograd.Tape;
import org.cresset.base.Device;
import org.cresset.tensor.Pending;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Runs what a change in place is made of, but leaves operations that could write anywhere until their result is read. The last
 * one isn't read by anybody, so it can write over the tensor that changes instead of into memory that is copied there.
 */
final class Deferral implements Interpreter {
    private final Context parent;
    private final Tensor self;
    private @Nullable Tensor before;
    private @Nullable Last last;

    private record Last(Op op, Object attrs, @Nullable Tensor[] in, Pending result) {}

    /** For a context without an interpreter, where {@code self}, which isn't recorded, changes. */
    Deferral(Context parent, Tensor self) {
        this.parent = parent;
        this.self = self;
    }

    @Override
    public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] inputs) {
        @Nullable Tensor[] in = read(inputs);
        boolean recorded = parent.grad() && Tape.anyRequiresGrad(in);
        if (recorded) {
            return parent.call(() -> op.all(attrs, kept(in)));
        }
        if (!(op instanceof Elementwise || op.writesAnywhere())) {
            return parent.call(() -> op.all(attrs, in));
        }
        Spec[] specs = op.infer(attrs, in);
        Device device = Op.deviceOf(in);
        Pending p =
                new Pending(specs[0].shape(), specs[0].dtype(), device, () -> parent.call(() -> op.all(attrs, in)[0]));
        last = new Last(op, attrs, in, p);
        return new Tensor[] {p};
    }

    /** With a copy in place of what will be overwritten: a derivative may need it. */
    private @Nullable Tensor[] kept(@Nullable Tensor[] in) {
        @Nullable Tensor[] all = in.clone();
        for (int i = 0; i < all.length; i++) {
            if (all[i] == self) {
                before = before == null ? self.clone() : before;
                all[i] = before;
            }
        }
        return all;
    }

    /** Operands as tensors with memory. */
    static @Nullable Tensor[] read(@Nullable Tensor[] in) {
        @Nullable Tensor[] all = in;
        for (int i = 0; i < in.length; i++) {
            if (in[i] instanceof Pending p) {
                all = all == in ? in.clone() : all;
                all[i] = p.now();
            }
        }
        return all;
    }

    /** Writes {@code result} over the tensor if it is the last operation's, nobody has read it and it is of the same kind. */
    boolean writes(Tensor result) {
        Last l = last;
        if (l == null
                || l.result != result
                || !l.result.waits()
                || self.device() != result.device()
                || self.dtype() != result.dtype()
                || !(l.op instanceof Elementwise || l.in[0] == self)) {
            return false;
        }
        if (Watch.isOn()) {
            Watch.around(l.op, l.in, () -> new Tensor[] {InPlace.overwrite(l.op, l.attrs, parent, l.in, self)});
        } else {
            InPlace.overwrite(l.op, l.attrs, parent, l.in, self);
        }
        return true;
    }

    /** Changes in place aren't put off. */
    @Override
    public void change(Op op, Object attrs, @Nullable Tensor[] in) {
        parent.run(() -> InPlace.apply(op, attrs, read(in)));
    }
}
