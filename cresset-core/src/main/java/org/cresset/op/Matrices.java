package org.cresset.op;

import org.cresset.tensor.Tensor;

/** Expressions of matrices in the last two dimensions, in tensor methods, that derivatives and compositions are written in. */
public final class Matrices {
    private Matrices() {}

    /** The transpose with conjugated elements. */
    public static Tensor adjoint(Tensor a) {
        Tensor t = a.transpose(-2, -1);
        return a.dtype().isComplex() ? t.conj() : t;
    }

    /** The elements on the diagonal, as last dimension. */
    public static Tensor diagonal(Tensor a) {
        return a.diagonal(0, -2, -1);
    }

    /** Square matrices with these diagonals. */
    public static Tensor diagonalMatrix(Tensor d) {
        return d.unsqueeze(-1).mul(Tensor.eye(d.size(-1), d.dtype()));
    }

    /** A matrix without its diagonal. */
    public static Tensor offDiagonal(Tensor a) {
        return a.mul(Tensor.eye(a.size(-1), a.dtype().real()).neg().add(1));
    }

    /** A matrix whose diagonal is halved. */
    public static Tensor halfDiagonal(Tensor a) {
        return a.mul(Tensor.eye(a.size(-1), a.dtype().real()).mul(-0.5).add(1));
    }

    /** The Hermitian part, (A + Aᴴ) / 2. */
    public static Tensor hermitian(Tensor a) {
        return a.add(adjoint(a)).mul(0.5);
    }

    /** The real parts as numbers of the same dtype. */
    public static Tensor realPart(Tensor a) {
        return a.dtype().isComplex() ? a.real().to(a.dtype()) : a;
    }

    /** Columns of A multiplied by numbers. */
    public static Tensor scaleColumns(Tensor a, Tensor by) {
        return a.mul(by.unsqueeze(-2));
    }

    /** Rows of A multiplied by numbers. */
    public static Tensor scaleRows(Tensor a, Tensor by) {
        return a.mul(by.unsqueeze(-1));
    }

    /** The unit matrix, expanded to a batch. */
    public static Tensor identityLike(Tensor a) {
        return Tensor.eye(a.size(-1), a.dtype()).expand(a.shape().toArray());
    }
}
