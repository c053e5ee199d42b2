package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Loops in the processor's own language that move elements one by one, between places that lie evenly apart or where an index
 * says. C2 makes no faster ones of the same loops in Java, but those begin a hundred times slower. Who calls them has checked
 * that all places lie in memory that is there.
 */
public final class MachineMoves {
    /** Elements of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 14;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int DONE = X86.RAX;

    /** Floats of a vector. */
    private static final int VECTOR = 8;

    /** The vector register with a float's sign bit. */
    private static final int SIGN = 4;

    private MachineMoves() {}

    /** What is done with an element. */
    private enum Kind {
        EVENLY,
        GATHER,
        SCATTER,
        ADD,
        MULTIPLY,
        SMALLER,
        LARGER,
        ADD_ROWS,
        GATHER_ROWS,
        FIND;

        static Kind of(Combine combine) {
            return switch (combine) {
                case SUM -> ADD;
                case PRODUCT -> MULTIPLY;
                case MIN -> SMALLER;
                case MAX -> LARGER;
                default -> throw new IllegalArgumentException(combine + " of floats");
            };
        }
    }

    /** Functions that have been asked for: for each kind and the logarithm of an element's size. */
    private static final @Nullable NativeFunction[] FUNCTIONS = new NativeFunction[4 * Kind.values().length];

    private static NativeFunction function(Kind kind, int size) {
        int i = 4 * kind.ordinal() + Integer.numberOfTrailingZeros(size);
        NativeFunction f = FUNCTIONS[i];
        if (f == null) { // twice, if two threads come at once
            byte[] code =
                    switch (kind) {
                        case EVENLY -> evenly(size);
                        case ADD_ROWS, GATHER_ROWS -> rows(kind);
                        case FIND -> find();
                        default -> indexed(kind, size);
                    };
            f = MachineCode.install(code).orElseThrow();
            FUNCTIONS[i] = f;
        }
        return f;
    }

    /** Whether this machine has these loops. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Rows of n elements of 1, 2, 4 or 8 bytes, one after the other. All steps in bytes.
     *
     * @param fromRow from a row to the next
     * @param fs from an element to the next
     */
    public static void evenly(
            long from, long fromRow, long fs, long to, long toRow, long ts, int size, long rows, long n) {
        NativeFunction f = function(Kind.EVENLY, size);
        MachineBlock block = MachineBlock.own();
        for (long i = 0; i < n; i += BRIEF) {
            long m = Math.min(BRIEF, n - i);
            long most = Math.max(1, BRIEF / m);
            for (long r = 0; r < rows; r += most) {
                long told = block.of(m, from + r * fromRow + i * fs, fromRow, fs, to + r * toRow + i * ts, toRow, ts);
                f.callBriefly(Math.min(most, rows - r), told, 0, 0, 0);
            }
        }
    }

    /** {@code to[i] = *(from + i * step + index[i] * jump)} up to an index that isn't at least 0 and below {@code places}; returns how many. */
    public static int gather(long to, long from, long step, long jump, long index, long places, int size, int n) {
        return indexed(function(Kind.GATHER, size), to, from, step, jump, index, places, size, n);
    }

    /** {@code *(to + i * step + index[i] * jump) = from[i]}, as above. */
    public static int scatter(long from, long to, long step, long jump, long index, long places, int size, int n) {
        return indexed(function(Kind.SCATTER, size), from, to, step, jump, index, places, size, n);
    }

    /** {@code *(to + i * step + index[i] * jump) += from[i]} of floats, as above. */
    public static int add(long from, long to, long step, long jump, long index, long places, int n) {
        return combine(Combine.SUM, from, to, step, jump, index, places, n);
    }

    /** The same with the sum, product, minimum or maximum of floats; NaN is less and more than any number. */
    public static int combine(Combine how, long from, long to, long step, long jump, long index, long places, int n) {
        return indexed(function(Kind.of(how), Float.BYTES), from, to, step, jump, index, places, Float.BYTES, n);
    }

    /**
     * Adds rows of {@code width} floats, {@code fromRow} bytes from each other, to those at {@code to + i * step + index[i] * jump},
     * one after the other, up to an index as above; returns how many.
     */
    public static long addRows(
            long from, long fromRow, long to, long step, long jump, long index, long places, long width, long rows) {
        return rows(Kind.ADD_ROWS, from, fromRow, to, step, jump, index, places, width, rows);
    }

    /** Copies rows of {@code width} ints or floats at {@code from + index[i] * jump} to such that lie {@code toRow} bytes from each other. */
    public static long gatherRows(
            long to, long toRow, long from, long jump, long index, long places, long width, long rows) {
        return rows(Kind.GATHER_ROWS, to, toRow, from, 0, jump, index, places, width, rows);
    }

    private static long rows(
            Kind kind,
            long from,
            long fromRow,
            long to,
            long step,
            long jump,
            long index,
            long places,
            long width,
            long rows) {
        NativeFunction f = function(kind, Float.BYTES);
        MachineBlock block = MachineBlock.own();
        long most = Math.max(1, BRIEF / Math.max(1, width));
        long done = 0;
        while (done < rows && width > 0) {
            long n = Math.min(most, rows - done);
            block.say(0, from + done * fromRow);
            block.say(1, fromRow);
            block.say(2, to + done * step);
            block.say(3, step);
            block.say(4, jump);
            block.say(5, index + 8 * done);
            block.say(6, places);
            block.say(7, 4 * (width & -VECTOR));
            block.say(8, 4 * width);
            long some = f.callBriefly(n, block.said(9), 0, 0, 0);
            done += some;
            if (some < n) {
                break;
            }
        }
        return done;
    }

    /**
     * Writes the numbers of those of n bytes that are 1, counted from {@code first}, as longs to {@code to}, where there is room for one
     * more than these; returns how many.
     */
    public static int find(long bytes, int n, long first, long to) {
        NativeFunction f = function(Kind.FIND, 1);
        MachineBlock block = MachineBlock.own();
        int found = 0;
        for (int i = 0; i < n; i += BRIEF) {
            long told = block.of(bytes + i, to + 8L * found, first + i, 0, 0, 0, 0);
            found += (int) f.callBriefly(Math.min(BRIEF, n - i), told, 0, 0, 0);
        }
        return found;
    }

    private static int indexed(
            NativeFunction f, long row, long place, long step, long jump, long index, long places, int size, int n) {
        MachineBlock block = MachineBlock.own();
        int done = 0;
        while (done < n) {
            int m = Math.min(BRIEF, n - done);
            long i = done;
            long told = block.of(row + i * size, place + i * step, step, jump, index + 8 * i, places, 0);
            int some = (int) f.callBriefly(m, told, 0, 0, 0);
            done += some;
            if (some < m) {
                break;
            }
        }
        return done;
    }

    private static X86.Address at(int i) {
        return new X86.Address(BLOCK, -1, 1, 8 * i);
    }

    private static X86.Address at(int base, int index, int scale) {
        return new X86.Address(base, index, scale, 0);
    }

    /** A C function of the number of rows and the block. */
    private static byte[] evenly(int size) {
        X86 code = new X86();
        int from = 9;
        int fromRow = 10;
        int fs = X86.RDX;
        int to = X86.RAX;
        int toRow = 11;
        int ts = 8;
        int n = X86.RCX;
        int a = X86.RBX;
        int b = X86.RBP;
        int left = 12;
        int element = BLOCK;
        for (int r : new int[] {a, b, left}) {
            code.push(r);
        }
        int[] order = {n, from, fromRow, fs, to, toRow, ts};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(i));
        }
        X86.Mark row = code.here();
        code.move(a, from);
        code.move(b, to);
        code.move(left, n);
        X86.Mark top = code.here();
        code.load(element, at(a, -1, 1), size);
        code.store(at(b, -1, 1), element, size);
        code.addRegister(a, fs);
        code.addRegister(b, ts);
        code.add(left, -1);
        code.jumpIfNotZero(top);
        code.addRegister(from, fromRow);
        code.addRegister(to, toRow);
        code.add(N, -1);
        code.jumpIfNotZero(row);
        for (int r : new int[] {left, b, a}) {
            code.pop(r);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    /** A C function of the number of elements and the block; returns how many it has done. */
    private static byte[] indexed(Kind kind, int size) {
        X86 code = new X86();
        int row = X86.RCX;
        int place = 8;
        int step = 11;
        int jump = 10;
        int index = 9;
        int places = X86.RDX;
        int at = BLOCK;
        code.push(X86.RBX);
        int[] order = {row, place, step, jump, index, places};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(i));
        }
        X86.Mark end = code.mark();
        if (kind == Kind.LARGER) {
            code.vector(X86.MAP_0F, 0x76, true, false, SIGN, SIGN, new X86.Register(SIGN));
            code.shift(0x72, 6, SIGN, SIGN, 31);
        }
        code.zero(DONE);
        X86.Mark top = code.here();
        code.load(at, at(index, DONE, 8));
        code.compare(at, places);
        code.jumpIfNotBelow(end);
        code.multiply(at, jump);
        code.addRegister(at, place);
        switch (kind) {
            case GATHER -> {
                code.load(at, at(at, -1, 1), size);
                code.store(at(row, DONE, size), at, size);
            }
            case ADD, MULTIPLY -> {
                code.single(0x10, 0, 0, at(at, -1, 1));
                code.single(kind == Kind.ADD ? 0x58 : 0x59, 0, 0, at(row, DONE, size));
                code.single(0x11, 0, 0, at(at, -1, 1));
            }
            case SMALLER, LARGER -> {
                code.single(0x10, 0, 0, at(at, -1, 1));
                code.single(0x10, 1, 0, at(row, DONE, size));
                smaller(code, kind == Kind.LARGER);
                code.single(0x11, 2, 0, at(at, -1, 1));
            }
            default -> {
                code.load(X86.RBX, at(row, DONE, size), size);
                code.store(at(at, -1, 1), X86.RBX, size);
            }
        }
        code.addRegister(place, step);
        code.add(DONE, 1);
        code.compare(DONE, N);
        code.jumpIfBelow(top);
        code.bind(end);
        if (kind == Kind.LARGER) {
            code.vzeroupper();
        }
        code.pop(X86.RBX);
        code.ret();
        return code.finish(List.of(), 8);
    }

    /** A C function of the number of bytes and the block, without a jump that depends on them, which nobody could foresee. */
    private static byte[] find() {
        X86 code = new X86();
        int from = X86.RCX;
        int to = 8;
        int number = 9;
        int at = X86.RDX;
        int one = 10;
        int[] order = {from, to, number};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(i));
        }
        int found = X86.RAX;
        code.zero(found);
        code.zero(at);
        X86.Mark top = code.here();
        code.store(at(to, found, 8), number);
        code.load(one, at(from, at, 1), 1);
        code.addRegister(found, one);
        code.add(number, 1);
        code.add(at, 1);
        code.compare(at, N);
        code.jumpIfBelow(top);
        code.ret();
        return code.finish(List.of(), 8);
    }

    /** A C function of the number of rows and the block; returns how many it has done. */
    private static byte[] rows(Kind kind) {
        X86 code = new X86();
        int from = 8;
        int fromRow = 9;
        int to = 10;
        int step = 11;
        int jump = X86.RBX;
        int index = X86.RBP;
        int places = 12;
        int whole = 13;
        int width = 14;
        int row = X86.RDX;
        int at = X86.RCX;
        boolean add = kind == Kind.ADD_ROWS;
        int result = add ? row : from;
        int[] saved = {X86.RBX, X86.RBP, places, whole, width};
        for (int r : saved) {
            code.push(r);
        }
        int[] order = {from, fromRow, to, step, jump, index, places, whole, width};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(i));
        }
        X86.Mark end = code.mark();
        code.zero(DONE);
        X86.Mark top = code.here();
        code.load(row, at(index, DONE, 8));
        code.compare(row, places);
        code.jumpIfNotBelow(end);
        code.multiply(row, jump);
        code.addRegister(row, to);
        code.zero(at);
        X86.Mark single = code.mark();
        X86.Mark vectors = code.here();
        code.compare(at, whole);
        code.jumpIfNotBelow(single);
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 0, -1, at(row, at, 1));
        if (add) {
            code.vector(X86.MAP_0F, 0x58, false, false, 0, 0, at(from, at, 1));
        }
        code.vector(X86.MAP_0F, X86.STORE, false, false, 0, -1, at(result, at, 1));
        code.add(at, 4 * VECTOR);
        code.compare(at, whole);
        code.jumpIfBelow(vectors);
        code.bind(single);
        X86.Mark next = code.mark();
        X86.Mark singles = code.here();
        code.compare(at, width);
        code.jumpIfNotBelow(next);
        code.single(0x10, 0, 0, at(row, at, 1));
        if (add) {
            code.single(0x58, 0, 0, at(from, at, 1));
        }
        code.single(0x11, 0, 0, at(result, at, 1));
        code.add(at, 4);
        code.compare(at, width);
        code.jumpIfBelow(singles);
        code.bind(next);
        code.addRegister(from, fromRow);
        code.addRegister(to, step);
        code.add(DONE, 1);
        code.compare(DONE, N);
        code.jumpIfBelow(top);
        code.bind(end);
        code.vzeroupper();
        for (int i = saved.length - 1; i >= 0; i--) {
            code.pop(saved[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    /**
     * The minimum of vector registers 0 and 1 in 2. The processor's own is the second operand where both are zero or one is NaN:
     * the bits of both orders, or-ed together, are -0 and NaN. The maximum is the minimum of the opposites.
     */
    private static void smaller(X86 code, boolean larger) {
        X86.Register a = new X86.Register(0);
        X86.Register b = new X86.Register(1);
        X86.Register sign = new X86.Register(SIGN);
        if (larger) {
            code.half(X86.MAP_0F, 0x57, false, 0, 0, sign);
            code.half(X86.MAP_0F, 0x57, false, 1, 1, sign);
        }
        code.single(0x5d, 2, 0, b);
        code.single(0x5d, 3, 1, a);
        code.half(X86.MAP_0F, 0x56, false, 2, 2, new X86.Register(3));
        if (larger) {
            code.half(X86.MAP_0F, 0x57, false, 2, 2, sign);
        }
    }
}
