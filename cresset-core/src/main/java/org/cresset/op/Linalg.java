package org.cresset.op;

import java.lang.ref.Reference;
import java.util.function.LongFunction;
import java.util.function.LongToIntFunction;
import org.cresset.autograd.Context;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Dense linear algebra on LAPACK, of matrices in the last two dimensions with any number of batch dimensions in front, which
 * all inputs share. Results lie column by column, as LAPACK's do, so that inputs are copied once and worked on in place.
 */
public abstract non-sealed class Linalg extends Op {
    /** Multiplications that are worth another thread. */
    private static final long GRAIN = 1 << 16;

    /** An operation with PyTorch's name for it. */
    protected Linalg(String name, Saves saves) {
        super(name, saves);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.FULL;
    }

    /** Whether an output is a batch of matrices and not of vectors or numbers. */
    protected boolean matrices(int output, Spec[] specs, Tensor first) {
        return specs[output].shape().rank() == first.dim();
    }

    @Override
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        if (device == Device.META) {
            return super.allocate(attrs, in, specs, device);
        }
        Dense[] out = new Dense[specs.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = matrices(i, specs, in[0])
                    ? columns(specs[i].shape(), specs[i].dtype())
                    : Dense.empty(specs[i].shape(), specs[i].dtype());
        }
        return out;
    }

    /** Every input with the batch dimension in front: the routines take any number of those. */
    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Tensor[] all = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            Tensor t = in[i];
            if (t != null && !mapped[i]) {
                long[] dims = new long[t.dim() + 1];
                dims[0] = size;
                System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
                t = t.expand(dims);
            }
            all[i] = t;
        }
        return all(attrs, all);
    }

    /** Whether a derivative of what is computed from {@code a} may be asked for. */
    static boolean derivativePossible(Tensor a) {
        Context c = Context.current();
        return c.transform() != null || c.grad() && a.requiresGrad();
    }

    // ---- shapes ----

    /** Throws unless the tensor is a batch of matrices of a type that LAPACK has. */
    public static void expectMatrices(String op, Tensor a) {
        if (a.dim() < 2) {
            throw CressetException.runtime(
                    op + ": " + a.dtype() + a.shape() + "; expected matrices, a tensor with at least two dimensions");
        }
        expectType(op, a);
    }

    /** Throws unless the tensor is of a type that LAPACK has. */
    public static void expectType(String op, Tensor a) {
        DType t = Precision.FULL.seen(a.dtype()).real();
        if (t != DType.FLOAT32 && t != DType.FLOAT64) {
            throw CressetException.runtime(op + ": " + a.dtype() + a.shape()
                    + "; expected float32, float64, complex64 or complex128, convert with to()");
        }
    }

    /** Throws unless the tensor is a batch of square matrices of a type that LAPACK has. */
    public static void expectSquare(String op, Tensor a) {
        expectMatrices(op, a);
        if (a.size(-1) != a.size(-2)) {
            throw CressetException.runtime(op + ": " + a.dtype() + a.shape()
                    + "; expected square matrices, the last two sizes are " + a.size(-2) + " and " + a.size(-1));
        }
    }

    /** Throws unless both have one dtype. */
    public static void expectSameType(String op, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw CressetException.runtime(op + ": operands are " + a.dtype() + a.shape() + " and " + b.dtype()
                    + b.shape() + "; expected one dtype, convert one with to()");
        }
    }

    /** The sizes before the last {@code drop} dimensions, followed by others. */
    static Shape shape(Tensor like, int drop, long... last) {
        int lead = like.dim() - drop;
        long[] dims = new long[lead + last.length];
        System.arraycopy(like.shape().dims(), 0, dims, 0, lead);
        System.arraycopy(last, 0, dims, lead, last.length);
        return Shape.of(dims);
    }

    /** A size as LAPACK counts. */
    static int size(Tensor t, int dim) {
        return Math.toIntExact(t.size(dim));
    }

    // ---- memory ----

    /** New memory for matrices, column by column. */
    static Dense columns(Shape shape, DType dtype) {
        int n = shape.rank();
        long[] strides = shape.contiguousStrides().clone();
        strides[n - 2] = 1;
        strides[n - 1] = Math.max(1, shape.size(n - 2));
        return Dense.emptyStrided(shape, strides, dtype);
    }

    /** A copy column by column. */
    static Dense columnsOf(Dense t) {
        Dense c = columns(t.shape(), t.dtype());
        Pointwise.copy(t, c);
        return c;
    }

    /** The first element of one of a batch of {@code of} pieces that follow each other in memory. */
    static long address(Dense t, long i, long of) {
        return t.segment().address()
                + t.byteOffset()
                + i * (t.numel() / of << t.dtype().shift());
    }

    /** LAPACK's leading dimension. */
    static int ld(long rows) {
        return Math.toIntExact(Math.max(1, rows));
    }

    /** Number of matrices in a batch. */
    static long count(Tensor t) {
        long n = 1;
        for (int i = 0; i < t.dim() - 2; i++) {
            n *= t.size(i);
        }
        return n;
    }

    /**
     * Handles each matrix of a batch, which costs {@code work} multiplications, on the threads that there are; what {@code
     * each} returns is kept in {@code infos} if given. {@code alive} is memory that must outlast the calls.
     */
    static void each(long count, double work, @Nullable Dense infos, LongToIntFunction each, Dense... alive) {
        Workers.parallelFor(count, Math.max(1, (long) (GRAIN / Math.max(1, work))), (from, to) -> {
            for (long i = from; i < to; i++) {
                int info = each.applyAsInt(i);
                if (infos != null) {
                    Convert.writeLong(DType.INT32, infos.segment(), infos.byteOffset() + 4 * i, info);
                }
            }
        });
        Reference.reachabilityFence(alive);
    }

    /**
     * Throws for the first matrix whose info isn't 0, unless {@code op}, the name to fail in, is null; {@code what} says what
     * that info means.
     */
    static void check(@Nullable String op, Tensor a, Dense infos, LongFunction<String> what) {
        for (long i = 0; op != null && i < infos.numel(); i++) {
            long info = infos.readLong(i);
            if (info != 0) {
                throw CressetException.runtime(op + ": " + (a.dim() > 2 ? "(batch element " + i + ") " : "")
                        + what.apply(info) + "; the input is " + a.dtype() + a.shape());
            }
        }
    }
}
