package org.cresset.registry;

import org.jspecify.annotations.Nullable;

/** Turns an argument as callers pass it into what a Java parameter takes. */
interface Converter {
    /** {@link #rank} of an argument that can't be converted. */
    int NEVER = -1;

    /** 0 for an argument that fits as it is, more the more it must be changed, {@link #NEVER} if it can't be. */
    int rank(@Nullable Object value);

    /** The value for the parameter; only asked where {@link #rank} allows it. */
    @Nullable
    Object convert(@Nullable Object value);
}
