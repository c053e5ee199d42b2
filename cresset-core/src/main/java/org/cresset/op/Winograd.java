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
import org.cresset.emit.MachineProducts;
import org.cresset.emit.MachineTiles.Side;
import org.cresset.emit.Window;
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
    static final int FEWEST_CHANNELS = 16;
    private static final int FEWEST_PAIRS = 1024;
    static final int CHUNK = 2048;

    /** Rows of products for which panels are made. */
    private static final int MANY = 64;

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

    /**
     * The weight's transform: 36 matrices (C, K), of channels that are summed over and channels that come out; each in panels of
     * columns where {@code panels}.
     */
    record Filter(Storage values, int in, int out, boolean panels) implements AutoCloseable {
        static Filter of(Dense w, boolean turned) {
            int in = Math.toIntExact(w.size(turned ? 0 : 1));
            int out = Math.toIntExact(w.size(turned ? 1 : 0));
            boolean panels = Panels.suits(in, out);
            int size = in * out;
            Dense places = Dense.empty(Shape.of(9L * size), DType.FLOAT32);
            int width;
            for (int j = 0; j < out; j += width) {
                width = panels ? MachineProducts.width(j, out, MANY) : out;
                int alike = 1;
                while (j + alike * width < out && MachineProducts.width(j + alike * width, out, MANY) == width) {
                    alike++;
                }
                order(w, turned, places, j, width, alike);
                j += (alike - 1) * width;
            }
            Storage values = Memory.allocate(4L * POINTS * size);
            long from = area(places, 0, 9L * size).address();
            long to = values.segment().address();
            Workers.parallelFor((size + CHUNK - 1) / CHUNK, 1, (lo, hi) -> {
                int begin = (int) Math.min(lo * CHUNK, size - FEWEST_CHANNELS);
                transform(from, to, size, begin, (int) Math.min(hi * CHUNK, size) - begin, turned);
            });
            places.storage().free();
            return new Filter(values, in, out, panels);
        }

        /** Brings {@code alike} panels, from column j on, to where the transform reads them: by place of the kernel. */
        private static void order(Dense w, boolean turned, Dense places, int j, int width, int alike) {
            long in = w.size(turned ? 0 : 1);
            long size = w.size(0) * w.size(1);
            long toIn = w.stride(turned ? 0 : 1);
            long toOut = w.stride(turned ? 1 : 0);
            if (KernelMoves.suits(w)) {
                long first = places.storageOffset() + in * j;
                KernelMoves.panels(w, turned, j, width, alike, places.segment(), first, size);
                return;
            }
            Shape shape = Shape.of(3, 3, alike, in, width);
            Pointwise.copy(
                    w.view(
                            shape,
                            new long[] {w.stride(2), w.stride(3), width * toOut, toIn, toOut},
                            w.storageOffset() + j * toOut),
                    places.view(
                            shape, new long[] {3 * size, size, in * width, width, 1}, places.storageOffset() + in * j));
        }

        private static void transform(long from, long to, int size, int begin, int n, boolean turned) {
            long place = 4L * size;
            long[] lines = new long[3];
            long[] points = new long[IN];
            for (int r = 0; r < 3; r++) {
                lines[r] = from + 4L * begin + place * (turned ? 3 * (2 - r) + 2 : 3 * r);
            }
            for (int j = 0; j < IN; j++) {
                points[j] = to + 4L * begin + place * j * IN;
            }
            WinogradLoops.FILTERS3.run(
                    new Side(lines, turned ? -place : place, 0), 0, 3, new Side(points, place, 0), 0, 1, n);
        }

        /** Signals of some tiles (tile, point, C) times this, to (tile, point, K). */
        void multiply(Contractions c, MemorySegment signals, MemorySegment products, int tiles) {
            int inStep = tileStep(in);
            int outStep = tileStep(out);
            if (!panels) {
                c.multiply(
                        DType.FLOAT32,
                        POINTS,
                        tiles,
                        out,
                        in,
                        new Operand(signals, 0, new long[] {in, inStep, 1}),
                        new Operand(values.segment(), 0, new long[] {(long) in * out, out, 1}),
                        null,
                        new Operand(products, 0, new long[] {out, outStep, 1}));
                return;
            }
            long a = Window.address(signals, 0, 4L * tiles * inStep);
            long b = Window.address(values.segment(), 0, 4L * POINTS * in * out);
            long p = Window.address(products, 0, 4L * tiles * outStep);
            for (int i = 0; i < POINTS; i++) {
                MachineProducts.multiply(
                        new MachineProducts.Factors(
                                a + 4L * i * in, 4L * inStep, 4, b + 4L * i * in * out, 0, in, 0, in),
                        new MachineProducts.Sums(0, p + 4L * i * out, 4L * outStep, tiles, out, MANY, false));
            }
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

        /** A line of zeros, for lines above and below images; to be freed. */
        Storage zeros() {
            Storage z = Memory.allocate(4L * width * channels);
            z.segment().fill((byte) 0);
            return z;
        }

        /**
         * Transforms one row of tiles of {@code reach} by {@code reach} inputs: of all tiles, the 36 values of each of n channels
         * from one on.
         *
         * @param to where the first tile's values go to
         */
        void tiles(
                WinogradTransform transform,
                int reach,
                long image,
                int row,
                int across,
                Storage zeros,
                long to,
                int channel,
                int n) {
            long line = 4L * width * channels;
            long column = 4L * channels;
            long pixels = (long) height * width * channels;
            long from = area(t, image * pixels, pixels).address();
            long nothing = zeros.segment().address();
            long step = 4L * tileStep(n);
            int end;
            for (int tile = 0; tile < across; tile = end) {
                int x = OUT * tile - left;
                int begin = Math.max(0, -x);
                int reached = Math.clamp(width - x, 0, reach);
                end = tile + 1;
                if (begin == 0 && reached == reach) { // as are some more
                    end = Math.clamp((width - reach + left) / OUT + 1, end, across);
                }
                long[] lines = new long[reach];
                long[] points = new long[IN];
                for (int r = 0; r < reach; r++) {
                    int y = OUT * row - top + r;
                    lines[r] = (y < 0 || y >= height ? nothing : from + y * line) + x * column + 4L * channel;
                }
                for (int j = 0; j < IN; j++) {
                    points[j] = to + tile * step + 4L * j * IN * n;
                }
                transform.run(
                        new Side(lines, column, OUT * column),
                        begin,
                        reached,
                        new Side(points, 4L * n, step),
                        0,
                        end - tile,
                        n);
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
            Storage zeros = x.zeros();
            Storage signals = Memory.allocate(4L * tiles * inStep);
            Storage products = Memory.allocate(4L * tiles * tileStep(u.out));
            for (int s = 0; s < n; s++) {
                long strip = from + s;
                x.tiles(
                        WinogradLoops.SIGNALS,
                        IN,
                        strip / down,
                        (int) (strip % down),
                        across,
                        zeros,
                        signals.segment().address() + 4L * s * across * inStep,
                        0,
                        u.in);
            }
            u.multiply(contractions, signals.segment(), products.segment(), tiles);
            Storage rest = Memory.allocate(4L * u.out * (width + OUT * OUT + 1));
            long added = bias == null
                    ? rest.segment().address()
                    : area(bias, 0, u.out).address();
            if (bias == null) {
                rest.segment().asSlice(0, 4L * u.out).fill((byte) 0);
            }
            for (int s = 0; s < n; s++) {
                write(products.segment().address() + 4L * s * across * tileStep(u.out), rest, added, from + s);
            }
            rest.free();
            products.free();
            signals.free();
            zeros.free();
        }

        /**
         * Writes the lines of a row of tiles.
         *
         * @param rest zeros for each channel, and behind them room for a tile and a line
         */
        private void write(long products, Storage rest, long added, long strip) {
            long column = 4L * u.out;
            long line = width * column;
            long step = 4L * tileStep(u.out);
            int row = OUT * (int) (strip % down);
            int lines = Math.min(OUT, height - row);
            int whole = width / OUT;
            long pixels = (long) height * width * u.out;
            MemorySegment image = area(y, strip / down * pixels, pixels);
            long tile = rest.segment().address() + column;
            long[] points = new long[IN];
            long[] to = new long[OUT];
            for (int j = 0; j < IN; j++) {
                points[j] = products + j * IN * column;
            }
            for (int i = 0; i < OUT; i++) {
                to[i] = i < lines ? image.address() + (row + i) * line : tile + OUT * OUT * column;
            }
            Side from = new Side(points, column, step);
            if (whole > 0) {
                WinogradLoops.RESULTS4.run(from, 0, IN, new Side(to, column, OUT * column), added, whole, u.out);
            }
            int left = width % OUT;
            if (left > 0) {
                for (int j = 0; j < IN; j++) {
                    points[j] += whole * step;
                }
                for (int i = 0; i < OUT; i++) {
                    to[i] = tile + i * OUT * column;
                }
                WinogradLoops.RESULTS4.run(from, 0, IN, new Side(to, column, 0), added, 1, u.out);
                for (int i = 0; i < lines; i++) {
                    MemorySegment.copy(
                            rest.segment(),
                            (1 + i * OUT) * column,
                            image,
                            (row + i) * line + whole * OUT * column,
                            left * column);
                }
            }
        }
    }
}
