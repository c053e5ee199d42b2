package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Products of float32 matrices that are too small for a library to be good at: the second factor, or a piece of it, stays in the
 * first-level cache while tiles of four rows by 24 columns, or six by 16, are summed up in registers. Each element is the sum over k in rising order,
 * with one rounding for each product and sum, whatever the number of rows and threads. For AVX2 and FMA.
 */
public final class MachineProducts {
    /** Registers of a tile: twelve for sums, three for the second factor, one for the first. */
    private static final int SUMS = 12;

    private static final int VECTORS = 3;
    private static final int REPEATED = SUMS + VECTORS;
    private static final int LANES = 8;

    /** Rows that have addresses in a tile. */
    private static final int ROWS = 6;

    /** Multiplications of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final long BRIEF = 1 << 22;

    /** Rows from which a few that are left over don't matter. */
    private static final int MANY = 60;

    /** What sums begin with where there is no bias. */
    private static final MemorySegment ZEROS = Arena.global().allocate(4L * VECTORS * LANES, 64);

    /** Functions that have been asked for, by rows, vectors and whether they add. */
    private static final @Nullable NativeFunction[] FUNCTIONS = new NativeFunction[2 * (ROWS + 1) * (VECTORS + 1)];

    private MachineProducts() {}

    /** Whether this machine has these products, and a library couldn't use wider vectors. */
    public static boolean there() {
        return MachineCode.avx2() && MachineKernels.widest() && !MachineKernels.SCALAR_ONLY;
    }

    /** Columns that are best summed up together from one on of n, a multiple of 8, of products with some rows. */
    public static int width(int column, int n, long rows) {
        boolean two = n % (VECTORS * LANES) != 0 && n % (2 * LANES) == 0 && rows >= MANY;
        return Math.min((two ? 2 : VECTORS) * LANES, n - column);
    }

    /** Rows of a tile that has so many vectors. */
    private static int height(int vectors) {
        return Math.min(ROWS, SUMS / vectors);
    }

    /**
     * {@code C = A B} or {@code C += A B} for the columns of C from one on that {@link #width} says. All steps in bytes; who calls
     * has checked that all of it lies in memory that is there.
     *
     * @param a A's first element
     * @param aRow from a row of A to the next
     * @param aColumn from a column of A to the next
     * @param b the first of B's columns
     * @param bRow from a row of B to the next; its columns lie together
     * @param bias what sums begin with, one for each of these columns; 0 if there is none
     * @param c the first of C's columns
     * @param cRow from a row of C to the next
     * @param rows of A and C
     * @param width how many columns that are, 8, 16 or 24
     * @param k columns of A and rows of B
     */
    public static void multiply(
            long a,
            long aRow,
            long aColumn,
            long b,
            long bRow,
            long bias,
            long c,
            long cRow,
            int rows,
            int width,
            int k,
            boolean adds) {
        MachineBlock block = MachineBlock.own();
        long first = bias == 0 ? ZEROS.address() : bias;
        int vectors = width / LANES;
        int done = 0;
        int whole = height(vectors);
        int most = (int) Math.max(1, BRIEF / ((long) whole * width * k)) * whole;
        while (done < rows) {
            int some = Math.min(most, rows - done);
            int height = Math.min(some, whole);
            int tiles = some / height;
            long told = block.of(a + done * aRow, aRow, aColumn, b, bRow, c + done * cRow, cRow);
            function(height, vectors, adds).callBriefly(tiles, told, k, first, 0);
            done += tiles * height;
        }
    }

    private static NativeFunction function(int rows, int vectors, boolean adds) {
        int i = (rows * (VECTORS + 1) + vectors) * 2 + (adds ? 1 : 0);
        NativeFunction f = FUNCTIONS[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(rows, vectors, adds)).orElseThrow();
            FUNCTIONS[i] = f;
        }
        return f;
    }

    private static X86.Address at(int base, int index, int scale, int offset) {
        return new X86.Address(base, index, scale, offset);
    }

    private static X86.Address told(int i) {
        return at(X86.RSI, -1, 1, 8 * i);
    }

    /** A C function of how many tiles there are, the block, k, and where sums begin. */
    private static byte[] write(int rows, int vectors, boolean adds) {
        X86 code = new X86();
        int tiles = X86.RDI;
        int k = X86.RDX;
        int bias = X86.RCX;
        int a = 8;
        int aRow = 9;
        int aColumn = 10;
        int bRow = 11;
        int c = X86.RAX;
        int cRow = X86.RBX;
        int three = X86.RBP;
        int at = 12;
        int b = 13;
        int left = 14;
        int five = 15;
        int[] saved = {X86.RBX, X86.RBP, 12, 13, 14, 15};
        for (int r : saved) {
            code.push(r);
        }
        code.load(a, told(0));
        code.load(aRow, told(1));
        code.load(aColumn, told(2));
        code.load(bRow, told(4));
        code.load(c, told(5));
        code.load(cRow, told(6));
        code.move(three, aRow);
        code.addRegister(three, aRow);
        code.addRegister(three, aRow);
        code.move(five, three);
        code.addRegister(five, aRow);
        code.addRegister(five, aRow);
        X86.Mark tile = code.here();
        code.move(at, a);
        code.load(b, told(3));
        code.move(left, k);
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.vector(X86.MAP_0F, 0x10, false, false, r * vectors + v, -1, at(bias, -1, 1, 32 * v));
            }
        }
        X86.Mark top = code.here();
        for (int v = 0; v < vectors; v++) {
            code.vector(X86.MAP_0F, 0x10, false, false, SUMS + v, -1, at(b, -1, 1, 32 * v));
        }
        for (int r = 0; r < rows; r++) {
            X86.Address from =
                    switch (r) {
                        case 0 -> at(at, -1, 1, 0);
                        case 3 -> at(at, three, 1, 0);
                        case 5 -> at(at, five, 1, 0);
                        default -> at(at, aRow, r, 0);
                    };
            code.vector(X86.MAP_0F38, 0x18, true, false, REPEATED, -1, from);
            for (int v = 0; v < vectors; v++) { // sum += repeated * factor
                code.vector(X86.MAP_0F38, 0xb8, true, false, r * vectors + v, REPEATED, new X86.Register(SUMS + v));
            }
        }
        code.addRegister(at, aColumn);
        code.addRegister(b, bRow);
        code.add(left, -1);
        code.jumpIfNotZero(top);
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                int sum = r * vectors + v;
                X86.Address to = at(c, -1, 1, 32 * v);
                if (adds) {
                    code.vector(X86.MAP_0F, 0x58, false, false, sum, sum, to);
                }
                code.vector(X86.MAP_0F, 0x11, false, false, sum, -1, to);
            }
            code.addRegister(c, cRow);
            code.addRegister(a, aRow);
        }
        code.add(tiles, -1);
        code.jumpIfNotZero(tile);
        code.vzeroupper();
        for (int i = saved.length - 1; i >= 0; i--) {
            code.pop(saved[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }
}
