package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The largest or the average of the elements in each window over the last dimensions of (N, C, ...). */
public final class Pooling {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private Pooling() {}

    /** The largest elements and where they are, counted over the spatial dimensions. */
    public static Tensor[] max(Tensor x, Windows w) {
        return Max.OP.all(w, x);
    }

    /** The largest elements. */
    public static Tensor largest(Tensor x, Windows w) {
        return MaxPool.fits(x, w) ? MaxPool.OP.on(w, x) : Max.OP.all(w, x)[0];
    }

    /** Averages; a divisor of 0 stands for the sizes of the windows. */
    public static Tensor average(Tensor x, Windows w, long divisor) {
        return Average.OP.on(new Averages(w, divisor), x);
    }

    record Averages(Windows windows, long divisor) {}

    /** A tensor as (N, C, D, H, W), and the same for its pooled form. */
    static Dense five(Dense t, int spatial) {
        int n = t.dim();
        int lead = n - spatial;
        long[] dims = new long[5];
        long[] strides = new long[5];
        Arrays.fill(dims, 1);
        for (int i = 0; i < 2; i++) {
            int d = lead - 2 + i;
            if (d >= 0) {
                dims[i] = t.size(d);
                strides[i] = t.stride(d);
            }
        }
        for (int i = 0; i < spatial; i++) {
            dims[5 - spatial + i] = t.size(lead + i);
            strides[5 - spatial + i] = t.stride(lead + i);
        }
        return t.view(Shape.of(dims), strides, t.storageOffset());
    }

    static boolean isChannelsLast(Dense t) {
        return t.dim() >= 3 && t.stride(1) == 1 && t.size(1) > 1 && t.isDense() && !t.isContiguous();
    }

    static Dense[] likeInput(@Nullable Tensor in, Spec[] specs) {
        boolean last = in instanceof Dense d && specs[0].shape().rank() == d.dim() && isChannelsLast(d);
        Dense[] out = new Dense[specs.length];
        for (int i = 0; i < out.length; i++) {
            Shape s = specs[i].shape();
            out[i] = last
                    ? Dense.emptyStrided(s, ToCopy.channelsLast(s), specs[i].dtype())
                    : Dense.empty(s, specs[i].dtype());
        }
        return out;
    }

    /** Calls a body for each output position, the channels innermost. */
    interface Position {
        void at(long n, int d, int h, int w);
    }

    static void positions(Dense y, int cost, Position body) {
        long dd = y.size(2);
        long hh = y.size(3);
        long ww = y.size(4);
        long rows = y.size(0) * dd * hh;
        Workers.parallelFor(rows, Math.max(1, 8192 / Math.max(1, ww * y.size(1) * cost)), (from, to) -> {
            for (long r = from; r < to; r++) {
                for (int w = 0; w < ww; w++) {
                    body.at(r / (dd * hh), (int) (r / hh % dd), (int) (r % hh), w);
                }
            }
        });
    }

    /** The largest. */
    static final class Max extends Window {
        static final Max OP = new Max();

        private Max() {
            super("max_pool", Saves.OUTPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return ((Windows) attrs).spatial() == 3 ? Precision.FULL : Precision.ANY;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Shape s = ((Windows) attrs).result(in[0].shape());
            return new Spec[] {new Spec(s, in[0].dtype()), new Spec(s, DType.INT64)};
        }

        @Override
        public boolean differentiable(int output) {
            return output == 0;
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            return device == Device.CPU ? likeInput(in[0], specs) : super.allocate(attrs, in, specs, device);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Windows given = (Windows) attrs;
            Windows w = given.three();
            Dense x = five(in[0], given.spatial());
            Dense y = five(out[0], given.spatial());
            Dense index = five(out[1], given.spatial());
            int cost = 4;
            if (PoolRows.fits(x, y) && x.dtype() != DType.INT64) {
                PoolRows.largest(w, x, y, index);
            } else if (x.dtype() == DType.FLOAT32) {
                positions(y, cost, (n, d, h, v) -> floats(w, x, y, index, n, d, h, v));
            } else {
                positions(y, cost, (n, d, h, v) -> any(w, x, y, index, n, d, h, v));
            }
        }

        private static void floats(Windows w, Dense x, Dense y, Dense index, long n, int d, int h, int v) {
            MemorySegment xs = x.segment();
            MemorySegment ys = y.segment();
            MemorySegment is = index.segment();
            long sd = x.stride(2);
            long sh = x.stride(3);
            long sw = x.stride(4);
            long height = x.size(3);
            long width = x.size(4);
            for (long c = 0; c < x.size(1); c++) {
                long base = x.storageOffset() + n * x.stride(0) + c * x.stride(1);
                float best = Float.NEGATIVE_INFINITY;
                long where = (w.from()[0][d] * height + w.from()[1][h]) * width + w.from()[2][v];
                for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
                    for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                        for (long k = w.from()[2][v]; k < w.to()[2][v]; k += w.step()[2]) {
                            float f = xs.get(FLOAT, (base + i * sd + j * sh + k * sw) << 2);
                            if (f > best || Float.isNaN(f)) {
                                best = f;
                                where = (i * height + j) * width + k;
                            }
                        }
                    }
                }
                long o = n * y.stride(0) + c * y.stride(1) + d * y.stride(2) + h * y.stride(3) + v * y.stride(4);
                ys.set(FLOAT, (y.storageOffset() + o) << 2, best);
                is.set(LONG, (index.storageOffset() + o) << 3, where);
            }
        }

        private static void any(Windows w, Dense x, Dense y, Dense index, long n, int d, int h, int v) {
            DType t = x.dtype();
            for (long c = 0; c < x.size(1); c++) {
                long base = x.storageOffset() + n * x.stride(0) + c * x.stride(1);
                double best = Double.NEGATIVE_INFINITY;
                long bestAt = -1;
                long where = 0;
                for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
                    for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                        for (long k = w.from()[2][v]; k < w.to()[2][v]; k += w.step()[2]) {
                            long at = (base + i * x.stride(2) + j * x.stride(3) + k * x.stride(4)) << t.shift();
                            double f = Convert.readDouble(t, x.segment(), at);
                            if (f > best || Double.isNaN(f) || bestAt < 0) {
                                best = f;
                                bestAt = at;
                                where = (i * x.size(3) + j) * x.size(4) + k;
                            }
                        }
                    }
                }
                long o = n * y.stride(0) + c * y.stride(1) + d * y.stride(2) + h * y.stride(3) + v * y.stride(4);
                Convert.move(x.segment(), bestAt, 0, y.segment(), (y.storageOffset() + o) << t.shift(), 0, t.size(), 1);
                index.segment().set(LONG, (index.storageOffset() + o) << 3, where);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Windows w = (Windows) v.attrs();
            v.set(0, Scattered.OP.on(new Into(v.inputShape(0), w.spatial()), v.grad(), v.output(1)));
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Windows w = (Windows) attrs;
            if (in[0].dim() - w.spatial() < 2) {
                return all(attrs, in[0]);
            }
            Tensor[] out = all(attrs, in[0].flatten(0, 1));
            return new Tensor[] {out[0].unflatten(0, size, in[0].size(1)), out[1].unflatten(0, size, in[0].size(1))};
        }
    }

    record Into(Shape shape, int spatial) {}

    /** Adds elements to where indices say, in each channel; the rest is zero. */
    static final class Scattered extends Window {
        static final Scattered OP = new Scattered();

        private Scattered() {
            super("max_pool_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(((Into) attrs).shape, in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            return device == Device.CPU ? likeInput(in[1], specs) : super.allocate(attrs, in, specs, device);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            int spatial = ((Into) attrs).spatial;
            Dense g = five(in[0], spatial);
            Dense index = five(in[1], spatial);
            Dense x = five(out[0], spatial);
            Moves.zero(out[0].segment(), 0, out[0].numel() * out[0].dtype().size());
            boolean floats = g.dtype() == DType.FLOAT32;
            if (floats && PoolPlanes.add(g, index, x)) {
                return;
            }
            // Windows may overlap: each image is one thread's.
            Workers.parallelFor(x.size(0), Math.max(1, 16384 * x.size(0) / Math.max(1, g.numel())), (from, to) -> {
                for (long n = from; n < to; n++) {
                    image(g, index, x, n, floats);
                }
            });
        }

        private static void image(Dense g, Dense index, Dense x, long n, boolean floats) {
            DType t = g.dtype();
            long width = x.size(4);
            long area = x.size(3) * width;
            boolean flat = x.stride(3) == width * x.stride(4) && (x.size(2) == 1 || x.stride(2) == area * x.stride(4));
            for (long d = 0; d < g.size(2); d++) {
                for (long h = 0; h < g.size(3); h++) {
                    for (long w = 0; w < g.size(4); w++) {
                        for (long c = 0; c < g.size(1); c++) {
                            long go = g.storageOffset()
                                    + n * g.stride(0)
                                    + c * g.stride(1)
                                    + d * g.stride(2)
                                    + h * g.stride(3)
                                    + w * g.stride(4);
                            long io = index.storageOffset()
                                    + n * index.stride(0)
                                    + c * index.stride(1)
                                    + d * index.stride(2)
                                    + h * index.stride(3)
                                    + w * index.stride(4);
                            long i = index.segment().get(LONG, io << 3);
                            long in = flat
                                    ? i * x.stride(4)
                                    : i / area * x.stride(2) + i % area / width * x.stride(3) + i % width * x.stride(4);
                            long at = x.storageOffset() + n * x.stride(0) + c * x.stride(1) + in;
                            if (floats) {
                                x.segment()
                                        .set(
                                                FLOAT,
                                                at << 2,
                                                x.segment().get(FLOAT, at << 2)
                                                        + g.segment().get(FLOAT, go << 2));
                            } else {
                                Convert.writeDouble(
                                        t,
                                        x.segment(),
                                        at << t.shift(),
                                        Convert.readDouble(t, x.segment(), at << t.shift())
                                                + Convert.readDouble(t, g.segment(), go << t.shift()));
                            }
                        }
                    }
                }
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Into a = (Into) v.attrs();
            Tensor h = v.grad();
            Tensor index = v.input(1);
            int lead = h.dim() - a.spatial;
            v.set(
                    0,
                    h.flatten(lead)
                            .gather(lead, index.flatten(lead))
                            .reshape(index.shape().toArray()));
        }
    }

    /** Sums divided by a number or by the sizes of the windows. */
    static final class Average extends Window {
        static final Average OP = new Average();

        private Average() {
            super("avg_pool", Saves.NOTHING);
        }

        @Override
        public Precision precision(Object attrs) {
            return ((Averages) attrs).windows.spatial() == 3 ? Precision.FULL : Precision.ANY;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(((Averages) attrs).windows.result(in[0].shape()), in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            return device == Device.CPU ? likeInput(in[0], specs) : super.allocate(attrs, in, specs, device);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Averages a = (Averages) attrs;
            Dense x = five(in[0], a.windows.spatial());
            Dense y = five(out[0], a.windows.spatial());
            if (PoolMixes.fits(x, y)) {
                PoolMixes.average(a.windows.three(), a.divisor, x, y);
            } else if (PoolRows.fits(x, y)) {
                PoolRows.average(a.windows.three(), a.divisor, x, y);
            } else if (PoolChannels.fits(x, y)) {
                PoolChannels.average(a.windows.three(), a.divisor, x, y);
            } else {
                run(a, x, y, false);
            }
        }

        /** Averages x into y, or spreads y over x. */
        static void run(Averages a, Dense x, Dense y, boolean back) {
            Windows w = a.windows.three();
            DType t = x.dtype();
            Position p = (n, d, h, v) -> {
                double by = a.divisor != 0 ? a.divisor : w.divisor()[0][d] * w.divisor()[1][h] * w.divisor()[2][v];
                for (long c = 0; c < x.size(1); c++) {
                    long base = x.storageOffset() + n * x.stride(0) + c * x.stride(1);
                    long o = y.storageOffset()
                            + n * y.stride(0)
                            + c * y.stride(1)
                            + d * y.stride(2)
                            + h * y.stride(3)
                            + v * y.stride(4);
                    double sum = 0;
                    double share = back ? Convert.readDouble(t, y.segment(), o << t.shift()) / by : 0;
                    for (long i = w.from()[0][d]; i < w.to()[0][d]; i++) {
                        for (long j = w.from()[1][h]; j < w.to()[1][h]; j++) {
                            for (long k = w.from()[2][v]; k < w.to()[2][v]; k++) {
                                long at = (base + i * x.stride(2) + j * x.stride(3) + k * x.stride(4)) << t.shift();
                                double e = Convert.readDouble(t, x.segment(), at);
                                if (back) {
                                    Convert.writeDouble(t, x.segment(), at, e + share);
                                } else {
                                    sum += e;
                                }
                            }
                        }
                    }
                    if (!back) {
                        Convert.writeDouble(t, y.segment(), o << t.shift(), sum / by);
                    }
                }
            };
            if (back) {
                Workers.parallelFor(y.size(0), Math.max(1, 4096 * y.size(0) / Math.max(1, x.numel())), (from, to) -> {
                    for (long n = from; n < to; n++) {
                        for (int d = 0; d < y.size(2); d++) {
                            for (int h = 0; h < y.size(3); h++) {
                                for (int v = 0; v < y.size(4); v++) {
                                    p.at(n, d, h, v);
                                }
                            }
                        }
                    }
                });
            } else {
                positions(y, 4, p);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, Spread.OP.on(new SpreadAttrs((Averages) v.attrs(), v.inputShape(0)), v.grad()));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0])};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Averages a = (Averages) attrs;
            if (in[0].dim() - a.windows.spatial() < 2) {
                return all(attrs, in[0]);
            }
            return new Tensor[] {on(attrs, in[0].flatten(0, 1)).unflatten(0, size, in[0].size(1))};
        }
    }

    record SpreadAttrs(Averages averages, Shape shape) {}

    /** The transpose of averaging. */
    static final class Spread extends Window {
        static final Spread OP = new Spread();

        private Spread() {
            super("avg_pool_backward", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(((SpreadAttrs) attrs).shape, in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            return device == Device.CPU ? likeInput(in[0], specs) : super.allocate(attrs, in, specs, device);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Averages a = ((SpreadAttrs) attrs).averages;
            Dense x = five(out[0], a.windows.spatial());
            Dense y = five(in[0], a.windows.spatial());
            if (PoolMixes.fits(x, y)) {
                PoolMixes.spread(a.windows.three(), a.divisor, x, y);
                return;
            }
            Moves.zero(out[0].segment(), 0, out[0].numel() * out[0].dtype().size());
            if (PoolRows.fits(x, y)) {
                PoolRows.spread(a.windows.three(), a.divisor, x, y);
            } else {
                Average.run(a, x, y, true);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, Average.OP.on(((SpreadAttrs) v.attrs()).averages, v.grad()));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0])};
        }
    }
}
