package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Transposes elements of 4 bytes in squares of eight by eight, in registers, in the processor's own language, and meanwhile asks for
 * the rows that are written next: the processor doesn't see that coming, and waiting takes three times as long as the rest. Bits go
 * through unchanged. Who calls has checked that all memory is there. For AVX2.
 */
public final class MachineSquares {
    /** Rows and columns of a square. */
    public static final int SIDE = 8;

    private static final int BYTES = 4 * SIDE;

    // What the code is told:
    private static final int FROM = 0;
    private static final int STEP = 1;
    private static final int TO = 2;
    private static final int ROW = 3;
    private static final int DOWN = 4;
    private static final int ACROSS = 5;
    private static final int STEPS = 6;
    private static final int ROWS = 7;
    private static final int SAID = 8;

    // What it keeps there:
    private static final int LEFT = 8;

    // Registers:
    private static final int FROM_AT = X86.RAX;
    private static final int FROM_HALF = 9;
    private static final int ONE_STEP = X86.RSI;
    private static final int THREE_STEPS = 10;
    private static final int TO_AT = X86.RCX;
    private static final int TO_HALF = 11;
    private static final int ONE_ROW = X86.RDX;
    private static final int THREE_ROWS = 8;
    private static final int NEXT_AT = X86.RBX;
    private static final int NEXT_HALF = X86.RBP;

    private static volatile @Nullable NativeFunction squares;

    private MachineSquares() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * Element i of row r is read at {@code from + 4 r + i step} and written at {@code to + r row + 4 i}. Both counts are multiples of
     * {@link #SIDE}, and greater than 0, and so few that it is soon over, as the garbage collector may be waiting.
     */
    public static void run(long from, long step, long to, long row, int rows, int n) {
        NativeFunction f = squares;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write()).orElseThrow();
            squares = f;
        }
        MachineBlock block = MachineBlock.own();
        block.say(FROM, from);
        block.say(STEP, step);
        block.say(TO, to);
        block.say(ROW, row);
        block.say(DOWN, rows / SIDE);
        block.say(ACROSS, n / SIDE);
        block.say(STEPS, SIDE * step);
        block.say(ROWS, SIDE * row);
        f.callBriefly(block.said(SAID), 0, 0, 0, 0);
    }

    private static X86.Address told(int i) {
        return new X86.Address(X86.RDI, -1, 1, 8 * i);
    }

    private static byte[] write() {
        X86 code = new X86(MachineLoop.VECTOR);
        code.push(NEXT_AT);
        code.push(NEXT_HALF);
        code.load(ONE_STEP, told(STEP));
        code.load(ONE_ROW, told(ROW));
        times3(code, THREE_STEPS, ONE_STEP);
        times3(code, THREE_ROWS, ONE_ROW);
        X86.Mark down = code.here();
        code.load(FROM_AT, told(ACROSS));
        code.store(told(LEFT), FROM_AT);
        halves(code, FROM_AT, FROM_HALF, ONE_STEP, THREE_STEPS, FROM);
        halves(code, TO_AT, TO_HALF, ONE_ROW, THREE_ROWS, TO);
        code.move(NEXT_AT, TO_AT);
        code.add(NEXT_AT, told(ROWS));
        code.move(NEXT_HALF, TO_HALF);
        code.add(NEXT_HALF, told(ROWS));
        X86.Mark across = code.here();
        square(code);
        for (int k = 0; k < SIDE; k++) {
            code.prefetchFirst(line(k, NEXT_AT, NEXT_HALF, ONE_ROW, THREE_ROWS, 0));
        }
        code.add(NEXT_AT, BYTES);
        code.add(NEXT_HALF, BYTES);
        code.add(FROM_AT, told(STEPS));
        code.add(FROM_HALF, told(STEPS));
        code.add(TO_AT, BYTES);
        code.add(TO_HALF, BYTES);
        code.decrement(told(LEFT));
        code.jumpIfNotZero(across);
        code.load(FROM_AT, told(FROM));
        code.add(FROM_AT, BYTES);
        code.store(told(FROM), FROM_AT);
        code.load(TO_AT, told(TO));
        code.add(TO_AT, told(ROWS));
        code.store(told(TO), TO_AT);
        code.decrement(told(DOWN));
        code.jumpIfNotZero(down);
        code.vzeroupper();
        code.pop(NEXT_HALF);
        code.pop(NEXT_AT);
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static void times3(X86 code, int to, int one) {
        code.move(to, one);
        code.addRegister(to, one);
        code.addRegister(to, one);
    }

    /** The first and the fifth of eight lines. */
    private static void halves(X86 code, int at, int half, int one, int three, int what) {
        code.load(at, told(what));
        code.move(half, at);
        code.addRegister(half, one);
        code.addRegister(half, three);
    }

    private static X86.Address line(int k, int at, int half, int one, int three, int offset) {
        int base = k < SIDE / 2 ? at : half;
        return switch (k % (SIDE / 2)) {
            case 0 -> new X86.Address(base, -1, 1, offset);
            case 1 -> new X86.Address(base, one, 1, offset);
            case 2 -> new X86.Address(base, one, 2, offset);
            default -> new X86.Address(base, three, 1, offset);
        };
    }

    /** Lines are loaded by halves, the first ones above those of the last four, so that nothing has to cross a register's halves. */
    private static void square(X86 code) {
        for (int half = 0; half < 2; half++) {
            for (int k = 0; k < 4; k++) {
                code.half(X86.MAP_0F, X86.LOAD, false, k, 0, line(k, 16 * half));
                code.vector(X86.MAP_0F3A, 0x18, true, false, k, k, line(k + 4, 16 * half), 1);
            }
            for (int k = 0; k < 4; k += 2) { // pairs of numbers of two lines, the first and the last two
                code.vector(X86.MAP_0F, 0x14, false, false, 4 + k, k, new X86.Register(k + 1));
                code.vector(X86.MAP_0F, 0x15, false, false, 5 + k, k, new X86.Register(k + 1));
            }
            for (int k = 0; k < 2; k++) { // of four
                int row = 4 * half + 2 * k;
                code.vector(X86.MAP_0F, 0x14, true, false, 0, 4 + k, new X86.Register(6 + k));
                code.vector(X86.MAP_0F, 0x15, true, false, 1, 4 + k, new X86.Register(6 + k));
                code.vector(X86.MAP_0F, X86.STORE, false, false, 0, -1, to(row));
                code.vector(X86.MAP_0F, X86.STORE, false, false, 1, -1, to(row + 1));
            }
        }
    }

    private static X86.Address line(int k, int offset) {
        return line(k, FROM_AT, FROM_HALF, ONE_STEP, THREE_STEPS, offset);
    }

    private static X86.Address to(int k) {
        return line(k, TO_AT, TO_HALF, ONE_ROW, THREE_ROWS, 0);
    }
}
