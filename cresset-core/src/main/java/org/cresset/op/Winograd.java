package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions with kernels of 3 by 3 in float32 by Winograd's algorithm: outputs are computed in tiles of 4 by 4, whose 144
 * products for each pair of channels become 36. Signals are transformed, multiplied as 36 matrices, and transformed back, a
 * few rows of tiles at a time, so that all of it stays in the cache. Which rows go together depends on the sizes alone, so
 * neither do results on the number of threads. All images are channels-last.
 */
final class Winograd {
    /** Outputs of a tile along one dimension. */
    static final int OUT = 4;

    /** Points, and inputs of a tile, along one dimension. */
    static final int IN = 6;

    static final int POINTS = IN * IN;

    /** Floats between the ends of tiles, so that these don't all lie in the same cache lines. */
    private static final int GAP = 16;

    /** Floats of both sides of the products that a block of tiles may take. */
    private static final long BLOCK = 160 * 1024;

    /** Tiles that are worth the transform of the weight. */
    private static final int FEWEST_TILES = 24;

    /** Tiles that are worth transforming the weight's gradient back; it is summed in parts, and isn't shared out. */
    private static final int FEWEST_TILES_OF_GRADIENT = 32;

    private static final int FEWEST_TILES_OF_BLOCK = 24;
    private static final int MOST_TILES_OF_BLOCK = 128;
    private static final int FEWEST_CHANNELS = 16;
    private static final int FEWEST_PAIRS = 1024;
    private static final int CHUNK = 2048;
    private static final boolean ON = !"false".equals(System.getProperty("cresset.winograd"));

    private Winograd() {}

    /** Whether a pass of a convolution is done here: where that is much less work than the direct sum. */
    static boolean suits(ConvPass pass, ConvShape s) {
        if (!ON
                || s.spatial() != 2
                || s.groups() != 1
                || s.inChannels() < FEWEST_CHANNELS
                || s.outChannels() < FEWEST_CHANNELS
                || s.inChannels() * s.outChannels() < FEWEST_PAIRS
                || POINTS * s.inChannels() * s.outChannels() > Integer.MAX_VALUE / 8) {
            return false;
        }
        long tiles = s.batch();
        long places = s.batch();
        for (int d = 0; d < 2; d++) {
            if (s.kernel()[d] != 3
                    || s.stride()[d] != 1
                    || s.dilation()[d] != 1
                    || s.padLow()[d] < 0
                    || s.padLow()[d] > 2
                    || s.padHigh()[d] < 0
                    || s.padHigh()[d] > 2) {
                return false;
            }
            tiles *= (s.out()[d] + OUT - 1) / OUT;
            places *= s.out()[d];
        }
        long row = s.in()[0] * s.in()[1] * Math.max(s.inChannels(), s.outChannels());
        int fewest = pass == ConvPass.WEIGHT ? FEWEST_TILES_OF_GRADIENT : FEWEST_TILES;
        return row < Integer.MAX_VALUE / 8 && tiles >= fewest && 2 * POINTS * tiles <= 9 * places;
    }

    /** Output from input, weight (O, I, 3, 3) and bias. */
    static void forward(Contractions c, ConvShape s, Dense x, Dense w, @Nullable Dense bias, Dense y) {
        try (Filter u = Filter.of(w, false)) {
            new Pass(c, s.batch(), new Image(x, s.in(), s.inChannels(), s.padLow()), u, bias, y, s.out()).run();
        }
    }

    /** Gradient of the input: the convolution of that of the output with the weight turned round. */
    static void input(Contractions c, ConvShape s, Dense gradOutput, Dense w, Dense gradInput) {
        long[] pad = {2 - s.padLow()[0], 2 - s.padLow()[1]};
        try (Filter u = Filter.of(w, true)) {
            new Pass(c, s.batch(), new Image(gradOutput, s.out(), s.outChannels(), pad), u, null, gradInput, s.in())
                    .run();
        }
    }

    /** Gradient of the weight. */
    static void weight(Contractions c, ConvShape s, Dense x, Dense gradOutput, Dense gradWeight) {
        new WinogradWeight(
                        c,
                        s.batch(),
                        new Image(x, s.in(), s.inChannels(), s.padLow()),
                        new Image(gradOutput, s.out(), s.outChannels(), new long[2]),
                        gradWeight)
                .run();
    }

    /**
     * How many blocks some rows of tiles are handled in: their signals and products should stay in the cache, but where the
     * filter is larger than that, it should not be read too often.
     */
    static long blocks(long strips, int across, int in, int out) {
        long floats = Math.max(BLOCK, (long) POINTS / 2 * in * out);
        long tiles = Math.clamp(floats / ((long) POINTS * (in + out)), FEWEST_TILES_OF_BLOCK, MOST_TILES_OF_BLOCK);
        long each = Math.max(1, (tiles + across / 2) / across);
        return (strips + each - 1) / each;
    }

    /** How many tiles it takes. */
    static int tiles(int places) {
        return (places + OUT - 1) / OUT;
    }

    /** Elements from a tile to the next. */
    static int tileStep(int channels) {
        return POINTS * channels + GAP;
    }

    static MemorySegment area(Dense t, long from, long n) {
        return t.segment().asSlice(t.byteOffset() + 4 * from, 4 * n);
    }

    /** The weight's transform: 36 matrices (C, K), of channels that are summed over and channels that come out. */
    record Filter(Storage values, int in, int out) implements AutoCloseable {
        static Filter of(Dense w, boolean turned) {
            int o = Math.toIntExact(w.size(0));
            int i = Math.toIntExact(w.size(1));
            int in = turned ? o : i;
            int out = turned ? i : o;
            long toIn = w.stride(turned ? 0 : 1);
            long toOut = w.stride(turned ? 1 : 0);
            Shape order = Shape.of(3, 3, in, out);
            Dense places = Dense.empty(order, DType.FLOAT32);
            Pointwise.copy(
                    w.view(order, new long[] {w.stride(2), w.stride(3), toIn, toOut}, w.storageOffset()), places);
            int size = in * out;
            Storage values = Memory.allocate(4L * POINTS * size);
            MemorySegment from = area(places, 0, 9L * size);
            Workers.parallelFor((size + CHUNK - 1) / CHUNK, 1, (lo, hi) -> {
                Storage between = Memory.allocate(4L * 3 * IN * CHUNK);
                for (int c = (int) lo * CHUNK; c < Math.min(hi * CHUNK, size); c += CHUNK) {
                    transform(from, between.segment(), values.segment(), size, c, Math.min(CHUNK, size - c), turned);
                }
                between.free();
            });
            places.storage().free();
            return new Filter(values, in, out);
        }

        private static void transform(
                MemorySegment from, MemorySegment between, MemorySegment to, int size, int at, int n, boolean turned) {
            int[] down = new int[3 + IN];
            int[] across = new int[3 + IN];
            for (int r = 0; r < 3; r++) {
                int place = turned ? 2 - r : r;
                down[r] = 3 * place * size + at;
                across[r] = place * n;
            }
            for (int j = 0; j < IN; j++) {
                down[3 + j] = 3 * j * n;
                across[3 + j] = j * size + at;
            }
            WinogradLoops.FILTER3.run(from, between, down, new int[] {size, n}, 3, n);
            WinogradLoops.FILTER3.run(between, to, across, new int[] {3 * n, IN * size}, IN, n);
        }

        @Override
        public void close() {
            values.free();
        }
    }

    /** Images whose tiles are transformed, with zeros around them. */
    static final class Image {
        final Dense t;
        final int height;
        final int width;
        final int channels;
        private final int top;
        private final int left;

        Image(Dense t, long[] size, long channels, long[] pad) {
            this.t = t;
            this.height = Math.toIntExact(size[0]);
            this.width = Math.toIntExact(size[1]);
            this.channels = Math.toIntExact(channels);
            this.top = Math.toIntExact(pad[0]);
            this.left = Math.toIntExact(pad[1]);
        }

        /** Floats of scratch memory that {@link #tiles} needs, to be zeroed once. */
        int scratch(int across) {
            return IN * channels * (OUT * across + 2 + width);
        }

        /**
         * Transforms one row of tiles of {@code reach} by {@code reach} inputs: of all tiles, the 36 values of each channel.
         *
         * @param loop takes {@code reach} values to six
         */
        void tiles(
                MemoryGridTiers loop,
                int reach,
                long image,
                int row,
                int across,
                MemorySegment scratch,
                MemorySegment to,
                int at) {
            int line = width * channels;
            int padded = (OUT * across + 2) * channels;
            long pixels = (long) height * line;
            MemorySegment from = area(t, image * pixels, pixels);
            int first = OUT * row - top;
            int begin = first * line;
            if (first < 0 || first + reach > height) {
                MemorySegment edge = scratch.asSlice(4L * IN * padded, 4L * IN * line);
                for (int r = 0; r < reach; r++) {
                    int y = first + r;
                    if (y < 0 || y >= height) {
                        edge.asSlice(4L * r * line, 4L * line).fill((byte) 0);
                    } else {
                        MemorySegment.copy(from, 4L * y * line, edge, 4L * r * line, 4L * line);
                    }
                }
                from = edge;
                begin = 0;
            }
            int[] down = new int[reach + IN];
            int[] along = new int[reach + IN];
            for (int r = 0; r < reach; r++) {
                down[r] = begin + r * line;
            }
            for (int j = 0; j < IN; j++) {
                down[reach + j] = j * padded + left * channels;
            }
            loop.run(from, scratch, down, new int[2], 1, line);
            int[] steps = {OUT * channels, tileStep(channels)};
            for (int j = 0; j < IN; j++) {
                for (int r = 0; r < reach; r++) {
                    along[r] = j * padded + r * channels;
                }
                for (int k = 0; k < IN; k++) {
                    along[reach + k] = at + (j * IN + k) * channels;
                }
                loop.run(scratch, to, along, steps, across, channels);
            }
        }
    }

    /** A convolution of images to images. */
    private static final class Pass {
        private final Contractions contractions;
        private final long batch;
        private final Image x;
        private final Filter u;
        private final @Nullable Dense bias;
        private final Dense y;
        private final int height;
        private final int width;
        private final int across;
        private final int down;

        Pass(Contractions c, long batch, Image x, Filter u, @Nullable Dense bias, Dense y, long[] size) {
            this.contractions = c;
            this.batch = batch;
            this.x = x;
            this.u = u;
            this.bias = bias;
            this.y = y;
            this.height = Math.toIntExact(size[0]);
            this.width = Math.toIntExact(size[1]);
            this.across = Winograd.tiles(width);
            this.down = Winograd.tiles(height);
        }

        void run() {
            long all = batch * down;
            long blocks = blocks(all, across, u.in, u.out);
            Workers.parallelFor(blocks, 1, (from, to) -> {
                for (long b = from; b < to; b++) {
                    block(all * b / blocks, all * (b + 1) / blocks);
                }
            });
        }

        private void block(long from, long to) {
            int n = (int) (to - from);
            int tiles = n * across;
            int inStep = tileStep(u.in);
            int outStep = tileStep(u.out);
            int rowsOfTile = OUT * IN * u.out;
            int lines = x.scratch(across);
            Storage scratch = Memory.allocate(4L * lines);
            scratch.segment().fill((byte) 0);
            Storage signals = Memory.allocate(4L * tiles * inStep);
            Storage products = Memory.allocate(4L * tiles * outStep);
            Storage results = Memory.allocate(4L * (tiles * rowsOfTile + (1 + OUT) * u.out));
            for (int s = 0; s < n; s++) {
                long strip = from + s;
                x.tiles(
                        WinogradLoops.SIGNAL,
                        IN,
                        strip / down,
                        (int) (strip % down),
                        across,
                        scratch.segment(),
                        signals.segment(),
                        s * across * inStep);
            }
            contractions.multiply(
                    DType.FLOAT32,
                    POINTS,
                    tiles,
                    u.out,
                    u.in,
                    new Operand(signals.segment(), 0, new long[] {u.in, inStep, 1}),
                    new Operand(u.values.segment(), 0, new long[] {(long) u.in * u.out, u.out, 1}),
                    null,
                    new Operand(products.segment(), 0, new long[] {u.out, outStep, 1}));
            int[] rows = new int[IN + OUT];
            for (int j = 0; j < IN; j++) {
                rows[j] = j * IN * u.out;
            }
            for (int i = 0; i < OUT; i++) {
                rows[IN + i] = i * IN * u.out;
            }
            WinogradLoops.RESULT4.run(
                    products.segment(), results.segment(), rows, new int[] {outStep, rowsOfTile}, tiles, IN * u.out);
            int biasAt = tiles * rowsOfTile;
            if (bias == null) {
                results.segment().asSlice(4L * biasAt, 4L * u.out).fill((byte) 0);
            } else {
                MemorySegment.copy(area(bias, 0, u.out), 0, results.segment(), 4L * biasAt, 4L * u.out);
            }
            for (int s = 0; s < n; s++) {
                write(results.segment(), s * across * rowsOfTile, biasAt, from + s);
            }
            results.free();
            products.free();
            signals.free();
            scratch.free();
        }

        /** Writes the lines of a row of tiles. */
        private void write(MemorySegment results, int begin, int biasAt, long strip) {
            int channels = u.out;
            int line = width * channels;
            int row = OUT * (int) (strip % down);
            int whole = width / OUT;
            int left = width % OUT;
            long pixels = (long) height * line;
            MemorySegment to = area(y, strip / down * pixels, pixels);
            int[] at = new int[IN + 1 + OUT];
            int[] steps = {OUT * IN * channels, OUT * channels, 0};
            at[IN] = biasAt;
            for (int i = 0; i < Math.min(OUT, height - row); i++) {
                for (int k = 0; k < IN; k++) {
                    at[k] = begin + (i * IN + k) * channels;
                }
                int target = (row + i) * line;
                for (int v = 0; v < OUT; v++) {
                    at[IN + 1 + v] = target + v * channels;
                }
                WinogradLoops.RESULT4_PLUS.run(results, to, at, steps, whole, channels);
                if (left > 0) {
                    int last = biasAt + channels;
                    for (int k = 0; k < IN; k++) {
                        at[k] += whole * steps[0];
                    }
                    for (int v = 0; v < OUT; v++) {
                        at[IN + 1 + v] = last + v * channels;
                    }
                    WinogradLoops.RESULT4_PLUS.run(results, results, at, steps, 1, channels);
                    MemorySegment.copy(
                            results, 4L * last, to, 4L * (target + whole * OUT * channels), 4L * left * channels);
                }
            }
        }
    }
}
