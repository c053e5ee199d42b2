package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * The gradient of the input of a two-dimensional convolution with steps, in float32, as a convolution without steps whose channels
 * are the places between two steps (sub-pixel convolution, Shi et al. 2016), all images channels-last. With few input channels the
 * library's own way leaves most of its vectors empty; this one has as many channels for each place between the steps.
 *
 * <p>Input places that are {@code step * q + r} elements behind the padding's begin, for a fixed {@code r}, meet only the elements
 * {@code r + step * j} of the kernel, at the output places {@code q - j}.
 */
final class Subpixels {
    /** So many channels the library handles at once; with as many in the input nothing is gained. */
    private static final int BLOCK = 8;

    /** Below this many multiplications bringing memory into order costs more than it saves. */
    private static final long FEWEST_PRODUCTS = 1 << 22;

    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Contractions contractions;
    private final int in;
    private final int out;
    private final int[] size = new int[2];
    private final int[] kernel = new int[2];
    private final int[] step = new int[2];
    private final int[] low = new int[2];
    /** Sizes of the kernel without steps, and of its output. */
    private final int[] taps = new int[2];

    private final int[] places = new int[2];
    private final int channels;
    private final ConvShape inner;

    Subpixels(Contractions contractions, ConvShape s) {
        this.contractions = contractions;
        in = Math.toIntExact(s.inChannels());
        out = Math.toIntExact(s.outChannels());
        long[] padLow = new long[2];
        long[] padHigh = new long[2];
        for (int d = 0; d < 2; d++) {
            size[d] = Math.toIntExact(s.in()[d]);
            kernel[d] = Math.toIntExact(s.kernel()[d]);
            step[d] = Math.toIntExact(s.stride()[d]);
            low[d] = Math.toIntExact(s.padLow()[d]);
            taps[d] = taps(s, d);
            places[d] = Math.toIntExact(places(s, d));
            padLow[d] = taps[d] - 1L;
            padHigh[d] = places[d] - s.out()[d];
        }
        channels = step[0] * step[1] * in;
        inner = new ConvShape(
                s.batch(),
                out,
                channels,
                1,
                s.out(),
                new long[] {places[0], places[1]},
                new long[] {taps[0], taps[1]},
                new long[] {1, 1},
                new long[] {1, 1},
                padLow,
                padHigh);
    }

    private static int taps(ConvShape s, int d) {
        return Math.toIntExact((s.kernel()[d] + s.stride()[d] - 1) / s.stride()[d]);
    }

    private static long places(ConvShape s, int d) {
        return (s.in()[d] - 1 + s.padLow()[d]) / s.stride()[d] + 1;
    }

    /** Whether a pass of a convolution is done here: where it fills more of the library's vectors than the kernel's rests empty. */
    static boolean suits(ConvPass pass, ConvShape s) {
        if (pass != ConvPass.INPUT || s.spatial() != 2 || s.groups() != 1 || s.inChannels() >= BLOCK) {
            return false;
        }
        long between = 1;
        long meets = 1;
        for (int d = 0; d < 2; d++) {
            between *= s.stride()[d];
            meets *= taps(s, d);
            boolean padded = places(s, d) >= s.out()[d] && s.padLow()[d] >= 0;
            if (s.dilation()[d] != 1 || s.kernel()[d] < s.stride()[d] || !padded) {
                return false;
            }
        }
        long kernel = s.kernel()[0] * s.kernel()[1];
        long filled = (between * s.inChannels() + BLOCK - 1) / BLOCK * BLOCK * meets;
        return filled <= BLOCK * kernel * 3 / 4
                && s.batch() * s.out()[0] * s.out()[1] * s.outChannels() * s.inChannels() * kernel >= FEWEST_PRODUCTS
                && s.batch() * places(s, 0) * places(s, 1) * between * s.inChannels() < Integer.MAX_VALUE / 4;
    }

    /** Gradient of the input (N, C, H, W) from the output's and the weight (O, C, kernel), which lies in memory in this order. */
    void input(Dense gradOutput, Dense w, Dense gradInput) {
        Dense weight = Dense.empty(Shape.of(channels, out, taps[0], taps[1]), DType.FLOAT32);
        spread(w, weight);
        Storage z = Memory.allocate(4L * inner.batch() * places[0] * places[1] * channels);
        long row = (long) places[1] * channels;
        contractions.convolve(
                DType.FLOAT32,
                inner,
                new Operand(gradOutput.segment(), gradOutput.byteOffset(), gradOutput.stridesRaw()),
                new Operand(weight.segment(), weight.byteOffset(), weight.stridesRaw()),
                weight.storage(),
                null,
                new Operand(z.segment(), 0, new long[] {places[0] * row, 1, row, channels}));
        long lines = inner.batch() * size[0];
        long line = (long) size[1] * in;
        Workers.parallelFor(lines, Math.max(1, (1 << 15) / line), (from, to) -> {
            for (long l = from; l < to; l++) {
                int y = (int) (l % size[0]) + low[0];
                long source = (l / size[0] * places[0] + y / step[0]) * row;
                shuffle(
                        Window.of(z.segment(), 4 * source, 4 * row),
                        y % step[0] * step[1] * in,
                        Window.of(gradInput.segment(), gradInput.byteOffset() + 4 * l * line, 4 * line));
            }
        });
        z.free();
    }

    /** The weight (O, C, kernel) as (places between steps and C, O, taps), the taps backwards. */
    private void spread(Dense w, Dense weight) {
        MemorySegment from = Window.of(w.segment(), w.byteOffset(), 4 * w.numel());
        MemorySegment to = Window.of(weight.segment(), weight.byteOffset(), 4 * weight.numel());
        to.fill((byte) 0);
        for (int o = 0; o < out; o++) {
            for (int c = 0; c < in; c++) {
                for (int y = 0; y < kernel[0]; y++) {
                    for (int x = 0; x < kernel[1]; x++) {
                        int channel = (y % step[0] * step[1] + x % step[1]) * in + c;
                        int tap = (taps[0] - 1 - y / step[0]) * taps[1] + taps[1] - 1 - x / step[1];
                        long at = ((long) channel * out + o) * taps[0] * taps[1] + tap;
                        to.set(F, 4 * at, from.get(F, 4L * (((o * in + c) * kernel[0] + y) * kernel[1] + x)));
                    }
                }
            }
        }
    }

    /** One line of the image: from each place the channels of the places between steps, from {@code first} on. */
    private void shuffle(MemorySegment from, int first, MemorySegment to) {
        int chunk = step[1] * in;
        int skipped = low[1] % step[1] * in; // of the first chunk, as the image begins there
        int source = low[1] / step[1] * channels + first + skipped;
        int left = chunk - skipped;
        int n = size[1] * in;
        for (int i = 0; i < n; i++) {
            to.set(F, 4L * i, from.get(F, 4L * source++));
            if (--left == 0) {
                left = chunk;
                source += channels - chunk;
            }
        }
    }
}
