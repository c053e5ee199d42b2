package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;

/** Fills tensors of any layout with random numbers, which are drawn in the order of memory. */
final class RandomFill {
    private RandomFill() {}

    /** Draws into contiguous memory. */
    interface Draw {
        void into(MemorySegment memory, long byteOffset, long numel, DType dtype);
    }

    static Tensor fill(Tensor self, Draw draw) {
        Interpreter transform = Context.current().transform();
        if (transform != null) {
            return transform.draw(self, x -> fill(x, draw));
        }
        Dense t = self.dense("random");
        if (t.requiresGrad() && t.isLeaf() && Autograd.isGradEnabled()) {
            throw CressetException.runtime(
                    "random: a leaf that requires a gradient can't be filled while recording; wrap it in noGrad");
        }
        if (t.device() == Device.META) {
            return self;
        }
        if (t.isDense()) {
            draw.into(t.segment(), t.byteOffset(), t.numel(), t.dtype());
            t.storage().bumpVersion();
            return self;
        }
        Dense drawn = Dense.empty(Shape.of(t.numel()), t.dtype());
        draw.into(drawn.segment(), 0, t.numel(), t.dtype());
        return Autograd.noGrad(() -> self.copy_(drawn.reshape(t.shape().toArray())));
    }
}
