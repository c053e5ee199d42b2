package org.cresset.emit;

/** A local variable of an emitted method that holds a value or a mask. */
record Slot(int local, boolean mask) {}
