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
    private static final int SUMS_ROW = 9;
    private static final int FETCH = 10;
    private static final int FETCH_LINES = 11;
    private static final int PRODUCT_SAID = 12;

    // What brings sums to their places is told.
    private static final int C = 0;
    private static final int C_ROW = 1;
    private static final int BEGIN = 2;
    private static final int BEGIN_ROW = 3;
    private static final int BEGIN_STEP = 4;
    private static final int HEIGHT = 5;
    private static final int WHOLE = 6;
    private static final int REST = 7;
    private static final int FINISH_SAID = 8;

    /** Tiles that there are. */
    private static final int TILES = 8;

    /** Which part of the left factor is multiplied with which of the right one: from small products to large ones. */
    private static final int[][] PAIRS = {{2, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 2}, {0, 0}};

    /** Tiles behind one another that are multiplied at once: two of each factor, with their parts, fill the first-level cache. */
    private static final int AT_ONCE = 4;

    /** Rows of tiles that read the same tiles of the right factor one after the other. */
    private static final int MOST_ROWS = 8;

    /** Sums of tiles that are made together: they stay in the second-level cache. */
    private static final int MOST_SUMS = 128;

    private static final MemorySegment ALL_SIZES = sizes();
    private static final MemorySegment ZEROS = Arena.global().allocate(LINE, LINE);

    /** Where sums are until they go to the result. */
    private static final ThreadLocal<MemorySegment> SUMMED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate((long) MOST_SUMS * TILE, LINE));

    private static @Nullable NativeFunction finish;
    private static final @Nullable NativeFunction[] PRODUCTS = new NativeFunction[16];

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
                sum(from, right + (long) j * depth * BLOCK, depth, h, w, fetch);
                finish(sums, i, h, j, w);
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
    private static void sum(long left, long right, int depth, int rows, int columns, @Nullable Fetch fetch) {
        MachineBlock block = MachineBlock.own();
        long sums = SUMMED.get().address();
        int pieces = (depth + AT_ONCE - 1) / AT_ONCE;
        block.say(SIZES, ALL_SIZES.address());
        block.say(LEFT_STEP, (long) depth * BLOCK);
        block.say(RIGHT_STEP, (long) depth * BLOCK);
        block.say(SUMS_ROW, (long) columns * TILE);
        for (int p = 0; p < pieces; p++) {
            int first = depth * p / pieces;
            int deep = depth * (p + 1) / pieces - first;
            block.say(DEPTH, deep);
            for (int j = 0; j < columns; ) {
                int wide = columns - j >= 2 ? 2 : 1;
                int across = (columns - j) / wide;
                for (int i = 0; i < rows; ) {
                    int high = rows - i >= 2 ? 2 : 1;
                    int down = (rows - i) / high;
                    block.say(LEFT, left + ((long) i * depth + first) * BLOCK);
                    block.say(LEFT_COUNT, down);
                    block.say(RIGHT, right + ((long) j * depth + first) * BLOCK);
                    block.say(RIGHT_COUNT, across);
                    block.say(SUMS, sums + ((long) i * columns + j) * TILE);
                    if (fetch != null) {
                        fetch.say(block, (long) across * down * deep);
                    }
                    product(high, wide, p == 0, fetch != null).callBriefly(block.said(PRODUCT_SAID), 0, 0, 0, 0);
                    i += down * high;
                }
                j += across * wide;
            }
        }
    }

    /** Brings sums to their places. */
    private static void finish(Sums sums, int row, int rows, int column, int columns) {
        NativeFunction f = finish;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeFinish()).orElseThrow();
            finish = f;
        }
        MachineBlock block = MachineBlock.own();
        long from = SUMMED.get().address();
        int last = sums.n() - column * ROWS;
        int whole = Math.min(columns, last / ROWS);
        boolean adds = sums.adds();
        block.say(C_ROW, sums.cRow());
        block.say(BEGIN_ROW, adds ? sums.cRow() : 0);
        block.say(BEGIN_STEP, adds || sums.bias() != 0 ? LINE : 0);
        block.say(WHOLE, whole);
        block.say(REST, whole == columns ? 0 : MachineParts.mask(last % ROWS));
        for (int i = 0; i < rows; i++) {
            long c = sums.c() + (long) (row + i) * ROWS * sums.cRow() + (long) column * LINE;
            block.say(C, c);
            block.say(BEGIN, adds ? c : sums.bias() == 0 ? ZEROS.address() : sums.bias() + (long) column * LINE);
            block.say(HEIGHT, Math.min(ROWS, sums.rows() - (row + i) * ROWS));
            f.callBriefly(block.said(FINISH_SAID), from + (long) i * columns * TILE, 0, 0, 0);
        }
    }

    private static NativeFunction product(int high, int wide, boolean begins, boolean fetches) {
        int i = (((high - 1) * 2 + wide - 1) * 2 + (begins ? 1 : 0)) * 2 + (fetches ? 1 : 0);
        NativeFunction f = PRODUCTS[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeProduct(high, wide, begins, fetches)).orElseThrow();
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
    private static final int[] SUM_AT = {X86.RBP, 13};
    private static final int DEPTH_LEFT = X86.RCX;
    private static final int ROWS_LEFT = 9;
    private static final int LEFT_ROW = X86.RBX;
    private static final int SUM_ROW = 8;
    private static final int APART = 10;
    private static final int STEP = 12;
    private static final int FETCH_AT = 14;
    private static final int FETCH_LEFT = 15;
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 13, 14, 15};
    private static final int SUM = 0;
    private static final int LEFT_TILE = 4;
    private static final int RIGHT_TILE = 6;

    /**
     * Sums of {@code high} by {@code wide} tiles at a time, for all rows and then for the next columns.
     *
     * @param begins whether sums begin with 0, rather than with what they are
     */
    private static byte[] writeProduct(int high, int wide, boolean begins, boolean fetches) {
        X86 code = new X86(LINE);
        for (int r : SAVED) {
            code.push(r);
        }
        code.load(X86.RAX, told(SIZES));
        code.tileSizes(at(X86.RAX, -1, 0));
        code.zero(APART);
        code.add(APART, LINE);
        code.load(SUM_ROW, told(SUMS_ROW));
        if (fetches) {
            code.load(FETCH_AT, told(FETCH));
        }
        X86.Mark column = code.here();
        code.load(LEFT_ROW, told(LEFT));
        code.load(SUM_AT[0], told(SUMS));
        code.load(ROWS_LEFT, told(LEFT_COUNT));
        X86.Mark row = code.here();
        for (int m = 1; m < high; m++) {
            code.move(SUM_AT[m], SUM_AT[m - 1]);
            code.addRegister(SUM_AT[m], SUM_ROW);
        }
        for (int t = 0; t < high * wide; t++) {
            if (begins) {
                code.tileZero(SUM + t);
            } else {
                code.tileLoad(SUM + t, at(SUM_AT[t / wide], APART, t % wide * TILE));
            }
        }
        add(code, high, wide, fetches);
        for (int t = 0; t < high * wide; t++) {
            code.tileStore(at(SUM_AT[t / wide], APART, t % wide * TILE), SUM + t);
        }
        for (int m = 0; m < high; m++) {
            code.addRegister(SUM_AT[0], SUM_ROW);
            code.add(LEFT_ROW, told(LEFT_STEP));
        }
        code.add(ROWS_LEFT, -1);
        code.jumpIfNotZero(row);
        code.load(X86.RAX, told(RIGHT));
        for (int n = 0; n < wide; n++) {
            code.add(X86.RAX, told(RIGHT_STEP));
        }
        code.store(told(RIGHT), X86.RAX);
        code.load(X86.RAX, told(SUMS));
        code.add(X86.RAX, wide * TILE);
        code.store(told(SUMS), X86.RAX);
        code.decrement(told(RIGHT_COUNT));
        code.jumpIfNotZero(column);
        code.tileRelease();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 4);
    }

    /** Adds the products of all pairs of parts. */
    private static void add(X86 code, int high, int wide, boolean fetches) {
        code.load(STEP, told(LEFT_STEP));
        code.move(LEFT_AT[0], LEFT_ROW);
        for (int m = 1; m < high; m++) {
            code.move(LEFT_AT[m], LEFT_AT[m - 1]);
            code.addRegister(LEFT_AT[m], STEP);
        }
        code.load(STEP, told(RIGHT_STEP));
        code.load(RIGHT_AT[0], told(RIGHT));
        for (int n = 1; n < wide; n++) {
            code.move(RIGHT_AT[n], RIGHT_AT[n - 1]);
            code.addRegister(RIGHT_AT[n], STEP);
        }
        code.load(DEPTH_LEFT, told(DEPTH));
        X86.Mark top = code.here();
        int leftPart = -1;
        int rightPart = -1;
        for (int[] pair : PAIRS) {
            for (int m = 0; m < high && leftPart != pair[0]; m++) {
                code.tileLoad(LEFT_TILE + m, at(LEFT_AT[m], APART, pair[0] * TILE));
            }
            for (int n = 0; n < wide; n++) {
                if (rightPart != pair[1]) {
                    code.tileLoad(RIGHT_TILE + n, at(RIGHT_AT[n], APART, pair[1] * TILE));
                }
                for (int m = 0; m < high; m++) {
                    code.tileMultiply(SUM + m * wide + n, LEFT_TILE + m, RIGHT_TILE + n);
                }
            }
            leftPart = pair[0];
            rightPart = pair[1];
        }
        if (fetches) {
            code.load(FETCH_LEFT, told(FETCH_LINES));
            X86.Mark line = code.here();
            code.prefetch(at(FETCH_AT, -1, 0));
            code.add(FETCH_AT, LINE);
            code.add(FETCH_LEFT, -1);
            code.jumpIfNotZero(line);
        }
        for (int m = 0; m < high; m++) {
            code.add(LEFT_AT[m], BLOCK);
        }
        for (int n = 0; n < wide; n++) {
            code.add(RIGHT_AT[n], BLOCK);
        }
        code.add(DEPTH_LEFT, -1);
        code.jumpIfNotZero(top);
    }

    /** A row of tiles to rows of the result, with what these begin with. */
    private static byte[] writeFinish() {
        X86 code = new X86(LINE);
        int row = X86.RSI;
        int from = X86.RAX;
        int to = X86.RDX;
        int begin = X86.RCX;
        int left = 8;
        int step = 9;
        code.load(X86.RAX, told(REST));
        code.mask(X86.RAX);
        X86.Mark top = code.here();
        X86.Mark rest = code.mark();
        X86.Mark end = code.mark();
        code.move(from, row);
        code.load(to, told(C));
        code.load(begin, told(BEGIN));
        code.load(step, told(BEGIN_STEP));
        code.load(left, told(WHOLE));
        code.and(left, -1);
        code.jumpIfZero(rest);
        X86.Mark tile = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 0, -1, at(from, -1, 0));
        code.vector(X86.MAP_0F, 0x58, false, false, 0, 0, at(begin, -1, 0));
        code.vector(X86.MAP_0F, X86.STORE, false, false, 0, -1, at(to, -1, 0));
        code.add(from, TILE);
        code.add(to, LINE);
        code.addRegister(begin, step);
        code.add(left, -1);
        code.jumpIfNotZero(tile);
        code.bind(rest);
        code.load(left, told(REST));
        code.and(left, -1);
        code.jumpIfZero(end);
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 0, -1, at(from, -1, 0));
        code.masked(X86.MAP_0F, 0x58, false, 0, 0, at(begin, -1, 0));
        code.masked(X86.MAP_0F, X86.STORE, false, 0, -1, at(to, -1, 0));
        code.bind(end);
        code.add(row, LINE);
        code.load(step, told(C));
        code.add(step, told(C_ROW));
        code.store(told(C), step);
        code.load(step, told(BEGIN));
        code.add(step, told(BEGIN_ROW));
        code.store(told(BEGIN), step);
        code.decrement(told(HEIGHT));
        code.jumpIfNotZero(top);
        code.vzeroupper();
        code.ret();
        return code.finish(List.of(), 4);
    }
}
