package org.cresset.watch;

import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Says to which part of a program an operation belongs. */
@FunctionalInterface
public interface Where {
    /** The place of the operation that is about to run on {@code inputs}, in a few words or as a path with dots. */
    String of(@Nullable Tensor[] inputs);

    /** Nowhere: costs nothing. */
    Where NOWHERE = in -> "";

    /** The line of the first caller outside of Cresset; takes some microseconds. */
    Where CALLER = in -> Callers.place();
}
