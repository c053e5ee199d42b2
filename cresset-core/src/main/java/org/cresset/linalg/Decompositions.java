package org.cresset.linalg;

import static org.cresset.op.Linalg.expectMatrices;
import static org.cresset.op.Linalg.expectSquare;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Cholesky;
import org.cresset.op.Determinant;
import org.cresset.op.Eig;
import org.cresset.op.Eigh;
import org.cresset.op.Geqrf;
import org.cresset.op.Householder;
import org.cresset.op.Ldl;
import org.cresset.op.Lu;
import org.cresset.op.Matrices;
import org.cresset.op.MatrixExp;
import org.cresset.op.None;
import org.cresset.op.Pivots;
import org.cresset.op.Qr;
import org.cresset.op.Svd;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Decompositions, and functions of matrices by them. */
class Decompositions extends Solvers {
    Decompositions() {}

    // ---- Cholesky, LU, LDL ----

    /**
     * The Cholesky factor L (or U, {@code upper}) with A = LLᴴ = UᴴU. As {@code torch.linalg.cholesky}.
     *
     * @throws CressetException of kind RUNTIME for a matrix that isn't positive definite
     */
    @Torch({"linalg.cholesky(self, *, upper=False)", "cholesky(self, upper=False)"})
    public static Tensor cholesky(Tensor self, boolean upper) {
        return Cholesky.factor(self, upper, "linalg.cholesky")[0];
    }

    /** The lower Cholesky factor. */
    public static Tensor cholesky(Tensor self) {
        return cholesky(self, false);
    }

    /** The factor and info: 0, or the order of the leading minor that isn't positive definite. As {@code torch.linalg.cholesky_ex}. */
    @Torch("linalg.cholesky_ex(self, *, upper=False, check_errors=False)")
    public static Tensor[] choleskyEx(Tensor self, boolean upper, boolean checkErrors) {
        return Cholesky.factor(self, upper, checkErrors ? "linalg.cholesky_ex" : null);
    }

    private static void expectPivoting(String op, boolean pivot) {
        if (!pivot) {
            throw CressetException.runtime(op + ": LU without pivoting does not exist on the CPU; pass pivot=true");
        }
    }

    /** P, L and U with A = PLU. As {@code torch.linalg.lu}. */
    @Torch("linalg.lu(A: Tensor, *, pivot=True)")
    public static Tensor[] lu(Tensor a, boolean pivot) {
        expectMatrices("linalg.lu", a);
        expectPivoting("linalg.lu", pivot);
        Tensor[] f = Lu.factor(a, null);
        return luUnpack(f[0], f[1], true, true);
    }

    /** L and U in one matrix, and pivots. As {@code torch.linalg.lu_factor}. */
    @Torch("linalg.lu_factor(A: Tensor, *, pivot=True)")
    public static Tensor[] luFactor(Tensor a, boolean pivot) {
        expectPivoting("linalg.lu_factor", pivot);
        Tensor[] f = Lu.factor(a, "linalg.lu_factor");
        return new Tensor[] {f[0], f[1]};
    }

    /** L and U in one matrix, pivots, and info: 0, or the place of a zero on U's diagonal. As {@code torch.linalg.lu_factor_ex}. */
    @Torch("linalg.lu_factor_ex(A: Tensor, *, pivot=True, check_errors=False)")
    public static Tensor[] luFactorEx(Tensor a, boolean pivot, boolean checkErrors) {
        expectPivoting("linalg.lu_factor_ex", pivot);
        return Lu.factor(a, checkErrors ? "linalg.lu_factor_ex" : null);
    }

    /** L and U in one matrix, pivots and, if asked for, info. As {@code torch.lu}. */
    @Torch("lu(self, pivot=True, get_infos=False)")
    public static Tensor[] luPacked(Tensor self, boolean pivot, boolean getInfos) {
        expectPivoting("lu", pivot);
        Tensor[] f = Lu.factor(self, getInfos ? null : "lu");
        return getInfos ? f : new Tensor[] {f[0], f[1]};
    }

    /** P, L and U of what lu_factor gave; what isn't unpacked is empty. As {@code torch.lu_unpack}. */
    @Torch("lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data=True, unpack_pivots=True)")
    public static Tensor[] luUnpack(Tensor luData, Tensor luPivots, boolean unpackData, boolean unpackPivots) {
        if (luData.dim() < 2) {
            throw CressetException.runtime(
                    "lu_unpack: LU is " + luData.dtype() + luData.shape() + "; expected matrices");
        }
        long m = luData.size(-2);
        long n = luData.size(-1);
        long k = Math.min(m, n);
        Tensor none = Tensor.zeros(Shape.of(0), luData.dtype());
        Tensor[] out = {none, none, none};
        if (unpackPivots) {
            Tensor rows = Pivots.permutation(luPivots, m, false);
            Tensor places = Tensor.arange(m).unsqueeze(-1);
            out[0] = places.eq(rows.unsqueeze(-2)).to(luData.dtype());
        }
        if (unpackData) {
            out[1] = luData.narrow(-1, 0, k).tril(-1).add(unit(m, k, luData.dtype()));
            out[2] = luData.narrow(-2, 0, k).triu(0);
        }
        return out;
    }

    private static Tensor unit(long m, long k, DType dtype) {
        return Tensor.eye(m, dtype).narrow(1, 0, k);
    }

    /** LDLᵀ (LDLᴴ if {@code hermitian}) in LAPACK's form, and pivots. As {@code torch.linalg.ldl_factor}. */
    @Torch("linalg.ldl_factor(self, *, hermitian=False)")
    public static Tensor[] ldlFactor(Tensor self, boolean hermitian) {
        Tensor[] f = Ldl.factor(self, hermitian, "linalg.ldl_factor");
        return new Tensor[] {f[0], f[1]};
    }

    /** LDLᵀ in LAPACK's form, pivots and info. As {@code torch.linalg.ldl_factor_ex}. */
    @Torch("linalg.ldl_factor_ex(self, *, hermitian=False, check_errors=False)")
    public static Tensor[] ldlFactorEx(Tensor self, boolean hermitian, boolean checkErrors) {
        return Ldl.factor(self, hermitian, checkErrors ? "linalg.ldl_factor_ex" : null);
    }

    // ---- determinants ----

    /** The determinant. As {@code torch.linalg.det}. */
    @Torch({"linalg.det(A: Tensor)", "det(self)"})
    public static Tensor det(Tensor a) {
        return Determinant.det(a);
    }

    /** The determinant's sign (complex: its number of modulus 1) and the logarithm of its modulus. As {@code torch.linalg.slogdet}. */
    @Torch({"linalg.slogdet(A: Tensor)", "slogdet(self)"})
    public static Tensor[] slogdet(Tensor a) {
        return Determinant.signAndLog(a);
    }

    /** The logarithm of the determinant, NaN where it is negative. As {@code torch.logdet}. */
    @Torch("logdet(self)")
    public static Tensor logdet(Tensor self) {
        Tensor[] s = Determinant.signAndLog(self);
        if (self.dtype().isComplex()) {
            return s[0].log().add(s[1]);
        }
        return Tensor.where(s[0].eq(-1), s[1].fullLike(Double.NaN), s[1]);
    }

    // ---- QR ----

    /** Q and R with A = QR; {@code mode} is "reduced", "complete" or "r" (no Q). As {@code torch.linalg.qr}. */
    @Torch("linalg.qr(A: Tensor, mode='reduced')")
    public static Tensor[] qr(Tensor a, String mode) {
        return Qr.factor(
                a,
                switch (mode) {
                    case "reduced" -> Qr.Mode.REDUCED;
                    case "complete" -> Qr.Mode.COMPLETE;
                    case "r" -> Qr.Mode.R;
                    default ->
                        throw CressetException.runtime(
                                "linalg.qr: mode '" + mode + "'; expected 'reduced', 'complete' or 'r'");
                });
    }

    /** Q and R, reduced. */
    public static Tensor[] qr(Tensor a) {
        return qr(a, "reduced");
    }

    /** Q and R, reduced ({@code some}) or complete. As {@code torch.qr}. */
    @Torch("qr(self, some=True)")
    public static Tensor[] qr(Tensor self, boolean some) {
        return qr(self, some ? "reduced" : "complete");
    }

    /** QR in LAPACK's form: reflectors below R, and their factors. As {@code torch.geqrf}. */
    @Torch("geqrf(self)")
    public static Tensor[] geqrf(Tensor self) {
        return Geqrf.OP.all(None.NONE, self);
    }

    /** The first columns of the product of reflectors. As {@code torch.linalg.householder_product}. */
    @Torch({"linalg.householder_product(input, tau: Tensor)", "orgqr(self, tau: Tensor)"})
    public static Tensor householderProduct(Tensor input, Tensor tau) {
        return Householder.product(input, tau);
    }

    /** QC (or CQ unless {@code left}; with Qᴴ if {@code transpose}), Q being the product of reflectors. As {@code torch.ormqr}. */
    @Torch({
        "ormqr(self, input2: Tensor, input3: Tensor, left=True, transpose=False)",
        "ormqr(input, tau: Tensor, other: Tensor, left=True, transpose=False)"
    })
    public static Tensor ormqr(Tensor self, Tensor input2, Tensor input3, boolean left, boolean transpose) {
        return Householder.apply(self, input2, input3, left, transpose);
    }

    // ---- eigenvalues, singular values ----

    /** Complex eigenvalues and eigenvectors of norm 1. As {@code torch.linalg.eig}. */
    @Torch("linalg.eig(self)")
    public static Tensor[] eig(Tensor self) {
        return Eig.decompose(self);
    }

    /** Complex eigenvalues. As {@code torch.linalg.eigvals}. */
    @Torch("linalg.eigvals(self)")
    public static Tensor eigvals(Tensor self) {
        return Eig.values(self);
    }

    private static boolean upper(String op, String uplo) {
        return switch (uplo) {
            case "U", "u" -> true;
            case "L", "l" -> false;
            default -> throw CressetException.runtime(op + ": UPLO is '" + uplo + "'; expected 'L' or 'U'");
        };
    }

    /** Ascending eigenvalues and eigenvectors of Hermitian matrices, of which the triangle {@code uplo} is read. As {@code torch.linalg.eigh}. */
    @Torch("linalg.eigh(self, UPLO='L')")
    public static Tensor[] eigh(Tensor self, String uplo) {
        return Eigh.decompose(self, upper("linalg.eigh", uplo));
    }

    /** Ascending eigenvalues and eigenvectors of Hermitian matrices. */
    public static Tensor[] eigh(Tensor self) {
        return eigh(self, "L");
    }

    /** Ascending eigenvalues of Hermitian matrices. As {@code torch.linalg.eigvalsh}. */
    @Torch("linalg.eigvalsh(self, UPLO='L')")
    public static Tensor eigvalsh(Tensor self, String uplo) {
        return Eigh.values(self, upper("linalg.eigvalsh", uplo));
    }

    private static void expectDriver(String op, @Nullable String driver) {
        if (driver != null) {
            throw CressetException.runtime(
                    op + ": driver '" + driver + "' is a choice for CUDA; on the CPU leave it away");
        }
    }

    /** U, S and Vᴴ with A = U diag(S) Vᴴ. As {@code torch.linalg.svd}. */
    @Torch("linalg.svd(A: Tensor, full_matrices=True, *, driver=None)")
    public static Tensor[] svd(Tensor a, boolean fullMatrices, @Nullable String driver) {
        expectDriver("linalg.svd", driver);
        return Svd.decompose(a, fullMatrices);
    }

    /** U, S and Vᴴ. */
    public static Tensor[] svd(Tensor a, boolean fullMatrices) {
        return Svd.decompose(a, fullMatrices);
    }

    /** Descending singular values. As {@code torch.linalg.svdvals}. */
    @Torch("linalg.svdvals(A: Tensor, *, driver=None)")
    public static Tensor svdvals(Tensor a, @Nullable String driver) {
        expectDriver("linalg.svdvals", driver);
        return Svd.values(a);
    }

    /** Descending singular values. */
    public static Tensor svdvals(Tensor a) {
        return Svd.values(a);
    }

    /** U, S and V (not its adjoint); zeros for U and V unless {@code computeUv}. As {@code torch.svd}. */
    @Torch("svd(self, some=True, compute_uv=True)")
    public static Tensor[] svdWithV(Tensor self, boolean some, boolean computeUv) {
        if (computeUv) {
            Tensor[] f = Svd.decompose(self, !some);
            return new Tensor[] {f[0], f[1], Matrices.adjoint(f[2])};
        }
        expectMatrices("svd", self);
        Shape batch = Batches.of(self, 2);
        Tensor u = Tensor.zeros(square(batch, self.size(-2)), self.dtype());
        Tensor v = Tensor.zeros(square(batch, self.size(-1)), self.dtype());
        return new Tensor[] {u, Svd.values(self), v};
    }

    private static Shape square(Shape batch, long n) {
        long[] dims = java.util.Arrays.copyOf(batch.dims(), batch.rank() + 2);
        dims[batch.rank()] = n;
        dims[batch.rank() + 1] = n;
        return Shape.of(dims);
    }

    // ---- functions ----

    /** The exponential of square matrices. As {@code torch.linalg.matrix_exp}. */
    @Torch({"linalg.matrix_exp(self)", "matrix_exp(self)"})
    public static Tensor matrixExp(Tensor self) {
        expectSquare("linalg.matrix_exp", self);
        return MatrixExp.OP.on(None.NONE, self);
    }
}
