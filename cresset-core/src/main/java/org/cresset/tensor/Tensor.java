package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import java.util.stream.DoubleStream;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.op.Cat;
import org.cresset.op.ComplexViews;
import org.cresset.op.None;
import org.cresset.op.Precision;
import org.cresset.op.ToCopy;
import org.cresset.op.Where;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers of one dtype with any number of dimensions, as {@code torch.Tensor}: views share memory, operations
 * broadcast and promote as PyTorch's do, and operations on tensors that require a gradient are recorded for
 * {@link #backward()}. Memory needs no closing. Tensors may be read by several threads at once.
 *
 * <p>Methods come by family, each in an interface of its own. Those whose names end in an underscore change this tensor in
 * place and return it.
 */
public abstract sealed class Tensor
        implements ElementwiseOps,
                OperatorOps,
                MathOps,
                SpecialOps,
                OrderOps,
                CompareOps,
                ReductionOps,
                ShapeOps,
                ArrangeOps,
                InsetOps,
                SetOps,
                CalculusOps,
                IndexOps,
                LinalgOps,
                InPlaceOps,
                InPlaceMathOps,
                InPlaceOperandOps,
                InPlaceIndexOps,
                SignalOps,
                RandomOps,
                ConvertOps
        permits Dense, Batched, Dual, Pending {
    final Shape shape;
    final DType dtype;

    Tensor(Shape shape, DType dtype) {
        this.shape = shape;
        this.dtype = dtype;
    }

    @Override
    public final Tensor self() {
        return this;
    }

    /** The sizes of the dimensions. */
    public final Shape shape() {
        return shape;
    }

    /** The element type. */
    public final DType dtype() {
        return dtype;
    }

    /** Number of dimensions. */
    public final int dim() {
        return shape.rank();
    }

    /** Number of elements. */
    public final long numel() {
        return shape.numel();
    }

    /** Size of dimension {@code dim}, which counts from the end if negative. */
    public final long size(int dim) {
        return shape.size(Dims.wrap("size", dim, dim()));
    }

    /** Where the elements are. */
    public abstract Device device();

    /** Whether operations on this tensor are recorded. */
    public abstract boolean requiresGrad();

    /** Whether this stands for a Java number, which gives way to tensors in type promotion. */
    public boolean isNumber() {
        return false;
    }

    /**
     * This tensor as one with memory, for the kernel of {@code op}; throws where a function transform is under way and the
     * values can't be known.
     */
    public Dense dense(String op) {
        throw CressetException.runtime(
                op + ": the elements of a tensor inside a function transform can't be read; return it"
                        + " from the function instead");
    }

    /**
     * Whether elements can be read: not on meta, and not where this stands for all examples of a batch. What only checks
     * arguments is left out where they can't.
     */
    public abstract boolean hasValues();

    /** A tensor whose elements are this one's, for {@code op} to read; throws where they are those of a whole batch. */
    Tensor values(String op) {
        return dense(op);
    }

    // ---- autograd ----

    /** Marks a leaf as requiring a gradient, or not; returns this tensor. Only floating-point and complex tensors can. */
    public Tensor requiresGrad(boolean on) {
        return dense("requires_grad").setRequiresGrad(on);
    }

    /**
     * The gradient that {@code backward} accumulated here, or null.
     *
     * @throws CressetException if it is sparse; then {@link #sparseGrad()} has it
     */
    public @Nullable Tensor grad() {
        LeafGradient gradient = dense("grad").gradient();
        if (gradient.sparse() != null) {
            throw CressetException.runtime("grad: the gradient of this table, " + dtype + shape
                    + ", is sparse; take it with sparseGrad(), which toDense makes a tensor of");
        }
        return gradient.toKeep();
    }

    /**
     * The rows of the gradient that {@code backward} accumulated here, if it came only from embeddings with {@code sparse};
     * else null.
     */
    public @Nullable SparseRows sparseGrad() {
        return dense("grad").gradient().sparseToKeep();
    }

    /**
     * Replaces the gradient by a copy of rows (null: none).
     *
     * @throws CressetException if they aren't of this tensor's dtype and row shape
     */
    public void setSparseGrad(@Nullable SparseRows rows) {
        dense("grad").gradient().setSparse(rows);
    }

    /** Replaces the gradient (null: none). */
    public void setGrad(@Nullable Tensor grad) {
        dense("grad").gradient().set(grad);
    }

    /** Fills the gradients of all leaves that this one-element tensor was computed from. */
    public void backward() {
        Autograd.backward(this);
    }

    /** Fills the gradients of all leaves, given the gradient of something with respect to this tensor. */
    public void backward(@Nullable Tensor gradient) {
        Autograd.backward(this, gradient, false, false);
    }

    /** Whether this was made by the user and not by a recorded operation. */
    public boolean isLeaf() {
        return true;
    }

    /** The same elements in the same memory, cut off from what was recorded. */
    public abstract Tensor detach();

    /** A copy with memory of its own. As {@code torch.clone}. */
    @Override
    @Torch("clone(self)")
    @SuppressWarnings("CloneDeclaresCloneNotSupported")
    public final Tensor clone() {
        return ToCopy.OP.on(new ToCopy.Attrs(dtype, ToCopy.Order.PRESERVE), this);
    }

    @Override
    public String toString() {
        return Printing.format(this);
    }

    // ---- making ----

    /** A Java number as an operand: it gives way to tensors in type promotion. */
    public static Tensor number(Number value) {
        return Dense.wrapped(value);
    }

    /** A tensor of rank 0: float32. */
    public static Tensor scalar(float value) {
        return Factories.floats(new float[] {value}, Shape.SCALAR);
    }

    /** A tensor of rank 1: float32. */
    public static Tensor of(float... values) {
        return Factories.floats(values, Shape.of(values.length));
    }

    /** A tensor of rank 1: float64. */
    public static Tensor of(double... values) {
        return Factories.doubles(values, Shape.of(values.length));
    }

    /** A tensor of rank 1: int64. */
    public static Tensor of(long... values) {
        return Factories.longs(values, Shape.of(values.length));
    }

    /** A tensor of rank 1: int32. */
    public static Tensor of(int... values) {
        return Factories.ints(values, Shape.of(values.length));
    }

    /** A tensor of rank 1: bool. */
    public static Tensor of(boolean... values) {
        return Factories.booleans(values, Shape.of(values.length));
    }

    /** A tensor of rank 2: float32. The rows must have one length. */
    public static Tensor of(float[]... rows) {
        return Factories.rows(rows);
    }

    /** Copied from row-major values, of the shape given: float32. */
    public static Tensor from(float[] values, long... shape) {
        return Factories.floats(values, Shape.of(shape));
    }

    /** Copied from row-major values, of the shape given: float64. */
    public static Tensor from(double[] values, long... shape) {
        return Factories.doubles(values, Shape.of(shape));
    }

    /** Copied from row-major values, of the shape given: int64. */
    public static Tensor from(long[] values, long... shape) {
        return Factories.longs(values, Shape.of(shape));
    }

    /** Copied from row-major values, of the shape given: int32. */
    public static Tensor from(int[] values, long... shape) {
        return Factories.ints(values, Shape.of(shape));
    }

    /** Copied from bytes, of the shape given: uint8. */
    public static Tensor from(byte[] values, long... shape) {
        return Factories.bytes(values, Shape.of(shape));
    }

    /** Copied from row-major memory. */
    public static Tensor from(MemorySegment memory, DType dtype, long... shape) {
        return Factories.memory(memory, dtype, Shape.of(shape));
    }

    /** Copied from a stream of row-major values, of the shape given: float64. */
    public static Tensor from(DoubleStream values, long... shape) {
        return Factories.doubles(values.toArray(), Shape.of(shape));
    }

    /** Memory with unknown content; in a {@link Reproducible} block NaN, or the largest number. */
    public static Tensor empty(DType dtype, long... shape) {
        return Reproducible.unknown(Dense.empty(Shape.of(shape), dtype));
    }

    /** Zeros: float32. */
    public static Tensor zeros(long... shape) {
        return zeros(Shape.of(shape), DType.FLOAT32);
    }

    /** Zeros. */
    public static Tensor zeros(Shape shape, DType dtype) {
        return Factories.full(shape, 0, dtype);
    }

    /** Ones: float32. */
    public static Tensor ones(long... shape) {
        return ones(Shape.of(shape), DType.FLOAT32);
    }

    /** Ones. */
    public static Tensor ones(Shape shape, DType dtype) {
        return Factories.full(shape, 1, dtype);
    }

    /** One number everywhere. */
    public static Tensor full(Shape shape, double value, DType dtype) {
        return Factories.full(shape, value, dtype);
    }

    /** 0, 1, ..., end - 1: int64. */
    public static Tensor arange(long end) {
        return Sequences.arange(0, end, 1, DType.INT64);
    }

    /** start, start + step, ... before end. As {@code torch.arange}. */
    public static Tensor arange(double start, double end, double step, DType dtype) {
        return Sequences.arange(start, end, step, dtype);
    }

    /** {@code steps} numbers from start to end, both included. As {@code torch.linspace}. */
    public static Tensor linspace(double start, double end, long steps, DType dtype) {
        return Sequences.linspace(start, end, steps, dtype);
    }

    /** {@code steps} numbers evenly from one tensor's value to another's, both included. As {@code torch.linspace}. */
    public static Tensor linspace(Tensor start, Tensor end, long steps, DType dtype) {
        return Sequences.linspace(start, end, steps, dtype);
    }

    /** The unit matrix (n, n). */
    public static Tensor eye(long n, DType dtype) {
        return Factories.eye(n, n, dtype);
    }

    /** Ones on the diagonal of a matrix (n, m). As {@code torch.eye}. */
    public static Tensor eye(long n, long m, DType dtype) {
        return Factories.eye(n, m, dtype);
    }

    /** Rows and columns (2, n), int64, of the upper or lower triangle of a matrix with its diagonal k, row by row. */
    public static Tensor triangleIndices(long rows, long columns, long k, boolean upper) {
        return Sequences.triangle(rows, columns, k, upper);
    }

    /** Uniform in [0, 1) from the default generator: float32. */
    public static Tensor rand(long... shape) {
        return Factories.rand(Shape.of(shape), DType.FLOAT32, null);
    }

    /** Standard normal from the default generator: float32. */
    public static Tensor randn(long... shape) {
        return Factories.randn(Shape.of(shape), DType.FLOAT32, null);
    }

    /** Uniform integers from low to high - 1 from the default generator: int64. */
    public static Tensor randint(long low, long high, long... shape) {
        return Factories.randint(low, high, Shape.of(shape), DType.INT64, null);
    }

    /** 0, ..., n - 1 in random order from the default generator: int64. */
    public static Tensor randperm(long n) {
        return Factories.randperm(n, DType.INT64, null);
    }

    /** Seeds the default generator: what is drawn then repeats. */
    public static void manualSeed(long seed) {
        Generator.defaultGenerator().manualSeed(seed);
    }

    // ---- several tensors ----

    /** Complex numbers of magnitudes and angles, both float32 or float64. As {@code torch.polar}. */
    @Torch("polar(abs: Tensor, angle: Tensor)")
    public static Tensor polar(Tensor abs, Tensor angle) {
        abs = Precision.FULL.of(abs);
        angle = Precision.FULL.of(angle);
        if (abs.dtype() != angle.dtype() || abs.dtype() != DType.FLOAT32 && abs.dtype() != DType.FLOAT64) {
            throw CressetException.runtime("polar: operands of " + abs.dtype() + " and " + angle.dtype()
                    + "; expected both float32 or both float64");
        }
        return complex(abs.mul(angle.cos()), abs.mul(angle.sin()));
    }

    /**
     * Counts (or weights) of points (*, d) in a grid of {@code bins} even bins in each dimension, and their edges. As
     * {@code torch.histogramdd}.
     *
     * @param range the lowest and highest edge of each dimension after each other, or null: the data's
     */
    @Torch("histogramdd(self, bins, range=None, weight=None, density=False)")
    public static Object[] histogramdd(
            Tensor self, long[] bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        return Histograms.histogramdd(self, bins, range, weight, density);
    }

    /** Counts (or weights) of points (*, d) in a grid with given edges, and those. As {@code torch.histogramdd}. */
    @Torch("histogramdd(self, bins, range=None, weight=None, density=False)")
    public static Object[] histogramdd(Tensor self, Tensor[] bins, @Nullable Tensor weight, boolean density) {
        return Histograms.histogramdd(self, bins, weight, density);
    }

    /** Complex numbers of real and imaginary parts, both of one floating-point dtype. As {@code torch.complex}. */
    @Torch("complex(real: Tensor, imag: Tensor)")
    public static Tensor complex(Tensor real, Tensor imag) {
        return ComplexViews.Join.OP.on(None.NONE, real, imag);
    }

    /** {@code x} where {@code condition} is true, else {@code y}. As {@code torch.where}. */
    public static Tensor where(Tensor condition, Tensor x, Tensor y) {
        return Where.OP.on(condition, x, y);
    }

    /** Joined along a dimension. As {@code torch.cat}. */
    public static Tensor cat(long dim, Tensor... tensors) {
        return Cat.cat(tensors, dim);
    }

    /** Joined along a new dimension. As {@code torch.stack}. */
    public static Tensor stack(long dim, Tensor... tensors) {
        return Cat.stack(tensors, dim);
    }
}
