package org.cresset.emit;

import java.util.List;

/** {@link LongDivision} in the processor's own language, where doubles are their bits. */
final class MachineDivision {
    private static final int ADD = 0x58;
    private static final int SUB = 0x5c;
    private static final int DIV = 0x5e;
    private static final int SIGNIFICAND = 52;

    private final MachineEmitter lanes;
    private final int rounder;
    private final int zero;

    MachineDivision(MachineEmitter lanes) {
        this.lanes = lanes;
        this.rounder = lanes.bits(LongDivision.ROUNDER_BITS);
        this.zero = lanes.bits(0);
    }

    /** {@code a / b}; 0 where b is 0. */
    int quotient(int a, int b) {
        int near = lanes.bits(LongDivision.NEAR);
        int high = lanes.right(lanes.or(lanes.addBits(a, near), lanes.addBits(b, near)), SIGNIFICAND);
        int far = lanes.not(lanes.eq(high, zero));
        int q = lanes.doubles(DIV, magnitude(a), magnitude(b));
        int nearest = lanes.doubles(SUB, lanes.doubles(ADD, q, rounder), rounder);
        int less = lanes.doubles(SUB, nearest, lanes.bits(Double.doubleToRawLongBits(1)));
        int whole = lanes.blend(lanes.less(q, nearest), less, nearest);
        int size = lanes.subBits(lanes.doubles(ADD, whole, rounder), rounder);
        int sign = lanes.signs(lanes.xor(a, b));
        int y = lanes.subBits(lanes.xor(size, sign), sign);
        int safe = lanes.select(lanes.eq(b, zero), zero, y);
        return lanes.rare(far, safe, LongDivision.ONE_BY_ONE, List.of(a, b));
    }

    private int magnitude(int x) {
        int number = lanes.doubles(SUB, lanes.addBits(x, rounder), rounder);
        return lanes.bitwise(0x54, number, lanes.bits(Long.MAX_VALUE));
    }
}
