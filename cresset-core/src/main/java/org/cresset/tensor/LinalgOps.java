package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.linalg.Linalg;
import org.cresset.op.Matmul;
import org.cresset.op.Precision;
import org.jspecify.annotations.Nullable;

/** Products of vectors and matrices. */
public sealed interface LinalgOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The product of vectors, matrices or batches of matrices, whose leading dimensions broadcast. As {@code torch.matmul}. */
    @Torch({"matmul(self, other)", "linalg.matmul(self, other)", "__matmul__(self, other)"})
    default Tensor matmul(Tensor other) {
        return Matmul.matmul(self(), other);
    }

    /** The product of two matrices. As {@code torch.mm}. */
    @Torch("mm(self, mat2)")
    default Tensor mm(Tensor mat2) {
        expect("mm", self(), 2);
        expect("mm", mat2, 2);
        return Matmul.matmul(self(), mat2);
    }

    /** Products of two batches of matrices, (b, m, k) and (b, k, n). As {@code torch.bmm}. */
    @Torch("bmm(self, mat2)")
    default Tensor bmm(Tensor mat2) {
        expect("bmm", self(), 3);
        expect("bmm", mat2, 3);
        if (self().size(0) != mat2.size(0)) {
            throw CressetException.runtime("bmm: batches differ: " + self().shape() + " @ " + mat2.shape());
        }
        return Matmul.matmul(self(), mat2);
    }

    /** A matrix times a vector. As {@code torch.mv}. */
    @Torch("mv(self, vec)")
    default Tensor mv(Tensor vec) {
        expect("mv", self(), 2);
        expect("mv", vec, 1);
        return Precision.ANY.applyAll(t -> new Tensor[] {Matmul.matmul(t[0], t[1])}, self(), vec)[0];
    }

    /** The inner product of two vectors. As {@code torch.dot}. */
    @Torch("dot(self, tensor)")
    default Tensor dot(Tensor tensor) {
        expect("dot", self(), 1);
        expect("dot", tensor, 1);
        return Precision.ANY.applyAll(t -> new Tensor[] {Matmul.dot("dot", t[0], t[1])}, self(), tensor)[0];
    }

    /** The products of all pairs of elements of two vectors, (n, m). As {@code torch.outer}. */
    @Torch({"outer(self, vec2)", "ger(self, vec2)"})
    default Tensor outer(Tensor vec2) {
        expect("outer", self(), 1);
        expect("outer", vec2, 1);
        return self().unsqueeze(1).mul(vec2);
    }

    /** beta x + alpha (a b). As {@code torch.addmm}. */
    default Tensor addmm(Tensor mat1, Tensor mat2, Number beta, Number alpha) {
        return addmm(mat1, mat2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** beta x + alpha (a b), with numbers that may be complex; for integers they are cut to one. As {@code torch.addmm}. */
    @Torch("addmm(self, mat1, mat2, *, beta=1, alpha=1)")
    default Tensor addmm(Tensor mat1, Tensor mat2, Tensor beta, Tensor alpha) {
        return combine(Precision.LOWER.of(self()), mat1.mm(mat2), beta, alpha);
    }

    /** beta x + alpha (a b) for batches. As {@code torch.baddbmm}. */
    default Tensor baddbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return baddbmm(batch1, batch2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** beta x + alpha (a b) for batches, with numbers that may be complex; for integers they are cut to one. As {@code torch.baddbmm}. */
    @Torch("baddbmm(self, batch1, batch2, *, beta=1, alpha=1)")
    default Tensor baddbmm(Tensor batch1, Tensor batch2, Tensor beta, Tensor alpha) {
        return combine(Precision.LOWER.of(self()), batch1.bmm(batch2), beta, alpha);
    }

    /** beta x + alpha (the sum of a batch of products). As {@code torch.addbmm}. */
    default Tensor addbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return addbmm(batch1, batch2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** beta x + alpha (the sum of a batch of products), with numbers that may be complex; for integers they are cut to one. As {@code torch.addbmm}. */
    @Torch("addbmm(self, batch1, batch2, *, beta=1, alpha=1)")
    default Tensor addbmm(Tensor batch1, Tensor batch2, Tensor beta, Tensor alpha) {
        return combine(Precision.LOWER.of(self()), batch1.bmm(batch2).sum(0), beta, alpha);
    }

    /** beta x + alpha (a v). As {@code torch.addmv}. */
    default Tensor addmv(Tensor mat, Tensor vec, Number beta, Number alpha) {
        return addmv(mat, vec, Tensor.number(beta), Tensor.number(alpha));
    }

    /** beta x + alpha (a v), with numbers that may be complex; for integers they are cut to one. As {@code torch.addmv}. */
    @Torch("addmv(self, mat, vec, *, beta=1, alpha=1)")
    default Tensor addmv(Tensor mat, Tensor vec, Tensor beta, Tensor alpha) {
        return combine(self(), mat.mv(vec), beta, alpha);
    }

    /** beta x + alpha (v wᵀ). As {@code torch.addr}. */
    default Tensor addr(Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        return addr(vec1, vec2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** beta x + alpha (v wᵀ), with numbers that may be complex; of bools the disjunction. As {@code torch.addr}. */
    @Torch("addr(self, vec1, vec2, *, beta=1, alpha=1)")
    default Tensor addr(Tensor vec1, Tensor vec2, Tensor beta, Tensor alpha) {
        DType t = self().dtype();
        if ((t == DType.FLOAT32 || t == DType.FLOAT64)
                && vec1.dtype() == t
                && vec2.dtype() == t
                && vec1.dim() == 1
                && vec2.dim() == 1
                && IntegerChecks.isOne(alpha)
                && IntegerChecks.isOne(beta)) {
            return self().addcmul(vec1.unsqueeze(1), vec2.unsqueeze(0), 1);
        }
        Tensor product = vec1.outer(vec2);
        if (!self().dtype().isDifferentiable()
                && !product.dtype().isDifferentiable()
                && (beta.dtype().isDifferentiable() || alpha.dtype().isDifferentiable())) {
            throw CressetException.runtime("addr: beta and alpha of integers must be integers; operands are "
                    + self().dtype() + self().shape() + " and " + product.dtype() + product.shape());
        }
        if (self().dtype() == DType.BOOL && product.dtype() == DType.BOOL) {
            return self().logicalAnd(beta.ne(0)).logicalOr(product.logicalAnd(alpha.ne(0)));
        }
        return combine(self(), product, beta, alpha);
    }

    // ---- linear algebra proper; org.cresset.linalg.Linalg has the rest, and the PyTorch names of these ----

    /** The inverse of square matrices. As {@code torch.inverse}. */
    default Tensor inverse() {
        return Linalg.inv(self());
    }

    /** The determinant. As {@code torch.det}. */
    default Tensor det() {
        return Linalg.det(self());
    }

    /** The logarithm of the determinant. As {@code torch.logdet}. */
    default Tensor logdet() {
        return Linalg.logdet(self());
    }

    /** Sign and logarithm of the modulus of the determinant. As {@code torch.slogdet}. */
    default Tensor[] slogdet() {
        return Linalg.slogdet(self());
    }

    /** The lower (or upper) Cholesky factor. As {@code torch.cholesky}. */
    default Tensor cholesky(boolean upper) {
        return Linalg.cholesky(self(), upper);
    }

    /** The inverse of the matrices with this Cholesky factor. As {@code torch.cholesky_inverse}. */
    default Tensor choleskyInverse(boolean upper) {
        return Linalg.choleskyInverse(self(), upper);
    }

    /** The solution for this of the matrices with that Cholesky factor. As {@code torch.cholesky_solve}. */
    default Tensor choleskySolve(Tensor factor, boolean upper) {
        return Linalg.choleskySolve(self(), factor, upper);
    }

    /** Q and R, reduced ({@code some}) or complete. As {@code torch.qr}. */
    default Tensor[] qr(boolean some) {
        return Linalg.qr(self(), some);
    }

    /** U, S and V. As {@code torch.svd}. */
    default Tensor[] svd(boolean some, boolean computeUv) {
        return Linalg.svdWithV(self(), some, computeUv);
    }

    /** LU and pivots. As {@code torch.lu}. */
    default Tensor[] lu() {
        return Linalg.luPacked(self(), true, false);
    }

    /** The solution for this by LU and pivots. As {@code torch.lu_solve}. */
    default Tensor luSolve(Tensor luData, Tensor luPivots) {
        return Linalg.luSolveFor(self(), luData, luPivots);
    }

    /** The solution for this of a triangle of A, and a copy of A. As {@code torch.triangular_solve}. */
    default Tensor[] triangularSolve(Tensor a, boolean upper, boolean transpose, boolean unitriangular) {
        return Linalg.triangularSolve(self(), a, upper, transpose, unitriangular);
    }

    /** QR in LAPACK's form. As {@code torch.geqrf}. */
    default Tensor[] geqrf() {
        return Linalg.geqrf(self());
    }

    /** The product of reflectors. As {@code torch.orgqr}. */
    default Tensor orgqr(Tensor tau) {
        return Linalg.householderProduct(self(), tau);
    }

    /** A matrix multiplied by the product of reflectors. As {@code torch.ormqr}. */
    default Tensor ormqr(Tensor tau, Tensor other, boolean left, boolean transpose) {
        return Linalg.ormqr(self(), tau, other, left, transpose);
    }

    /** The pseudo-inverse. As {@code torch.pinverse}. */
    default Tensor pinverse() {
        return Linalg.pinverse(self(), 1e-15);
    }

    /** The exponential of square matrices. As {@code torch.matrix_exp}. */
    default Tensor matrixExp() {
        return Linalg.matrixExp(self());
    }

    /** The n-th power of square matrices. As {@code torch.matrix_power}. */
    default Tensor matrixPower(long n) {
        return Linalg.matrixPower(self(), n);
    }

    /** The sum of the diagonal of a matrix. As {@code torch.trace}. */
    default Tensor trace() {
        return Linalg.trace(self());
    }

    /** The Kronecker product. As {@code torch.kron}. */
    default Tensor kron(Tensor other) {
        return Linalg.kron(self(), other);
    }

    /** The products of all rows of both. As {@code torch.inner}. */
    default Tensor inner(Tensor other) {
        return Linalg.inner(self(), other);
    }

    /** The inner product of this vector's conjugate and another. As {@code torch.vdot}. */
    default Tensor vdot(Tensor other) {
        return Linalg.vdot(self(), other);
    }

    /** The cross product along the first dimension of size 3, or a given one. As {@code torch.cross}. */
    default Tensor cross(Tensor other, @Nullable Long dim) {
        return Linalg.crossFirst(self(), other, dim);
    }

    /** The p-norm of the difference. As {@code torch.dist}. */
    default Tensor dist(Tensor other, double p) {
        return Linalg.dist(self(), other, p);
    }

    /** Slices along a dimension scaled down to a norm. As {@code torch.renorm}. */
    default Tensor renorm(double p, long dim, double maxnorm) {
        return Linalg.renorm(self(), p, dim, maxnorm);
    }

    /** The covariances of rows. As {@code torch.cov}. */
    default Tensor cov() {
        return Linalg.cov(self(), 1, null, null);
    }

    /** The correlations of rows. As {@code torch.corrcoef}. */
    default Tensor corrcoef() {
        return Linalg.corrcoef(self());
    }

    private static Tensor combine(Tensor x, Tensor product, Tensor beta, Tensor alpha) {
        Tensor a = IntegerChecks.fitting(alpha, product);
        Tensor b = IntegerChecks.fitting(beta, product);
        Tensor p = IntegerChecks.isOne(a) ? product : product.mul(a);
        if (b.abs().item() == 0) { // what isn't added may be NaN
            return p;
        }
        return p.add(IntegerChecks.isOne(b) ? x : x.mul(b));
    }

    private static void expect(String op, Tensor t, int rank) {
        if (t.dim() != rank) {
            throw CressetException.runtime(op + ": shape " + t.shape() + "; expected " + rank + " dimensions");
        }
    }
}
