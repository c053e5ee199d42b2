package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where numbers belong in a rising sequence, in the processor's own language; the number of steps doesn't depend on the numbers, so
 * that no jump is hard to foresee. Who calls has checked that all memory is there. For AVX2.
 */
public final class MachineSearch {
    /** Numbers of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 12;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int BASE = X86.RAX;
    private static final int LEFT = X86.RCX;
    private static final int HALF = X86.RDX;
    private static final int SEQUENCE = 8;
    private static final int LENGTH = 9;
    private static final int VALUES = 10;
    private static final int PLACES = 11;
    private static final int VALUE = X86.RBX;

    /** Of the sequence; the block has been read then. */
    private static final int ELEMENT = BLOCK;

    private static final int NEXT = X86.RBP;
    private static final int[] SAVED = {X86.RBX, X86.RBP};

    /** By whether numbers are doubles, belong behind their equals, and places have four bytes. */
    private static final @Nullable NativeFunction[] FUNCTIONS = new NativeFunction[8];

    private MachineSearch() {}

    /** Whether this machine has it. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Finds the places of n numbers.
     *
     * @param doubles whether all are float64, else int64; NaN belongs behind all
     * @param right whether a number belongs behind its equals
     * @param length of the sequence, not 0
     * @param size bytes of a place, 4 or 8
     */
    public static void places(
            boolean doubles, boolean right, long sequence, long length, long values, long places, int size, long n) {
        int i = (doubles ? 4 : 0) + (right ? 2 : 0) + (size == 4 ? 1 : 0);
        NativeFunction f = FUNCTIONS[i];
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(doubles, right, size)).orElseThrow();
            FUNCTIONS[i] = f;
        }
        MachineBlock block = MachineBlock.own();
        for (long k = 0; k < n; k += BRIEF) {
            block.say(0, sequence);
            block.say(1, length);
            block.say(2, values + 8 * k);
            block.say(3, places + size * k);
            f.callBriefly(Math.min(BRIEF, n - k), block.said(4), 0, 0, 0);
        }
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static byte[] write(boolean doubles, boolean right, int size) {
        X86 code = new X86();
        for (int r : SAVED) {
            code.push(r);
        }
        int[] order = {SEQUENCE, LENGTH, VALUES, PLACES};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(BLOCK, 8 * i));
        }
        X86.Mark value = code.here();
        if (doubles) {
            code.loadDouble(0, at(VALUES, 0));
        } else {
            code.load(VALUE, at(VALUES, 0));
        }
        code.move(BASE, SEQUENCE);
        code.move(LEFT, LENGTH);
        X86.Mark found = code.mark();
        X86.Mark top = code.here();
        code.move(HALF, LEFT);
        code.shiftRight(HALF, 1);
        code.subtract(LEFT, HALF);
        code.shiftLeft(HALF, 3);
        code.add(HALF, 0);
        code.jumpIfZero(found);
        code.move(NEXT, BASE);
        code.addRegister(NEXT, HALF);
        before(code, doubles, new X86.Address(BASE, HALF, 1, -8));
        code.moveIf(when(doubles, right), BASE, NEXT);
        code.add(HALF, 0);
        code.jumpIfNotZero(top); // always
        code.bind(found);
        code.move(NEXT, BASE);
        code.add(NEXT, 8);
        before(code, doubles, at(BASE, 0));
        code.moveIf(when(doubles, right), BASE, NEXT);
        code.subtract(BASE, SEQUENCE);
        code.shiftRight(BASE, 3);
        code.store(at(PLACES, 0), BASE, size);
        code.add(VALUES, 8);
        code.add(PLACES, size);
        code.add(N, -1);
        code.jumpIfNotZero(value);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    /** Compares an element of the sequence with the number. */
    private static void before(X86 code, boolean doubles, X86.Address element) {
        if (doubles) {
            code.loadDouble(1, element);
            code.compareDoubles(1, 0);
        } else {
            code.load(ELEMENT, element);
            code.compare(ELEMENT, VALUE);
        }
    }

    private static X86.When when(boolean doubles, boolean right) {
        if (doubles) {
            return right ? X86.When.BELOW_OR_EQUAL : X86.When.BELOW;
        }
        return right ? X86.When.LESS_OR_EQUAL : X86.When.LESS;
    }
}
