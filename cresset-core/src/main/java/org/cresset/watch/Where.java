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

    /** The line of the first caller outside of Cresset. */
    Where CALLER = in -> StackWalker.getInstance()
            .walk(frames -> frames.filter(f -> !f.getClassName().startsWith("org.cresset.")
                            && !f.getClassName().startsWith("java.")
                            && !f.getClassName().startsWith("jdk."))
                    .findFirst()
                    .map(f -> f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1) + "."
                            + f.getMethodName() + ":" + f.getLineNumber())
                    .orElse(""));
}
