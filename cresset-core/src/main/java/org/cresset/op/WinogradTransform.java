package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.MachineTiles;
import org.cresset.emit.MachineTiles.Side;
import org.cresset.emit.Window;

/** One of the two-dimensional transforms of Winograd's convolution: of the columns of tiles, then of rows; machine code where there is. */
final class WinogradTransform {
    /** Floats between both transforms at most, where these are loops of their own. */
    private static final int ROOM = 1 << 16;

    private final MemoryGridTiers columns;
    private final MemoryGridTiers rows;
    private final int in;
    private final int out;
    private final boolean plus;
    private final MachineTiles machine;

    /** Of {@code in} by {@code in} values to {@code out} by {@code out}, to which one for each channel is added if {@code plus}. */
    WinogradTransform(MemoryGridTiers columns, MemoryGridTiers rows, int in, int out, boolean plus) {
        this.columns = columns;
        this.rows = rows;
        this.in = in;
        this.out = out;
        this.plus = plus;
        this.machine =
                new MachineTiles(columns.grid.loop().body(), rows.grid.loop().body(), in, out, plus);
    }

    /** As {@link MachineTiles#run}. */
    void run(Side from, int begin, int end, Side to, long added, int tiles, int channels) {
        if (MachineTiles.there() && channels >= MachineTiles.fewestChannels()) {
            machine.run(from, begin, end, to, added, tiles, channels);
            return;
        }
        int tile = in * out * channels;
        int some = Math.clamp(ROOM / tile, 1, tiles);
        Storage room = Memory.allocate(4L * tile * some);
        long between = room.segment().address();
        for (int t = 0; t < tiles; t += some) {
            int n = Math.min(some, tiles - t);
            columns(moved(from, t), begin, end, between, tile, n, channels);
            rows(between, tile, moved(to, t), added, n, channels);
        }
        room.free();
    }

    private static Side moved(Side s, int tiles) {
        return new Side(Arrays.stream(s.lines()).map(l -> l + tiles * s.tile()).toArray(), s.column(), s.tile());
    }

    private void columns(Side from, int begin, int end, long room, int tile, int tiles, int channels) {
        long[] at = new long[in + out];
        for (int c = 0; c < in; c++) {
            boolean there = c >= begin && c < end;
            for (int l = 0; l < in; l++) {
                at[l] = from.lines()[l] + c * from.column();
            }
            for (int l = 0; l < out; l++) {
                at[in + l] = room + 4L * (l * in + c) * channels;
                for (int t = 0; !there && t < tiles; t++) {
                    Window.MEMORY
                            .asSlice(at[in + l] + 4L * t * tile, 4L * channels)
                            .fill((byte) 0);
                }
            }
            if (there) {
                run(columns, at, new int[] {(int) (from.tile() / 4), tile}, tiles, channels);
            }
        }
    }

    private void rows(long room, int tile, Side to, long added, int tiles, int channels) {
        int inputs = plus ? in + 1 : in;
        long[] at = new long[inputs + out];
        for (int l = 0; l < out; l++) {
            for (int k = 0; k < in; k++) {
                at[k] = room + 4L * (l * in + k) * channels;
            }
            if (plus) {
                at[in] = added;
            }
            for (int k = 0; k < out; k++) {
                at[inputs + k] = to.lines()[l] + k * to.column();
            }
            run(rows, at, new int[] {tile, (int) (to.tile() / 4), 0}, tiles, channels);
        }
    }

    private static void run(MemoryGridTiers loop, long[] at, int[] steps, int rows, int n) {
        MemorySegment[] all = new MemorySegment[at.length];
        Arrays.fill(all, Window.MEMORY);
        loop.run(all, at, steps, rows, n);
    }
}
