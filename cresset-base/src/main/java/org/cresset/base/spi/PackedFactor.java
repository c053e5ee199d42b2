package org.cresset.base.spi;

import org.jspecify.annotations.Nullable;

/** The right factor of many matrix products in float32, in the order that these like best. */
public interface PackedFactor extends AutoCloseable {
    /**
     * C = A B (+ bias), on the calling thread; several threads may do so at once.
     *
     * @param m rows of A and C
     * @param a (m, k), row by row
     * @param bias (n) contiguous or null
     * @param c (m, n), row by row
     */
    void multiply(long m, Operand a, @Nullable Operand bias, Operand c);

    /** Gives its memory back. */
    @Override
    void close();
}
