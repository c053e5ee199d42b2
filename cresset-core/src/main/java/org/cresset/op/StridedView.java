package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Context;
import org.cresset.autograd.Func;
import org.cresset.autograd.Node;
import org.cresset.autograd.Tape;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Any shape, strides and offset over a tensor's memory, as {@code torch.as_strided}. */
public final class StridedView extends View {
    public static final StridedView OP = new StridedView();

    /** The layout of the view, and that of the tensor whose memory it is, which the derivative needs. */
    public record Attrs(Shape shape, Views.Longs strides, long offset, Views.Longs baseStrides, long baseOffset) {
        /** The same views in a batch of bases that follow each other; null if a base isn't in row-major order alone. */
        @Nullable
        Attrs batched(Shape base, long size) {
            long n = base.numel();
            boolean alone = baseOffset == 0
                    && Arrays.equals(baseStrides.of(), base.contiguousStrides())
                    && (shape.numel() == 0 || reach(shape, strides.of(), offset) <= n);
            return alone
                    ? new Attrs(
                            Shape.of(front(size, shape.dims())),
                            new Views.Longs(front(n, strides.of())),
                            offset,
                            new Views.Longs(Shape.of(front(size, base.dims())).contiguousStrides()),
                            0)
                    : null;
        }

        private static long[] front(long first, long[] rest) {
            long[] all = new long[rest.length + 1];
            all[0] = first;
            System.arraycopy(rest, 0, all, 1, rest.length);
            return all;
        }

        /** The same view of a base that lies otherwise. */
        Attrs on(long[] strides, long offset) {
            return new Attrs(shape, this.strides, this.offset, new Views.Longs(strides), offset);
        }
    }

    private StridedView() {
        super("as_strided");
    }

    /** The attributes for a view of {@code x}; checks that it stays inside the memory. */
    public static Attrs attrs(Dense x, Shape shape, long[] strides, long offset) {
        long available = x.storage().bytes() >> x.dtype().shift();
        check(shape, strides, offset, available);
        return new Attrs(shape, new Views.Longs(strides), offset, new Views.Longs(x.strides()), x.storageOffset());
    }

    /** The attributes for a view of a tensor that has its memory for itself, in row-major order. */
    public static Attrs rowMajor(Shape base, Shape shape, long[] strides, long offset) {
        check(shape, strides, offset, base.numel());
        return new Attrs(shape, new Views.Longs(strides), offset, new Views.Longs(base.contiguousStrides()), 0);
    }

    /** How many elements of memory from its beginning on a view needs. */
    static long reach(Shape shape, long[] strides, long offset) {
        long last = offset;
        for (int i = 0; i < strides.length; i++) {
            last += Math.max(shape.size(i) - 1, 0) * strides[i];
        }
        return last + 1;
    }

    private static void check(Shape shape, long[] strides, long offset, long available) {
        long last = offset;
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] < 0) {
                throw CressetException.runtime("as_strided: negative stride " + strides[i] + " is not supported");
            }
            last += Math.max(shape.size(i) - 1, 0) * strides[i];
        }
        if (strides.length != shape.rank() || offset < 0 || shape.numel() > 0 && last >= available) {
            throw CressetException.runtime("as_strided: shape " + shape + ", strides " + new Views.Longs(strides)
                    + " and offset " + offset + " reach beyond the " + available + " elements of the memory");
        }
    }

    @Override
    protected Shape shape(Object attrs, Shape in) {
        return ((Attrs) attrs).shape;
    }

    @Override
    protected Dense look(Object attrs, Dense x, Shape shape) {
        Attrs a = (Attrs) attrs;
        // A gradient's memory is laid out anew: positions are found relative to the base's own beginning.
        long offset = x.storageOffset() + a.offset - a.baseOffset;
        return x.view(shape, a.strides.of(), offset);
    }

    @Override
    protected Object shifted(Object attrs, Shape batch) {
        throw CressetException.runtime("as_strided: can't be batched, for it speaks of memory and not of elements");
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs whole = ((Attrs) attrs).batched(example(in[0]), size);
        return whole == null
                ? Func.batchByLooping(this, attrs, in, mapped, size)
                : new Tensor[] {on(whole, in[0].contiguous())};
    }

    static Shape example(Tensor batch) {
        return Shape.of(Arrays.copyOfRange(batch.shape().dims(), 1, batch.dim()));
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        v.set(0, StridedGrad.OP.on(new StridedGrad.Attrs(a, v.inputShape(0)), v.grad()));
    }

    /** Records that {@code view} now comes from its base, after the base was changed in place. */
    public static void regenerate(Dense view, Dense base) {
        Node below = base.node();
        if (below == null) {
            return;
        }
        Attrs a = new Attrs(
                view.shape(),
                new Views.Longs(view.strides()),
                view.storageOffset(),
                new Views.Longs(base.strides()),
                base.storageOffset());
        view.setNode(Tape.node(OP, a, Context.current(), new Tensor[] {base}, new Tensor[] {view}), 0);
    }
}
