package org.cresset.autograd;

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

    /** What {@code t} has become by {@link #change}. */
    default Tensor latest(Tensor t) {
        return t;
    }
}
