package org.cresset.linalg;

import static org.cresset.op.Linalg.expectMatrices;
import static org.cresset.op.Linalg.expectSameType;
import static org.cresset.op.Linalg.expectSquare;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.CholeskySolve;
import org.cresset.op.Ldl;
import org.cresset.op.Lstsq;
import org.cresset.op.Matrices;
import org.cresset.op.Pinv;
import org.cresset.op.Solve;
import org.cresset.op.Triangular;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Solutions of systems of linear equations, inverses and least squares. */
class Solvers extends Norms {
    Solvers() {}

    /**
     * The solution X of AX = B, or of XA = B unless {@code left}; B may be a vector. As {@code torch.linalg.solve}.
     *
     * @throws CressetException of kind RUNTIME for a singular matrix
     */
    @Torch("linalg.solve(A: Tensor, B: Tensor, *, left=True)")
    public static Tensor solve(Tensor a, Tensor b, boolean left) {
        return solve(a, b, left, "linalg.solve")[0];
    }

    /** The solution of AX = B. */
    public static Tensor solve(Tensor a, Tensor b) {
        return solve(a, b, true);
    }

    /** The solution and LAPACK's info, which isn't 0 for a singular matrix. As {@code torch.linalg.solve_ex}. */
    @Torch("linalg.solve_ex(A: Tensor, B: Tensor, *, left=True, check_errors=False)")
    public static Tensor[] solveEx(Tensor a, Tensor b, boolean left, boolean checkErrors) {
        return solve(a, b, left, checkErrors ? "linalg.solve_ex" : null);
    }

    private static Tensor[] solve(Tensor a, Tensor b, boolean left, @Nullable String checked) {
        String op = checked == null ? "linalg.solve" : checked;
        expectSquare(op, a);
        expectSameType(op, a, b);
        boolean vectors = Batches.vectors(a, b);
        if (vectors && !left) {
            throw CressetException.runtime(op + ": A is " + a.dtype() + a.shape() + ", B " + b.dtype() + b.shape()
                    + ": vectors are solved for from the left only; unsqueeze B or pass left=true");
        }
        Tensor[] in = Batches.broadcast(op, a, vectors ? b.unsqueeze(-1) : b);
        if (left) {
            Tensor[] out = Solve.solve(in[0], in[1], checked);
            return new Tensor[] {vectors ? out[0].squeeze(-1) : out[0], out[3]};
        }
        Tensor[] out = Solve.solve(in[0].transpose(-2, -1), in[1].transpose(-2, -1), checked);
        return new Tensor[] {out[0].transpose(-2, -1), out[3]};
    }

    /**
     * The inverse. As {@code torch.linalg.inv}.
     *
     * @throws CressetException of kind RUNTIME for a singular matrix
     */
    @Torch({"linalg.inv(A: Tensor)", "inverse(self)"})
    public static Tensor inv(Tensor a) {
        expectSquare("linalg.inv", a);
        return Solve.solve(a, Matrices.identityLike(a), "linalg.inv")[0];
    }

    /** The inverse and LAPACK's info, which isn't 0 for a singular matrix. As {@code torch.linalg.inv_ex}. */
    @Torch("linalg.inv_ex(A: Tensor, *, check_errors=False)")
    public static Tensor[] invEx(Tensor a, boolean checkErrors) {
        expectSquare("linalg.inv_ex", a);
        Tensor[] out = Solve.solve(a, Matrices.identityLike(a), checkErrors ? "linalg.inv_ex" : null);
        return new Tensor[] {out[0], out[3]};
    }

    /** The solution X of AX = B, or of XA = B unless {@code left}, of A only a triangle being read. As {@code torch.linalg.solve_triangular}. */
    @Torch("linalg.solve_triangular(self, B: Tensor, *, upper, left=True, unitriangular=False)")
    public static Tensor solveTriangular(Tensor self, Tensor b, boolean upper, boolean left, boolean unitriangular) {
        expectSquare("linalg.solve_triangular", self);
        Tensor[] in = Batches.broadcast("linalg.solve_triangular", self, b);
        return Triangular.solve(in[0], in[1], upper, left, unitriangular);
    }

    /** The solution X of AX = B with a triangle of A (or of its transpose), and a copy of A. As {@code torch.triangular_solve}. */
    @Torch("triangular_solve(self, A: Tensor, upper=True, transpose=False, unitriangular=False)")
    public static Tensor[] triangularSolve(
            Tensor self, Tensor a, boolean upper, boolean transpose, boolean unitriangular) {
        expectSquare("triangular_solve", a);
        Tensor[] in = Batches.broadcast("triangular_solve", a, self);
        Tensor m = transpose ? in[0].transpose(-2, -1) : in[0];
        return new Tensor[] {Triangular.solve(m, in[1], upper != transpose, true, unitriangular), in[0].clone()};
    }

    /** The solution of AX = B (XA = B unless {@code left}) for the A or its adjoint that lu_factor gave LU and pivots of. As {@code torch.linalg.lu_solve}. */
    @Torch("linalg.lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left=True, adjoint=False)")
    public static Tensor luSolve(Tensor lu, Tensor pivots, Tensor b, boolean left, boolean adjoint) {
        return luSolve("linalg.lu_solve", lu, pivots, b, left, adjoint);
    }

    /** The solution of AX = B by LU and pivots. As {@code torch.lu_solve}. */
    @Torch("lu_solve(self, LU_data: Tensor, LU_pivots: Tensor)")
    public static Tensor luSolveFor(Tensor self, Tensor luData, Tensor luPivots) {
        return luSolve("lu_solve", luData, luPivots, self, true, false);
    }

    private static Tensor luSolve(String op, Tensor lu, Tensor pivots, Tensor b, boolean left, boolean adjoint) {
        expectSquare(op, lu);
        expectMatrices(op, b);
        expectSameType(op, lu, b);
        if (pivots.dim() == 0 || pivots.size(-1) != lu.size(-1)) {
            throw CressetException.runtime(op + ": pivots of shape " + pivots.shape() + " for LU of shape " + lu.shape()
                    + "; expected " + lu.size(-1) + " for each matrix");
        }
        if (b.size(left ? -2 : -1) != lu.size(-1)) {
            throw CressetException.runtime(op + ": LU is " + lu.dtype() + lu.shape() + ", B " + b.dtype() + b.shape()
                    + "; expected " + lu.size(-1) + (left ? " rows" : " columns") + " in B");
        }
        Shape batch = Broadcast.shapes(op, Batches.of(lu, 2), Batches.of(b, 2));
        batch = Broadcast.shapes(op, batch, Batches.of(pivots, 1));
        Tensor f = Batches.expand(lu, batch);
        Tensor p = Batches.expand(pivots, batch, 1);
        Tensor y = Batches.expand(b, batch);
        return left
                ? Solve.withFactors(f, p, y, adjoint)
                : Matrices.adjoint(Solve.withFactors(f, p, Matrices.adjoint(y), !adjoint));
    }

    /** The solution for B of the matrices with this Cholesky factor. As {@code torch.cholesky_solve}. */
    @Torch("cholesky_solve(self, input2: Tensor, upper=False)")
    public static Tensor choleskySolve(Tensor self, Tensor input2, boolean upper) {
        expectSquare("cholesky_solve", input2);
        expectSameType("cholesky_solve", self, input2);
        Tensor[] in = Batches.broadcast("cholesky_solve", input2, self);
        return CholeskySolve.solve(in[1], in[0], upper);
    }

    /** The inverse of the matrices with this Cholesky factor. As {@code torch.cholesky_inverse}. */
    @Torch("cholesky_inverse(self, upper=False)")
    public static Tensor choleskyInverse(Tensor self, boolean upper) {
        expectSquare("cholesky_inverse", self);
        return CholeskySolve.solve(Matrices.identityLike(self), self, upper);
    }

    /** The solution by what ldl_factor gave. As {@code torch.linalg.ldl_solve}. */
    @Torch("linalg.ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian=False)")
    public static Tensor ldlSolve(Tensor ld, Tensor pivots, Tensor b, boolean hermitian) {
        expectSquare("linalg.ldl_solve", ld);
        Tensor[] in = Batches.broadcast("linalg.ldl_solve", ld, b);
        return Ldl.solve(in[0], Batches.expand(pivots, Batches.of(in[0], 2), 1), in[1], hermitian);
    }

    /**
     * The X that minimizes |AX - B|, by LAPACK's {@code driver}: gels (for matrices of full rank), gelsy (the default), gelsd or
     * gelss. Gives X, the squared residuals (if A is tall and of full rank, and not with gelsy), the ranks (not with gels) and the
     * singular values (with gelsd and gelss); what isn't given is empty. As {@code torch.linalg.lstsq}.
     */
    @Torch("linalg.lstsq(self, b: Tensor, rcond=None, *, driver=None)")
    public static Tensor[] lstsq(Tensor self, Tensor b, @Nullable Double rcond, @Nullable String driver) {
        String op = "linalg.lstsq";
        expectMatrices(op, self);
        expectSameType(op, self, b);
        if (b.dim() == 0) {
            throw CressetException.runtime(
                    op + ": B is " + b.dtype() + b.shape() + "; expected at least one dimension");
        }
        boolean vectors = Batches.vectors(self, b);
        Tensor[] in = Batches.broadcast(op, self, vectors ? b.unsqueeze(-1) : b);
        long m = self.size(-2);
        long n = self.size(-1);
        String used = driver == null ? "gelsy" : driver;
        double cutoff = rcond == null ? self.dtype().eps() * Math.max(m, n) : rcond;
        Tensor[] out = Lstsq.solve(in[0], in[1], used, cutoff);
        Tensor x = out[0];
        Tensor residuals = self.newFull(Shape.of(0), 0, self.dtype().real());
        if (m > n && !used.equals("gelsy")) {
            boolean full = used.equals("gels") || out[1].eq(n).all().itemBoolean();
            if (full) {
                Tensor r = in[0].matmul(x).sub(in[1]);
                residuals =
                        (r.dtype().isComplex() ? r.real().square().add(r.imag().square()) : r.square()).sum(-2);
                residuals = vectors ? residuals.squeeze(-1) : residuals;
            }
        }
        return new Tensor[] {vectors ? x.squeeze(-1) : x, residuals, out[1], out[2]};
    }

    /**
     * The pseudo-inverse: singular values (of Hermitian matrices: eigenvalues) not greater than max(atol, rtol * the greatest)
     * count as 0. By default rtol is eps * max(m, n); {@code rcond} is an older name of it. As {@code torch.linalg.pinv}.
     */
    @Torch("linalg.pinv(self, rcond=None, hermitian=False, *, atol=None, rtol=None)")
    public static Tensor pinv(
            Tensor self, @Nullable Tensor rcond, boolean hermitian, @Nullable Tensor atol, @Nullable Tensor rtol) {
        expectMatrices("linalg.pinv", self);
        Tensor[] tolerances = rcond == null
                ? tolerances("linalg.pinv", self, atol, rtol)
                : tolerances("linalg.pinv", self, null, rcond);
        return Pinv.pinv(self, tolerances[0], tolerances[1], hermitian);
    }

    /** The pseudo-inverse with singular values up to {@code rcond} times the greatest as 0. As {@code torch.pinverse}. */
    @Torch("pinverse(self, rcond=1e-15)")
    public static Tensor pinverse(Tensor self, double rcond) {
        return pinv(self, Tensor.number(rcond), false, null, null);
    }

    /** The inverse of the map whose result has the first {@code ind} dimensions. As {@code torch.linalg.tensorinv}. */
    @Torch("linalg.tensorinv(self, ind=2)")
    public static Tensor tensorinv(Tensor self, long ind) {
        if (ind <= 0 || ind > self.dim()) {
            throw CressetException.runtime(
                    "linalg.tensorinv: ind is " + ind + " for shape " + self.shape() + "; expected 1 to " + self.dim());
        }
        long[] dims = self.shape().toArray();
        long[] first = Arrays.copyOf(dims, (int) ind);
        long[] rest = Arrays.copyOfRange(dims, (int) ind, dims.length);
        long n = Shape.of(first).numel();
        if (n != Shape.of(rest).numel()) {
            throw CressetException.runtime("linalg.tensorinv: shape " + self.shape() + " with ind " + ind
                    + "; expected equal products of the sizes before and after");
        }
        long[] shape = Arrays.copyOf(rest, dims.length);
        System.arraycopy(first, 0, shape, rest.length, first.length);
        return inv(self.reshape(n, n)).reshape(shape);
    }

    /** The X with tensordot(A, X) = B over X's dimensions; {@code dims} of A move to its end first. As {@code torch.linalg.tensorsolve}. */
    @Torch("linalg.tensorsolve(self, other: Tensor, dims=None)")
    public static Tensor tensorsolve(Tensor self, Tensor other, long @Nullable [] dims) {
        Tensor a = self;
        if (dims != null && dims.length > 0) {
            int[] d = Dims.wrapAll("linalg.tensorsolve", dims, a.dim());
            long[] from = new long[d.length];
            long[] to = new long[d.length];
            for (int i = 0; i < d.length; i++) {
                from[i] = d[i];
                to[i] = a.dim() - d.length + i;
            }
            a = a.movedim(from, to);
        }
        long[] shape = Arrays.copyOfRange(a.shape().dims(), Math.min(a.dim(), other.dim()), a.dim());
        long n = Shape.of(shape).numel();
        if (n != other.numel() || a.numel() != n * n) {
            throw CressetException.runtime("linalg.tensorsolve: A is " + self.dtype() + self.shape() + ", B "
                    + other.dtype() + other.shape()
                    + "; expected the product of A's further sizes to be the number of elements of B");
        }
        return solve(a.reshape(n, n), other.reshape(n)).reshape(shape);
    }
}
