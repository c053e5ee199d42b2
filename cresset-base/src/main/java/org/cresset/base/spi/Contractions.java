package org.cresset.base.spi;

import java.util.List;
import java.util.ServiceLoader;
import org.cresset.base.DType;
import org.cresset.base.Storage;
import org.jspecify.annotations.Nullable;

/** Matrix products, convolutions and changes of memory layout by a native library, which sums in float32. */
public interface Contractions {
    /** The library and its version. */
    String name();

    /** Whether the library could be loaded here. */
    boolean available();

    /** In words: what was loaded, or why nothing was. */
    String status();

    /** Whether matrix products of this dtype are done here, at least as fast as those of float32. */
    boolean multiplies(DType dtype);

    /**
     * C = A B (+ bias), each a batch of matrices: A (batch, m, k), B (batch, k, n), C (batch, m, n) with any strides (those of
     * A and B may be 0 along the batch; one of the last two must be 1), bias (n) contiguous or null.
     */
    void multiply(
            DType dtype, long batch, long m, long n, long k, Operand a, Operand b, @Nullable Operand bias, Operand c);

    /** B (k, n), with any strides of which one is 1, for products in float32 of about m rows. */
    PackedFactor pack(long m, long n, long k, Operand b);

    /** C += A B in float32, each a batch of matrices as in {@link #multiply}, on the calling thread alone. */
    void multiplyAdd(long batch, long m, long n, long k, Operand a, Operand b, Operand c);

    /** Whether this part of convolutions of this dtype and shape is done here, at least as fast as that of float32. */
    boolean convolves(DType dtype, ConvPass pass, ConvShape shape);

    /**
     * Output from input, contiguous weight and bias (or null). Beside {@code memory}, the weight's, its form in the library's order
     * may be kept for the next call.
     */
    void convolve(
            DType dtype,
            ConvShape s,
            Operand input,
            Operand weight,
            Storage memory,
            @Nullable Operand bias,
            Operand output);

    /** Gradient of the input. */
    void convolveBackwardInput(DType dtype, ConvShape s, Operand gradOutput, Operand weight, Operand gradInput);

    /** Gradients of weight (contiguous) and bias (or null), in float32 whatever the dtype of the others. */
    void convolveBackwardWeight(
            DType dtype,
            ConvShape s,
            Operand input,
            Operand gradOutput,
            Operand gradWeight,
            @Nullable Operand gradBias);

    /** Copies elements of one layout to another. */
    void reorder(DType dtype, long[] dims, Operand from, Operand to);

    /** All providers on the class path. */
    static List<Contractions> providers() {
        return ServiceLoader.load(Contractions.class, Contractions.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
