package org.cresset.linalg;

/**
 * The functions of {@code torch.linalg} and their relatives in {@code torch}, of matrices in the last two dimensions with any
 * number of batch dimensions in front. Decompositions need {@code org.cresset:cresset-lapack} on the class path. Each family has
 * a class of its own; they are chained by inheritance so that a single name sees all of them.
 */
public final class Linalg extends LowRank {
    private Linalg() {}
}
