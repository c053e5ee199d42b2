package org.cresset.op;

/** The attributes of operations that have none. */
public record None() {
    /** The only one needed. */
    public static final None NONE = new None();
}
