package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.autograd.Node;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.emit.Preparation;
import org.cresset.op.StridedView;
import org.jspecify.annotations.Nullable;

/** A tensor with memory, shape and strides: the kind that eager execution works on. */
public final class Dense extends Tensor {
    private final Storage storage;
    private final long[] strides;
    private final long offset;
    private final boolean number;
    private boolean inference;

    private boolean leafRequiresGrad;
    private @Nullable Node node;
    private int outputIndex;
    private @Nullable Node accumulator;
    private @Nullable LeafGradient gradient;

    /** The tensor that this one is a view of, so that changes in place reach its history. */
    private final @Nullable Dense base;

    private int rebases;
    private int seenRebases;

    private Dense(
            Storage storage,
            Shape shape,
            long[] strides,
            long offset,
            DType dtype,
            @Nullable Dense base,
            boolean number) {
        super(shape, dtype);
        this.storage = storage;
        this.strides = strides;
        this.offset = offset;
        this.base = base;
        this.number = number;
        if (base != null) {
            seenRebases = base.rebases;
            inference = base.inference;
        }
    }

    // ---- making ----

    /** New contiguous memory with unknown content. */
    public static Dense empty(Shape shape, DType dtype, Device device) {
        long bytes = Math.multiplyExact(shape.numel(), (long) dtype.size());
        Storage s = device == Device.META ? Storage.meta(bytes) : memory(bytes);
        return new Dense(s, shape, shape.contiguousStrides(), 0, dtype, null, false);
    }

    private static Storage memory(long bytes) {
        Preparation.mayBegin(bytes);
        return Memory.allocate(bytes);
    }

    /** New contiguous memory with unknown content on the CPU. */
    public static Dense empty(Shape shape, DType dtype) {
        return empty(shape, dtype, Device.CPU);
    }

    /** New memory with the shape and the strides of a tensor without gaps. */
    public static Dense emptyLike(Dense t, DType dtype) {
        return emptyLike(t, dtype, t.device());
    }

    /** New memory with the shape and the strides of a tensor without gaps, on a device. */
    public static Dense emptyLike(Dense t, DType dtype, Device device) {
        long bytes = t.numel() * dtype.size();
        Storage s = device == Device.META ? Storage.meta(bytes) : memory(bytes);
        return new Dense(s, t.shape, t.strides, 0, dtype, null, false);
    }

    /** New memory with these strides, which must leave no gaps. */
    public static Dense emptyStrided(Shape shape, long[] strides, DType dtype) {
        return new Dense(memory(shape.numel() * dtype.size()), shape, strides, 0, dtype, null, false);
    }

    /** A tensor over existing memory. */
    public static Dense over(Storage storage, Shape shape, long[] strides, long offset, DType dtype) {
        return new Dense(storage, shape, strides, offset, dtype, null, false);
    }

    /** A rank-0 tensor of a dtype. */
    public static Dense number(double value, DType dtype) {
        Dense t = empty(Shape.SCALAR, dtype);
        t.write(0, value);
        return t;
    }

    /** A Java number as an operand: floating (float64) or integer (int64) or bool, giving way in promotion. */
    public static Dense wrapped(Number value) {
        boolean integer =
                value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte;
        DType t = integer ? DType.INT64 : DType.FLOAT64;
        Dense d = new Dense(Memory.allocate(8), Shape.SCALAR, Shape.SCALAR.contiguousStrides(), 0, t, null, true);
        if (integer) {
            d.segment().set(ValueLayout.JAVA_LONG, 0, value.longValue());
        } else {
            d.segment().set(ValueLayout.JAVA_DOUBLE, 0, value.doubleValue());
        }
        return d;
    }

    /** A boolean as an operand that gives way in promotion. */
    public static Dense wrapped(boolean value) {
        Dense d = new Dense(
                Memory.allocate(1), Shape.SCALAR, Shape.SCALAR.contiguousStrides(), 0, DType.BOOL, null, true);
        d.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) (value ? 1 : 0));
        return d;
    }

    /** The same number with another dtype, still giving way in promotion; for complex numbers. */
    public static Dense wrappedComplex(double re, double im) {
        Dense d = new Dense(
                Memory.allocate(16), Shape.SCALAR, Shape.SCALAR.contiguousStrides(), 0, DType.COMPLEX128, null, true);
        d.segment().set(ValueLayout.JAVA_DOUBLE, 0, re);
        d.segment().set(ValueLayout.JAVA_DOUBLE, 8, im);
        return d;
    }

    /** Another view of this tensor's memory, with the dtype changed only where memory is reinterpreted. */
    public Dense view(Shape newShape, long[] newStrides, long newOffset, DType newDtype) {
        return new Dense(storage, newShape, newStrides, newOffset, newDtype, base == null ? this : base, false);
    }

    /** Another view of this tensor's memory. */
    public Dense view(Shape newShape, long[] newStrides, long newOffset) {
        return view(newShape, newStrides, newOffset, dtype);
    }

    // ---- layout ----

    /** The memory's owner. */
    public Storage storage() {
        return storage;
    }

    /** The memory, of which this tensor's elements are a part. */
    public MemorySegment segment() {
        if (storage.device() == Device.META) {
            throw CressetException.runtime("a tensor on meta, " + dtype + shape
                    + ", has no elements; only operations whose result's shape doesn't depend on them work there");
        }
        return storage.segment();
    }

    /** Where the first element lies, in elements from the beginning of the memory. */
    public long storageOffset() {
        return offset;
    }

    /** Where the first element lies, in bytes from the beginning of the memory. */
    public long byteOffset() {
        return offset << dtype.shift();
    }

    /** Step of dimension {@code i}, from 0, in elements. */
    public long stride(int i) {
        return strides[i];
    }

    /** A copy of the steps of the dimensions in elements. */
    public long[] strides() {
        return strides.clone();
    }

    /** The steps themselves, for code that only reads them. */
    public long[] stridesRaw() {
        return strides;
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        return strides == shape.contiguousStrides() || sameStrides(shape.contiguousStrides());
    }

    private boolean sameStrides(long[] other) {
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] != other[i] && shape.size(i) > 1) {
                return shape.numel() == 0;
            }
        }
        return true;
    }

    /** Whether the elements fill their stretch of memory without gaps or repetitions, in whatever order of dimensions. */
    public boolean isDense() {
        if (isContiguous()) {
            return true;
        }
        int n = shape.rank();
        boolean[] used = new boolean[n];
        long expected = 1;
        for (int k = 0; k < n; k++) {
            int found = -1;
            for (int i = 0; i < n; i++) {
                if (!used[i] && (shape.size(i) == 1 || strides[i] == expected)) {
                    found = i;
                    if (shape.size(i) == 1) {
                        break;
                    }
                }
            }
            if (found < 0) {
                return false;
            }
            used[found] = true;
            expected *= shape.size(found);
        }
        return true;
    }

    /** Whether both have the same shape and the same strides where they matter. */
    public boolean sameLayout(Dense other) {
        return strides == other.strides && shape == other.shape
                || shape.equals(other.shape) && (Arrays.equals(strides, other.strides) || sameStrides(other.strides));
    }

    @Override
    public Device device() {
        return storage.device();
    }

    @Override
    public boolean hasValues() {
        return storage.device() != Device.META;
    }

    @Override
    public boolean isNumber() {
        return number;
    }

    @Override
    public Dense dense(String op) {
        return this;
    }

    // ---- single elements ----

    /** The element at a flat row-major index, as a double (of a complex number the real part). */
    public double read(long index) {
        return Elements.readDouble(this, index);
    }

    /** Writes the element at a flat row-major index. */
    public void write(long index, double value) {
        Elements.writeDouble(this, index, value);
    }

    /** The element at a flat row-major index, as a long. */
    public long readLong(long index) {
        return Elements.readLong(this, index);
    }

    // ---- autograd ----

    @Override
    public boolean requiresGrad() {
        return leafRequiresGrad || node() != null;
    }

    Tensor setRequiresGrad(boolean on) {
        if (on && !dtype.isDifferentiable()) {
            throw CressetException.runtime(
                    "requires_grad: only floating-point and complex tensors can require a gradient, not " + dtype
                            + "; convert with to(FLOAT32) first");
        }
        if (on && inference) {
            throw CressetException.runtime(
                    "requires_grad: a tensor made in inference mode can't require a gradient; clone it outside");
        }
        if (!on && node() != null) {
            throw CressetException.runtime("requires_grad: only leaves can stop requiring a gradient; use detach()");
        }
        leafRequiresGrad = on && node() == null;
        return this;
    }

    /** The recorded operation that made this, or null. */
    public @Nullable Node node() {
        Dense b = base;
        if (b != null
                && seenRebases != b.rebases) { // the base was changed in place: this view now comes from the new base
            seenRebases = b.rebases;
            StridedView.regenerate(this, b);
        }
        return node;
    }

    /** Which output of {@link #node()} this is. */
    public int outputIndex() {
        return outputIndex;
    }

    /** Sets what made this tensor. */
    public void setNode(@Nullable Node made, int index) {
        node = made;
        outputIndex = index;
        if (made != null) {
            leafRequiresGrad = false;
        }
    }

    /** Sets what made this tensor after a change in place; views of it will notice. */
    public void rebase(Node made, int index) {
        setNode(made, index);
        rebases++;
    }

    /** Tells that {@link #node()} is up to date with the base. */
    public void acknowledgeRebase() {
        if (base != null) {
            seenRebases = base.rebases;
        }
    }

    /** The tensor that this is a view of, or null. */
    public @Nullable Dense base() {
        return base;
    }

    /** Where gradients for this tensor go: what made it, or for a leaf the node that accumulates; null if it needs none. */
    public @Nullable Node edge() {
        Node n = node();
        if (n != null) {
            return n;
        }
        if (!leafRequiresGrad) {
            return null;
        }
        Node a = accumulator;
        if (a == null) {
            a = Node.leaf(this);
            accumulator = a;
        }
        return a;
    }

    @Override
    public boolean isLeaf() {
        return node() == null;
    }

    /** The gradient that backward accumulates here, and that is empty until then. */
    public LeafGradient gradient() {
        LeafGradient g = gradient;
        if (g == null) {
            g = new LeafGradient(this);
            gradient = g;
        }
        return g;
    }

    /** Marks a tensor as made in inference mode. */
    public void markInference() {
        inference = true;
    }

    /** Whether this was made in inference mode. */
    public boolean isInference() {
        return inference;
    }

    @Override
    public Tensor detach() {
        // No base: changes in place through a detached tensor must not be recorded in the original's history.
        return new Dense(storage, shape, strides, offset, dtype, null, false);
    }
}
