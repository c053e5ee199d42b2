package org.cresset.autograd;

/** What random numbers inside {@code vmap} mean. */
public enum Randomness {
    /** They are not allowed. */
    ERROR,
    /** All examples get the same. */
    SAME,
    /** Each example gets its own. */
    DIFFERENT
}
