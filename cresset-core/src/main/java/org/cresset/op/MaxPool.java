package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Context;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The largest elements in windows over float32, without their positions. Over channels-last memory rows of channels are
 * compared at once, and backward finds the positions again; over row-major memory where nothing is recorded, rows are.
 * {@link Pooling.Max} says the same for everything else.
 */
final class MaxPool extends Fused {
    static final MaxPool OP = new MaxPool();

    private MaxPool() {
        super("max_pool", Saves.ALL);
    }

    /** Whether this is the faster way. */
    static boolean fits(Tensor x, Windows w) {
        if (!(x instanceof Dense d)
                || d.dtype() != DType.FLOAT32
                || d.device() != Device.CPU
                || d.dim() != w.spatial() + 2) {
            return false;
        }
        boolean recorded = Context.current().grad() && x.requiresGrad();
        return d.size(1) >= 8 && Pooling.isChannelsLast(d) || d.isContiguous() && d.numel() > 0 && !recorded;
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        return new Tensor[] {Pooling.Max.OP.all(attrs, in[0])[0]};
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(((Windows) attrs).result(in[0].shape()), in[0].dtype());
    }

    @Override
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        return device == Device.CPU ? Pooling.likeInput(in[0], specs) : super.allocate(attrs, in, specs, device);
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Windows given = (Windows) attrs;
        Windows w = given.three();
        Dense x = Pooling.five(in[0], given.spatial());
        Dense y = Pooling.five(out[0], given.spatial());
        if (!Pooling.isChannelsLast(in[0])) {
            PoolRows.largest(w, x, y);
            return;
        }
        Pooling.positions(y, 4, (n, d, h, v) -> largest(w, x, y, n, d, h, v));
    }

    private static void largest(Windows w, Dense x, Dense y, long n, int d, int h, int v) {
        MemorySegment ys = y.segment();
        MemorySegment xs = x.segment();
        long c = y.size(1);
        long to = at(y, n, d, h, v);
        boolean first = true;
        for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
            for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                for (long k = w.from()[2][v]; k < w.to()[2][v]; k += w.step()[2]) {
                    long from = at(x, n, i, j, k);
                    if (first) {
                        MemorySegment.copy(xs, from, ys, to, c << 2);
                        first = false;
                    } else {
                        Rows.map(FusedLoops.LARGER_ROWS, ys, to, xs, from, null, 0, ys, to, c);
                    }
                }
            }
        }
    }

    /** The byte where the channels of a position begin. */
    private static long at(Dense t, long n, long d, long h, long w) {
        return t.storageOffset() + n * t.stride(0) + d * t.stride(2) + h * t.stride(3) + w * t.stride(4) << 2;
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor x = v.input(0);
        Tensor y = v.output(0);
        if (!plainBackward()
                || !(x instanceof Dense d)
                || !Pooling.isChannelsLast(d)
                || !(y instanceof Dense)
                || !(v.grad() instanceof Dense)) {
            super.vjp(v);
            return;
        }
        v.set(0, gradient((Windows) v.attrs(), (Dense) x, (Dense) y, (Dense)
                v.grad().channelsLast()));
    }

    private static Dense gradient(Windows given, Dense input, Dense output, Dense gradOutput) {
        Windows w = given.three();
        Dense result = Dense.emptyStrided(input.shape(), input.stridesRaw(), DType.FLOAT32);
        Dense x = Pooling.five(input, given.spatial());
        Dense y = Pooling.five(output, given.spatial());
        Dense g = Pooling.five(gradOutput, given.spatial());
        Dense dx = Pooling.five(result, given.spatial());
        boolean apart = given.apart();
        if (!apart || !given.covers(input.shape())) {
            Moves.zero(result.segment(), 0, 4 * result.numel());
        }
        long c = x.size(1);
        // Windows may overlap: each image is one thread's.
        Workers.parallelFor(x.size(0), Math.max(1, 16384 * x.size(0) / Math.max(1, g.numel())), (from, to) -> {
            Storage scratch = Memory.allocate(c << 3);
            for (long n = from; n < to; n++) {
                for (int d = 0; d < y.size(2); d++) {
                    for (int h = 0; h < y.size(3); h++) {
                        for (int v = 0; v < y.size(4); v++) {
                            spread(w, x, y, g, dx, n, d, h, v, apart, scratch.segment());
                        }
                    }
                }
            }
            scratch.free();
        });
        return result;
    }

    /** Gives each channel's gradient to the first element of the window that is the largest. */
    private static void spread(
            Windows w,
            Dense x,
            Dense y,
            Dense g,
            Dense dx,
            long n,
            int d,
            int h,
            int v,
            boolean apart,
            MemorySegment scratch) {
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        MemorySegment to = dx.segment();
        long c = x.size(1);
        long largest = at(y, n, d, h, v);
        MemorySegment left = g.segment();
        long leftAt = at(g, n, d, h, v);
        for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
            for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                for (long k = w.from()[2][v]; k < w.to()[2][v]; k += w.step()[2]) {
                    long element = at(x, n, i, j, k);
                    long target = at(dx, n, i, j, k);
                    if (apart) {
                        Rows.map(FusedLoops.TAKEN_ROWS, xs, element, ys, largest, left, leftAt, to, target, c);
                    } else {
                        Rows.map(FusedLoops.TAKEN_ROWS, xs, element, ys, largest, left, leftAt, scratch, 0, c);
                        Rows.map(FusedLoops.PLUS_ROWS, to, target, scratch, 0, null, 0, to, target, c);
                    }
                    Rows.map(FusedLoops.LEFT_ROWS, xs, element, ys, largest, left, leftAt, scratch, c << 2, c);
                    left = scratch;
                    leftAt = c << 2;
                }
            }
        }
    }
}
