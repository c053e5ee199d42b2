package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor with a border of a number or of its own elements around the last dimensions, as {@code torch.nn.functional.pad} makes: the middle is
 * copied, then the border of one dimension after the other from what is there already.
 */
public final class Border extends Index {
    private static final Border OP = new Border();

    /** What the border is made of. */
    public enum Mode {
        /** The elements next to it in opposite order, without the edge. */
        REFLECT,
        /** The edge. */
        REPLICATE,
        /** The elements of the other side. */
        CIRCULAR,
        /** A number. */
        CONSTANT
    }

    /** Widths before and after, the last dimension first. */
    private record Attrs(Views.Longs widths, Mode mode, double value) {
        int dims() {
            return widths.of().length / 2;
        }

        long before(int i) {
            return widths.of()[2 * i];
        }

        long after(int i) {
            return widths.of()[2 * i + 1];
        }
    }

    private Border() {
        super("pad", Saves.NOTHING);
    }

    /**
     * {@code x} with borders before and after, the last dimension first.
     *
     * @param widths from 0 to what the sizes allow
     * @param value of a constant border
     */
    public static Tensor around(Tensor x, long[] widths, Mode mode, double value) {
        return OP.on(new Attrs(new Views.Longs(widths.clone()), mode, value), x);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs a = (Attrs) attrs;
        long[] dims = in[0].shape().toArray();
        for (int i = 0; i < a.dims(); i++) {
            dims[dims.length - 1 - i] += a.before(i) + a.after(i);
        }
        return spec(Shape.of(dims), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense x = in[0];
        Dense y = out[0];
        if (y.numel() == 0) {
            return;
        }
        int last = x.dim() - 1;
        Dense done = y;
        for (int i = 0; i < a.dims(); i++) {
            done = part(done, last - i, a.before(i), x.size(last - i));
        }
        Pointwise.copy(x, done);
        for (int i = 0; i < a.dims(); i++) {
            int d = last - i;
            long l = a.before(i);
            long n = x.size(d);
            long r = a.after(i);
            Dense whole = y;
            for (int j = i + 1; j < a.dims(); j++) {
                whole = part(whole, last - j, a.before(j), x.size(last - j));
            }
            long end = l + n;
            switch (a.mode) {
                case REFLECT -> {
                    fill(whole, d, 0, l, 2 * l, -1);
                    fill(whole, d, end, r, end - 2, -1);
                }
                case REPLICATE -> {
                    fill(whole, d, 0, l, l, 0);
                    fill(whole, d, end, r, end - 1, 0);
                }
                case CIRCULAR -> {
                    fill(whole, d, 0, l, n, 1);
                    fill(whole, d, end, r, l, 1);
                }
                case CONSTANT -> {
                    Pointwise.copy(Dense.number(a.value, y.dtype()), part(whole, d, 0, l));
                    Pointwise.copy(Dense.number(a.value, y.dtype()), part(whole, d, end, r));
                }
            }
        }
    }

    /** Fills {@code width} places from {@code to} on with what lies from {@code from} on, by steps of 1, 0 or -1. */
    private static void fill(Dense t, int d, long to, long width, long from, int step) {
        if (width > 0) {
            Dense target = part(t, d, to, width);
            long[] strides = t.strides();
            strides[d] *= step;
            Pointwise.copy(t.view(target.shape(), strides, t.storageOffset() + from * t.stride(d)), target);
        }
    }

    private static Dense part(Dense t, int d, long from, long n) {
        long[] dims = t.shape().toArray();
        dims[d] = n;
        return t.view(Shape.of(dims), t.stridesRaw(), t.storageOffset() + from * t.stride(d));
    }

    /** A border's gradient goes to where its elements came from: one dimension after the other, the last one first. */
    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        Tensor g = v.grad();
        for (int i = a.dims() - 1; i >= 0; i--) {
            int d = g.dim() - 1 - i;
            long l = a.before(i);
            long r = a.after(i);
            long n = g.size(d) - l - r;
            Tensor middle = g.narrow(d, l, n);
            if (l > 0) {
                Tensor border = g.narrow(d, 0, l);
                middle = switch (a.mode) {
                    case REFLECT -> add(middle, d, 1, border.flip(d));
                    case REPLICATE -> add(middle, d, 0, border.sum(new long[] {d}, true));
                    case CIRCULAR -> add(middle, d, n - l, border);
                    case CONSTANT -> middle;
                };
            }
            if (r > 0) {
                Tensor border = g.narrow(d, l + n, r);
                middle = switch (a.mode) {
                    case REFLECT -> add(middle, d, n - 1 - r, border.flip(d));
                    case REPLICATE -> add(middle, d, n - 1, border.sum(new long[] {d}, true));
                    case CIRCULAR -> add(middle, d, 0, border);
                    case CONSTANT -> middle;
                };
            }
            g = middle;
        }
        v.set(0, g);
    }

    /** {@code x} with {@code more} added from a place of a dimension on. */
    private static Tensor add(Tensor x, int d, long at, Tensor more) {
        Views.Longs slice = new Views.Longs(d, at, at + more.size(d), 1);
        return x.add(Embed.in(x.shape(), Views.Slice.OP, slice, more));
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Attrs a = (Attrs) attrs;
        return new Tensor[] {on(new Attrs(a.widths, a.mode, 0), tangents[0])};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(attrs, in[0])};
    }
}
