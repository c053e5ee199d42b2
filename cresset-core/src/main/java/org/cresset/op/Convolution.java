package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution in one to three dimensions and its two transposes. Each one's derivatives are the other two. Native kernels
 * work on channels-last memory and give it, so that activations stay in it from one convolution to the next.
 */
public final class Convolution {
    private Convolution() {}

    /** Steps, distances between kernel elements (1: none between), and zeros before and after, by spatial dimension. */
    public record Attrs(
            long[] stride, long[] dilation, long[] low, long[] high, long groups, long[] result, boolean bias) {
        Attrs with(long[] shape, boolean withBias) {
            return new Attrs(stride, dilation, low, high, groups, shape, withBias);
        }
    }

    /** Convolution of (N, C, ...) with weight (O, C / groups, ...) and bias (O) or null. */
    public static Tensor convolve(
            String name,
            Tensor x,
            Tensor w,
            @Nullable Tensor b,
            long[] stride,
            long[] low,
            long[] high,
            long[] dilation,
            long groups) {
        x = Precision.LOWER.of(x);
        w = Precision.LOWER.of(w);
        b = Precision.LOWER.ofNullable(b);
        check(name, x, w, stride, dilation, groups);
        if (x.size(1) != w.size(1) * groups || w.size(0) % groups != 0) {
            throw CressetException.runtime(name + ": input " + x.shape() + " and weight " + w.shape() + " with groups="
                    + groups + "; expected " + w.size(1) * groups
                    + " input channels and output channels divisible by the groups");
        }
        checkBias(name, b, w.size(0));
        int n = x.dim() - 2;
        long[] out = new long[n + 2];
        out[0] = x.size(0);
        out[1] = w.size(0);
        for (int d = 0; d < n; d++) {
            long reach = dilation[d] * (w.size(d + 2) - 1) + 1;
            long space = x.size(d + 2) + low[d] + high[d];
            if (space < reach) {
                throw CressetException.runtime(
                        name + ": a kernel that reaches over " + reach + " elements doesn't fit into input " + x.shape()
                                + " with padding " + Arrays.toString(low) + " in dimension " + (d + 2));
            }
            out[d + 2] = (space - reach) / stride[d] + 1;
        }
        Attrs a = new Attrs(stride, dilation, low, high, groups, out, b != null);
        return b == null ? Forward.OP.on(a, x, w) : Forward.OP.on(a, new Tensor[] {x, w, b});
    }

    /** Transposed convolution of (N, C, ...) with weight (C, O / groups, ...). */
    public static Tensor transposed(
            String name,
            Tensor x,
            Tensor w,
            @Nullable Tensor b,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            long[] dilation) {
        x = Precision.LOWER.of(x);
        w = Precision.LOWER.of(w);
        b = Precision.LOWER.ofNullable(b);
        check(name, x, w, stride, dilation, groups);
        if (x.size(1) != w.size(0) || w.size(0) % groups != 0) {
            throw CressetException.runtime(name + ": input " + x.shape() + " and weight " + w.shape() + " with groups="
                    + groups + "; expected " + w.size(0) + " input channels, divisible by the groups");
        }
        checkBias(name, b, w.size(1) * groups);
        int n = x.dim() - 2;
        long[] out = new long[n + 2];
        long[] high = new long[n];
        out[0] = x.size(0);
        out[1] = w.size(1) * groups;
        for (int d = 0; d < n; d++) {
            if (outputPadding[d] >= stride[d] && outputPadding[d] >= dilation[d]) {
                throw CressetException.runtime(
                        name + ": output padding " + outputPadding[d] + " must be smaller than stride or dilation");
            }
            out[d + 2] = (x.size(d + 2) - 1) * stride[d]
                    - 2 * padding[d]
                    + dilation[d] * (w.size(d + 2) - 1)
                    + outputPadding[d]
                    + 1;
            high[d] = padding[d];
            if (out[d + 2] <= 0) {
                throw CressetException.runtime(
                        name + ": input " + x.shape() + " would give an output without elements");
            }
        }
        Tensor y = Input.OP.on(new Attrs(stride, dilation, padding, high, groups, out, false), x, w);
        if (b == null) {
            return y;
        }
        long[] ones = new long[n + 1];
        Arrays.fill(ones, 1);
        ones[0] = -1;
        return y.add(b.reshape(ones));
    }

    private static void check(String name, Tensor x, Tensor w, long[] stride, long[] dilation, long groups) {
        if (x.dim() != w.dim() || x.dim() < 3 || x.dim() > 5) {
            throw CressetException.runtime(name + ": input " + x.shape() + " and weight " + w.shape()
                    + "; expected (N, C, ...) and a weight with as many dimensions");
        }
        if (x.dtype() != w.dtype()) {
            throw CressetException.runtime(name + ": input of " + x.dtype() + x.shape() + " and weight of " + w.dtype()
                    + w.shape() + "; expected one dtype, convert one with to()");
        }
        for (int d = 0; d < stride.length; d++) {
            if (stride[d] < 1 || dilation[d] < 1) {
                throw CressetException.runtime(name + ": stride " + Arrays.toString(stride) + " and dilation "
                        + Arrays.toString(dilation) + " must be at least 1");
            }
        }
        if (groups < 1) {
            throw CressetException.runtime(name + ": groups " + groups + " must be at least 1");
        }
    }

    private static void checkBias(String name, @Nullable Tensor b, long channels) {
        if (b != null && (b.dim() != 1 || b.size(0) != channels)) {
            throw CressetException.runtime(name + ": bias " + b.shape() + "; expected (" + channels + ")");
        }
    }

    /** The sizes; {@code x} and {@code y} are input and output of the convolution in forward direction. */
    private static ConvShape sizes(Attrs a, Shape x, Shape w, Shape y) {
        int n = x.rank() - 2;
        long[] xs = Arrays.copyOfRange(x.dims(), 2, n + 2);
        long[] ys = Arrays.copyOfRange(y.dims(), 2, n + 2);
        long[] ks = Arrays.copyOfRange(w.dims(), 2, n + 2);
        long[] high = new long[n];
        for (int d = 0; d < n; d++) { // exactly as much as the output needs: the library checks it
            high[d] = (ys[d] - 1) * a.stride[d] + a.dilation[d] * (ks[d] - 1) + 1 - xs[d] - a.low[d];
        }
        return new ConvShape(x.size(0), x.size(1), y.size(1), a.groups, xs, ys, ks, a.stride, a.dilation, a.low, high);
    }

    private static @Nullable Contractions library(DType t, Shape x, Shape w, Shape y) {
        boolean type = t == DType.FLOAT32 || t == DType.FLOAT16 || t == DType.BFLOAT16;
        return type && x.numel() > 0 && w.numel() > 0 && y.numel() > 0 ? Providers.contractions() : null;
    }

    private static boolean isNative(Tensor a, Tensor b, long[] result) {
        return library(a.dtype(), a.shape(), b.shape(), Shape.of(result)) != null;
    }

    /** How a convolution of planes is computed, where that gives planes; else null. */
    private static @Nullable PlaneProducts planes(Tensor from, ConvShape s) {
        return PlaneProducts.arePlanes(from) ? PlaneProducts.of(s) : null;
    }

    /** A result of the native kernels: channels-last, unless there is a reason for another order. */
    private static Dense[] room(Spec s, boolean planes) {
        return new Dense[] {
            planes
                    ? Dense.empty(s.shape(), s.dtype())
                    : Dense.emptyStrided(s.shape(), ToCopy.channelsLast(s.shape()), s.dtype())
        };
    }

    static Operand operand(Dense t) {
        return new Operand(t.segment(), t.byteOffset(), t.stridesRaw());
    }

    /** The dtype in which the library does it: the half types where the machine computes with them, else float32. */
    private static DType nativeType(Contractions c, DType t, ConvPass pass, ConvShape s) {
        return c.convolves(t, pass, s) ? t : DType.FLOAT32;
    }

    /** Ways to compute a pass natively. */
    private enum Way {
        LIBRARY,
        WINOGRAD,
        SMALL_IMAGES,
        UNFOLDED,
        SUBPIXELS;

        static Way of(ConvPass pass, DType t, ConvShape s) {
            if (t != DType.FLOAT32) {
                return LIBRARY;
            }
            if (Winograd.suits(pass, s)) {
                return WINOGRAD;
            }
            if (SmallImages.suits(pass, s)) {
                return SMALL_IMAGES;
            }
            if (Unfolded.suits(pass, s)) {
                return UNFOLDED;
            }
            return Subpixels.suits(pass, s) ? SUBPIXELS : LIBRARY;
        }
    }

    /** The result itself, or memory of another dtype for it. */
    private static Dense target(Dense out, DType t) {
        return out.dtype() == t ? out : Dense.emptyStrided(out.shape(), out.stridesRaw(), t);
    }

    private static void finish(Dense computed, Dense out) {
        if (computed != out) {
            Pointwise.copy(computed, out);
        }
    }

    /** In dtype {@code type} and with the channels innermost, by copying if they aren't. */
    static Dense channelsLast(Dense t, DType type) {
        long[] want = ToCopy.channelsLast(t.shape());
        boolean same = t.dtype() == type;
        for (int d = 0; d < want.length; d++) {
            same &= t.size(d) == 1 || t.stride(d) == want[d];
        }
        if (same) {
            return t.view(t.shape(), want, t.storageOffset());
        }
        Dense c = Dense.emptyStrided(t.shape(), want, type);
        Pointwise.copy(t, c);
        return c;
    }

    private abstract static class Pass extends Contraction {
        Pass(String name) {
            super(name, Saves.INPUTS);
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 0 ? needs[1] : i == 1 && needs[0];
        }

        /** A batch, also of what is the same for each example. */
        static Tensor every(Tensor t, boolean mapped, long size) {
            if (mapped) {
                return t;
            }
            long[] dims = new long[t.dim() + 1];
            dims[0] = size;
            System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
            return t.expand(dims);
        }

        /** (size, N, C, ...) as (N, size C, ...). */
        static Tensor channels(Tensor t) {
            return t.movedim(0, 1).flatten(1, 2);
        }

        /** The examples of a batch as groups of channels: {@code size} times as many, in dimension {@code dim} of the result. */
        static Attrs grouped(Attrs a, int dim, long size) {
            long[] result = a.result.clone();
            result[dim] *= size;
            return new Attrs(a.stride, a.dilation, a.low, a.high, a.groups * size, result, a.bias);
        }

        /** Another example for each of a batch is one more image if the weights are the same, else one more group. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Attrs a = (Attrs) attrs;
            if (mapped[1] || in.length > 2 && mapped[2]) {
                Tensor[] grouped = new Tensor[in.length];
                for (int i = 0; i < in.length; i++) {
                    Tensor t = every(in[i], mapped[i], size);
                    grouped[i] = i == 0 ? channels(t) : t.flatten(0, 1);
                }
                Tensor y = on(grouped(a, 1, size), grouped);
                return new Tensor[] {y.unflatten(1, size, a.result[1]).movedim(1, 0)};
            }
            long[] result = a.result.clone();
            long n = result[0];
            result[0] = n * size;
            Tensor[] flat = in.clone();
            flat[0] = in[0].flatten(0, 1);
            return new Tensor[] {on(a.with(result, a.bias), flat).unflatten(0, size, n)};
        }
    }

    /** The convolution. */
    static final class Forward extends Pass {
        static final Forward OP = new Forward();

        private Forward() {
            super("convolution");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(Shape.of(((Attrs) attrs).result), in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            if (device != Device.CPU || !isNative(in[0], in[1], ((Attrs) attrs).result)) {
                return super.allocate(attrs, in, specs, device);
            }
            PlaneProducts p = planes(in[0], sizes((Attrs) attrs, in[0].shape(), in[1].shape(), specs[0].shape()));
            return room(specs[0], p != null && p.givesPlanes());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            ConvShape s = sizes((Attrs) attrs, in[0].shape(), in[1].shape(), out[0].shape());
            Dense bias = in.length > 2 ? in[2] : null;
            Contractions c = library(in[0].dtype(), in[0].shape(), in[1].shape(), out[0].shape());
            PlaneProducts p = planes(in[0], s);
            if (p != null && PlaneProducts.arePlanes(out[0])) {
                p.forward(in[0], in[1], bias, out[0]);
            } else if (c != null && c.convolves(DType.FLOAT32, ConvPass.FORWARD, s)) {
                DType t = nativeType(c, out[0].dtype(), ConvPass.FORWARD, s);
                Dense y = target(out[0], t);
                Dense x = channelsLast(in[0], t);
                Dense w = Rows.convert(in[1], t);
                Dense b = bias == null ? null : Rows.convert(bias, t);
                switch (Way.of(ConvPass.FORWARD, t, s)) {
                    case WINOGRAD -> Winograd.forward(c, s, x, w, b, y);
                    case SMALL_IMAGES -> new SmallImages(s).forward(x, w, b, y);
                    case UNFOLDED -> new Unfolded(c, s).forward(x, w, b, y);
                    default -> RowSlices.forward(c, t, s, x, w, b, y);
                }
                Rows.keep(x, w, b);
                finish(y, out[0]);
            } else {
                JavaConvolve.forward(s, in[0], in[1], bias, out[0]);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            // Brought into the kernels' order once for both of them, unless one of them takes it as it lies.
            boolean common = v.needs(0)
                    && v.needs(1)
                    && isNative(v.input(0), v.input(1), a.result)
                    && planes(
                                    v.grad(),
                                    sizes(
                                            a,
                                            v.inputShape(0),
                                            v.inputShape(1),
                                            v.grad().shape()))
                            == null;
            Tensor g = common ? v.grad().channelsLast() : v.grad();
            if (v.needs(0)) {
                v.set(
                        0,
                        Input.OP.on(
                                a.with(v.inputShape(0).toArray(), false),
                                g,
                                v.input(1).conj()));
            }
            boolean bias = v.inputs() > 2 && v.needs(2);
            if (v.needs(1)) {
                Tensor[] wb = Weight.OP.all(
                        a.with(v.inputShape(1).toArray(), bias), v.input(0).conj(), g);
                v.set(1, wb[0]);
                if (bias) {
                    v.set(2, wb[1]);
                }
            } else if (bias) {
                v.set(2, overImages(g));
            }
        }
    }

    private static Tensor overImages(Tensor g) {
        long[] dims = new long[g.dim() - 1];
        for (int d = 1; d < dims.length; d++) {
            dims[d] = d + 1;
        }
        return g.sum(dims);
    }

    /** The gradient of the input, which is transposed convolution. */
    static final class Input extends Pass {
        static final Input OP = new Input();

        private Input() {
            super("convolution_transposed");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(Shape.of(((Attrs) attrs).result), in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            if (device != Device.CPU || !isNative(in[0], in[1], ((Attrs) attrs).result)) {
                return super.allocate(attrs, in, specs, device);
            }
            ConvShape s = sizes((Attrs) attrs, specs[0].shape(), in[1].shape(), in[0].shape());
            return room(specs[0], planes(in[0], s) != null);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            ConvShape s = sizes((Attrs) attrs, out[0].shape(), in[1].shape(), in[0].shape());
            Contractions c = library(in[0].dtype(), in[0].shape(), in[1].shape(), out[0].shape());
            PlaneProducts p = planes(in[0], s);
            if (p != null && PlaneProducts.arePlanes(out[0])) {
                p.input(in[0], in[1], out[0]);
            } else if (c != null && c.convolves(DType.FLOAT32, ConvPass.INPUT, s)) {
                DType t = nativeType(c, out[0].dtype(), ConvPass.INPUT, s);
                Dense x = target(out[0], t);
                Dense g = channelsLast(in[0], t);
                Dense w = Rows.convert(in[1], t);
                switch (Way.of(ConvPass.INPUT, t, s)) {
                    case WINOGRAD -> Winograd.input(c, s, g, w, x);
                    case SMALL_IMAGES -> new SmallImages(s).input(g, w, x);
                    case UNFOLDED -> new Unfolded(c, s).input(g, w, x);
                    case SUBPIXELS -> new Subpixels(c, s).input(g, w, x);
                    case LIBRARY -> c.convolveBackwardInput(t, s, operand(g), operand(w), operand(x));
                }
                Rows.keep(g, w, null);
                finish(x, out[0]);
            } else {
                JavaConvolve.input(s, in[0], in[1], out[0]);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            Tensor h = v.grad();
            if (v.needs(0)) {
                v.set(
                        0,
                        Forward.OP.on(
                                a.with(v.inputShape(0).toArray(), false),
                                h,
                                v.input(1).conj()));
            }
            if (v.needs(1)) {
                v.set(
                        1,
                        Weight.OP.on(
                                a.with(v.inputShape(1).toArray(), false),
                                h,
                                v.input(0).conj()));
            }
        }
    }

    /** The gradient of the weight from input and gradient of the output, and of the bias. */
    static final class Weight extends Pass {
        static final Weight OP = new Weight();

        private Weight() {
            super("convolution_weight");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Attrs a = (Attrs) attrs;
            Spec w = new Spec(Shape.of(a.result), in[0].dtype());
            return a.bias ? new Spec[] {w, new Spec(Shape.of(in[1].size(1)), in[0].dtype())} : new Spec[] {w};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            ConvShape s = sizes((Attrs) attrs, in[0].shape(), out[0].shape(), in[1].shape());
            boolean bias = out.length > 1; // what is still to be computed
            Contractions c = library(in[0].dtype(), in[0].shape(), out[0].shape(), in[1].shape());
            PlaneProducts p = planes(in[0], s);
            if (p != null && p.sumsWeights()) {
                p.weight(in[0], in[1], out[0]);
            } else if (c != null && c.convolves(DType.FLOAT32, ConvPass.WEIGHT, s)) {
                DType t = nativeType(c, out[0].dtype(), ConvPass.WEIGHT, s);
                Dense w = target(out[0], DType.FLOAT32);
                Dense x = channelsLast(in[0], t);
                Dense g = channelsLast(in[1], t);
                switch (Way.of(ConvPass.WEIGHT, t, s)) {
                    case WINOGRAD -> Winograd.weight(c, s, x, g, w);
                    case SMALL_IMAGES -> new SmallImages(s).weight(x, g, w);
                    case UNFOLDED -> new Unfolded(c, s).weight(x, g, w);
                    default -> {
                        Dense b = bias ? target(out[1], DType.FLOAT32) : null;
                        c.convolveBackwardWeight(
                                t, s, operand(x), operand(g), operand(w), b == null ? null : operand(b));
                        if (b != null) {
                            finish(b, out[1]);
                        }
                        bias = false;
                    }
                }
                Rows.keep(x, g, null);
                finish(w, out[0]);
            } else {
                JavaConvolve.weight(s, in[0], in[1], out[0]);
            }
            if (bias) {
                Pointwise.copy((Dense) overImages(in[1].detach()), out[1]);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            Tensor h = v.grad();
            if (v.needs(0)) {
                v.set(
                        0,
                        Input.OP.on(
                                a.with(v.inputShape(0).toArray(), false),
                                v.input(1).conj(),
                                h));
            }
            if (v.needs(1)) {
                Tensor g = Forward.OP.on(
                        a.with(v.inputShape(1).toArray(), false), v.input(0).conj(), h);
                if (a.bias && v.hasGrad(1)) {
                    long[] ones = new long[g.dim() - 1];
                    Arrays.fill(ones, 1);
                    ones[0] = -1;
                    g = g.add(v.grad(1).reshape(ones));
                }
                v.set(1, g);
            }
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Attrs a = (Attrs) attrs;
            Tensor[] out = all(
                    grouped(a, 0, size),
                    channels(every(in[0], mapped[0], size)),
                    channels(every(in[1], mapped[1], size)));
            for (int i = 0; i < out.length; i++) {
                out[i] = out[i].unflatten(0, size, out[i].size(0) / size);
            }
            return out;
        }
    }
}
