package org.cresset.base.spi;

import java.util.List;
import java.util.ServiceLoader;
import org.cresset.base.DType;

/**
 * The routines of BLAS and LAPACK that linear algebra is made of, by their names without the letter of the type: each handles
 * one matrix on the calling thread, in float32, float64, complex64 or complex128. Matrices lie column by column, with
 * {@code ld} elements from one column to the next; they are given by their addresses, whose memory the caller keeps alive.
 * Numbers returned are LAPACK's {@code info}: 0 for success, {@code i > 0} where the computation failed.
 */
public interface Lapack {
    /** The library and its version. */
    String name();

    /** Whether the library could be loaded here. */
    boolean available();

    /** In words: what was loaded, or why nothing was. */
    String status();

    /** How a matrix enters a product or a solution. */
    enum Form {
        PLAIN,
        TRANSPOSED,
        /** Transposed with conjugated elements. */
        ADJOINT
    }

    /** C (m, n) = A B, with A (m, k) and B (k, n) in the forms given. */
    void gemm(DType t, Form formA, Form formB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc);

    /** B (m, n) becomes A⁻¹B ({@code left}) or BA⁻¹, with the upper or lower triangle of A in the form given. */
    void trsm(
            DType t,
            boolean left,
            boolean upper,
            Form form,
            boolean unit,
            int m,
            int n,
            long a,
            int lda,
            long b,
            int ldb);

    /** LU with partial pivoting, in place; {@code min(m, n)} int32 pivots that count from 1. */
    int getrf(DType t, int m, int n, long a, int lda, long pivots);

    /** Cholesky factor of a triangle, in place; the other triangle stays as it is. */
    int potrf(DType t, boolean upper, int n, long a, int lda);

    /** QR in place: R above, reflectors below the diagonal, {@code min(m, n)} factors tau. */
    int geqrf(DType t, int m, int n, long a, int lda, long tau);

    /** The first n columns of the product of k reflectors, in place of those (m, n). */
    int orgqr(DType t, int m, int n, int k, long a, int lda, long tau);

    /** C (m, n) becomes QC ({@code left}) or CQ, or with Q's adjoint, Q being the product of k reflectors. */
    int ormqr(DType t, boolean left, boolean adjoint, int m, int n, int k, long a, int lda, long tau, long c, int ldc);

    /**
     * Eigenvalues and, if {@code vectors}, right eigenvectors V (n, n) of a general matrix, which is destroyed. For real types
     * w holds n real parts and then n imaginary ones, and the vectors of a conjugate pair are two columns: real and imaginary
     * parts of the first.
     */
    int geev(DType t, boolean vectors, int n, long a, int lda, long w, long v, int ldv);

    /** Ascending real eigenvalues of a symmetric or Hermitian matrix given by a triangle; eigenvectors in its place. */
    int syevd(DType t, boolean vectors, boolean upper, int n, long a, int lda, long w);

    /** How much of U and V a singular value decomposition gives: all columns, the first min(m, n), or none. */
    enum Vectors {
        ALL,
        SOME,
        NONE
    }

    /** Singular values in descending order, U and the adjoint of V; A is destroyed. */
    int gesdd(DType t, Vectors vectors, int m, int n, long a, int lda, long s, long u, int ldu, long vh, int ldvh);

    /** LDLᵀ or, if {@code hermitian}, LDLᴴ of the lower triangle with Bunch-Kaufman pivoting, in place. */
    int sytrf(DType t, boolean hermitian, int n, long a, int lda, long pivots);

    /** Solves with what {@link #sytrf} gave. */
    int sytrs(DType t, boolean hermitian, int n, int columns, long a, int lda, long pivots, long b, int ldb);

    /** LAPACK's drivers for least squares: by QR, by QR with pivoting, by SVD, by divide-and-conquer SVD. */
    enum LeastSquares {
        GELS,
        GELSY,
        GELSS,
        GELSD
    }

    /**
     * Least squares of A (m, n) X = B; B (max(m, n), columns) gets X in its first n rows. Singular values (by SVD) and the rank
     * (int32; all but GELS) are written where asked for; those below {@code rcond} times the greatest count as 0.
     */
    int leastSquares(
            DType t,
            LeastSquares driver,
            int m,
            int n,
            int columns,
            long a,
            int lda,
            long b,
            int ldb,
            double rcond,
            long s,
            long rank);

    /** All providers on the class path. */
    static List<Lapack> providers() {
        return ServiceLoader.load(Lapack.class, Lapack.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
