package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows of floats that are gathered sixteen at a time, each from its own place, which is the same for all rows. Who calls has
 * checked that all places lie in memory that is there. For AVX-512.
 */
public final class MachineGathers {
    private static final int LANES = 16;

    /** Floats of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 14;

    private static final int ROWS = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int ALL = X86.RAX;
    private static final int SOME = X86.RCX;
    private static final int PLACE = X86.RDX;
    private static final int LEFT = X86.RBX;
    private static final int FROM = 8;
    private static final int FROM_ROW = 9;
    private static final int TO = 10;
    private static final int TO_ROW = 11;
    private static final int AT = 12;
    private static final int FIRST_PLACE = 13;
    private static final int VECTORS = 14;
    private static final int[] SAVED = {LEFT, AT, FIRST_PLACE, VECTORS};

    private static volatile @Nullable NativeFunction function;

    private MachineGathers() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx512() && !MachineKernels.SCALAR_ONLY;
    }

    /** Where the floats of a row come from: distances in bytes. */
    public static final class Places {
        private final int count;
        private final MemorySegment memory;

        /** A copy of them. */
        public Places(int[] places) {
            count = places.length;
            int[] whole = Arrays.copyOf(places, (count + LANES - 1) / LANES * LANES);
            memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, whole);
        }
    }

    /**
     * {@code to[r][k] = *(from + r * fromRow + places[k])}; steps in bytes, and the floats of a row of the target lie together.
     */
    public static void rows(long from, long fromRow, Places places, long to, long toRow, long rows) {
        NativeFunction f = function;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write()).orElseThrow();
            function = f;
        }
        MachineBlock block = MachineBlock.own();
        int vectors = (places.count + LANES - 1) / LANES;
        long last = (1L << places.count - (vectors - 1) * LANES) - 1;
        long most = Math.max(1, BRIEF / Math.max(1, places.count));
        for (long r = 0; r < rows && places.count > 0; r += most) {
            block.say(0, from + r * fromRow);
            block.say(1, fromRow);
            block.say(2, to + r * toRow);
            block.say(3, toRow);
            block.say(4, places.memory.address());
            block.say(5, vectors);
            block.say(6, last);
            f.callBriefly(Math.min(most, rows - r), block.said(7), 0, 0, 0);
        }
        Reference.reachabilityFence(places);
    }

    /** A C function of the number of rows and the block. */
    private static byte[] write() {
        X86 code = new X86(4 * LANES);
        X86.Mark last = code.mark();
        for (int r : SAVED) {
            code.push(r);
        }
        int[] order = {FROM, FROM_ROW, TO, TO_ROW, FIRST_PLACE, VECTORS, SOME};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(BLOCK, 8 * i));
        }
        code.zero(ALL);
        code.add(ALL, (1 << LANES) - 1);
        X86.Mark row = code.here();
        code.move(AT, TO);
        code.move(PLACE, FIRST_PLACE);
        code.move(LEFT, VECTORS);
        X86.Mark top = code.here();
        code.add(LEFT, -1);
        code.jumpIfZero(last);
        gather(code, ALL);
        code.vector(X86.MAP_0F, X86.STORE, false, false, 0, -1, at(AT, 0));
        code.add(PLACE, 4 * LANES);
        code.add(AT, 4 * LANES);
        code.jumpIfNotZero(top); // always
        code.bind(last);
        gather(code, SOME);
        code.mask(2, SOME);
        code.masked(X86.MAP_0F, X86.STORE, false, 0, -1, at(AT, 0), 2);
        code.addRegister(FROM, FROM_ROW);
        code.addRegister(TO, TO_ROW);
        code.add(ROWS, -1);
        code.jumpIfNotZero(row);
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static void gather(X86 code, int lanes) {
        code.vector(X86.MAP_0F, X86.LOAD, false, false, 1, -1, at(PLACE, 0));
        code.mask(1, lanes);
        code.gather(0, new X86.Address(FROM, 1, 1, 0), 1);
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }
}
