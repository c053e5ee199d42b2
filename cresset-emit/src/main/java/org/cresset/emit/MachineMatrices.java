package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.emit.MachineProducts.Sums;
import org.jspecify.annotations.Nullable;

/**
 * Products of float32 matrices on a matrix unit that multiplies bfloat16 (AMX). A float32 is the sum of three bfloat16; of the
 * nine products of such parts the six largest are summed up, in float32, small ones first. What is left out is below 2⁻²⁴ of a
 * product, so that sums are as exact as those of float32, and made in less than half of the time. For that {@link MachineParts} has
 * brought both factors into tiles.
 *
 * @see <a href="https://arxiv.org/abs/1904.06376">Henry, Tang, Heinecke: Leveraging the bfloat16 artificial intelligence
 *     datatype for higher-precision computations</a>
 */
public final class MachineMatrices {
    private static final int ROWS = MachineParts.ROWS;
    private static final int LINE = MachineParts.LINE;
    private static final int TILE = MachineParts.TILE;
    private static final int BLOCK = MachineParts.BLOCK;

    // What a product is told.
    private static final int SIZES = 0;
    private static final int LEFT = 1;
    private static final int LEFT_STEP = 2;
    private static final int LEFT_COUNT = 3;
    private static final int RIGHT = 4;
    private static final int RIGHT_STEP = 5;
    private static final int RIGHT_COUNT = 6;
    private static final int DEPTH = 7;
    private static final int SUMS = 8;
    private static final int SUMS_DOWN = 9;
    private static final int SUMS_ACROSS = 10;
    private static final int FETCH = 11;
    private static final int FETCH_LINES = 12;

    // The same, about the places that sums come to, and what these begin with.
    private static final int C = 13;
    private static final int C_AT = 14;
    private static final int C_ROW = 15;
    private static final int BEGIN = 16;
    private static final int BEGIN_AT = 17;
    private static final int BEGIN_ROW = 18;
    private static final int BEGIN_STEP = 19;
    private static final int HEIGHT = 20;
    private static final int LANES = 21;
    private static final int SAID = LANES + 2;

    /** Tiles that there are. */
    private static final int TILES = 8;

    /** Which part of the left factor is multiplied with which of the right one: from small products to large ones. */
    private static final int[][] PAIRS = {{2, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 2}, {0, 0}};

    /** Tiles behind one another that are multiplied at once: two of each factor, with their parts, fill the first-level cache. */
    private static final int AT_ONCE = 4;

    /** Rows, and columns, of tiles whose sums are in registers together. */
    private static final int TOGETHER = 2;

    /** Rows of tiles that read the same tiles of the right factor one after the other. */
    private static final int MOST_ROWS = 8;

    /** Sums of tiles that wait for the tiles behind: they stay in the second-level cache. */
    private static final int MOST_SUMS = 128;

    private static final MemorySegment ALL_SIZES = sizes();
    private static final MemorySegment ZEROS = Arena.global().allocate(TOGETHER * LINE, LINE);

    /** Where sums are until they go to the result. */
    private static final ThreadLocal<MemorySegment> SUMMED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate((long) MOST_SUMS * TILE, LINE));

    private static final @Nullable NativeFunction[] PRODUCTS = new NativeFunction[64];

    private MachineMatrices() {}

    private static MemorySegment sizes() {
        MemorySegment m = Arena.global().allocate(LINE, LINE);
        m.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        for (int i = 0; i < TILES; i++) {
            m.set(ValueLayout.JAVA_SHORT, 16 + 2 * i, (short) LINE);
            m.set(ValueLayout.JAVA_BYTE, 48 + i, (byte) ROWS);
        }
        return m;
    }

    /** Whether this machine has such a unit. */
    public static boolean there() {
        return MachineCode.amx() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Multiplies two factors in tiles, as many of them behind one another as {@code depth} says.
     */
    public static void multiply(long left, long right, int depth, Sums sums, @Nullable Ahead ahead) {
        int rows = MachineParts.tiles(sums.rows());
        int columns = MachineParts.tiles(sums.n());
        Fetch fetch = ahead == null ? null : new Fetch(ahead, (rows + 1L) / 2 * ((columns + 1) / 2) * depth);
        int high = Math.min(rows, MOST_ROWS);
        int wide = MOST_SUMS / high;
        for (int j = 0; j < columns; j += wide) {
            for (int i = 0; i < rows; i += high) {
                int h = Math.min(high, rows - i);
                int w = Math.min(wide, columns - j);
                long from = left + (long) i * depth * BLOCK;
                sum(from, right + (long) j * depth * BLOCK, depth, new Part(sums, i, h, j, w), fetch);
            }
        }
    }

    /** Tiles of sums that are made together. */
    private record Part(Sums sums, int row, int rows, int column, int columns) {
        /** How many of some tiles, from the i-th on, are side by side as a block is: the last ones by themselves if they are not whole. */
        private static int blocks(int i, int tiles, int together, int numbers) {
            int all = (tiles - i) / together;
            return all > 1 && i + all * together == tiles && numbers < tiles * ROWS ? all - 1 : all;
        }

        /** Blocks of so many rows of tiles, from the i-th on. */
        int down(int i, int high) {
            return blocks(i, rows, high, sums.rows() - row * ROWS);
        }

        int across(int j, int wide) {
            return blocks(j, columns, wide, sums.n() - column * ROWS);
        }

        /** Says where a block's sums come to. */
        void say(MachineBlock block, int i, int high, int j, int wide) {
            long to = (long) (row + i) * ROWS * sums.cRow() + (long) (column + j) * LINE;
            long c = sums.c() + to;
            boolean begins = sums.adds() || sums.bias() != 0;
            block.say(C, c);
            block.say(C_ROW, sums.cRow());
            block.say(BEGIN, sums.adds() ? c : begins ? sums.bias() + (long) (column + j) * LINE : ZEROS.address());
            block.say(BEGIN_ROW, sums.adds() ? sums.cRow() : 0);
            block.say(BEGIN_STEP, begins ? (long) wide * LINE : 0);
            block.say(HEIGHT, Math.min(high * ROWS, sums.rows() - (row + i) * ROWS));
            for (int n = 0; n < wide; n++) {
                block.say(LANES + n, MachineParts.mask(Math.min(ROWS, sums.n() - (column + j + n) * ROWS)));
            }
        }
    }

    /** Brings lines of memory that come next. */
    private static final class Fetch {
        private final long lines;
        private long at;

        Fetch(Ahead ahead, long turns) {
            at = ahead.at();
            lines = 1 + ahead.bytes() / LINE / turns;
        }

        void say(MachineBlock block, long turns) {
            block.say(FETCH, at);
            block.say(FETCH_LINES, lines);
            at += lines * LINE * turns;
        }
    }

    /** All sums of some tiles. */
    private static void sum(long left, long right, int depth, Part part, @Nullable Fetch fetch) {
        MachineBlock block = MachineBlock.own();
        // Where a right factor's tiles are read once, they needn't stay in the first-level cache.
        boolean once = part.rows <= TOGETHER;
        int pieces = once ? 1 : (depth + AT_ONCE - 1) / AT_ONCE;
        long sums = SUMMED.get().address();
        block.say(SIZES, ALL_SIZES.address());
        block.say(LEFT_STEP, (long) depth * BLOCK);
        block.say(RIGHT_STEP, (long) depth * BLOCK);
        for (int p = 0; p < pieces; p++) {
            int first = depth * p / pieces;
            int deep = depth * (p + 1) / pieces - first;
            boolean ends = p == pieces - 1;
            block.say(DEPTH, deep);
            for (int j = 0; j < part.columns; ) {
                int wide = Math.min(TOGETHER, part.columns - j);
                int across = part.across(j, wide);
                for (int i = 0; i < part.rows; ) {
                    int high = Math.min(TOGETHER, part.rows - i);
                    int down = part.down(i, high);
                    block.say(LEFT, left + ((long) i * depth + first) * BLOCK);
                    block.say(LEFT_COUNT, down);
                    block.say(RIGHT, right + ((long) j * depth + first) * BLOCK);
                    block.say(RIGHT_COUNT, across);
                    // Sums that don't wait are written and read again at one place.
                    block.say(SUMS, pieces == 1 ? sums : sums + ((long) i * part.columns + j * high) * TILE);
                    block.say(SUMS_DOWN, pieces == 1 ? 0 : (long) high * part.columns * TILE);
                    block.say(SUMS_ACROSS, pieces == 1 ? 0 : (long) high * wide * TILE);
                    part.say(block, i, high, j, wide);
                    if (fetch != null) {
                        fetch.say(block, (long) across * down * deep);
                    }
                    product(new Kind(high, wide, p == 0, ends, once, fetch != null))
                            .callBriefly(block.said(SAID), 0, 0, 0, 0);
                    i += down * high;
                }
                j += across * wide;
            }
        }
    }

    /**
     * Which products a function makes.
     *
     * @param high rows of tiles together
     * @param wide columns of them
     * @param begins whether sums begin with 0, rather than with what they are
     * @param ends whether sums come to their places
     * @param once whether tiles of the right factor come from the second-level cache
     */
    private record Kind(int high, int wide, boolean begins, boolean ends, boolean once, boolean fetches) {
        int number() {
            int n = (high - 1) * TOGETHER + wide - 1;
            for (boolean b : new boolean[] {begins, ends, once, fetches}) {
                n = 2 * n + (b ? 1 : 0);
            }
            return n;
        }
    }

    private static NativeFunction product(Kind kind) {
        int i = kind.number();
        NativeFunction f = PRODUCTS[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeProduct(kind)).orElseThrow();
            PRODUCTS[i] = f;
        }
        return f;
    }

    // ---- code ----

    private static X86.Address at(int base, int index, int offset) {
        return new X86.Address(base, index, 1, offset);
    }

    private static X86.Address told(int i) {
        return at(X86.RDI, -1, 8 * i);
    }

    // Registers of a product, and what its tiles are: four sums, two of each factor.
    private static final int[] LEFT_AT = {X86.RSI, X86.RAX};
    private static final int[] RIGHT_AT = {X86.RDX, 11};
    private static final int SUM_AT = X86.RBP;
    private static final int DEPTH_LEFT = X86.RCX;
    private static final int ROWS_LEFT = 9;
    private static final int LEFT_ROW = X86.RBX;
    private static final int SUM_DOWN = 8;
    private static final int APART = 10;
    private static final int STEP = 12;
    private static final int FETCH_AT = 14;
    private static final int FETCH_LEFT = 15;
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 14, 15};
    private static final int SUM = 0;
    private static final int LEFT_TILE = 4;
    private static final int RIGHT_TILE = 6;

    /** Lines of the right factor's next tiles that are fetched with each pair's products: all of them with all pairs. */
    private static final int AHEAD = BLOCK / LINE / PAIRS.length;

    /** The sums of a block: columns of tiles one after the other, so that rows of a column lie together. */
    private static int summed(Kind kind, int m, int n) {
        return n * kind.high + m;
    }

    /** Sums of a block of tiles at a time, for all rows and then for the next columns. */
    private static byte[] writeProduct(Kind kind) {
        X86 code = new X86(LINE);
        for (int r : SAVED) {
            code.push(r);
        }
        code.load(X86.RAX, told(SIZES));
        code.tileSizes(at(X86.RAX, -1, 0));
        if (kind.ends) {
            for (int n = 0; n < kind.wide; n++) {
                code.load(X86.RAX, told(LANES + n));
                code.mask(1 + n, X86.RAX);
            }
        }
        code.zero(APART);
        code.add(APART, LINE);
        code.load(SUM_DOWN, told(SUMS_DOWN));
        if (kind.fetches) {
            code.load(FETCH_AT, told(FETCH));
        }
        X86.Mark column = code.here();
        code.load(LEFT_ROW, told(LEFT));
        code.load(SUM_AT, told(SUMS));
        code.load(ROWS_LEFT, told(LEFT_COUNT));
        if (kind.ends) {
            code.load(X86.RAX, told(C));
            code.store(told(C_AT), X86.RAX);
            code.load(X86.RAX, told(BEGIN));
            code.store(told(BEGIN_AT), X86.RAX);
        }
        X86.Mark row = code.here();
        int tiles = kind.high * kind.wide;
        for (int t = 0; t < tiles; t++) {
            if (kind.begins) {
                code.tileZero(SUM + t);
            } else {
                code.tileLoad(SUM + t, at(SUM_AT, APART, t * TILE));
            }
        }
        add(code, kind);
        for (int t = 0; t < tiles; t++) {
            code.tileStore(at(SUM_AT, APART, t * TILE), SUM + t);
        }
        if (kind.ends) {
            finish(code, kind);
        }
        code.addRegister(SUM_AT, SUM_DOWN);
        for (int m = 0; m < kind.high; m++) {
            code.add(LEFT_ROW, told(LEFT_STEP));
        }
        code.add(ROWS_LEFT, -1);
        code.jumpIfNotZero(row);
        code.load(X86.RAX, told(RIGHT));
        for (int n = 0; n < kind.wide; n++) {
            code.add(X86.RAX, told(RIGHT_STEP));
        }
        code.store(told(RIGHT), X86.RAX);
        advance(code, SUMS, told(SUMS_ACROSS));
        if (kind.ends) {
            code.load(X86.RAX, told(C));
            code.add(X86.RAX, kind.wide * LINE);
            code.store(told(C), X86.RAX);
            advance(code, BEGIN, told(BEGIN_STEP));
        }
        code.decrement(told(RIGHT_COUNT));
        code.jumpIfNotZero(column);
        code.tileRelease();
        if (kind.ends) {
            code.vzeroupper();
        }
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 4);
    }

    private static void advance(X86 code, int place, X86.Address by) {
        code.load(X86.RAX, told(place));
        code.add(X86.RAX, by);
        code.store(told(place), X86.RAX);
    }

    /** Adds the products of all pairs of parts. */
    private static void add(X86 code, Kind kind) {
        code.load(STEP, told(LEFT_STEP));
        code.move(LEFT_AT[0], LEFT_ROW);
        for (int m = 1; m < kind.high; m++) {
            code.move(LEFT_AT[m], LEFT_AT[m - 1]);
            code.addRegister(LEFT_AT[m], STEP);
        }
        code.load(STEP, told(RIGHT_STEP));
        code.load(RIGHT_AT[0], told(RIGHT));
        for (int n = 1; n < kind.wide; n++) {
            code.move(RIGHT_AT[n], RIGHT_AT[n - 1]);
            code.addRegister(RIGHT_AT[n], STEP);
        }
        code.load(DEPTH_LEFT, told(DEPTH));
        X86.Mark top = code.here();
        int leftPart = -1;
        int rightPart = -1;
        int fetched = 0;
        for (int[] pair : PAIRS) {
            for (int m = 0; m < kind.high && leftPart != pair[0]; m++) {
                code.tileLoad(LEFT_TILE + m, at(LEFT_AT[m], APART, pair[0] * TILE));
            }
            for (int n = 0; n < kind.wide; n++) {
                if (rightPart != pair[1]) {
                    code.tileLoad(RIGHT_TILE + n, at(RIGHT_AT[n], APART, pair[1] * TILE));
                }
                for (int m = 0; m < kind.high; m++) {
                    code.tileMultiply(SUM + summed(kind, m, n), LEFT_TILE + m, RIGHT_TILE + n);
                }
                for (int l = 0; l < AHEAD && kind.once; l++) {
                    code.prefetchFirst(at(RIGHT_AT[n], -1, BLOCK + (fetched + l) * LINE));
                }
            }
            fetched += AHEAD;
            leftPart = pair[0];
            rightPart = pair[1];
        }
        if (kind.fetches) {
            code.load(FETCH_LEFT, told(FETCH_LINES));
            X86.Mark line = code.here();
            code.prefetch(at(FETCH_AT, -1, 0));
            code.add(FETCH_AT, LINE);
            code.add(FETCH_LEFT, -1);
            code.jumpIfNotZero(line);
        }
        for (int m = 0; m < kind.high; m++) {
            code.add(LEFT_AT[m], BLOCK);
        }
        for (int n = 0; n < kind.wide; n++) {
            code.add(RIGHT_AT[n], BLOCK);
        }
        code.add(DEPTH_LEFT, -1);
        code.jumpIfNotZero(top);
    }

    /** A block's sums, and what these begin with, to their places. */
    private static void finish(X86 code, Kind kind) {
        int from = X86.RAX;
        int to = X86.RDX;
        int begin = X86.RSI;
        int left = X86.RCX;
        int toRow = 11;
        int beginRow = STEP;
        code.move(from, SUM_AT);
        code.load(to, told(C_AT));
        code.load(begin, told(BEGIN_AT));
        code.load(left, told(HEIGHT));
        code.load(toRow, told(C_ROW));
        code.load(beginRow, told(BEGIN_ROW));
        X86.Mark top = code.here();
        for (int n = 0; n < kind.wide; n++) {
            code.vector(X86.MAP_0F, X86.LOAD, false, false, n, -1, at(from, -1, summed(kind, 0, n) * TILE));
            code.masked(X86.MAP_0F, 0x58, false, n, n, at(begin, -1, n * LINE), 1 + n);
            code.masked(X86.MAP_0F, X86.STORE, false, n, -1, at(to, -1, n * LINE), 1 + n);
        }
        code.add(from, LINE);
        code.addRegister(to, toRow);
        code.addRegister(begin, beginRow);
        code.add(left, -1);
        code.jumpIfNotZero(top);
        code.store(told(C_AT), to);
        code.store(told(BEGIN_AT), begin);
    }
}
