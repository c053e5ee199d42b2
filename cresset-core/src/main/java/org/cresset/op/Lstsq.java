package org.cresset.op;

import java.util.Locale;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Least squares of A (..., m, n) X = B (..., m, k) by one of LAPACK's drivers: X (..., n, k), the ranks (int64; none for gels) and
 * the singular values (for gelsd and gelss). Derivatives are those of A⁺B.
 */
public final class Lstsq extends Linalg {
    private static final Lstsq OP = new Lstsq();

    /** The driver, and which singular values count as 0. */
    record Attrs(Lapack.LeastSquares driver, double rcond) {}

    private Lstsq() {
        super("linalg.lstsq", Saves.INPUTS);
    }

    /** Solution, ranks and singular values; batch dimensions must agree. */
    public static Tensor[] solve(Tensor a, Tensor b, String driver, double rcond) {
        Lapack.LeastSquares d =
                switch (driver) {
                    case "gels", "gelsy", "gelsd", "gelss" ->
                        Lapack.LeastSquares.valueOf(driver.toUpperCase(Locale.ROOT));
                    default ->
                        throw CressetException.runtime(
                                "linalg.lstsq: driver '" + driver + "'; expected one of gels, gelsy, gelsd, gelss");
                };
        return OP.all(new Attrs(d, rcond), a, b);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Lapack.LeastSquares driver = ((Attrs) attrs).driver;
        Tensor a = in[0];
        Tensor b = in[1];
        expectMatrices(name(), a);
        expectMatrices(name(), b);
        expectSameType(name(), a, b);
        if (a.size(-2) != b.size(-2)) {
            throw CressetException.runtime(name() + ": A is " + a.dtype() + a.shape() + ", B " + b.dtype() + b.shape()
                    + "; expected equal numbers of rows");
        }
        boolean values = driver == Lapack.LeastSquares.GELSD || driver == Lapack.LeastSquares.GELSS;
        long k = Math.min(a.size(-1), a.size(-2));
        return new Spec[] {
            new Spec(shape(a, 2, a.size(-1), b.size(-1)), a.dtype()),
            new Spec(driver == Lapack.LeastSquares.GELS ? Shape.of(0) : shape(a, 2), DType.INT64),
            new Spec(values ? shape(a, 2, k) : Shape.of(0), a.dtype().real())
        };
    }

    @Override
    public boolean differentiable(int output) {
        return output == 0;
    }

    @Override
    protected boolean matrices(int output, Spec[] specs, Tensor first) {
        return output == 0;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(name());
        Dense a = columnsOf(in[0]);
        int m = size(a, -2);
        int n = size(a, -1);
        int k = size(in[1], -1);
        long count = count(a);
        Convert.fill(out[0].segment(), out[0].byteOffset(), out[0].dtype(), out[0].numel(), 0);
        for (long i = 0; i < out[1].numel(); i++) {
            Convert.writeLong(DType.INT64, out[1].segment(), out[1].byteOffset() + 8 * i, 0);
        }
        if (m == 0 || n == 0 || count == 0) {
            return;
        }
        int rows = Math.max(m, n);
        Dense b = columns(shape(a, 2, rows, k), a.dtype());
        Pointwise.copy(in[1], (Dense) b.narrow(-2, 0, m));
        boolean values = out[2].numel() > 0;
        Dense ranks = Dense.empty(Shape.of(count), DType.INT32);
        Dense infos = Svd.infos(count);
        each(
                count,
                8.0 * m * n * Math.min(m, n),
                infos,
                i -> l.leastSquares(
                        a.dtype(),
                        t.driver,
                        m,
                        n,
                        k,
                        address(a, i, count),
                        m,
                        address(b, i, count),
                        rows,
                        t.rcond,
                        values ? address(out[2], i, count) : 0,
                        address(ranks, i, count)),
                a,
                b,
                out[2],
                ranks);
        check(
                name(),
                in[0],
                infos,
                info -> t.driver == Lapack.LeastSquares.GELS
                        ? "gels needs matrices of full rank, and this one isn't; use gelsy, gelsd or gelss"
                        : "the algorithm failed to converge");
        Pointwise.copy((Dense) b.narrow(-2, 0, n), out[0]);
        if (out[1].numel() > 0) {
            for (long i = 0; i < count; i++) {
                Convert.writeLong(DType.INT64, out[1].segment(), out[1].byteOffset() + 8 * i, ranks.readLong(i));
            }
        }
    }

    /** What isn't given is empty for the whole batch, and then for each of its examples. */
    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Tensor[] out = super.batch(attrs, in, mapped, size);
        Tensor[] all = new Tensor[out.length];
        for (int i = 0; i < out.length; i++) {
            boolean none = out[i].dim() == 1 && out[i].size(0) == 0 && size != 0;
            all[i] = none ? out[i].expand(size, 0) : out[i];
        }
        return all;
    }

    /** By the pseudo-inverse, which the solution is B's product with. */
    @Override
    protected void vjp(Vjp v) {
        double rcond = Math.max(0, ((Attrs) v.attrs()).rcond);
        Func.Pullback p = Func.vjp(
                x -> {
                    Tensor cutoff =
                            Tensor.full(Shape.SCALAR, rcond, x[0].dtype().real());
                    return new Tensor[] {
                        Pinv.pinv(x[0], cutoff.zerosLike(), cutoff, false).matmul(x[1])
                    };
                },
                v.input(0).alias(),
                v.input(1).alias());
        @Nullable Tensor[] g = p.vjp().apply(new Tensor[] {v.grad(0)});
        v.set(0, g[0]);
        v.set(1, g[1]);
    }
}
