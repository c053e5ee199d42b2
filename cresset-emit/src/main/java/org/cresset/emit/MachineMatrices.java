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
 * nine products of such parts the six largest are summed up, in float32, small ones first. What is left out is below 2⁻²⁵ of a
 * product, so that sums are as exact as those of float32, and made in less than half of the time. For that both factors have to be
 * brought into tiles: sixteen rows of the left one by 32 of its columns, 32 rows of the right one by sixteen columns, each of
 * them as three parts. Numbers that aren't finite, or all of which are tiny, have no such parts: who brings them is told.
 *
 * @see <a href="https://arxiv.org/abs/1904.06376">Henry, Tang, Heinecke: Leveraging the bfloat16 artificial intelligence
 *     datatype for higher-precision computations</a>
 */
public final class MachineMatrices {
    /** Rows of a tile of a left factor, columns of one of a right factor. */
    public static final int SIDE = 16;

    private static final int ROWS = SIDE;

    /** Bytes of a row. */
    private static final int LINE = 64;

    /** What is summed up in a tile's product. */
    private static final int DEEP = 32;

    private static final int TILE = ROWS * LINE;
    private static final int PARTS = 3;

    /** A tile's parts, one after the other. */
    private static final int BLOCK = PARTS * TILE;

    private static final int FLOAT = 4;


    /** Greater numbers, by their bits, might become infinite as bfloat16. */
    private static final long GREATEST = 0x7f7f0000L;

    /** 2⁻⁹⁰: where nothing is greater, the last parts are too small for a float32. */
    private static final long TINY = 0x12800000L;

    // What packing is told.
    private static final int FROM = 0;
    private static final int FROM_ROW = 1;
    private static final int TO = 2;
    private static final int MASK = 3;
    private static final int OTHER_MASK = 4;
    private static final int BLOCKS = 5;
    private static final int LAST = 6;
    private static final int SOME_ROWS = 7;
    private static final int BOTH = 7;
    private static final int ONE = 8;
    private static final int NONE = 9;
    private static final int GREAT = 10;
    private static final int LARGE = 11;
    private static final int NONZERO = 12;
    private static final int SAID = 13;

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

    private static @Nullable NativeFunction along;
    private static @Nullable NativeFunction across;
    private static @Nullable NativeFunction turn;
    private static @Nullable NativeFunction finish;
    private static final @Nullable NativeFunction[] PRODUCTS = new NativeFunction[32];

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

    /** Tiles side by side that n rows of a left factor, or columns of a right one, take. */
    public static int tiles(int n) {
        return (n + ROWS - 1) / ROWS;
    }

    /** Tiles behind one another that k columns of a left factor, or rows of a right one, take. */
    public static int depth(int k) {
        return (k + DEEP - 1) / DEEP;
    }

    /** Bytes of so many tiles. */
    public static long bytes(int depth) {
        return (long) depth * BLOCK;
    }

    /** Bytes of the tiles of a factor with k columns (or rows) that are summed up, and n others. */
    public static long size(int n, int k) {
        return (long) tiles(n) * depth(k) * BLOCK;
    }

    /**
     * Tiles of a left factor (n, k) whose elements of a row lie together, or, of a right factor (k, n) whose columns' do, its tiles
     * {@linkplain #turn turned}.
     *
     * @param row from a row to the next, in bytes
     * @param depth tiles behind one another in all, of which these may be some
     * @return false if a number has no such parts
     */
    public static boolean along(long from, long row, int n, int k, long to, int depth) {
        NativeFunction f = along;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeAlong()).orElseThrow();
            along = f;
        }
        MachineBlock block = MachineBlock.own();
        Range range = new Range();
        for (int t = 0; t < tiles(n); t++) {
            int last = k % DEEP;
            block.say(FROM, from + t * ROWS * row);
            block.say(FROM_ROW, row);
            block.say(TO, to + (long) t * depth * BLOCK);
            block.say(MASK, mask(Math.min(last, ROWS)));
            block.say(OTHER_MASK, mask(Math.max(0, last - ROWS)));
            block.say(BLOCKS, k / DEEP);
            block.say(LAST, last == 0 ? 0 : 1);
            block.say(SOME_ROWS, Math.min(ROWS, n - t * ROWS));
            f.callBriefly(block.said(SAID), 0, 0, 0, 0);
            range.add(block);
        }
        return range.fits();
    }

    /**
     * Tiles of a right factor (k, n) whose elements of a row lie together, or, of a left factor (n, k) whose columns' do, its tiles
     * {@linkplain #turn turned}.
     *
     * @param row from a row to the next, in bytes
     * @param depth tiles behind one another in all, of which these may be some
     * @return false if a number has no such parts
     */
    public static boolean across(long from, long row, int k, int n, long to, int depth) {
        NativeFunction f = across;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeAcross()).orElseThrow();
            across = f;
        }
        MachineBlock block = MachineBlock.own();
        Range range = new Range();
        int last = k % DEEP;
        for (int t = 0; t < tiles(n); t++) {
            long begin = from + (long) t * LINE;
            long out = to + (long) t * depth * BLOCK;
            int columns = Math.min(ROWS, n - t * ROWS);
            if (k >= DEEP) {
                across(f, block, range, begin, row, out, columns, k / DEEP, ROWS, 0);
            }
            if (last > 0) {
                int other = Math.max(0, last - ROWS);
                int done = k - last;
                long there = out + (long) (done / DEEP) * BLOCK;
                across(f, block, range, begin + done * row, row, there, columns, 1, other, Math.min(last, ROWS) - other);
            }
        }
        return range.fits();
    }

    private static void across(
            NativeFunction f,
            MachineBlock block,
            Range range,
            long from,
            long row,
            long to,
            int columns,
            int blocks,
            int both,
            int one) {
        block.say(FROM, from);
        block.say(FROM_ROW, row);
        block.say(TO, to);
        block.say(MASK, mask(columns));
        block.say(BLOCKS, blocks);
        block.say(BOTH, both);
        block.say(ONE, one);
        block.say(NONE, ROWS - both - one);
        f.callBriefly(block.said(SAID), 0, 0, 0, 0);
        range.add(block);
    }

    private static long mask(int lanes) {
        return (1L << lanes) - 1;
    }

    /** What numbers there were. */
    private static final class Range {
        private long great;
        private long large;
        private long nonzero;

        void add(MachineBlock block) {
            great |= block.told(GREAT);
            large |= block.told(LARGE);
            nonzero |= block.told(NONZERO);
        }

        boolean fits() {
            return great == 0 && (large != 0 || nonzero == 0);
        }
    }

    /** Makes tiles of a left factor out of those of a right one, and the reverse. */
    public static void turn(long tiles, long bytes) {
        NativeFunction f = turn;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeTurn()).orElseThrow();
            turn = f;
        }
        for (long i = 0; i < bytes; i += 1 << 18) {
            f.callBriefly(tiles + i, Math.min(bytes - i, 1 << 18) / TILE, 0, 0, 0);
        }
    }

    /**
     * Multiplies two factors in tiles, as many of them behind one another as {@code depth} says.
     */
    public static void multiply(long left, long right, int depth, Sums sums, @Nullable Ahead ahead) {
        int rows = tiles(sums.rows());
        int columns = tiles(sums.n());
        Fetch fetch = ahead == null ? null : new Fetch(ahead, (rows + 1) / 2 * ((columns + 1) / 2) * depth);
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
        block.say(REST, whole == columns ? 0 : mask(last % ROWS));
        for (int i = 0; i < rows; i++) {
            long c = sums.c() + (long) (row + i) * ROWS * sums.cRow() + (long) column * LINE;
            block.say(C, c);
            block.say(BEGIN, adds ? c : sums.bias() == 0 ? ZEROS.address() : sums.bias() + (long) column * LINE);
            block.say(HEIGHT, Math.min(ROWS, sums.rows() - (row + i) * ROWS));
            f.callBriefly(block.said(FINISH_SAID), from + (long) i * columns * TILE, 0, 0, 0);
        }
    }

    private static NativeFunction product(int high, int wide, boolean begins, boolean fetches) {
        int i = (((high - 1) * 4 + wide - 1) * 2 + (begins ? 1 : 0)) * 2 + (fetches ? 1 : 0);
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

    private static final int HALF = 28;
    private static final int UPPER = 29;
    private static final int SIZE = 30;
    private static final int MOST = 31;

    private static final List<Long> CONSTANTS = List.of(0x8000L, 0xffff0000L, 0x7fffffffL, GREATEST, TINY);

    private static void beginPacking(X86 code) {
        for (int i = 0; i < 3; i++) {
            code.loadVector(HALF + i, new X86.Constant(i));
        }
        code.vector(X86.MAP_0F, 0xef, true, false, MOST, MOST, new X86.Register(MOST));
    }

    /** Says which numbers there were. */
    private static byte[] endPacking(X86 code) {
        code.loadVector(0, new X86.Constant(3));
        code.loadVector(1, new X86.Constant(4));
        code.vector(X86.MAP_0F, 0xef, true, false, 2, 2, new X86.Register(2));
        for (int i = 0; i < 3; i++) { // unsigned: greater
            code.vector(X86.MAP_0F3A, 0x1e, true, false, 3, MOST, new X86.Register(i), 6);
            code.bits(X86.RAX, 3);
            code.store(told(GREAT + i), X86.RAX);
        }
        code.vzeroupper();
        code.ret();
        return code.finish(CONSTANTS, 4);
    }

    private static void both(X86 code, int map, int opcode, boolean prefix66, int result, int first, int second) {
        code.vector(map, opcode, prefix66, false, result, first, new X86.Register(second));
    }

    /** The parts of vectors 0 and 1, lane by lane side by side, to a row of each of three tiles. */
    private static void split(X86 code, boolean two, int to) {
        int pair = two ? 2 : 1;
        for (int v = 0; v < pair; v++) {
            both(code, X86.MAP_0F, 0xdb, true, 2 + v, v, SIZE);
            both(code, X86.MAP_0F38, 0x3f, true, MOST, MOST, 2 + v);
        }
        for (int part = 0; part < PARTS; part++) {
            for (int v = 0; v < pair; v++) {
                int rounded = 4 + v;
                if (part < PARTS - 1) {
                    both(code, X86.MAP_0F, 0xfe, true, rounded, v, HALF);
                    both(code, X86.MAP_0F, 0xdb, true, rounded, rounded, UPPER);
                    both(code, X86.MAP_0F, 0x5c, false, v, v, rounded);
                } else {
                    both(code, X86.MAP_0F, 0xdb, true, rounded, v, UPPER);
                }
            }
            code.shift(0x72, 2, 6, 4, 16);
            if (two) {
                both(code, X86.MAP_0F, 0xeb, true, 6, 6, 5);
            }
            code.vector(X86.MAP_0F, X86.STORE, false, false, 6, -1, at(to, -1, part * TILE));
        }
    }

    private static byte[] writeAlong() {
        X86 code = new X86(LINE);
        int row = X86.RSI;
        int rows = X86.RCX;
        int left = X86.RDX;
        int from = 8;
        int to = 9;
        int step = 10;
        int toRow = 11;
        beginPacking(code);
        code.load(X86.RAX, told(MASK));
        code.mask(1, X86.RAX);
        code.load(X86.RAX, told(OTHER_MASK));
        code.mask(2, X86.RAX);
        code.load(row, told(FROM));
        code.load(step, told(FROM_ROW));
        code.load(toRow, told(TO));
        code.load(rows, told(SOME_ROWS));
        X86.Mark top = code.here();
        X86.Mark end = code.mark();
        X86.Mark next = code.mark();
        code.move(from, row);
        code.move(to, toRow);
        code.load(left, told(BLOCKS));
        code.and(left, -1);
        code.jumpIfZero(end);
        X86.Mark block = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 0, -1, at(from, -1, 0));
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 1, -1, at(from, -1, LINE));
        split(code, true, to);
        code.add(from, 2 * LINE);
        code.add(to, BLOCK);
        code.add(left, -1);
        code.jumpIfNotZero(block);
        code.bind(end);
        code.load(left, told(LAST));
        code.and(left, -1);
        code.jumpIfZero(next);
        code.masked(X86.MAP_0F, X86.LOAD, false, 0, -1, at(from, -1, 0), 1);
        code.masked(X86.MAP_0F, X86.LOAD, false, 1, -1, at(from, -1, LINE), 2);
        split(code, true, to);
        code.bind(next);
        code.addRegister(row, step);
        code.add(toRow, LINE);
        code.add(rows, -1);
        code.jumpIfNotZero(top);
        return endPacking(code);
    }

    private static byte[] writeAcross() {
        X86 code = new X86(LINE);
        int block = X86.RSI;
        int left = X86.RCX;
        int blocks = X86.RDX;
        int from = 8;
        int to = 9;
        int step = 10;
        int other = 11;
        beginPacking(code);
        code.load(X86.RAX, told(MASK));
        code.mask(1, X86.RAX);
        code.load(block, told(FROM));
        code.load(step, told(FROM_ROW));
        code.load(to, told(TO));
        code.load(blocks, told(BLOCKS));
        code.move(other, step);
        code.shiftLeft(other, 4);
        X86.Mark top = code.here();
        code.move(from, block);
        for (int kind = BOTH; kind <= NONE; kind++) {
            X86.Mark end = code.mark();
            code.load(left, told(kind));
            code.and(left, -1);
            code.jumpIfZero(end);
            X86.Mark line = code.here();
            if (kind == NONE) {
                both(code, X86.MAP_0F, 0xef, true, 6, 6, 6);
                for (int part = 0; part < PARTS; part++) {
                    code.vector(X86.MAP_0F, X86.STORE, false, false, 6, -1, at(to, -1, part * TILE));
                }
            } else {
                code.masked(X86.MAP_0F, X86.LOAD, false, 0, -1, at(from, -1, 0), 1);
                if (kind == BOTH) {
                    code.masked(X86.MAP_0F, X86.LOAD, false, 1, -1, at(from, other, 0), 1);
                }
                split(code, kind == BOTH, to);
                code.addRegister(from, step);
            }
            code.add(to, LINE);
            code.add(left, -1);
            code.jumpIfNotZero(line);
            code.bind(end);
        }
        code.addRegister(block, other);
        code.addRegister(block, other);
        code.add(to, BLOCK - TILE);
        code.add(blocks, -1);
        code.jumpIfNotZero(top);
        return endPacking(code);
    }

    /** Transposes tiles of sixteen by sixteen pairs where they are. */
    private static byte[] writeTurn() {
        X86 code = new X86(LINE);
        int a = 0;
        int b = ROWS;
        X86.Mark top = code.here();
        for (int r = 0; r < ROWS; r++) {
            code.vector(X86.MAP_0F, X86.LOAD, false, false, a + r, -1, at(X86.RDI, -1, LINE * r));
        }
        for (int r = 0; r < ROWS; r += 2) { // pairs of two rows
            both(code, X86.MAP_0F, 0x62, true, b + r, a + r, a + r + 1);
            both(code, X86.MAP_0F, 0x6a, true, b + r + 1, a + r, a + r + 1);
        }
        for (int r = 0; r < ROWS; r += 4) { // those of four
            for (int i = 0; i < 2; i++) {
                X86.Register second = new X86.Register(b + r + 2 + i);
                code.vector(X86.MAP_0F, 0x6c, true, true, a + r + 2 * i, b + r + i, second);
                code.vector(X86.MAP_0F, 0x6d, true, true, a + r + 2 * i + 1, b + r + i, second);
            }
        }
        for (int half = 0; half < ROWS; half += 8) { // those of eight: even quarters, then odd ones
            for (int i = 0; i < 4; i++) {
                quarters(code, b + half + i, a + half + i, a + half + 4 + i, 0x88);
                quarters(code, b + half + 4 + i, a + half + i, a + half + 4 + i, 0xdd);
            }
        }
        for (int odd = 0; odd < 8; odd += 4) {
            for (int i = 0; i < 4; i++) {
                quarters(code, a + odd + i, b + odd + i, b + 8 + odd + i, 0x88);
                quarters(code, a + 8 + odd + i, b + odd + i, b + 8 + odd + i, 0xdd);
            }
        }
        for (int r = 0; r < ROWS; r++) {
            code.vector(X86.MAP_0F, X86.STORE, false, false, a + r, -1, at(X86.RDI, -1, LINE * r));
        }
        code.add(X86.RDI, TILE);
        code.add(X86.RSI, -1);
        code.jumpIfNotZero(top);
        code.vzeroupper();
        code.ret();
        return code.finish(List.of(), 4);
    }

    private static void quarters(X86 code, int result, int first, int second, int which) {
        code.vector(X86.MAP_0F3A, 0x23, true, false, result, first, new X86.Register(second), which);
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
        code.load(FETCH_AT, told(FETCH));
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
