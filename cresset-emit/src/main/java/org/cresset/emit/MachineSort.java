package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Longs sorted by counting, or one of them found by its rank, in the processor's own language. The upper 32 bits are a key, counted
 * from the least int on, and the lower ones a place; at first they are in the order of their places, so that equal keys stay in it.
 * Who calls has checked that all memory is there. For AVX2.
 */
public final class MachineSort {
    /** Bytes of room for counts. */
    public static final int COUNTS = 4 << 11;

    /** The fewest that {@link #floats} takes. */
    public static final int FEWEST = 8;

    /** Elements from which a call isn't brief, as it should be because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 14;

    /** From so many on digits have eleven bits, else eight. */
    private static final int LONG = 1 << 14;

    private static final int KEY = 32;
    private static final int INFINITY = 0x7f800000;
    private static final int NAN = 0x7fc00000;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int I = X86.RAX;
    private static final int SHIFT = X86.RCX;
    private static final int DIGIT = X86.RDX;
    private static final int V = X86.RBX;
    private static final int SUM = X86.RBP;
    private static final int A = 8;
    private static final int B = 9;
    private static final int COUNT = 10;
    private static final int MASK = 11;
    private static final int LEAST = 12;
    private static final int LEFT = 13;
    private static final int BITS = 14;
    private static final int RANK = 15;
    private static final int[] SAVED = {V, SUM, LEAST, LEFT, BITS, RANK};

    private static final int FLOATS = 0;
    private static final int SORT = 1;
    private static final int RANKED = 2;
    private static final int PLACES = 3;
    private static final int NARROW_PLACES = 4;
    private static final int ALIKE = 5;
    private static final int LONGS = 6;
    private static final int RANGE = 7;

    private static final @Nullable NativeFunction[] FUNCTIONS = new NativeFunction[RANGE + 1];

    private MachineSort() {}

    /** Whether this machine has it. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Keys of n floats with their places, -0 like 0, and NaN, which is the largest.
     *
     * @param n at least {@link #FEWEST}
     * @param flip -1 for the opposite order, else 0
     */
    public static void floats(long from, int n, int flip, long to) {
        int whole = n & -FEWEST;
        for (int i = 0; i < whole; i += BRIEF) {
            floats(from, i, Math.min(BRIEF, whole - i), flip, to);
        }
        if (whole < n) { // the last ones with some before them, once more
            floats(from, n - FEWEST, FEWEST, flip, to);
        }
    }

    private static void floats(long from, int first, int n, int flip, long to) {
        MachineBlock block = MachineBlock.own();
        block.say(0, from + 4L * first);
        block.say(1, to + 8L * first);
        block.say(2, flip);
        block.say(3, 4);
        for (int i = 0; i < 4; i++) {
            block.say(4 + i, first + i);
        }
        function(FLOATS).callBriefly(n, block.said(8), 0, 0, 0);
    }

    /**
     * Keys of n longs with their places. Those that may be keys are from {@code least} on.
     *
     * @param n a multiple of 4
     * @param flip -1 for the opposite order, else 0; longs are flipped before they are compared with {@code least}
     * @param first place of the first one
     */
    public static void longs(long from, int n, long flip, long least, int first, long to) {
        MachineBlock block = MachineBlock.own();
        for (int i = 0; i < n; i += BRIEF) {
            block.say(0, from + 8L * i);
            block.say(1, to + 8L * i);
            block.say(2, flip);
            block.say(3, least + Integer.MAX_VALUE + 1L);
            block.say(4, 4);
            for (int k = 0; k < 4; k++) {
                block.say(5 + k, first + i + k);
            }
            function(LONGS).callBriefly(Math.min(BRIEF, n - i), block.said(9), 0, 0, 0);
        }
    }

    /**
     * The least and the largest of n longs.
     *
     * @param n a multiple of 4, not 0
     */
    public static long[] range(long from, int n) {
        long[] range = {Long.MAX_VALUE, Long.MIN_VALUE};
        MachineBlock block = MachineBlock.own();
        for (int i = 0; i < n; i += BRIEF) {
            function(RANGE).callBriefly(Math.min(BRIEF, n - i), block.said(8), from + 8L * i, 0, 0);
            for (int k = 0; k < 4; k++) {
                range[0] = Math.min(range[0], block.told(k));
                range[1] = Math.max(range[1], block.told(4 + k));
            }
        }
        return range;
    }

    /**
     * Sorts n longs.
     *
     * @param b room for as many
     * @param counts room for {@link #COUNTS} bytes, 32 bytes aligned
     * @param keyBits keys are less than {@code 1 << keyBits}
     * @return where they are then, a or b
     */
    public static long sort(long a, long b, int n, int keyBits, long counts) {
        int bits = n < LONG ? 8 : 11;
        MachineBlock block = MachineBlock.own();
        block.say(0, a);
        block.say(1, b);
        block.say(2, counts);
        block.say(3, bits);
        block.say(4, (keyBits + bits - 1) / bits);
        return n == 0 ? a : call(SORT, n, block.said(5));
    }

    /** The one of n longs, from 1 on, that has a rank, counted from 0; the list is lost. Otherwise as {@link #sort}. */
    public static long rank(long a, int n, int rank, long counts) {
        MachineBlock block = MachineBlock.own();
        block.say(0, a);
        block.say(1, rank);
        block.say(2, counts);
        block.say(3, n < 512 ? 8 : 11);
        return call(RANKED, n, block.said(4));
    }

    /** The places of n longs, as whole numbers of {@code size} bytes, 4 or 8. */
    public static void places(long a, int n, long to, int size) {
        for (int i = 0; i < n; i += BRIEF) {
            function(size == 4 ? NARROW_PLACES : PLACES)
                    .callBriefly(Math.min(BRIEF, n - i), a + 8L * i, to + (long) size * i, 0, 0);
        }
    }

    /** How many of n longs have a key. */
    public static int alike(long a, int n, int key) {
        int count = 0;
        for (int i = 0; i < n; i += BRIEF) {
            count += (int) function(ALIKE).callBriefly(Math.min(BRIEF, n - i), a + 8L * i, key & 0xffffffffL, 0, 0);
        }
        return count;
    }

    private static long call(int which, int n, long block) {
        NativeFunction f = function(which);
        return n > BRIEF ? f.call(n, block, 0, 0) : f.callBriefly(n, block, 0, 0, 0);
    }

    private static NativeFunction function(int which) {
        NativeFunction f = FUNCTIONS[which];
        if (f == null) { // twice, if two threads come at once
            byte[] code =
                    switch (which) {
                        case FLOATS -> writeFloats();
                        case SORT -> writeSort();
                        case RANKED -> writeRank();
                        case PLACES -> writePlaces(8);
                        case NARROW_PLACES -> writePlaces(4);
                        case LONGS -> writeLongs();
                        case RANGE -> writeRange();
                        default -> writeAlike();
                    };
            f = MachineCode.install(code).orElseThrow();
            FUNCTIONS[which] = f;
        }
        return f;
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static X86.Address at(int base, int index, int scale) {
        return new X86.Address(base, index, scale, 0);
    }

    private static X86.Register register(int i) {
        return new X86.Register(i);
    }

    // ---- floats to keys ----

    private static byte[] writeFloats() {
        X86 code = new X86();
        int zero = 0;
        int infinity = 1;
        int magnitude = 2;
        int nan = 3;
        int flip = 4;
        int places = 5;
        int step = 6;
        int x = 7;
        int size = 8;
        int isNan = 9;
        int other = 10;
        code.load(A, at(BLOCK, 0));
        code.load(B, at(BLOCK, 8));
        int[] constants = {infinity, magnitude, nan};
        for (int i = 0; i < constants.length; i++) {
            code.loadVector(constants[i], new X86.Constant(i));
        }
        code.vector(X86.MAP_0F, 0xef, true, false, zero, zero, register(zero));
        code.vector(X86.MAP_0F38, 0x58, true, false, flip, -1, at(BLOCK, 16)); // the same in all lanes
        code.vector(X86.MAP_0F38, 0x59, true, false, step, -1, at(BLOCK, 24));
        code.vector(X86.MAP_0F, X86.LOAD, true, false, places, -1, at(BLOCK, 32));
        X86.Mark top = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, true, false, x, -1, at(A, 0));
        code.vector(X86.MAP_0F, 0xdb, true, false, size, x, register(magnitude));
        code.vector(X86.MAP_0F, 0x66, true, false, isNan, size, register(infinity)); // size > infinity
        code.vector(X86.MAP_0F, 0x76, true, false, other, size, register(zero)); // size == 0
        code.vector(X86.MAP_0F, 0xeb, true, false, other, other, register(isNan));
        code.vector(X86.MAP_0F, 0xdf, true, false, x, other, register(x)); // neither
        code.vector(X86.MAP_0F, 0xdb, true, false, isNan, isNan, register(nan));
        code.vector(X86.MAP_0F, 0xeb, true, false, x, x, register(isNan));
        code.shift(0x72, 4, other, x, 31);
        code.vector(X86.MAP_0F, 0xdb, true, false, other, other, register(magnitude));
        code.vector(X86.MAP_0F, 0xef, true, false, x, x, register(other));
        code.vector(X86.MAP_0F, 0xef, true, false, x, x, register(flip));
        for (int half = 0; half < 2; half++) {
            code.vector(X86.MAP_0F38, 0x35, true, false, other, -1, register(x)); // ints to longs
            code.shift(0x73, 6, other, other, KEY);
            code.vector(X86.MAP_0F, 0xeb, true, false, other, other, register(places));
            code.vector(X86.MAP_0F, 0xd4, true, false, places, places, register(step));
            code.vector(X86.MAP_0F, X86.STORE, true, false, other, -1, at(B, 32 * half));
            if (half == 0) {
                code.vector(X86.MAP_0F3A, 0x39, true, false, x, -1, register(x), 1); // the upper half
            }
        }
        code.add(A, 32);
        code.add(B, 64);
        code.add(N, -8);
        code.jumpIfNotZero(top);
        code.vzeroupper();
        code.ret();
        return code.finish(List.of((long) INFINITY, (long) Integer.MAX_VALUE, (long) NAN), 4);
    }

    // ---- longs to keys ----

    private static byte[] writeLongs() {
        X86 code = new X86();
        int flip = 0;
        int least = 1;
        int step = 2;
        int places = 3;
        int x = 4;
        code.load(A, at(BLOCK, 0));
        code.load(B, at(BLOCK, 8));
        code.vector(X86.MAP_0F38, 0x59, true, false, flip, -1, at(BLOCK, 16)); // the same in all lanes
        code.vector(X86.MAP_0F38, 0x59, true, false, least, -1, at(BLOCK, 24));
        code.vector(X86.MAP_0F38, 0x59, true, false, step, -1, at(BLOCK, 32));
        code.vector(X86.MAP_0F, X86.LOAD, true, false, places, -1, at(BLOCK, 40));
        X86.Mark top = code.here();
        code.vector(X86.MAP_0F, 0xef, true, false, x, flip, at(A, 0));
        code.vector(X86.MAP_0F, 0xfb, true, false, x, x, register(least));
        code.shift(0x73, 6, x, x, KEY);
        code.vector(X86.MAP_0F, 0xeb, true, false, x, x, register(places));
        code.vector(X86.MAP_0F, 0xd4, true, false, places, places, register(step));
        code.vector(X86.MAP_0F, X86.STORE, true, false, x, -1, at(B, 0));
        code.add(A, 32);
        code.add(B, 32);
        code.add(N, -4);
        code.jumpIfNotZero(top);
        code.vzeroupper();
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static byte[] writeRange() {
        X86 code = new X86();
        int least = 0;
        int most = 1;
        int x = 2;
        int less = 3;
        code.vector(X86.MAP_0F, X86.LOAD, true, false, least, -1, at(X86.RDX, 0));
        code.vector(X86.MAP_0F, X86.LOAD, true, false, most, -1, register(least));
        X86.Mark top = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, true, false, x, -1, at(X86.RDX, 0));
        code.vector(X86.MAP_0F38, 0x37, true, false, less, least, register(x)); // least > x
        code.vector(X86.MAP_0F3A, 0x4b, true, false, least, least, register(x), less << 4);
        code.vector(X86.MAP_0F38, 0x37, true, false, less, x, register(most));
        code.vector(X86.MAP_0F3A, 0x4b, true, false, most, most, register(x), less << 4);
        code.add(X86.RDX, 32);
        code.add(N, -4);
        code.jumpIfNotZero(top);
        code.vector(X86.MAP_0F, X86.STORE, true, false, least, -1, at(BLOCK, 0));
        code.vector(X86.MAP_0F, X86.STORE, true, false, most, -1, at(BLOCK, 32));
        code.vzeroupper();
        code.ret();
        return code.finish(List.of(), 8);
    }

    // ---- counting ----

    private static void begin(X86 code) {
        for (int r : SAVED) {
            code.push(r);
        }
        code.load(A, at(BLOCK, 0));
        code.load(COUNT, at(BLOCK, 16));
        code.load(BITS, at(BLOCK, 24));
        code.zero(LEAST);
        code.add(LEAST, 1);
        code.move(MASK, LEAST);
        code.shiftLeft(LEAST, 63);
        code.move(SHIFT, BITS);
        code.shiftLeft(MASK);
        code.add(MASK, -1);
    }

    private static byte[] end(X86 code) {
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    /** The digit of V. */
    private static void digit(X86 code) {
        code.move(DIGIT, V);
        code.xorRegister(DIGIT, LEAST);
        code.shiftRight(DIGIT);
        code.andRegister(DIGIT, MASK);
    }

    /** How often each digit of the first N longs of A occurs. */
    private static void count(X86 code) {
        code.vector(X86.MAP_0F, 0xef, true, false, 0, 0, register(0));
        code.zero(I);
        X86.Mark clear = code.here();
        code.vector(X86.MAP_0F, X86.STORE, true, false, 0, -1, at(COUNT, I, 4));
        code.add(I, 8);
        code.compare(I, MASK);
        code.jumpIfBelow(clear);
        code.zero(I);
        X86.Mark top = code.here();
        code.load(V, at(A, I, 8));
        digit(code);
        code.increment(at(COUNT, DIGIT, 4));
        code.add(I, 1);
        code.compare(I, N);
        code.jumpIfBelow(top);
    }

    private static byte[] writeSort() {
        X86 code = new X86();
        begin(code);
        code.load(B, at(BLOCK, 8));
        code.load(LEFT, at(BLOCK, 32));
        code.zero(SHIFT);
        code.add(SHIFT, KEY);
        X86.Mark pass = code.here();
        X86.Mark next = code.mark();
        count(code);
        code.load(SUM, at(COUNT, DIGIT, 4), 4); // of the last one's digit
        code.compare(SUM, N);
        code.jumpIfZero(next); // all alike
        code.zero(I);
        code.zero(SUM);
        X86.Mark ends = code.here();
        code.load(V, at(COUNT, I, 4), 4);
        code.store(at(COUNT, I, 4), SUM, 4);
        code.addRegister(SUM, V);
        code.add(I, 1);
        code.compare(I, MASK);
        code.jumpIfBelow(ends);
        code.jumpIfZero(ends); // the last one
        code.zero(I);
        X86.Mark top = code.here();
        code.load(V, at(A, I, 8));
        digit(code);
        code.load(SUM, at(COUNT, DIGIT, 4), 4);
        code.store(at(B, SUM, 8), V);
        code.increment(at(COUNT, DIGIT, 4));
        code.add(I, 1);
        code.compare(I, N);
        code.jumpIfBelow(top);
        code.move(V, A);
        code.move(A, B);
        code.move(B, V);
        code.bind(next);
        code.addRegister(SHIFT, BITS);
        code.add(LEFT, -1);
        code.jumpIfNotZero(pass);
        code.move(I, A);
        return end(code);
    }

    private static byte[] writeRank() {
        X86 code = new X86();
        begin(code);
        code.load(RANK, at(BLOCK, 8));
        code.zero(SHIFT);
        code.add(SHIFT, 64);
        X86.Mark done = code.mark();
        X86.Mark pass = code.here();
        code.zero(V);
        code.add(V, KEY);
        code.compare(V, SHIFT);
        code.jumpIfZero(done); // equal keys, in the order of their places
        code.zero(V);
        code.add(V, 1);
        code.compare(V, N);
        code.jumpIfZero(done);
        code.subtract(SHIFT, BITS);
        code.zero(V);
        code.add(V, KEY);
        code.compare(SHIFT, V);
        X86.Mark enough = code.mark();
        code.jumpIfNotBelow(enough);
        code.move(SHIFT, V); // with bits that all have in common
        code.bind(enough);
        count(code);
        code.zero(LEFT); // the digit
        code.load(V, at(COUNT, LEFT, 4), 4);
        X86.Mark found = code.mark();
        X86.Mark seek = code.here();
        code.compare(RANK, V);
        code.jumpIfBelow(found);
        code.subtract(RANK, V);
        code.add(LEFT, 1);
        code.load(V, at(COUNT, LEFT, 4), 4);
        code.jumpIfNotZero(seek); // always
        code.bind(found);
        code.compare(V, N);
        code.jumpIfZero(pass); // all alike
        code.zero(I);
        code.zero(SUM); // how many have it
        X86.Mark top = code.here();
        code.load(V, at(A, I, 8));
        digit(code);
        code.store(at(A, SUM, 8), V);
        code.xorRegister(DIGIT, LEFT);
        code.add(DIGIT, -1);
        code.shiftRight(DIGIT, 63);
        code.addRegister(SUM, DIGIT);
        code.add(I, 1);
        code.compare(I, N);
        code.jumpIfBelow(top);
        code.move(N, SUM);
        code.add(SUM, 0);
        code.jumpIfNotZero(pass); // always
        code.bind(done);
        code.load(I, at(A, RANK, 8));
        return end(code);
    }

    private static byte[] writePlaces(int size) {
        X86 code = new X86();
        code.zero(I);
        X86.Mark top = code.here();
        code.load(A, at(BLOCK, I, 8), 4);
        code.store(at(X86.RDX, I, size), A, size);
        code.add(I, 1);
        code.compare(I, N);
        code.jumpIfBelow(top);
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static byte[] writeAlike() {
        X86 code = new X86();
        code.zero(I);
        code.zero(A);
        X86.Mark top = code.here();
        code.load(B, new X86.Address(BLOCK, A, 8, 4), 4);
        code.subtract(B, X86.RDX); // negative if less: both are below 2^32
        code.move(COUNT, B);
        code.zero(MASK);
        code.subtract(MASK, B);
        code.shiftRight(COUNT, 63);
        code.shiftRight(MASK, 63);
        code.subtract(I, COUNT);
        code.subtract(I, MASK);
        code.add(A, 1);
        code.compare(A, N);
        code.jumpIfBelow(top);
        code.addRegister(I, N);
        code.ret();
        return code.finish(List.of(), 8);
    }
}
