package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Operand;
import org.cresset.emit.MachineProducts;
import org.cresset.emit.MachineTiles.Side;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * The gradient of a kernel of 3 by 3 by Winograd's algorithm: tiles of 4 by 4 of the output's gradient are the filters, tiles
 * of 6 by 6 of the input the signals, and products are summed over all tiles before they are transformed back, once.
 */
final class WinogradWeight {
    private static final int POINTS = Winograd.POINTS;

    private final Contractions contractions;
    private final Winograd.Image x;
    private final Winograd.Image g;
    private final Dense gradWeight;
    private final int across;
    private final int down;
    private final long all;
    private final long blocks;
    private final int size;

    WinogradWeight(Contractions c, long batch, Winograd.Image x, Winograd.Image g, Dense gradWeight) {
        this.contractions = c;
        this.x = x;
        this.g = g;
        this.gradWeight = gradWeight;
        this.across = Winograd.tiles(g.width);
        this.down = Winograd.tiles(g.height);
        this.all = batch * down;
        this.blocks = Winograd.blocks(all, across, x.channels, g.channels);
        this.size = x.channels * g.channels;
    }

    /** Each thread sums up some of the input's channels, so that rounding doesn't depend on how many threads there are. */
    void run() {
        int parts = Math.clamp(x.channels / Winograd.FEWEST_CHANNELS, 1, Workers.parts());
        Storage sums = Memory.allocate(4L * POINTS * size);
        Workers.parallelFor(parts, 1, (lo, hi) -> {
            for (long p = lo; p < hi; p++) {
                sum(sums.segment(), (int) (x.channels * p / parts), (int) (x.channels * (p + 1) / parts));
            }
        });
        back(sums.segment());
        sums.free();
    }

    private void sum(MemorySegment sums, int begin, int end) {
        int most = (int) ((all + blocks - 1) / blocks) * across;
        int channels = end - begin;
        int xStep = Winograd.tileStep(channels);
        int gStep = Winograd.tileStep(g.channels);
        Storage xZeros = x.zeros();
        Storage gZeros = g.zeros();
        Storage xTiles = Memory.allocate(4L * most * xStep);
        Storage gTiles = Memory.allocate(4L * most * gStep);
        for (long b = 0; b < blocks; b++) {
            long first = all * b / blocks;
            int n = (int) (all * (b + 1) / blocks - first);
            for (int s = 0; s < n; s++) {
                long image = (first + s) / down;
                int row = (int) ((first + s) % down);
                int tile = s * across;
                x.tiles(
                        WinogradLoops.SIGNALS,
                        Winograd.IN,
                        image,
                        row,
                        across,
                        xZeros,
                        xTiles.segment().address() + 4L * tile * xStep,
                        begin,
                        channels);
                g.tiles(
                        WinogradLoops.FILTERS4,
                        Winograd.OUT,
                        image,
                        row,
                        across,
                        gZeros,
                        gTiles.segment().address() + 4L * tile * gStep,
                        0,
                        g.channels);
            }
            multiply(xTiles.segment(), gTiles.segment(), sums, begin, channels, n * across, b > 0);
        }
        gTiles.free();
        xTiles.free();
        gZeros.free();
        xZeros.free();
    }

    /** Adds to the sums of some channels, or sets them to, what some tiles give. */
    private void multiply(
            MemorySegment xTiles, MemorySegment gTiles, MemorySegment sums, int begin, int n, int tiles, boolean adds) {
        int xStep = Winograd.tileStep(n);
        int gStep = Winograd.tileStep(g.channels);
        if (!Panels.suits(tiles, g.channels)) {
            long at = 4L * begin * g.channels;
            for (int p = 0; !adds && p < POINTS; p++) {
                sums.asSlice(at + 4L * p * size, 4L * n * g.channels).fill((byte) 0);
            }
            contractions.multiplyAdd(
                    POINTS,
                    n,
                    g.channels,
                    tiles,
                    new Operand(xTiles, 0, new long[] {n, 1, xStep}),
                    new Operand(gTiles, 0, new long[] {g.channels, gStep, 1}),
                    new Operand(sums, at, new long[] {size, g.channels, 1}));
            return;
        }
        long a = Window.address(xTiles, 0, 4L * tiles * xStep);
        long b = Window.address(gTiles, 0, 4L * tiles * gStep);
        long c = Window.address(sums, 0, 4L * POINTS * size) + 4L * begin * g.channels;
        for (int p = 0; p < POINTS; p++) {
            MachineProducts.multiply(
                    new MachineProducts.Factors(
                            a + 4L * p * n, 4, 4L * xStep, b + 4L * p * g.channels, 4L * gStep, 0, 0, tiles),
                    new MachineProducts.Sums(0, c + 4L * p * size, 4L * g.channels, n, g.channels, n, adds));
        }
    }

    /** From the sums of products to the weight's gradient. */
    private void back(MemorySegment sums) {
        Shape order = Shape.of(3, 3, x.channels, g.channels);
        Dense w = gradWeight;
        boolean gathers = KernelMoves.suits(w);
        long apart = gathers ? size + KernelMoves.APART : size; // from the matrix of a place of the kernel to the next
        Dense places = Dense.empty(Shape.of(9 * apart), DType.FLOAT32);
        long from = sums.address();
        long to = Winograd.area(places, 0, 9 * apart).address();
        Workers.parallelFor((size + Winograd.CHUNK - 1) / Winograd.CHUNK, 1, (lo, hi) -> {
            int begin = (int) Math.min(lo * Winograd.CHUNK, size - Winograd.FEWEST_CHANNELS);
            int n = (int) Math.min(hi * Winograd.CHUNK, size) - begin;
            long[] points = new long[Winograd.IN];
            long[] lines = new long[3];
            for (int j = 0; j < points.length; j++) {
                points[j] = from + 4L * (begin + (long) j * Winograd.IN * size);
            }
            for (int i = 0; i < lines.length; i++) {
                lines[i] = to + 4 * (begin + 3 * i * apart);
            }
            WinogradLoops.RESULTS3.run(
                    new Side(points, 4L * size, 0), 0, Winograd.IN, new Side(lines, 4 * apart, 0), 0, 1, n);
        });
        if (gathers) {
            KernelMoves.fromPlaces(places.segment(), places.storageOffset(), apart, w);
            places.storage().free();
            return;
        }
        Pointwise.copy(
                places.view(order, order.contiguousStrides(), places.storageOffset()),
                w.view(order, new long[] {w.stride(2), w.stride(3), w.stride(1), w.stride(0)}, w.storageOffset()));
        places.storage().free();
    }
}
