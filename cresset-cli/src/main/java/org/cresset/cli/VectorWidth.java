package org.cresset.cli;

import jdk.incubator.vector.FloatVector;

/** Asks the Vector API, which may be absent: look for its module first. */
final class VectorWidth {
    private VectorWidth() {}

    static int bits() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
}
