package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Products of float32 matrices that are too small for a library to be good at: the second factor, or a piece of it, stays in the
 * first-level cache while tiles of a few rows by two or three vectors of columns are summed up in registers. Each element is the
 * sum over k in rising order, with one rounding for each product and sum, whatever the number of rows and threads. For AVX2 and
 * FMA, or AVX-512.
 */
public final class MachineProducts {
    /** Multiplications of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 22;

    /** Rows from which a few that are left over don't matter. */
    private static final int MANY = 60;

    private static final int FLOAT = 4;

    // What the code is told, of each of two products:
    private static final int A = 0;
    private static final int A_FIRST = 1;
    private static final int A_ROW = 2;
    private static final int A_COLUMN = 3;
    private static final int A_TILE = 4;
    private static final int B = 5;
    private static final int B_ROW = 6;
    private static final int B_PANEL = 7;
    private static final int K = 8;
    private static final int PART = 9;

    // And behind both:
    private static final int TILES = 0;
    private static final int PANELS = 1;
    private static final int MASK = 2;
    private static final int BIAS = 3;
    private static final int TO_BIAS = 4;
    private static final int C = 5;
    private static final int C_ROW = 6;
    private static final int TO_C = 7;
    private static final int AHEAD = 8;
    private static final int AHEAD_STEP = 9;
    private static final int SAID = 10;

    // Registers for it:
    private static final int SUM_AT = X86.RAX;
    private static final int SUM_ROW = X86.RBX;
    private static final int COUNT = X86.RCX;
    private static final int LEFT = X86.RDX;
    private static final int FACTOR_AT = X86.RSI;
    private static final int COLUMN = 10;
    private static final int FACTOR_ROW = 11;
    private static final int AT = SpacedRows.AT;
    private static final int FETCH_AT = 14;
    private static final int FETCH_STEP = 15;
    private static final int[] SAVED = {X86.RBX, X86.RBP, AT, 13, FETCH_AT, FETCH_STEP};

    /** With vectors of eight floats: sums of four rows by three vectors, or six by two. */
    static final MachineProducts EIGHT = new MachineProducts(8, new int[] {0, 6, 6, 4});

    /** With vectors of sixteen: fourteen rows by two, or nine by three. */
    static final MachineProducts SIXTEEN = new MachineProducts(16, new int[] {0, 14, 14, 9});

    /** What this machine does best. */
    private static final MachineProducts OWN = MachineCode.avx512() ? SIXTEEN : EIGHT;

    private final int lanes;

    /** How many rows a tile has, by its vectors. */
    private final int[] heights;

    /** What sums begin with where there is no bias. */
    private final MemorySegment zeros;

    /** Functions that have been asked for, by rows, vectors, whether they add, of two products, and fetch ahead. */
    private final @Nullable NativeFunction[] functions;

    private MachineProducts(int lanes, int[] heights) {
        this.lanes = lanes;
        this.heights = heights;
        this.zeros = Arena.global().allocate((long) FLOAT * most() * lanes, 64);
        this.functions = new NativeFunction[8 * (heights[1] + 1) * heights.length];
    }

    /** Vectors of a tile at most. */
    private int most() {
        return heights.length - 1;
    }

    /** Whether this machine has these products. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /** What a matrix's columns must be a multiple of. */
    public static int step() {
        return OWN.columns();
    }

    /** Columns that are best summed up together from one on of n, a multiple of {@link #step}, of products with some rows. */
    public static int width(int column, int n, long rows) {
        return OWN.columnsFrom(column, n, rows);
    }

    /**
     * Two matrices that are multiplied. All steps in bytes.
     *
     * @param a the left one's first element
     * @param aRow from one of its rows to the next
     * @param aColumn from one of its columns to the next
     * @param b the right one's first element, or that of its panels: the columns that {@link #width} says lie together, row by row,
     *     and behind all of these rows the next columns
     * @param bRow from one of its rows to the next where there are no panels; columns lie together
     * @param deep rows of the panels, 0 if there are none
     * @param from the first row of the right matrix, and column of the left one, that count
     * @param k how many of them count
     */
    public record Factors(long a, long aRow, long aColumn, long b, long bRow, int deep, int from, int k) {
        /** Only {@code count} of the right one's rows, from one on. */
        public Factors part(int first, int count) {
            return new Factors(a, aRow, aColumn, b, bRow, deep, first, count);
        }

        private long panel(int column, int width) {
            return deep == 0
                    ? b + from * bRow + (long) FLOAT * column
                    : b + (long) FLOAT * ((long) deep * column + (long) from * width);
        }

        private long toPanel(int width) {
            return (long) FLOAT * width * Math.max(deep, 1);
        }

        private long row(int width) {
            return deep == 0 ? bRow : (long) FLOAT * width;
        }
    }

    /**
     * The sums of products: {@code C = A B} or {@code C += A B}.
     *
     * @param bias what sums begin with, one for each column; 0 if there is none
     * @param c C's first element
     * @param cRow from a row of C to the next, in bytes; columns lie together
     * @param rows of C
     * @param n columns of C, a multiple of {@link #step}
     * @param like rows for which panels were made, or as many as {@code rows}
     */
    public record Sums(long bias, long c, long cRow, int rows, int n, long like, boolean adds) {}

    /**
     * Memory that is used next, and that products leave time to bring into the second-level cache.
     *
     * @param at the first byte; if nothing is there, nothing happens
     */
    public record Ahead(long at, long bytes) {}

    /**
     * Multiplies; who calls has checked that all of it lies in memory that is there.
     *
     * @param second two matrices whose product is added
     */
    public static void multiply(Factors first, @Nullable Factors second, Sums sums, @Nullable Ahead ahead) {
        OWN.product(first, second, sums, ahead);
    }

    /** The same of two matrices only. */
    public static void multiply(Factors factors, Sums sums) {
        OWN.product(factors, null, sums, null);
    }

    /** Vectors of sixteen may be filled in part. */
    int columns() {
        return lanes == 16 ? 1 : lanes;
    }

    int columnsFrom(int column, int n, long rows) {
        int left = n - column;
        if (lanes == 16) {
            return left <= most() * lanes ? left : 2 * lanes;
        }
        boolean two = n % (most() * lanes) != 0 && n % (2 * lanes) == 0 && rows >= MANY;
        return Math.min((two ? 2 : most()) * lanes, left);
    }

    void product(Factors first, @Nullable Factors second, Sums sums, @Nullable Ahead ahead) {
        int k = first.k + (second == null ? 0 : second.k);
        Fetch fetch = ahead == null ? null : new Fetch(ahead, turns(sums, k));
        int n = sums.n;
        int width;
        for (int j = 0; j < n; j += width) {
            width = columnsFrom(j, n, sums.like);
            long tile = (long) heights[vectors(width)] * width * k;
            int panels = 1;
            while (panels * tile < BRIEF
                    && j + panels * width < n
                    && columnsFrom(j + panels * width, n, sums.like) == width) {
                panels++;
            }
            alike(first, second, sums, j, width, panels, fetch);
            j += (panels - 1) * width;
        }
    }

    /** About how often the innermost loops turn. */
    private long turns(Sums sums, int k) {
        int width = columnsFrom(0, sums.n, sums.like);
        return (long) tiles(sums.rows, heights[vectors(width)]) * ((sums.n + width - 1) / width) * k;
    }

    /** How much is fetched in each turn, and how far that is. */
    private static final class Fetch {
        private final long step;
        private long at;

        Fetch(Ahead ahead, long turns) {
            at = ahead.at;
            step = ahead.bytes / Math.max(1, turns) + 1;
        }

        void say(MachineBlock block, int place, long turns) {
            block.say(place + AHEAD, at);
            block.say(place + AHEAD_STEP, step);
            at += turns * step;
        }
    }

    private static int tiles(int rows, int most) {
        return (rows + most - 1) / most;
    }

    private int vectors(int width) {
        return (width + lanes - 1) / lanes;
    }

    /** Panels of one width. */
    private void alike(
            Factors first,
            @Nullable Factors second,
            Sums sums,
            int column,
            int width,
            int panels,
            @Nullable Fetch fetch) {
        int vectors = vectors(width);
        int most = heights[vectors];
        int k = first.k + (second == null ? 0 : second.k);
        MachineBlock block = MachineBlock.own();
        int done = 0;
        while (done < sums.rows) {
            int left = sums.rows - done;
            // Tiles of nearly the same heights: sums of few rows wait for one another.
            int tiles = tiles(left, most);
            int height = (left + tiles - 1) / tiles;
            int some = tiles - (height * tiles - left);
            some = (int) Math.min(some, Math.max(1, BRIEF / ((long) height * width * panels * k)));
            say(block, 0, first, done, height, column, width);
            if (second != null) {
                say(block, PART, second, done, height, column, width);
            }
            int at = 2 * PART;
            block.say(at + TILES, some);
            block.say(at + PANELS, panels);
            block.say(at + MASK, (1L << width - (vectors - 1) * lanes) - 1);
            block.say(at + BIAS, sums.bias == 0 ? zeros.address() : sums.bias + (long) FLOAT * column);
            block.say(at + TO_BIAS, sums.bias == 0 ? 0 : (long) FLOAT * width);
            block.say(at + C, sums.c + (long) FLOAT * column + done * sums.cRow);
            block.say(at + C_ROW, sums.cRow);
            block.say(at + TO_C, (long) FLOAT * width);
            if (fetch != null) {
                fetch.say(block, at, (long) some * panels * k);
            }
            function(height, vectors, sums.adds, second != null, fetch != null)
                    .callBriefly(block.said(at + SAID), 0, 0, 0, 0);
            done += some * height;
        }
    }

    private static void say(MachineBlock block, int at, Factors f, int done, int height, int column, int width) {
        long a = f.a + f.from * f.aColumn + done * f.aRow;
        block.say(at + A, a);
        block.say(at + A_FIRST, a);
        block.say(at + A_ROW, f.aRow);
        block.say(at + A_COLUMN, f.aColumn);
        block.say(at + A_TILE, height * f.aRow);
        block.say(at + B, f.panel(column, width));
        block.say(at + B_ROW, f.row(width));
        block.say(at + B_PANEL, f.toPanel(width));
        block.say(at + K, f.k);
    }

    private NativeFunction function(int rows, int vectors, boolean adds, boolean two, boolean fetches) {
        int i = (((rows * heights.length + vectors) * 2 + (adds ? 1 : 0)) * 2 + (two ? 1 : 0)) * 2 + (fetches ? 1 : 0);
        NativeFunction f = functions[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(rows, vectors, adds, two, fetches)).orElseThrow();
            functions[i] = f;
        }
        return f;
    }

    private static X86.Address at(int base, int index, int scale, int offset) {
        return new X86.Address(base, index, scale, offset);
    }

    private static X86.Address told(int i) {
        return at(X86.RDI, -1, 1, 8 * i);
    }

    /** An instruction on columns of the second factor or the result, of which the last vector may have fewer. */
    private void columns(X86 code, int opcode, int v, int vectors, int result, int first, X86.Place second) {
        if (lanes == 16 && v == vectors - 1) {
            code.masked(X86.MAP_0F, opcode, false, result, first, second);
        } else {
            code.vector(X86.MAP_0F, opcode, false, false, result, first, second);
        }
    }

    /** A C function of the block. */
    private byte[] write(int rows, int vectors, boolean adds, boolean two, boolean fetches) {
        X86 code = new X86(FLOAT * lanes);
        int bytes = FLOAT * lanes;
        int common = 2 * PART;
        for (int r : SAVED) {
            code.push(r);
        }
        if (lanes == 16) {
            code.load(X86.RAX, told(common + MASK));
            code.mask(X86.RAX);
        }
        if (fetches) {
            code.load(FETCH_AT, told(common + AHEAD));
            code.load(FETCH_STEP, told(common + AHEAD_STEP));
        }
        X86.Mark panel = code.here();
        code.load(SUM_AT, told(common + C));
        code.load(COUNT, told(common + TILES));
        X86.Mark tile = code.here();
        code.load(AT, told(common + BIAS));
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                columns(code, X86.LOAD, v, vectors, r * vectors + v, -1, at(AT, -1, 1, bytes * v));
            }
        }
        sum(code, 0, rows, vectors, fetches);
        if (two) {
            sum(code, PART, rows, vectors, fetches);
        }
        code.load(SUM_ROW, told(common + C_ROW));
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                int sum = r * vectors + v;
                X86.Address to = at(SUM_AT, -1, 1, bytes * v);
                if (adds) {
                    columns(code, 0x58, v, vectors, sum, sum, to);
                }
                columns(code, X86.STORE, v, vectors, sum, -1, to);
            }
            code.addRegister(SUM_AT, SUM_ROW);
        }
        for (int part = 0; part < (two ? 2 : 1) * PART; part += PART) {
            add(code, part + A, part + A_TILE);
        }
        code.add(COUNT, -1);
        code.jumpIfNotZero(tile);
        for (int part = 0; part < (two ? 2 : 1) * PART; part += PART) {
            code.load(AT, told(part + A_FIRST));
            code.store(told(part + A), AT);
            add(code, part + B, part + B_PANEL);
        }
        add(code, common + BIAS, common + TO_BIAS);
        add(code, common + C, common + TO_C);
        code.decrement(told(common + PANELS));
        code.jumpIfNotZero(panel);
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static void add(X86 code, int to, int what) {
        code.load(AT, told(what));
        code.add(AT, told(to));
        code.store(told(to), AT);
    }

    /** Adds the products of two matrices, in rising order, to the sums of a tile. */
    private void sum(X86 code, int part, int rows, int vectors, boolean fetches) {
        int bytes = FLOAT * lanes;
        int factors = rows * vectors;
        int repeated = factors + vectors;
        SpacedRows left = new SpacedRows(code, rows);
        left.apart(told(part + A_ROW));
        left.begin(told(part + A));
        code.load(COLUMN, told(part + A_COLUMN));
        code.load(FACTOR_ROW, told(part + B_ROW));
        code.load(FACTOR_AT, told(part + B));
        code.load(LEFT, told(part + K));
        X86.Mark top = code.here();
        for (int v = 0; v < vectors; v++) {
            columns(code, X86.LOAD, v, vectors, factors + v, -1, at(FACTOR_AT, -1, 1, bytes * v));
        }
        for (int r = 0; r < rows; r++) {
            code.vector(X86.MAP_0F38, 0x18, true, false, repeated, -1, left.row(r, 0));
            for (int v = 0; v < vectors; v++) { // sum += repeated * factor
                code.vector(X86.MAP_0F38, 0xb8, true, false, r * vectors + v, repeated, new X86.Register(factors + v));
            }
        }
        if (fetches) {
            code.prefetch(at(FETCH_AT, -1, 1, 0));
            code.addRegister(FETCH_AT, FETCH_STEP);
        }
        left.go(COLUMN);
        code.addRegister(FACTOR_AT, FACTOR_ROW);
        code.add(LEFT, -1);
        code.jumpIfNotZero(top);
    }
}
