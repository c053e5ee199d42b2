package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * The largest floats of windows over rows and where they are, eight windows at a time: the first of equal ones, but the last NaN. In
 * the processor's own language; who calls has checked that all memory is there. For AVX2.
 */
public final class MachinePools {
    /** The fewest windows along a row. */
    public static final int FEWEST = 8;

    /** The farthest that windows may begin from each other along a row. */
    public static final int FARTHEST = 2;

    /** Floats behind those of a row that may be read, too. */
    public static final int BEHIND = 16;

    /** Elements of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 15;

    private static final int NEGATIVE_INFINITY = 0xff800000;

    // The block, in longs:
    private static final int ELEMENTS = 6;
    private static final int STEP = 7;
    private static final int RESULTS = 8;
    private static final int STEPS = 10;
    private static final int LANES = 11;
    private static final int SAID = LANES + 4;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int NUMBER = X86.RAX;
    private static final int LEFT = X86.RCX;
    private static final int END = X86.RDX;
    private static final int FROM = 8;
    private static final int VALUES = 9;
    private static final int PLACES = 10;
    private static final int STARTS = 11;
    private static final int TAPS = X86.RBX;
    private static final int FIRST = X86.RBP;
    private static final int V = 12;
    private static final int TAP = 13;
    private static final int ROW = 14;
    private static final int LAST = 15;
    private static final int[] SAVED = {TAPS, FIRST, V, TAP, ROW, LAST};

    private static final int BEST = 0;
    private static final int WHERE = 1;
    private static final int X = 2;
    private static final int MASK = 3;
    private static final int NAN = 4;
    private static final int PLACE = 5;
    private static final int LANE = 6;
    private static final int STEP_VECTOR = 7;
    private static final int LOWEST = 8;
    private static final int OTHER = 9;

    /** By how far windows begin from each other, with places and without. */
    private static final @Nullable NativeFunction[] FUNCTIONS = new NativeFunction[2 * (FARTHEST + 1)];

    private MachinePools() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /** Windows: which rows each row of results sees, and which elements each result along it. */
    public static final class Windows {
        private final int apart;
        private final int elements;
        private final int step;
        private final int results;
        private final int most;
        private final MemorySegment starts;
        private final MemorySegment taps;
        private final MemorySegment first;

        /**
         * Rows {@code taps[starts[r]..starts[r + 1]]} for results' row r.
         *
         * @param taps pairs of a row's distance from the first one in bytes, and the place that its first float has, with those
         *     before the input counted
         * @param first the first element of the input for each result of a row
         * @param apart elements from a result's first to the next one's
         * @param elements of a row that a result sees, {@code step} from each other
         */
        public Windows(int[] starts, long[] taps, int[] first, int apart, int elements, int step) {
            this.apart = apart;
            this.elements = elements;
            this.step = step;
            this.results = first.length;
            long[] bytes = new long[starts.length];
            int deepest = 1;
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = 16L * starts[i];
                deepest = Math.max(deepest, i == 0 ? 0 : starts[i] - starts[i - 1]);
            }
            this.most = deepest;
            Arena arena = Arena.ofAuto();
            this.starts = arena.allocateFrom(ValueLayout.JAVA_LONG, bytes);
            this.taps = arena.allocateFrom(ValueLayout.JAVA_LONG, taps);
            this.first = arena.allocateFrom(ValueLayout.JAVA_INT, first);
        }

        int rows() {
            return (int) (starts.byteSize() / 8) - 1;
        }
    }

    /**
     * Results of a plane of rows, which lie one after the other, as do their places.
     *
     * @param before how many floats rows have before the input's, which are lower than all others
     * @param places where places go, as int64; 0 if nobody wants them
     */
    public static void largest(Windows w, long from, int before, long values, long places) {
        int which = 2 * w.apart + (places == 0 ? 1 : 0);
        NativeFunction f = FUNCTIONS[which];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(w.apart, places != 0)).orElseThrow();
            FUNCTIONS[which] = f;
        }
        MachineBlock block = MachineBlock.own();
        int rows = w.rows();
        int some = Math.max(1, BRIEF / (w.results * w.elements * w.most));
        for (int r = 0; r < rows; r += some) {
            block.say(0, from);
            block.say(1, values + 4L * r * w.results);
            block.say(2, places == 0 ? 0 : places + 8L * r * w.results);
            block.say(3, w.starts.address() + 8L * r);
            block.say(4, w.taps.address());
            block.say(5, w.first.address());
            block.say(ELEMENTS, w.elements);
            block.say(STEP, 4L * w.step);
            block.say(RESULTS, w.results);
            block.say(RESULTS + 1, before);
            block.say(STEPS, w.step);
            for (int k = 0; k < 4; k++) {
                block.say(LANES + k, 2L * k * w.apart | (2L * k + 1) * w.apart << 32);
            }
            f.callBriefly(Math.min(some, rows - r), block.said(SAID), 0, 0, 0);
        }
        Reference.reachabilityFence(w);
    }

    private static X86.Address told(int i) {
        return new X86.Address(BLOCK, -1, 1, 8 * i);
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static X86.Register register(int i) {
        return new X86.Register(i);
    }

    /** All lanes of a vector are the lower half of NUMBER. */
    private static void repeat(X86 code, int vector) {
        code.half(X86.MAP_0F, 0x6e, true, vector, 0, register(NUMBER));
        code.vector(X86.MAP_0F38, 0x58, true, false, vector, -1, register(vector));
    }

    private static byte[] write(int apart, boolean places) {
        X86 code = new X86();
        for (int r : SAVED) {
            code.push(r);
        }
        int[] order = {FROM, VALUES, PLACES, STARTS, TAPS, FIRST};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], told(i));
        }
        code.load(LAST, told(RESULTS));
        code.add(LAST, -FEWEST);
        code.loadVector(LOWEST, new X86.Constant(0));
        code.vector(X86.MAP_0F38, 0x58, true, false, STEP_VECTOR, -1, told(STEPS));
        code.vector(X86.MAP_0F, X86.LOAD, true, false, LANE, -1, told(LANES));
        X86.Mark row = code.here();
        code.zero(V);
        X86.Mark vector = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, true, false, BEST, -1, register(LOWEST));
        code.load(TAP, at(STARTS, 0));
        code.load(END, at(STARTS, 8));
        code.addRegister(TAP, TAPS);
        code.addRegister(END, TAPS);
        if (places) {
            code.load(NUMBER, at(TAP, 8));
            code.add(NUMBER, told(RESULTS + 1));
            repeat(code, WHERE);
            code.vector(X86.MAP_0F, 0xfe, true, false, WHERE, WHERE, new X86.Address(FIRST, V, 4, 0));
        }
        X86.Mark done = code.mark();
        X86.Mark tap = code.here();
        code.compare(TAP, END);
        code.jumpIfNotBelow(done);
        code.move(NUMBER, V);
        if (apart == 2) {
            code.shiftLeft(NUMBER, 1);
        }
        code.move(ROW, NUMBER);
        code.shiftLeft(ROW, 2);
        code.add(ROW, at(TAP, 0));
        code.addRegister(ROW, FROM);
        if (places) {
            code.add(NUMBER, at(TAP, 8));
            repeat(code, PLACE);
            code.vector(X86.MAP_0F, 0xfe, true, false, PLACE, PLACE, register(LANE));
        }
        code.load(LEFT, told(ELEMENTS));
        X86.Mark element = code.here();
        code.vector(X86.MAP_0F, X86.LOAD, false, false, X, -1, at(ROW, 0));
        if (apart == 2) { // every second one
            code.vector(X86.MAP_0F, 0xc6, false, false, X, X, at(ROW, 32), 0x88);
            code.vector(X86.MAP_0F3A, 0x01, true, true, X, -1, register(X), 0xd8);
        }
        code.vector(X86.MAP_0F, 0xc2, false, false, MASK, BEST, register(X), 0x11); // less
        code.vector(X86.MAP_0F, 0xc2, false, false, NAN, X, register(X), 0x03);
        code.vector(X86.MAP_0F, 0x56, false, false, MASK, MASK, register(NAN));
        code.vector(X86.MAP_0F3A, 0x4a, true, false, BEST, BEST, register(X), MASK << 4);
        if (places) {
            code.vector(X86.MAP_0F3A, 0x4a, true, false, WHERE, WHERE, register(PLACE), MASK << 4);
            code.vector(X86.MAP_0F, 0xfe, true, false, PLACE, PLACE, register(STEP_VECTOR));
        }
        code.add(ROW, told(STEP));
        code.add(LEFT, -1);
        code.jumpIfNotZero(element);
        code.add(TAP, 16);
        code.compare(TAP, END);
        code.jumpIfBelow(tap);
        code.bind(done);
        code.vector(X86.MAP_0F, X86.STORE, false, false, BEST, -1, new X86.Address(VALUES, V, 4, 0));
        if (places) {
            code.vector(X86.MAP_0F38, 0x35, true, false, OTHER, -1, register(WHERE)); // ints to longs
            code.vector(X86.MAP_0F, X86.STORE, true, false, OTHER, -1, new X86.Address(PLACES, V, 8, 0));
            code.vector(X86.MAP_0F3A, 0x39, true, false, WHERE, -1, register(WHERE), 1); // the upper half
            code.vector(X86.MAP_0F38, 0x35, true, false, OTHER, -1, register(WHERE));
            code.vector(X86.MAP_0F, X86.STORE, true, false, OTHER, -1, new X86.Address(PLACES, V, 8, 32));
        }
        X86.Mark over = code.mark();
        X86.Mark inside = code.mark();
        code.compare(V, LAST);
        code.jumpIfNotBelow(over);
        code.add(V, FEWEST);
        code.compare(V, LAST);
        code.jumpIfBelow(inside);
        code.move(V, LAST); // the last ones with some before them, once more
        code.bind(inside);
        code.add(LEFT, 1);
        code.jumpIfNotZero(vector); // always
        code.bind(over);
        code.add(STARTS, 8);
        code.load(NUMBER, told(RESULTS));
        code.shiftLeft(NUMBER, 2);
        code.addRegister(VALUES, NUMBER);
        code.addRegister(PLACES, NUMBER);
        code.addRegister(PLACES, NUMBER);
        code.add(N, -1);
        code.jumpIfNotZero(row);
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of((long) NEGATIVE_INFINITY & 0xffffffffL), 4);
    }
}
