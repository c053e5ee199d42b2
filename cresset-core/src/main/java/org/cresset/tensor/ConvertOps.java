package org.cresset.tensor;

import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.stream.DoubleStream;
import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.op.Convert;

/** From tensors to Java values and to tensors alike. */
public sealed interface ConvertOps permits Tensor {
    /** This tensor. */
    Tensor self();

    private Dense values(String method) {
        Interpreter i = Context.current().transform();
        return (Dense) (i == null ? self() : i.latest(self())).values(method);
    }

    private Dense one() {
        Dense t = values("item");
        if (t.numel() != 1) {
            throw CressetException.runtime(
                    "item: a tensor of shape " + t.shape() + " has " + t.numel() + " elements; expected 1");
        }
        return t;
    }

    /** The only element. As {@code Tensor.item}. */
    default double item() {
        return one().read(0);
    }

    /** The only element as an integer. */
    default long itemLong() {
        return one().readLong(0);
    }

    /** Whether the only element isn't zero. */
    default boolean itemBoolean() {
        Dense t = one();
        return t.read(0) != 0 || Elements.imaginary(t, 0) != 0;
    }

    /** This, or a copy, in row-major order. */
    private Dense row(String method, DType dtype) {
        Dense t = values(method);
        return t.dtype() == dtype && t.isContiguous()
                ? t
                : Context.eagerly(() -> (Dense) t.to(dtype).contiguous());
    }

    /** The elements' memory, which is theirs as long as the tensor is reachable. */
    private static MemorySegment memory(Dense t) {
        long bytes = t.numel() * t.dtype().size();
        return bytes == 0 ? MemorySegment.NULL : t.segment().asSlice(t.byteOffset(), bytes);
    }

    /** The elements in row-major order, converted. */
    default float[] toFloatArray() {
        Dense t = row("toFloatArray", DType.FLOAT32);
        float[] v = memory(t).toArray(ValueLayout.JAVA_FLOAT);
        Reference.reachabilityFence(t);
        return v;
    }

    /** The elements in row-major order, converted. */
    default double[] toDoubleArray() {
        Dense t = row("toDoubleArray", DType.FLOAT64);
        double[] v = memory(t).toArray(ValueLayout.JAVA_DOUBLE);
        Reference.reachabilityFence(t);
        return v;
    }

    /** The elements in row-major order, converted. */
    default long[] toLongArray() {
        Dense t = row("toLongArray", DType.INT64);
        long[] v = memory(t).toArray(ValueLayout.JAVA_LONG);
        Reference.reachabilityFence(t);
        return v;
    }

    /** The elements in row-major order, converted. */
    default int[] toIntArray() {
        Dense t = row("toIntArray", DType.INT32);
        int[] v = memory(t).toArray(ValueLayout.JAVA_INT);
        Reference.reachabilityFence(t);
        return v;
    }

    /** Whether each element isn't zero, in row-major order. */
    default boolean[] toBooleanArray() {
        long[] v = self().ne(0).toLongArray();
        boolean[] b = new boolean[v.length];
        for (int i = 0; i < v.length; i++) {
            b[i] = v[i] != 0;
        }
        return b;
    }

    /** The elements in row-major order as a stream. */
    default DoubleStream stream() {
        return DoubleStream.of(toDoubleArray());
    }

    /** The elements' memory, row-major and read-only; a copy if they don't lie so. The segment keeps the memory alive. */
    default MemorySegment toSegment() {
        Dense t = row("toSegment", self().dtype());
        Storage owner = t.storage(); // kept by the segment's scope
        return memory(t)
                .reinterpret(Arena.ofAuto(), s -> Reference.reachabilityFence(owner))
                .asReadOnly();
    }

    /**
     * The image that (3, H, W) or (1, H, W) shows, of floats from 0 to 1 or uint8.
     *
     * @throws CressetException for another shape
     */
    default BufferedImage toImage() {
        return Images.toImage(self());
    }

    /** The same shape and dtype, zeros. As {@code torch.zeros_like}. */
    default Tensor zerosLike() {
        return fullLike(0);
    }

    /** The same shape and dtype, ones. As {@code torch.ones_like}. */
    default Tensor onesLike() {
        return fullLike(1);
    }

    /** The same shape and dtype, one number. As {@code torch.full_like}. */
    default Tensor fullLike(double value) {
        Tensor t = self();
        if (t instanceof Dense d && d.isDense() && d.device() == Device.CPU && !d.isContiguous()) {
            Dense out = Dense.emptyLike(d, d.dtype());
            Convert.fill(out.segment(), 0, out.dtype(), out.numel(), value);
            return out;
        }
        return newFull(t.shape(), value, t.dtype());
    }

    /** One number in any shape and dtype, on this tensor's device. As {@code Tensor.new_full}. */
    default Tensor newFull(Shape shape, double value, DType dtype) {
        return self().device() == Device.META
                ? Dense.empty(shape, dtype, Device.META)
                : Tensor.full(shape, value, dtype);
    }
}
