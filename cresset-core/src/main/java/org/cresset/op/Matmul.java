package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Lapack;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Products of matrices (m, k) (k, n) or of batches of them (b, m, k) (b, k, n), with an optional bias (n) added to rows. */
public final class Matmul extends Contraction {
    /** Multiplications that are worth another thread. */
    private static final long WORTH_SHARING = 1 << 21;

    public static final Matmul OP = new Matmul();

    private Matmul() {
        super("matmul", Saves.INPUTS);
    }

    /** How the right operand lies in memory, so that its gradient can lie as it does. */
    private enum Right {
        TRANSPOSED
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        Tensor b = in[1];
        if (a.dtype() != b.dtype()) {
            throw CressetException.runtime("matmul: operands have dtypes " + a.dtype() + " and " + b.dtype()
                    + "; expected the same, convert one with to()");
        }
        if (a.dim() != b.dim() || a.dim() < 2 || a.dim() > 3) {
            throw CressetException.runtime("matmul: shapes " + a.shape() + " and " + b.shape()
                    + "; expected two matrices or two" + " batches of matrices");
        }
        if (a.size(-1) != b.size(-2)) {
            throw CressetException.runtime("matmul: inner sizes differ: " + a.shape() + " @ " + b.shape()
                    + "; expected the second operand's dim " + (b.dim() - 2) + " to be " + a.size(-1));
        }
        if (a.dim() == 3 && a.size(0) != b.size(0)) {
            throw CressetException.runtime("matmul: batches differ: " + a.shape() + " @ " + b.shape());
        }
        Tensor bias = in.length > 2 ? in[2] : null;
        if (bias != null && (bias.dim() != 1 || bias.size(0) != b.size(-1) || bias.dtype() != a.dtype())) {
            throw CressetException.runtime("linear: a bias of " + bias.dtype() + bias.shape() + " for an output of "
                    + a.dtype() + " with " + b.size(-1) + " features");
        }
        return spec(
                a.dim() == 2 ? Shape.of(a.size(0), b.size(1)) : Shape.of(a.size(0), a.size(1), b.size(2)), a.dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        into(in[0], in[1], in.length > 2 ? in[2] : null, out[0]);
    }

    /** Adds the product of two matrices (m, k) and (k, n) to a third, all in float32. */
    static void add(Dense left, Dense right, Dense sum) {
        Contractions library = Providers.contractions();
        if (library == null || left.size(1) == 0) {
            Dense product = Dense.empty(sum.shape(), sum.dtype());
            into(left, right, null, product);
            Pointwise.copy((Dense) sum.detach().add(product), sum);
            return;
        }
        Dense a = plain(batched(left), DType.FLOAT32);
        Dense b = plain(batched(right), DType.FLOAT32);
        Dense c = batched(sum);
        long m = c.size(1);
        long parts = Math.clamp(m * a.size(2) * c.size(2) / WORTH_SHARING, 1, Workers.parts());
        Workers.parallelFor(parts, 1, (from, to) -> {
            for (long p = from; p < to; p++) {
                long first = m * p / parts;
                long rows = m * (p + 1) / parts - first;
                library.multiplyAdd(
                        1,
                        rows,
                        c.size(2),
                        a.size(2),
                        operand(rows(a, first, rows)),
                        operand(b),
                        operand(rows(c, first, rows)));
            }
        });
    }

    private static Dense rows(Dense t, long first, long rows) {
        return t.view(Shape.of(1, rows, t.size(2)), t.strides(), t.storageOffset() + first * t.stride(1));
    }

    /** Computes a product into memory that there is. */
    static void into(Dense left, Dense right, @Nullable Dense bias, Dense out) {
        Dense a = batched(left);
        Dense b = batched(right);
        Dense c = batched(out);
        if (c.numel() == 0) {
            return;
        }
        if (LargeProducts.suits(a, b, c)) {
            LargeProducts.multiply(a, b, bias == null ? null : Rows.convert(bias, DType.FLOAT32), c);
            return;
        }
        Contractions library = Providers.contractions();
        DType t = nativeType(library, c.dtype());
        if (library == null || t == null || a.size(2) == 0) {
            Lapack blas = a.size(2) == 0 || !Gemm.handles(c.dtype()) ? null : Providers.lapack();
            if (blas != null) {
                Gemm.run(blas, plain(a, a.dtype()), plain(b, b.dtype()), bias, c);
            } else {
                JavaMultiply.run(a, b, bias, c);
            }
            return;
        }
        Dense x = plain(a, t);
        // oneDNN reads past gaps between the batches of a right operand with one row.
        boolean gaps = b.size(1) == 1 && b.size(0) > 1 && !b.isContiguous();
        Dense y = plain(gaps ? (Dense) b.contiguous() : b, t);
        Dense z = c.dtype() == t ? c : Dense.empty(c.shape(), t);
        Operand add = bias == null ? null : operand(Rows.convert(bias, t));
        library.multiply(t, z.size(0), z.size(1), z.size(2), a.size(2), operand(x), operand(y), add, operand(z));
        if (z != c) {
            Pointwise.copy(z, c);
        }
    }

    /** The dtype in which the library does it: half types where the machine computes with them, else float32; null: it doesn't. */
    private static @Nullable DType nativeType(@Nullable Contractions library, DType t) {
        boolean half = t == DType.FLOAT16 || t == DType.BFLOAT16;
        if (library == null || !half && !library.multiplies(t)) {
            return null;
        }
        return library.multiplies(t) ? t : DType.FLOAT32;
    }

    private static Operand operand(Dense t) {
        return new Operand(t.segment(), t.byteOffset(), t.stridesRaw());
    }

    /** As a batch of matrices. */
    private static Dense batched(Dense t) {
        if (t.dim() == 3) {
            return t;
        }
        long rows = t.size(0);
        long columns = t.size(1);
        return t.view(
                Shape.of(1, rows, columns), new long[] {rows * columns, t.stride(0), t.stride(1)}, t.storageOffset());
    }

    /** With one of the matrix dimensions element by element in memory, as the library asks. */
    private static Dense plain(Dense t, DType type) {
        if (t.dtype() != type) {
            return copy(t, type);
        }
        long r = t.stride(1);
        long s = t.stride(2);
        boolean rowMajor = (s == 1 || t.size(2) == 1) && (r >= t.size(2) || t.size(1) == 1);
        boolean columnMajor = (r == 1 || t.size(1) == 1) && (s >= t.size(1) || t.size(2) == 1);
        boolean clean = (rowMajor && s == 1) || (columnMajor && r == 1);
        return clean && t.stride(0) >= 0 && (t.stride(0) > 0 || t.size(0) == 1) ? t : copy(t, type);
    }

    private static Dense copy(Dense t, DType type) {
        Dense c = Dense.empty(t.shape(), type);
        Pointwise.copy(t, c);
        return c;
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return i < 2 && needs[1 - i];
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor g = v.grad();
        if (v.needs(0)) {
            v.set(0, on(None.NONE, g, v.input(1).conj().transpose(-2, -1)));
        }
        if (v.needs(1)) {
            Tensor a = v.input(0).conj();
            v.set(
                    1,
                    v.attrs() == Right.TRANSPOSED
                            ? on(None.NONE, g.transpose(-2, -1), a).transpose(-2, -1)
                            : on(None.NONE, a.transpose(-2, -1), g));
        }
        if (v.inputs() > 2 && v.needs(2)) {
            v.set(2, g.dim() == 2 ? g.sum(0) : g.sum(0, 1));
        }
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        boolean bias = in.length > 2 && in[2] != null;
        Tensor a = in[0];
        Tensor b = in[1];
        boolean matrices = a.dim() - (mapped[0] ? 1 : 0) == 2;
        Tensor y;
        if (matrices) {
            y = on(
                    attrs,
                    mapped[0] ? a : a.expand(size, a.size(0), a.size(1)),
                    mapped[1] ? b : b.expand(size, b.size(0), b.size(1)));
        } else {
            long n = mapped[0] ? a.size(1) : a.size(0);
            Tensor x = mapped[0] ? a : a.expand(size, n, a.size(1), a.size(2));
            Tensor z = mapped[1] ? b : b.expand(size, n, b.size(1), b.size(2));
            Tensor flat = on(attrs, x.flatten(0, 1), z.flatten(0, 1));
            y = flat.unflatten(0, size, n);
        }
        if (!bias) {
            return new Tensor[] {y};
        }
        Tensor c = in[2];
        return new Tensor[] {y.add(mapped[2] ? c.reshape(c.size(0), 1, c.size(1)) : c)};
    }

    /** {@code x wᵀ + bias} over the last dimension of x, as {@code nn.functional.linear}. */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        bias = Precision.LOWER.ofNullable(bias);
        if (weight.dim() != 2 && weight.dim() != 1 || x.dim() == 0 || x.size(-1) != weight.size(-1)) {
            throw CressetException.runtime("linear: input " + x.shape() + " and weight " + weight.shape()
                    + "; expected the input's last size to be the weight's, " + weight.size(-1));
        }
        if (weight.dim() == 1) {
            Tensor y = x.matmul(weight);
            return bias == null ? y : y.add(bias);
        }
        Tensor rows = x.dim() == 2 ? x : x.reshape(-1, x.size(-1));
        if (x.dim() != 2 && x.numel() == 0) {
            rows = x.reshape(x.numel() / Math.max(1, x.size(-1)), x.size(-1));
        }
        Tensor y = bias == null || bias.dim() != 1
                ? OP.on(Right.TRANSPOSED, rows, weight.t())
                : OP.on(Right.TRANSPOSED, new Tensor[] {rows, weight.t(), bias});
        if (bias != null && bias.dim() != 1) {
            y = y.add(bias);
        }
        if (x.dim() == 2) {
            return y;
        }
        long[] dims = x.shape().toArray();
        dims[dims.length - 1] = weight.size(0);
        return y.reshape(dims);
    }

    /** Any product of vectors, matrices and batches that broadcast, as {@code torch.matmul}. */
    public static Tensor matmul(Tensor a, Tensor b) {
        if (a.dim() == 0 || b.dim() == 0) {
            throw CressetException.runtime(
                    "matmul: shapes " + a.shape() + " and " + b.shape() + "; expected at least one dimension each");
        }
        if (a.dim() == 2 && b.dim() == 2) {
            return OP.on(None.NONE, a, b);
        }
        if (a.dim() == 1 && b.dim() == 1) {
            return Precision.LOWER.applyAll(t -> new Tensor[] {dot("matmul", t[0], t[1])}, a, b)[0];
        }
        if (a.dim() == 1) {
            return matmul(a.unsqueeze(0), b).squeeze(-2);
        }
        if (b.dim() == 1) {
            return matmul(a, b.unsqueeze(1)).squeeze(-1);
        }
        if (a.size(-1) != b.size(-2)) {
            throw CressetException.runtime("matmul: inner sizes differ: " + a.shape() + " @ " + b.shape()
                    + "; expected the second operand's dim " + (b.dim() - 2) + " to be " + a.size(-1));
        }
        if (b.dim() == 2) { // one matrix for all: a single product of many rows
            long[] dims = a.shape().toArray();
            long rows = a.numel() / Math.max(1, a.size(-1));
            dims[dims.length - 1] = b.size(1);
            if (a.size(-1) == 0) {
                return Tensor.zeros(Shape.of(dims), a.dtype());
            }
            return OP.on(None.NONE, a.reshape(rows, a.size(-1)), b).reshape(dims);
        }
        Shape batch = Broadcast.shapes("matmul", lead(a.shape()), lead(b.shape()));
        Tensor x = a.expand(join(batch, a.size(-2), a.size(-1)));
        Tensor y = b.expand(join(batch, b.size(-2), b.size(-1)));
        long n = batch.numel();
        Tensor z = OP.on(None.NONE, x.reshape(n, a.size(-2), a.size(-1)), y.reshape(n, b.size(-2), b.size(-1)));
        return z.reshape(join(batch, a.size(-2), b.size(-1)));
    }

    /** The inner product of two vectors, as a sum: a product of matrices would lose digits of long ones. */
    public static Tensor dot(String op, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype() || a.size(0) != b.size(0)) {
            throw CressetException.runtime(op + ": operands are " + a.dtype() + a.shape() + " and " + b.dtype()
                    + b.shape() + "; expected vectors of one dtype and length");
        }
        DType t = a.dtype();
        if (t == DType.FLOAT32) {
            return Dot.OP.on(None.NONE, a, b);
        }
        boolean half = t == DType.FLOAT16 || t == DType.BFLOAT16;
        return half
                ? a.to(DType.FLOAT32).mul(b.to(DType.FLOAT32)).sum().to(t)
                : a.mul(b).sum((long[]) null, false, t);
    }

    private static Shape lead(Shape s) {
        return Shape.of(Arrays.copyOf(s.dims(), s.rank() - 2));
    }

    private static long[] join(Shape batch, long rows, long columns) {
        long[] d = Arrays.copyOf(batch.dims(), batch.rank() + 2);
        d[batch.rank()] = rows;
        d[batch.rank() + 1] = columns;
        return d;
    }
}
