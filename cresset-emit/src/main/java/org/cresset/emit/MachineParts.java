package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Brings factors of products into the tiles that a {@linkplain MachineMatrices matrix unit} reads: sixteen rows of a left factor by 32 of its
 * columns, 32 rows of a right one by sixteen columns, each float32 as the sum of three bfloat16, which lie in a tile each. A row of a
 * tile has pairs of numbers, one of the first and one of the second sixteen that are summed up: in both factors alike, so that the
 * order makes no difference, and a pair is made of two vectors without moving lanes. A left factor's tile is the right one's, with pairs for elements, transposed.
 */
public final class MachineParts {
    /** Rows of a tile of a left factor, columns of one of a right factor. */
    public static final int SIDE = 16;

    static final int ROWS = SIDE;

    /** Bytes of a row. */
    static final int LINE = 64;

    /** What is summed up in a tile's product. */
    private static final int DEEP = 32;

    static final int TILE = ROWS * LINE;
    private static final int PARTS = 3;

    /** A tile's parts, one after the other. */
    static final int BLOCK = PARTS * TILE;

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

    private static @Nullable NativeFunction along;
    private static @Nullable NativeFunction across;
    private static @Nullable NativeFunction turn;

    private MachineParts() {}

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
                across(
                        f,
                        block,
                        range,
                        begin + done * row,
                        row,
                        there,
                        columns,
                        1,
                        other,
                        Math.min(last, ROWS) - other);
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

    /** So many lowest bits. */
    static long mask(int lanes) {
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
}
