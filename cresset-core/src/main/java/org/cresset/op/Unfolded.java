package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolutions in float32 as products of the weight, as it lies in memory, with the unfolded input: row (image,
 * place in the output), column (channel, place in the kernel). Where outputs have many more channels than places, unfolding costs less
 * than it takes the library to bring the weight into its order. All images are channels-last.
 */
final class Unfolded {
    private static final long FEWEST_WEIGHTS = 1 << 16;

    /** So many times fewer places than output channels are worth it; for the weight's gradient it suffices that there are fewer. */
    private static final int FEWER_PLACES = 8;

    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Contractions contractions;
    private final int batch;
    private final int in;
    private final int out;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int places;
    private final int rows;
    private final ConvShape sizes;

    Unfolded(Contractions contractions, ConvShape s) {
        this.contractions = contractions;
        this.sizes = s;
        batch = Math.toIntExact(s.batch());
        in = Math.toIntExact(s.inChannels());
        out = Math.toIntExact(s.outChannels());
        height = Math.toIntExact(s.in()[0]);
        width = Math.toIntExact(s.in()[1]);
        outHeight = Math.toIntExact(s.out()[0]);
        outWidth = Math.toIntExact(s.out()[1]);
        places = batch * outHeight * outWidth;
        rows = Math.toIntExact(in * s.kernel()[0] * s.kernel()[1]);
    }

    /** Whether a pass of a convolution is done here. */
    static boolean suits(ConvPass pass, ConvShape s) {
        if (s.spatial() != 2 || s.groups() != 1) {
            return false;
        }
        long kernel = s.kernel()[0] * s.kernel()[1];
        long places = s.batch() * s.out()[0] * s.out()[1];
        return kernel > 1
                && (pass == ConvPass.WEIGHT ? 1 : FEWER_PLACES) * places <= s.outChannels()
                && s.inChannels() * s.outChannels() * kernel >= FEWEST_WEIGHTS
                && s.inChannels() * kernel * s.outChannels() < Integer.MAX_VALUE / 4
                && s.batch() * s.in()[0] * s.in()[1] * s.inChannels() < Integer.MAX_VALUE / 4;
    }

    /** Output from input, weight (O, I, kernel) that lies in memory in this order, and bias. */
    void forward(Dense x, Dense w, @Nullable Dense bias, Dense y) {
        Storage columns = unfold(x);
        contractions.multiply(
                DType.FLOAT32,
                1,
                places,
                out,
                rows,
                new Operand(columns.segment(), 0, new long[] {0, rows, 1}),
                new Operand(w.segment(), w.byteOffset(), new long[] {0, 1, rows}),
                bias == null ? null : new Operand(bias.segment(), bias.byteOffset(), bias.stridesRaw()),
                byPlace(y));
        columns.free();
    }

    /** Gradient of the weight, which lies in memory in its own order. */
    void weight(Dense x, Dense gradOutput, Dense gradWeight) {
        Storage columns = unfold(x);
        contractions.multiply(
                DType.FLOAT32,
                1,
                out,
                rows,
                places,
                new Operand(gradOutput.segment(), gradOutput.byteOffset(), new long[] {0, 1, out}),
                new Operand(columns.segment(), 0, new long[] {0, rows, 1}),
                null,
                new Operand(gradWeight.segment(), gradWeight.byteOffset(), new long[] {0, rows, 1}));
        columns.free();
    }

    /** Gradient of the input. */
    void input(Dense gradOutput, Dense w, Dense gradInput) {
        Storage columns = Memory.allocate(4L * rows * places);
        // Each row of the unfolded gradient is a row of the transposed weight times the output's gradient.
        contractions.multiply(
                DType.FLOAT32,
                1,
                places,
                rows,
                out,
                byPlace(gradOutput),
                new Operand(w.segment(), w.byteOffset(), new long[] {0, rows, 1}),
                null,
                new Operand(columns.segment(), 0, new long[] {0, rows, 1}));
        fold(columns.segment(), gradInput);
        columns.free();
    }

    /** Channels-last images as a matrix (places, channels). */
    private Operand byPlace(Dense t) {
        return new Operand(t.segment(), t.byteOffset(), new long[] {0, out, 1});
    }

    private int kernel(int d) {
        return (int) sizes.kernel()[d];
    }

    private int stride(int d) {
        return (int) sizes.stride()[d];
    }

    private int dilation(int d) {
        return (int) sizes.dilation()[d];
    }

    private int low(int d) {
        return (int) sizes.padLow()[d];
    }

    /** The unfolded input (places, rows). */
    private Storage unfold(Dense x) {
        Storage columns = Memory.allocate(4L * rows * places);
        int kernel = rows / in;
        int image = outHeight * outWidth;
        Workers.parallelFor(places, Math.max(1, (1 << 15) / rows), (first, last) -> {
            float[] pixels = new float[height * width * in];
            float[] line = new float[rows];
            int loaded = -1;
            for (int place = (int) first; place < last; place++) {
                int n = place / image;
                if (n != loaded) {
                    MemorySegment.copy(
                            x.segment(), F, x.byteOffset() + 4L * n * pixels.length, pixels, 0, pixels.length);
                    loaded = n;
                }
                for (int k = 0; k < kernel; k++) {
                    int pixel = pixel(place % image, k);
                    if (pixel >= 0) {
                        take(pixels, pixel, in, line, k, kernel);
                    } else {
                        clear(line, k, kernel);
                    }
                }
                MemorySegment.copy(line, 0, columns.segment(), F, 4L * place * rows, rows);
            }
        });
        return columns;
    }

    /** Where in an image lies what element k of the kernel meets at a place of the output; negative: in the padding. */
    private int pixel(int place, int k) {
        int y = place / outWidth * stride(0) - low(0) + k / kernel(1) * dilation(0);
        int x = place % outWidth * stride(1) - low(1) + k % kernel(1) * dilation(1);
        return y < 0 || y >= height || x < 0 || x >= width ? -1 : (y * width + x) * in;
    }

    /** A pixel to elements {@code k}, {@code k + step}, ... of a line. */
    private static void take(float[] pixels, int at, int n, float[] line, int k, int step) {
        for (int c = 0; c < n; c++) {
            line[c * step + k] = pixels[at + c];
        }
    }

    private static void clear(float[] line, int k, int step) {
        for (int i = k; i < line.length; i += step) {
            line[i] = 0;
        }
    }

    /** Adds up (places, rows) where places of the output read the same place of the input. */
    private void fold(MemorySegment columns, Dense gradInput) {
        int kernel = rows / in;
        Workers.parallelFor(batch, 1, (first, last) -> {
            float[] pixels = new float[height * width * in];
            float[] line = new float[rows];
            for (int n = (int) first; n < last; n++) {
                Arrays.fill(pixels, 0);
                for (int p = 0; p < outHeight * outWidth; p++) {
                    long place = (long) n * outHeight * outWidth + p;
                    MemorySegment.copy(columns, F, 4 * place * rows, line, 0, rows);
                    for (int k = 0; k < kernel; k++) {
                        int pixel = pixel(p, k);
                        if (pixel >= 0) {
                            add(line, k, kernel, pixels, pixel, in);
                        }
                    }
                }
                MemorySegment.copy(
                        pixels,
                        0,
                        gradInput.segment(),
                        F,
                        gradInput.byteOffset() + 4L * n * pixels.length,
                        pixels.length);
            }
        });
    }

    /** Elements {@code k}, {@code k + step}, ... of a line to those of a pixel. */
    private static void add(float[] line, int k, int step, float[] pixels, int at, int n) {
        for (int c = 0; c < n; c++) {
            pixels[at + c] += line[c * step + k];
        }
    }
}
