package org.cresset.op;

/** The attributes of operations that have none. */
public enum None {
    /** The only one needed. */
    NONE
}
