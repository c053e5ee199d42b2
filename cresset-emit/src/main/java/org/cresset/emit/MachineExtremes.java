package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * The largest or smallest float32 of rows or columns, and where it is: the first NaN, or else the first of equal ones. In the
 * processor's own language; who calls has checked that all memory is there. For AVX2.
 */
public final class MachineExtremes {
    /** The fewest elements of a row. */
    public static final int LEAST_WIDTH = 8;

    /** The fewest columns. */
    public static final int LEAST_COLUMNS = 16;

    /** Elements of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 15;

    private static final int INFINITY = 0x7f800000;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int AT = X86.RAX;
    private static final int BITS = X86.RCX;
    private static final int LAST = X86.RDX;
    private static final int ELEMENT = X86.RBX;
    private static final int FROM = 8;
    private static final int STEP = 9;
    private static final int VALUES = 10;
    private static final int PLACES = 11;
    private static final int PLACE = X86.RBP;

    // Vectors:
    private static final int ZERO = 0;
    private static final int INF = 1;
    private static final int MAGNITUDE = 2;
    private static final int FLIP = 3;
    private static final int KEY = 4;
    private static final int SIZE = 5;
    private static final int NAN = 6;
    private static final int OTHER = 7;
    private static final int BEST = 8; // and 9
    private static final int WHERE = 10; // and 11
    private static final int ROW = 12;
    private static final int ONE = 13;

    private static volatile @Nullable NativeFunction ofRows;
    private static volatile @Nullable NativeFunction ofColumns;

    private MachineExtremes() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Of rows of n elements that lie together.
     *
     * @param step bytes from row to row
     * @param n at least {@link #LEAST_WIDTH}
     * @param values where the values go, one after the other
     * @param places where their numbers in the row go, as int64
     */
    public static void rows(boolean largest, long from, long step, long n, long rows, long values, long places) {
        NativeFunction f = ofRows;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeRows()).orElseThrow();
            ofRows = f;
        }
        MachineBlock block = MachineBlock.own();
        long most = Math.max(1, BRIEF / n);
        for (long r = 0; r < rows; r += most) {
            block.say(0, from + r * step);
            block.say(1, step);
            block.say(2, values + 4 * r);
            block.say(3, places + 8 * r);
            block.say(4, 4 * (n - LEAST_WIDTH));
            block.say(5, largest ? 0 : -1);
            f.callBriefly(Math.min(most, rows - r), block.said(6), 0, 0, 0);
        }
    }

    /**
     * Of columns that lie side by side.
     *
     * @param step bytes from row to row
     * @param n how many rows there are, below 2^31
     * @param columns at least {@link #LEAST_COLUMNS}
     */
    public static void columns(boolean largest, long from, long step, long n, long columns, long values, long places) {
        NativeFunction f = ofColumns;
        if (f == null) {
            f = MachineCode.install(writeColumns()).orElseThrow();
            ofColumns = f;
        }
        MachineBlock block = MachineBlock.own();
        for (long c = 0; c < columns; c += LEAST_COLUMNS) {
            long j = Math.min(c, columns - LEAST_COLUMNS); // the last ones with some before them, once more
            block.say(0, from + 4 * j);
            block.say(1, step);
            block.say(2, values + 4 * j);
            block.say(3, places + 8 * j);
            block.say(4, 1);
            block.say(5, largest ? 0 : -1);
            long told = block.said(14);
            if (n > BRIEF) {
                f.call(n, told, 0, 0);
            } else {
                f.callBriefly(n, told, 0, 0, 0);
            }
        }
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static X86.Register register(int i) {
        return new X86.Register(i);
    }

    private static X86 begin() {
        X86 code = new X86();
        code.push(ELEMENT);
        code.push(PLACE);
        int[] order = {FROM, STEP, VALUES, PLACES, LAST};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(BLOCK, 8 * i));
        }
        code.loadVector(INF, new X86.Constant(0));
        code.loadVector(MAGNITUDE, new X86.Constant(1));
        code.vector(X86.MAP_0F, 0xef, true, false, ZERO, ZERO, register(ZERO));
        code.vector(X86.MAP_0F38, 0x58, true, false, FLIP, -1, at(BLOCK, 40)); // the same in all lanes
        return code;
    }

    private static byte[] end(X86 code) {
        code.vzeroupper();
        code.pop(PLACE);
        code.pop(ELEMENT);
        code.ret();
        return code.finish(List.of((long) INFINITY, (long) Integer.MAX_VALUE), 4);
    }

    /** KEY = integers in the order of floats, or in the opposite one; -0 like 0, and NaN the largest. */
    private static void key(X86 code, X86.Address from) {
        code.vector(X86.MAP_0F, X86.LOAD, true, false, KEY, -1, from);
        code.vector(X86.MAP_0F, 0xdb, true, false, SIZE, KEY, register(MAGNITUDE));
        code.vector(X86.MAP_0F, 0x66, true, false, NAN, SIZE, register(INF)); // size > infinity
        code.vector(X86.MAP_0F, 0x76, true, false, OTHER, SIZE, register(ZERO)); // size == 0
        code.vector(X86.MAP_0F, 0xdf, true, false, KEY, OTHER, register(KEY));
        code.shift(0x72, 4, OTHER, KEY, 31);
        code.vector(X86.MAP_0F, 0xdb, true, false, OTHER, OTHER, register(MAGNITUDE));
        code.vector(X86.MAP_0F, 0xef, true, false, KEY, KEY, register(OTHER));
        code.vector(X86.MAP_0F, 0xef, true, false, KEY, KEY, register(FLIP));
        code.vector(X86.MAP_0F, 0xdf, true, false, KEY, NAN, register(KEY));
        code.vector(X86.MAP_0F, 0xdb, true, false, NAN, NAN, register(MAGNITUDE));
        code.vector(X86.MAP_0F, 0xeb, true, false, KEY, KEY, register(NAN));
    }

    private static void larger(X86 code, int with) {
        code.vector(X86.MAP_0F38, 0x3d, true, false, BEST, BEST, register(with));
    }

    private static byte[] writeRows() {
        X86 code = begin();
        X86.Mark row = code.here();
        X86.Address element = new X86.Address(FROM, AT, 1, 0);
        code.zero(AT);
        key(code, element);
        code.vector(X86.MAP_0F, X86.LOAD, true, false, BEST, -1, register(KEY));
        X86.Mark lastOne = code.mark();
        X86.Mark top = code.here();
        code.add(AT, 32);
        code.compare(AT, LAST);
        code.jumpIfNotBelow(lastOne);
        key(code, element);
        larger(code, KEY);
        code.compare(AT, LAST);
        code.jumpIfBelow(top);
        code.bind(lastOne);
        code.move(AT, LAST);
        key(code, element);
        larger(code, KEY);
        // The largest of all lanes, in all lanes.
        code.vector(X86.MAP_0F3A, 0x39, true, false, BEST, -1, register(KEY), 1);
        larger(code, KEY);
        for (int order : new int[] {0x4e, 0xb1}) {
            code.vector(X86.MAP_0F, 0x70, true, false, KEY, -1, register(BEST), order);
            larger(code, KEY);
        }
        code.vector(X86.MAP_0F38, 0x58, true, false, BEST, -1, register(BEST));
        code.zero(AT);
        X86.Mark found = code.mark();
        X86.Mark inside = code.mark();
        X86.Mark seek = code.here();
        key(code, element);
        code.vector(X86.MAP_0F, 0x76, true, false, KEY, KEY, register(BEST));
        code.signs(BITS, KEY);
        code.zero(ELEMENT);
        code.compare(ELEMENT, BITS);
        code.jumpIfBelow(found);
        code.add(AT, 32);
        code.compare(AT, LAST);
        code.jumpIfBelow(inside);
        code.move(AT, LAST);
        code.bind(inside);
        code.add(BITS, 1);
        code.jumpIfNotZero(seek); // always
        code.bind(found);
        code.lowestBit(BITS, BITS);
        code.move(PLACE, AT);
        code.shiftRight(PLACE, 2);
        code.addRegister(PLACE, BITS);
        code.store(at(PLACES, 0), PLACE);
        code.load(ELEMENT, new X86.Address(FROM, PLACE, 4, 0), 4);
        code.store(at(VALUES, 0), ELEMENT, 4);
        code.addRegister(FROM, STEP);
        code.add(VALUES, 4);
        code.add(PLACES, 8);
        code.add(N, -1);
        code.jumpIfNotZero(row);
        return end(code);
    }

    private static byte[] writeColumns() {
        X86 code = begin();
        int half = 32;
        code.vector(X86.MAP_0F38, 0x58, true, false, ONE, -1, at(BLOCK, 32));
        code.vector(X86.MAP_0F, 0xef, true, false, ROW, ROW, register(ROW));
        code.move(AT, FROM);
        for (int v = 0; v < 2; v++) {
            key(code, at(AT, half * v));
            code.vector(X86.MAP_0F, X86.LOAD, true, false, BEST + v, -1, register(KEY));
            code.vector(X86.MAP_0F, 0xef, true, false, WHERE + v, WHERE + v, register(WHERE + v));
        }
        X86.Mark done = code.mark();
        X86.Mark top = code.here();
        code.add(N, -1);
        code.jumpIfZero(done);
        code.addRegister(AT, STEP);
        code.vector(X86.MAP_0F, 0xfe, true, false, ROW, ROW, register(ONE));
        for (int v = 0; v < 2; v++) {
            key(code, at(AT, half * v));
            code.vector(X86.MAP_0F, 0x66, true, false, NAN, KEY, register(BEST + v));
            code.vector(X86.MAP_0F3A, 0x4a, true, false, BEST + v, BEST + v, register(KEY), NAN << 4);
            code.vector(X86.MAP_0F3A, 0x4a, true, false, WHERE + v, WHERE + v, register(ROW), NAN << 4);
        }
        code.add(N, 0);
        code.jumpIfNotZero(top); // always
        code.bind(done);
        // The block's second half has room for the rows' numbers.
        for (int v = 0; v < 2; v++) {
            code.vector(X86.MAP_0F, X86.STORE, true, false, WHERE + v, -1, at(BLOCK, 48 + half * v));
        }
        code.zero(AT);
        X86.Mark column = code.here();
        code.load(PLACE, new X86.Address(BLOCK, AT, 4, 48), 4);
        code.store(new X86.Address(PLACES, AT, 8, 0), PLACE);
        code.multiply(PLACE, STEP);
        code.addRegister(PLACE, FROM);
        code.load(ELEMENT, new X86.Address(PLACE, AT, 4, 0), 4);
        code.store(new X86.Address(VALUES, AT, 4, 0), ELEMENT, 4);
        code.add(AT, 1);
        code.zero(BITS);
        code.add(BITS, LEAST_COLUMNS);
        code.compare(AT, BITS);
        code.jumpIfBelow(column);
        return end(code);
    }
}
