package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Products of large float32 matrices with vectors of 512 bits. A block of the right matrix lies in the second-level cache, panel by
 * panel of 48 columns; tiles of nine rows of the left one, which stay in the first-level cache, are multiplied with it. What
 * multiplies the first tile brings the block there, so that this takes no time of its own. The left matrix stays as it is, but for
 * tiles whose rows would crowd in few places of the first-level cache. {@link SharedProduct} says who multiplies what.
 *
 * @see <a href="https://doi.org/10.1145/1356052.1356053">Goto, van de Geijn: Anatomy of high-performance matrix
 *     multiplication</a>
 */
public final class MachineLargeProducts {
    private static final int LANES = 16;
    private static final int BYTES = 64;
    private static final int FLOAT = 4;

    /** Vectors of a panel. */
    private static final int VECTORS = 3;

    private static final int PANEL = VECTORS * LANES;

    /** Says instead of one vector that is left that the last panel and it are two panels of two vectors: alone it has too few sums. */
    private static final int TWO_AND_TWO = VECTORS + 1;

    private static final int TWO = 2 * BYTES;

    /** Rows of a tile at most. */
    static final int HEIGHT = 9;

    /**
     * Rows so many bytes apart, or a multiple, have their places in few sets of the first-level cache: enough while it is ours
     * alone, not where a core's other thread uses it, too.
     */
    private static final int CROWDED = 2048;

    /** From so many columns on it is worth putting such rows elsewhere. */
    private static final int WORTH_MOVING = 5 * PANEL;

    /** Floats of a block at most. */
    private static final int BLOCK = 1 << 18;

    /** Columns of a block at most. */
    private static final int WIDEST = 11 * PANEL;

    /** Rows of a block at most. */
    private static final int DEEPEST = 512;

    /** Multiplications of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 22;

    /** Lines of a row of the next tile that are fetched ahead in each part of a sum over k. */
    private static final int AHEAD = 2;

    /** Rows of a panel that are fetched ahead. */
    private static final int TURNS_AHEAD = 16;

    /** Turns over k that are written one behind the other: fewer instructions for a processor that two threads share. */
    private static final int UNROLLED = 4;

    // What the code is told:
    private static final int A = 0;
    private static final int A_ROW = 1;
    private static final int A_TILE = 2;
    private static final int B = 3;
    private static final int B_ROW = 4;
    private static final int B_PANEL = 5;
    private static final int C = 6;
    private static final int C_ROW = 7;
    private static final int C_TILE = 8;
    private static final int BIAS = 9;
    private static final int TO_BIAS = 10;
    private static final int PANELS = 11;
    private static final int TILES = 12;
    private static final int MASK = 13;
    private static final int CUT = 14;
    private static final int PARTS = 15;
    private static final int PART = 16;
    private static final int FIRST_PART = 17;
    private static final int A_COLUMN = 18;
    private static final int TO_LAST_BIAS = 19;
    private static final int NEXT_ROW = 20;
    private static final int SAID = 21;

    // What the code keeps there:
    private static final int BIAS_AT = 21;
    private static final int PARTS_LEFT = 22;
    private static final int NEXT_AT = 23;

    // Registers:
    private static final int SUM_AT = X86.RAX;
    private static final int SUM_ROW = X86.RBX;
    private static final int CUT_AT = SUM_ROW; // while sums aren't touched
    private static final int COUNT = X86.RCX;
    private static final int LEFT = X86.RDX;
    private static final int FACTOR_AT = X86.RSI;
    private static final int FETCH_AT = 10;
    private static final int FACTOR_ROW = 11;
    private static final int AT = SpacedRows.AT;
    private static final int PANEL_AT = 14;
    private static final int NEXT = 15; // or, of what is turned, from one column to the next
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 13, 14, 15};

    /** What sums begin with where there is no bias. */
    private static final MemorySegment ZEROS = Arena.global().allocate(PANEL * FLOAT, BYTES);

    /** Kinds of code for a tile: with a left factor turned or not, adding or not, cutting or not. */
    private static final int KINDS = 8;

    private static final @Nullable NativeFunction[] FUNCTIONS =
            new NativeFunction[KINDS * (HEIGHT + 1) * (VECTORS + 2)];

    /** Whether this machine has these products. */
    public static boolean there() {
        return MachineCode.avx512() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Two matrices that are multiplied; elements of a row of the right one lie together, of the left one those of a row or of a column.
     *
     * @param a the left one's first element
     * @param aRow bytes from one of its rows to the next
     * @param aColumn bytes from one of its columns to the next
     * @param b the right one's first element
     * @param bRow bytes from one of its rows to the next
     * @param k columns of the left one, rows of the right one
     */
    public record Factors(long a, long aRow, long aColumn, long b, long bRow, int k) {}

    /**
     * Their product.
     *
     * @param bias what sums begin with, one for each column; 0 if there is none
     * @param c its first element
     * @param cRow bytes from one of its rows to the next, in which elements lie together
     */
    public record Sums(long bias, long c, long cRow, int rows, int n) {}

    /** Bytes that {@link #multiply} needs besides for n columns. */
    public static long bytes(int n, int k) {
        int deep = depth(n, k);
        return (long) FLOAT * roundUp(Math.min(n, WIDEST)) * deep + HEIGHT * movedRow(deep);
    }

    /** Bytes from one row that was put elsewhere to the next: an odd number of lines, so that rows have sets of their own. */
    private static long movedRow(int k) {
        long lines = ((long) FLOAT * k + BYTES - 1) / BYTES;
        return BYTES * (lines | 1);
    }

    private static int roundUp(int n) {
        return (n + PANEL - 1) / PANEL * PANEL;
    }

    /** Rows of blocks, all of nearly the same number, of products of n columns. */
    static int depth(int n, int k) {
        int most = Math.min(BLOCK / Math.min(n, WIDEST), DEEPEST);
        int blocks = (k + most - 1) / most;
        return (k + blocks - 1) / blocks;
    }

    /**
     * Multiplies; who calls has checked that all of it lies in memory that is there. An element is the sum of sums over k in rising
     * order, each of as many as {@code n} and {@code k} say, whatever the number of rows and threads.
     *
     * @param block memory of {@link #bytes}
     */
    public static void multiply(Factors f, Sums sums, long block) {
        new SharedProduct(f, sums, 1).work(0, block);
    }

    /** A block of the right matrix, {@code k} rows from {@code row} on and as many columns from {@code column} on as there are. */
    record Block(int column, int row, int k) {
        int columns(Sums sums) {
            return Math.min(WIDEST, sums.n - column);
        }
    }

    /** The blocks of a product, in the order in which their products are added up. */
    static Block[] blocks(Factors f, Sums sums) {
        int deep = depth(sums.n, f.k);
        int below = (f.k + deep - 1) / deep;
        Block[] all = new Block[(sums.n + WIDEST - 1) / WIDEST * below];
        for (int i = 0; i < all.length; i++) {
            int row = i % below * deep;
            all[i] = new Block(i / below * WIDEST, row, Math.min(deep, f.k - row));
        }
        return all;
    }

    /** How many tiles of a height are worth one call. */
    static int brief(Sums sums, Block b, int height) {
        return (int) Math.max(1, BRIEF / ((long) height * b.columns(sums) * b.k));
    }

    /**
     * Adds the products of some tiles' rows with a block, or begins with them.
     *
     * @param first the first of the rows
     * @param height rows of a tile
     * @param cuts whether it brings the block to {@code cut}: the one tile that does comes before the others
     */
    static void tiles(Factors f, Sums sums, Block b, int first, int height, int tiles, boolean cuts, long cut) {
        int n = b.columns(sums);
        long a = f.a + b.row * f.aColumn + first * f.aRow;
        if (f.aColumn != FLOAT || f.aRow % CROWDED != 0 || n < WORTH_MOVING) {
            tiles(f, sums, b, a, f.aRow, height * f.aRow, first, height, tiles, cuts, cut);
            return;
        }
        long elsewhere = cut + (long) FLOAT * roundUp(n) * b.k;
        long row = movedRow(b.k);
        for (int i = 0; i < tiles; i++) {
            for (int r = 0; r < height; r++) {
                MemorySegment.copy(
                        Window.MEMORY, a + r * f.aRow, Window.MEMORY, elsewhere + r * row, (long) FLOAT * b.k);
            }
            a += height * f.aRow;
            tiles(f, sums, b, elsewhere, row, a - elsewhere, first + i * height, height, 1, cuts, cut);
        }
    }

    /** Tiles whose left factors begin at {@code a}, {@code aRow} bytes from one row to the next and {@code aTile} from one tile. */
    private static void tiles(
            Factors f,
            Sums sums,
            Block b,
            long a,
            long aRow,
            long aTile,
            int first,
            int height,
            int tiles,
            boolean cuts,
            long cut) {
        int n = b.columns(sums);
        int panels = n / PANEL;
        int vectors = (n - panels * PANEL + LANES - 1) / LANES;
        int rest = vectors == 1 && panels > 0 ? TWO_AND_TWO : vectors;
        panels -= rest == TWO_AND_TWO ? 1 : 0;
        boolean begins = b.row == 0;
        boolean biased = begins && sums.bias != 0;
        int part = b.k / HEIGHT / UNROLLED;
        int parts = part == 0 ? 1 : HEIGHT;
        MachineBlock block = MachineBlock.own();
        block.say(A, a);
        block.say(A_ROW, aRow);
        block.say(A_TILE, aTile);
        block.say(NEXT_ROW, f.aRow);
        block.say(A_COLUMN, f.aColumn);
        block.say(B, cuts ? f.b + b.row * f.bRow + (long) FLOAT * b.column : cut);
        block.say(B_ROW, cuts ? f.bRow : PANEL * FLOAT);
        block.say(B_PANEL, cuts ? PANEL * FLOAT : (long) PANEL * FLOAT * b.k);
        block.say(C, sums.c + (long) FLOAT * b.column + first * sums.cRow);
        block.say(C_ROW, sums.cRow);
        block.say(C_TILE, height * sums.cRow);
        block.say(BIAS, biased ? sums.bias + (long) FLOAT * b.column : ZEROS.address());
        block.say(TO_BIAS, biased ? PANEL * FLOAT : 0);
        block.say(TO_LAST_BIAS, biased ? TWO : 0);
        block.say(PANELS, panels);
        block.say(TILES, tiles);
        block.say(MASK, (1L << n - (n - 1) / LANES * LANES) - 1);
        block.say(CUT, cut);
        block.say(PARTS, parts);
        block.say(PART, part);
        block.say(FIRST_PART, b.k - (parts - 1L) * part * UNROLLED);
        function(height, rest, f.aColumn != FLOAT, !begins, cuts).callBriefly(block.said(SAID), 0, 0, 0, 0);
    }

    private static NativeFunction function(int rows, int rest, boolean turned, boolean adds, boolean cuts) {
        int kind = (turned ? 4 : 0) + (adds ? 2 : 0) + (cuts ? 1 : 0);
        int i = (rows * (VECTORS + 2) + rest) * KINDS + kind;
        NativeFunction f = FUNCTIONS[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(new MachineLargeProducts(rows, turned, adds, cuts).write(rest))
                    .orElseThrow();
            FUNCTIONS[i] = f;
        }
        return f;
    }

    private final X86 code = new X86(BYTES);
    private final int rows;
    private final boolean turned;
    private final boolean adds;
    private final boolean cuts;
    private final SpacedRows left;

    /**
     * What writes the code for tiles of some rows, which may lie next to each other, column by column; it may add to sums, and cut
     * the right factor into panels meanwhile.
     */
    private MachineLargeProducts(int rows, boolean turned, boolean adds, boolean cuts) {
        this.rows = rows;
        this.turned = turned;
        this.adds = adds;
        this.cuts = cuts;
        this.left = new SpacedRows(code, rows);
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static X86.Address told(int i) {
        return at(X86.RDI, 8 * i);
    }

    /** A C function of the block; the last panel may have vectors of its own number, the last of which isn't whole. */
    private byte[] write(int rest) {
        for (int r : SAVED) {
            code.push(r);
        }
        code.load(X86.RAX, told(MASK));
        code.mask(X86.RAX);
        code.load(FACTOR_ROW, told(B_ROW));
        code.load(SUM_ROW, told(C_ROW));
        left.apart(told(A_ROW));
        X86.Mark tile = code.here();
        code.load(SUM_AT, told(C));
        code.load(PANEL_AT, told(B));
        code.load(AT, told(BIAS));
        code.store(told(BIAS_AT), AT);
        code.load(AT, told(A));
        code.add(AT, told(A_TILE));
        code.store(told(NEXT_AT), AT);
        X86.Mark last = code.mark();
        code.load(COUNT, told(PANELS));
        code.compareWith(COUNT, 0);
        code.jumpIfZero(last);
        X86.Mark panel = code.here();
        panel(VECTORS, VECTORS);
        code.add(PANEL_AT, told(B_PANEL));
        code.add(SUM_AT, PANEL * FLOAT);
        add(BIAS_AT, TO_BIAS);
        add(NEXT_AT, NEXT_ROW);
        code.add(COUNT, -1);
        code.jumpIfNotZero(panel);
        code.bind(last);
        if (rest == TWO_AND_TWO) {
            panel(2, 2);
            if (cuts) {
                code.add(PANEL_AT, TWO);
            } else {
                code.add(PANEL_AT, told(B_PANEL));
            }
            code.add(SUM_AT, TWO);
            add(BIAS_AT, TO_LAST_BIAS);
            add(NEXT_AT, NEXT_ROW);
            panel(2, 1);
        } else if (rest > 0) {
            panel(rest, rest - 1);
        }
        add(A, A_TILE);
        add(C, C_TILE);
        code.decrement(told(TILES));
        code.jumpIfNotZero(tile);
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    private void add(int to, int what) {
        code.load(AT, told(to));
        code.add(AT, told(what));
        code.store(told(to), AT);
    }

    /** An instruction on some columns, all of a vector or those that the mask says. */
    private void columns(boolean all, int opcode, int result, int first, X86.Place second) {
        if (all) {
            code.vector(X86.MAP_0F, opcode, false, false, result, first, second);
        } else {
            code.masked(X86.MAP_0F, opcode, false, result, first, second);
        }
    }

    /** The rows of a tile by the columns of a panel, of whose vectors only some are whole. */
    private void panel(int vectors, int whole) {
        code.load(AT, told(BIAS_AT));
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                columns(v < whole, X86.LOAD, r * vectors + v, -1, at(AT, BYTES * v));
            }
        }
        left.begin(told(A));
        code.move(FACTOR_AT, PANEL_AT);
        code.move(FETCH_AT, SUM_AT);
        code.load(NEXT, told(turned ? A_COLUMN : NEXT_AT));
        code.load(LEFT, told(PARTS));
        code.store(told(PARTS_LEFT), LEFT);
        code.load(LEFT, told(FIRST_PART));
        if (cuts) {
            code.load(CUT_AT, told(CUT));
        }
        turns(vectors, whole, 1);
        X86.Mark done = code.mark();
        code.decrement(told(PARTS_LEFT));
        code.jumpIfZero(done);
        X86.Mark part = code.here();
        code.load(LEFT, told(PART));
        turns(vectors, whole, UNROLLED);
        code.decrement(told(PARTS_LEFT));
        code.jumpIfNotZero(part);
        code.bind(done);
        if (cuts) {
            code.store(told(CUT), CUT_AT);
            code.load(SUM_ROW, told(C_ROW));
        }
        code.move(AT, SUM_AT);
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                int sum = r * vectors + v;
                X86.Address to = at(AT, BYTES * v);
                if (adds) {
                    columns(v < whole, 0x58, sum, sum, to);
                }
                columns(v < whole, X86.STORE, sum, -1, to);
            }
            code.addRegister(AT, SUM_ROW);
        }
    }

    /**
     * Brings some of what is next of the left factor, and the next row of what the next panel's sums go to: a little at a time, as
     * whoever asks for much memory at once waits with what is near, too.
     */
    private void fetch() {
        for (int v = 0; v < VECTORS; v++) {
            code.prefetchFirst(at(FETCH_AT, PANEL * FLOAT + BYTES * v));
        }
        if (cuts) {
            code.add(FETCH_AT, told(C_ROW));
        } else {
            code.addRegister(FETCH_AT, SUM_ROW);
        }
        for (int i = 0; !turned && i < AHEAD; i++) {
            code.prefetch(at(NEXT, BYTES * i));
        }
        if (!turned) {
            code.add(NEXT, AHEAD * BYTES);
        }
    }

    /** A part of the sums over k. */
    private void turns(int vectors, int whole, int unrolled) {
        fetch();
        X86.Mark top = code.here();
        for (int i = 0; i < unrolled; i++) {
            turn(vectors, whole, i);
            if (cuts) {
                code.addRegister(FACTOR_AT, FACTOR_ROW);
                code.add(CUT_AT, PANEL * FLOAT);
            }
            if (turned) {
                left.go(NEXT);
            }
        }
        if (!cuts) {
            code.add(FACTOR_AT, unrolled * PANEL * FLOAT);
        }
        if (!turned) {
            left.goBytes(unrolled * FLOAT);
        }
        code.add(LEFT, -1);
        code.jumpIfNotZero(top);
    }

    /**
     * The product of a column of the tile and a row of the panel, so many turns on. Where a core's other thread is busy too, loads
     * take longer: a row's factor is loaded while the row before is multiplied, and what is fetched ahead is asked for in between.
     */
    private void turn(int vectors, int whole, int turn) {
        int factors = rows * vectors;
        int repeated = factors + vectors;
        if (turned) { // the next rows' columns
            code.prefetch(at(AT, BYTES));
        }
        int row = cuts ? 0 : turn * PANEL * FLOAT;
        int column = turned ? 0 : turn * FLOAT;
        repeat(repeated, 0, column);
        for (int v = 0; v < vectors; v++) {
            columns(v < whole, X86.LOAD, factors + v, -1, at(FACTOR_AT, row + BYTES * v));
            if (cuts) {
                code.prefetch(at(FACTOR_AT, BYTES * (VECTORS + v)));
                columns(v < whole, X86.STORE, factors + v, -1, at(CUT_AT, BYTES * v));
            }
        }
        for (int r = 0; r < rows; r++) {
            if (r + 1 < rows) {
                repeat(repeated + (r + 1) % 2, r + 1, column);
            }
            for (int v = r; v < vectors; v += rows) {
                code.prefetchFirst(
                        cuts
                                ? new X86.Address(FACTOR_AT, FACTOR_ROW, 8, BYTES * v)
                                : at(FACTOR_AT, row + TURNS_AHEAD * PANEL * FLOAT + BYTES * v));
            }
            for (int v = 0; v < vectors; v++) { // sum += repeated * factor
                code.vector(
                        X86.MAP_0F38,
                        0xb8,
                        true,
                        false,
                        r * vectors + v,
                        repeated + r % 2,
                        new X86.Register(factors + v));
            }
        }
    }

    /** Repeats the left factor of a row in all lanes. */
    private void repeat(int to, int row, int column) {
        code.vector(X86.MAP_0F38, 0x18, true, false, to, -1, left.row(row, column));
    }
}
