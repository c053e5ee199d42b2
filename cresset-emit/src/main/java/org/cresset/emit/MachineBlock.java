package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What machine code is told beyond the arguments of a call: a block of longs, of which each thread has one. They are put together in
 * an array and go to memory at once: each by itself takes code that isn't compiled yet twenty times as long.
 */
final class MachineBlock {
    /** Operands of a grid at most. */
    static final int MOST_OPERANDS = 48;

    private static final ThreadLocal<MachineBlock> OWN = ThreadLocal.withInitial(MachineBlock::new);

    private final long[] longs = new long[1 + 2 * MOST_OPERANDS];
    private final MemorySegment memory = Arena.ofAuto().allocate(8L * longs.length, 8);

    private MachineBlock() {}

    static MachineBlock own() {
        return OWN.get();
    }

    /** Says where an operand is and how many bytes it is to its next row. */
    void operand(int k, long address, long step) {
        longs[1 + 2 * k] = address;
        longs[2 + 2 * k] = step;
    }

    /** Puts rows, and operands as they were said, where the code reads them; returns the address. */
    long of(int rows, int operands) {
        longs[0] = rows;
        return written(1 + 2 * operands);
    }

    /** Puts seven numbers where the code reads them; returns the address. */
    long of(long a, long b, long c, long d, long e, long f, long g) {
        longs[0] = a;
        longs[1] = b;
        longs[2] = c;
        longs[3] = d;
        longs[4] = e;
        longs[5] = f;
        longs[6] = g;
        return written(7);
    }

    /** Says number {@code i}. */
    void say(int i, long number) {
        longs[i] = number;
    }

    /** Puts the first {@code count} numbers that were said where the code reads them; returns the address. */
    long said(int count) {
        return written(count);
    }

    private long written(int count) {
        MemorySegment.copy(longs, 0, memory, ValueLayout.JAVA_LONG, 0, count);
        return memory.address();
    }

    /** Number {@code i} as the code has left it. */
    long told(int i) {
        return memory.get(ValueLayout.JAVA_LONG, 8L * i);
    }

    /** Rows that the code has not finished. */
    int left() {
        return (int) memory.get(ValueLayout.JAVA_LONG, 0);
    }
}
