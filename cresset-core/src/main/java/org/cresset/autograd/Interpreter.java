package org.cresset.autograd;

import java.util.function.UnaryOperator;
import org.cresset.op.Op;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Gives operations another meaning than computing at once: batching, forward derivatives, recording, capture. */
public interface Interpreter {
    /** The outputs of {@code op}; optional inputs that are absent are null. */
    Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] inputs);

    /**
     * {@code in[0]} becomes the result of {@code op} for {@code in}; throws where the transform can't say what that means.
     */
    void change(Op op, Object attrs, @Nullable Tensor[] in);

    /** Fills {@code self} with random numbers by {@code fill}, as they are meant inside this transform. */
    default Tensor draw(Tensor self, UnaryOperator<Tensor> fill) {
        return fill.apply(self);
    }

    /** What takes the place of {@code made}, of which the content is to be drawn: a batch of such, or itself. */
    default Tensor fresh(Tensor made) {
        return made;
    }

    /** What {@code t} has become by {@link #change}. */
    default Tensor latest(Tensor t) {
        return t;
    }
}
