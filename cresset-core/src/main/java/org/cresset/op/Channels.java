package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.tensor.Dense;

/**
 * Loops over the channels of float32 (N, C, ...) in the two layouts that matter: planes of one channel after the other, and
 * rows with all channels (channels last). Numbers for each channel are spread out over several rows, so that a loop over many
 * elements does what would else be many loops over few.
 */
final class Channels {
    private static final int TILE = 2048;

    /** A fixed number of parts, so that sums don't depend on the threads. */
    private static final int PARTS = 16;

    private final Dense x;
    private final boolean last;
    private final int channels;
    private final long rows;

    /** Elements of a plane: those behind each other of one channel. */
    private final long plane;

    /** How many rows a tile spans. */
    private final int repeat;

    private Channels(Dense x, boolean last) {
        this.x = x;
        this.last = last;
        channels = Math.toIntExact(x.size(1));
        rows = x.numel() / channels;
        plane = rows / Math.max(1, x.size(0));
        repeat = (int) Math.max(1, Math.min(rows, TILE / channels));
    }

    static Channels of(Dense x) {
        if (channelsLast(x)) {
            return new Channels(x, true);
        }
        return new Channels(x.isContiguous() ? x : (Dense) x.detach().contiguous(), false);
    }

    private static boolean channelsLast(Dense x) {
        long expected = x.size(1);
        if (x.stride(1) != 1 && expected > 1) {
            return false;
        }
        for (int d = x.dim() - 1; d >= 0; d--) {
            if (d != 1) {
                if (x.stride(d) != expected && x.size(d) > 1) {
                    return false;
                }
                expected *= x.size(d);
            }
        }
        return true;
    }

    /** Elements of each channel. */
    long count() {
        return rows;
    }

    /** A tensor of this shape in this layout. */
    Dense alike(Dense t) {
        if (last ? channelsLast(t) : t.isContiguous()) {
            return t;
        }
        Dense c = Dense.emptyLike(x, DType.FLOAT32);
        Pointwise.copy(t, c);
        return c;
    }

    private boolean fits(Dense t) {
        return last ? channelsLast(t) : t.isContiguous();
    }

    /** One number for each channel, in each row of a tile. */
    private Dense tile(float[] numbers) {
        Dense t = Dense.empty(Shape.of(repeat, channels), DType.FLOAT32);
        MemorySegment m = t.segment();
        MemorySegment from = MemorySegment.ofArray(numbers);
        for (int r = 0; r < repeat; r++) {
            MemorySegment.copy(from, 0, m, t.byteOffset() + 4L * r * channels, 4L * channels);
        }
        return t;
    }

    /** Handles pieces of rows that lie behind each other. */
    private interface Piece {
        /** Bytes to the first element of the piece, and its number of elements. */
        void run(long at, long n);
    }

    private void tiles(long from, long to, Piece body) {
        for (long r = from; r < to; r += repeat) {
            body.run(4 * r * channels, Math.min(repeat, to - r) * channels);
        }
    }

    private interface Accumulation {
        /** Adds to accumulators at {@code sums}, which lie {@code tile} bytes apart. */
        void add(Dense sums, long sumsAt, Dense scratch, long at, long n);
    }

    /** Sums by channel, kept for each place of a tile on the way; {@code k} of them. */
    private double[][] columns(int k, Accumulation body) {
        int parts = (int) Math.min(PARTS, Math.max(1, rows / repeat));
        long width = (long) repeat * channels;
        Dense sums = Dense.empty(Shape.of(parts, k, width), DType.FLOAT32);
        sums.segment().asSlice(0, 4 * sums.numel()).fill((byte) 0);
        long grain = rows * channels < Rows.GRAIN ? parts : 1;
        Workers.parallelFor(parts, grain, (from, to) -> {
            Dense scratch = Dense.empty(Shape.of(width), DType.FLOAT32);
            for (long p = from; p < to; p++) {
                long at = 4 * p * k * width;
                tiles(rows * p / parts, rows * (p + 1) / parts, (a, n) -> body.add(sums, at, scratch, a, n));
            }
        });
        double[][] total = new double[k][channels];
        float[] line = new float[channels];
        for (int p = 0; p < parts; p++) {
            for (int j = 0; j < k; j++) {
                long at = sums.byteOffset() + 4 * (p * (long) k + j) * width;
                for (int r = 0; r < repeat; r++) {
                    MemorySegment.copy(
                            sums.segment(),
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            at + 4L * r * channels,
                            line,
                            0,
                            channels);
                    add(line, total[j]);
                }
            }
        }
        return total;
    }

    private static void add(float[] line, double[] total) {
        for (int c = 0; c < total.length; c++) {
            total[c] += line[c];
        }
    }

    private interface Planes {
        /** Handles the plane of an image and a channel at an offset in bytes. */
        void run(Rows r, int channel, long at);
    }

    /** All planes, channel by channel. */
    private void planes(Planes body) {
        long images = x.size(0);
        Workers.parallelFor(channels, Rows.grain(rows), (from, to) -> {
            Rows r = Rows.local();
            for (long c = from; c < to; c++) {
                for (long i = 0; i < images; i++) {
                    body.run(r, (int) c, 4 * (i * channels + c) * plane);
                }
            }
        });
    }

    /** The mean of each channel. */
    float[] mean() {
        double[] sum = new double[channels];
        if (last) {
            sum = columns(
                    1,
                    (sums, to, scratch, at, n) -> Rows.map(
                            FusedLoops.PLUS_ROWS,
                            x.segment(),
                            x.byteOffset() + at,
                            sums.segment(),
                            to,
                            null,
                            0,
                            sums.segment(),
                            to,
                            n))[0];
        } else {
            double[] s = sum;
            planes((r, c, at) -> s[c] += r.sum(x.segment(), x.byteOffset() + at, plane));
        }
        return divided(sum);
    }

    private float[] divided(double[] sums) {
        float[] f = new float[sums.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) (sums[i] / rows);
        }
        return f;
    }

    /** The mean of the squared distances from the means. */
    float[] variance(float[] mean) {
        if (last) {
            Dense m = tile(mean);
            return divided(columns(
                    1,
                    (sums, to, scratch, at, n) -> Rows.map(
                            ChannelLoops.ADD_SQUARED_DIFFERENCE_ROWS,
                            x.segment(),
                            x.byteOffset() + at,
                            m.segment(),
                            m.byteOffset(),
                            sums.segment(),
                            to,
                            sums.segment(),
                            to,
                            n))[0]);
        }
        double[] sum = new double[channels];
        planes((r, c, at) -> {
            r.number(0, mean[c]);
            sum[c] += r.accumulate(
                    FusedLoops.SUM_SQUARED_DIFFERENCE_ROWS,
                    Combine.SUM,
                    x.segment(),
                    x.byteOffset() + at,
                    r.numbers(),
                    0,
                    true,
                    null,
                    0,
                    plane);
        });
        return divided(sum);
    }

    /** {@code x scale + shift} into {@code out}. */
    void affine(float[] scale, float[] shift, Dense out) {
        Dense y = fits(out) ? out : Dense.emptyLike(x, DType.FLOAT32);
        if (last) {
            Dense a = tile(scale);
            Dense b = tile(shift);
            Workers.parallelFor(
                    rows,
                    Rows.grain(channels),
                    (from, to) -> tiles(
                            from,
                            to,
                            (at, n) -> Rows.map(
                                    FusedLoops.SCALE_SHIFT_ROWS,
                                    x.segment(),
                                    x.byteOffset() + at,
                                    a.segment(),
                                    a.byteOffset(),
                                    b.segment(),
                                    b.byteOffset(),
                                    y.segment(),
                                    y.byteOffset() + at,
                                    n)));
        } else {
            planes((r, c, at) -> {
                r.number(0, scale[c]);
                r.number(1, shift[c]);
                Rows.map(
                        FusedLoops.AFFINE_ROWS,
                        x.segment(),
                        x.byteOffset() + at,
                        r.numbers(),
                        0,
                        r.numbers(),
                        4,
                        y.segment(),
                        y.byteOffset() + at,
                        plane);
            });
        }
        if (y != out) {
            Pointwise.copy(y, out);
        }
    }

    /** For each channel the sum of g, and of g (x - mean). */
    double[][] sums(Dense g, float[] mean) {
        if (last) {
            Dense m = tile(mean);
            long width = 4L * repeat * channels;
            return columns(2, (sums, to, scratch, at, n) -> {
                MemorySegment gs = g.segment();
                long go = g.byteOffset() + at;
                MemorySegment ss = sums.segment();
                MemorySegment ts = scratch.segment();
                Rows.map(FusedLoops.PLUS_ROWS, gs, go, ss, to, null, 0, ss, to, n);
                Rows.map(
                        FusedLoops.DIFFERENCE_ROWS,
                        x.segment(),
                        x.byteOffset() + at,
                        m.segment(),
                        m.byteOffset(),
                        null,
                        0,
                        ts,
                        scratch.byteOffset(),
                        n);
                Rows.map(
                        FusedLoops.MULTIPLY_ADD_ROWS,
                        gs,
                        go,
                        ts,
                        scratch.byteOffset(),
                        ss,
                        to + width,
                        ss,
                        to + width,
                        n);
            });
        }
        double[][] total = new double[2][channels];
        planes((r, c, at) -> {
            Dense t = Dense.empty(Shape.of(Math.min(plane, TILE)), DType.FLOAT32);
            r.number(0, 1);
            r.number(1, -mean[c]);
            for (long p = 0; p < plane; p += TILE) {
                long n = Math.min(TILE, plane - p);
                long go = g.byteOffset() + at + 4 * p;
                Rows.map(
                        FusedLoops.AFFINE_ROWS,
                        x.segment(),
                        x.byteOffset() + at + 4 * p,
                        r.numbers(),
                        0,
                        r.numbers(),
                        4,
                        t.segment(),
                        t.byteOffset(),
                        n);
                total[0][c] += r.sum(g.segment(), go, n);
                total[1][c] += r.dot(g.segment(), go, t.segment(), t.byteOffset(), n);
            }
        });
        return total;
    }

    /** {@code g a + x b + c} into {@code out}. */
    void combine(Dense g, float[] a, float[] b, float[] c, Dense out) {
        Dense y = fits(out) ? out : Dense.emptyLike(x, DType.FLOAT32);
        if (last) {
            Dense ofGrad = tile(a);
            Dense ofX = tile(b);
            Dense constant = tile(c);
            Workers.parallelFor(
                    rows,
                    Rows.grain(channels),
                    (from, to) -> tiles(from, to, (at, n) -> {
                        MemorySegment ys = y.segment();
                        long yo = y.byteOffset() + at;
                        Rows.map(
                                FusedLoops.SCALE_SHIFT_ROWS,
                                x.segment(),
                                x.byteOffset() + at,
                                ofX.segment(),
                                ofX.byteOffset(),
                                constant.segment(),
                                constant.byteOffset(),
                                ys,
                                yo,
                                n);
                        Rows.map(
                                FusedLoops.MULTIPLY_ADD_ROWS,
                                g.segment(),
                                g.byteOffset() + at,
                                ofGrad.segment(),
                                ofGrad.byteOffset(),
                                ys,
                                yo,
                                ys,
                                yo,
                                n);
                    }));
        } else {
            planes((r, channel, at) -> {
                r.number(0, a[channel]);
                r.number(1, b[channel]);
                r.number(2, c[channel]);
                Rows.map(
                        FusedLoops.AFFINE_ROWS,
                        x.segment(),
                        x.byteOffset() + at,
                        r.numbers(),
                        4,
                        r.numbers(),
                        8,
                        y.segment(),
                        y.byteOffset() + at,
                        plane);
                Rows.map(
                        ChannelLoops.ADD_SCALED_ROWS,
                        g.segment(),
                        g.byteOffset() + at,
                        r.numbers(),
                        0,
                        y.segment(),
                        y.byteOffset() + at,
                        y.segment(),
                        y.byteOffset() + at,
                        plane);
            });
        }
        if (y != out) {
            Pointwise.copy(y, out);
        }
    }
}
