package org.cresset.autograd;

import org.cresset.op.Op;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Gives operations another meaning than computing at once: batching, forward derivatives, recording, capture. */
public interface Interpreter {
    /** The outputs of {@code op}; optional inputs that are absent are null. */
    Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] inputs);

    /** Whether a change of {@code t} in place would escape this transform or one around it. */
    boolean follows(Tensor t);
}
