package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;

/**
 * The gradient of a kernel of 3 by 3 by Winograd's algorithm: tiles of 4 by 4 of the output's gradient are the filters, tiles
 * of 6 by 6 of the input the signals, and products are summed over all tiles before they are transformed back, once.
 */
final class WinogradWeight {
    private static final int OUT = Winograd.OUT;
    private static final int IN = Winograd.IN;
    private static final int POINTS = Winograd.POINTS;

    /** Sums of their own that are added at the end, whatever the number of threads, so that rounding doesn't depend on it. */
    private static final int PARTS = 2;

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

    void run() {
        int parts = (int) Math.min(PARTS, blocks);
        Storage sums = Memory.allocate(4L * parts * POINTS * size);
        sums.segment().fill((byte) 0);
        Workers.parallelFor(parts, 1, (lo, hi) -> {
            for (long p = lo; p < hi; p++) {
                sum(blocks * p / parts, blocks * (p + 1) / parts, sums.segment(), 4 * p * POINTS * size);
            }
        });
        int n = POINTS * size;
        if (parts == 2) {
            MemorySegment s = sums.segment();
            Rows.map(FusedLoops.PLUS_ROWS, s, 0, s, 4L * n, null, 0, s, 0, n);
        }
        back(sums.segment());
        sums.free();
    }

    private void sum(long from, long to, MemorySegment sums, long at) {
        int most = (int) ((all + blocks - 1) / blocks) * across;
        int xStep = Winograd.tileStep(x.channels);
        int gStep = Winograd.tileStep(g.channels);
        Storage xLines = zeros(x.scratch(across));
        Storage gLines = zeros(g.scratch(across));
        Storage xTiles = Memory.allocate(4L * most * xStep);
        Storage gTiles = Memory.allocate(4L * most * gStep);
        for (long b = from; b < to; b++) {
            long first = all * b / blocks;
            int n = (int) (all * (b + 1) / blocks - first);
            for (int s = 0; s < n; s++) {
                long image = (first + s) / down;
                int row = (int) ((first + s) % down);
                int tile = s * across;
                x.tiles(WinogradLoops.SIGNAL, IN, image, row, across, xLines.segment(), xTiles.segment(), tile * xStep);
                g.tiles(
                        WinogradLoops.FILTER4,
                        OUT,
                        image,
                        row,
                        across,
                        gLines.segment(),
                        gTiles.segment(),
                        tile * gStep);
            }
            contractions.multiplyAdd(
                    POINTS,
                    x.channels,
                    g.channels,
                    (long) n * across,
                    new Operand(xTiles.segment(), 0, new long[] {x.channels, 1, xStep}),
                    new Operand(gTiles.segment(), 0, new long[] {g.channels, gStep, 1}),
                    new Operand(sums, at, new long[] {size, g.channels, 1}));
        }
        gTiles.free();
        xTiles.free();
        gLines.free();
        xLines.free();
    }

    private static Storage zeros(long n) {
        Storage s = Memory.allocate(4 * n);
        s.segment().fill((byte) 0);
        return s;
    }

    /** From the sums of products to the weight's gradient. */
    private void back(MemorySegment sums) {
        Storage rows = Memory.allocate(4L * 3 * IN * size);
        Shape order = Shape.of(3, 3, x.channels, g.channels);
        Dense places = Dense.empty(order, DType.FLOAT32);
        int[] first = new int[IN + 3];
        int[] second = new int[IN + 3];
        for (int j = 0; j < IN; j++) {
            first[j] = j * IN * size;
            second[j] = j * size;
        }
        for (int i = 0; i < 3; i++) {
            first[IN + i] = i * IN * size;
            second[IN + i] = i * size;
        }
        WinogradLoops.RESULT3.run(sums, rows.segment(), first, new int[2], 1, IN * size);
        WinogradLoops.RESULT3.run(
                rows.segment(), Winograd.area(places, 0, 9L * size), second, new int[] {IN * size, 3 * size}, 3, size);
        rows.free();
        Dense w = gradWeight;
        Pointwise.copy(
                places,
                w.view(order, new long[] {w.stride(2), w.stride(3), w.stride(1), w.stride(0)}, w.storageOffset()));
        places.storage().free();
    }
}
