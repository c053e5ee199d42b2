package org.cresset.emit;

import java.util.Iterator;
import java.util.List;
import org.cresset.emit.MachineInstruction.Form;

/** Appends the instructions that bring vectors of elements from memory and back, for each kind of {@link Row}. */
final class MachineRows {
    /** Numbers of shuffles: the first, or the second, of each two in both operands. */
    private static final int FIRSTS = 0x88;

    private static final int SECONDS = 0xdd;

    /** Numbers of permutations of the four quarters of a vector: the middle ones swapped; the first and third in the lower half. */
    private static final int MIDDLE_SWAPPED = 0xd8;

    private static final int FIRST_AND_THIRD = 0x08;

    /** The upper half in the lower one. */
    private static final int UPPER = 0x0e;

    private static final int SWAPPED = 0x4e;

    /** The lower two parts of 128 bits of two vectors. */
    private static final int BOTH_LOWER = 0x44;

    private final MachineEmitter lanes;
    private final boolean wide;

    /** Whether vectors have 512 bits. */
    private final boolean large;

    private final int vectorBytes;

    /** Whether pairs may come in the order in which the processor takes them apart. */
    private final boolean anyOrder;

    /** The instruction that stores a vector as it is. */
    private final int store;

    /**
     * For a round of a loop.
     *
     * @param streamed whether plain vectors, which lie aligned, pass the caches on their way to memory
     */
    MachineRows(MachineEmitter lanes, boolean anyOrder, boolean streamed) {
        this.lanes = lanes;
        this.store = streamed ? X86.STREAM : X86.STORE;
        this.wide = lanes.type().dtype().size() == 8;
        this.vectorBytes = lanes.vectorBytes();
        this.large = vectorBytes > MachineLoop.VECTOR;
        this.anyOrder = anyOrder;
    }

    /** The values of an operand at the loop's element. */
    List<Integer> load(int operand, Row row) {
        refuse(row);
        return switch (row) {
            case SOON -> List.of();
            case PLAIN -> List.of(lanes.load(X86.MAP_0F, X86.LOAD, wide, operand, row, 0));
            case NARROW -> List.of(lanes.load(X86.MAP_0F, 0x5a, false, operand, row, 0));
            case FLAG -> {
                int zero = lanes.bits(0);
                int bytes = lanes.load(X86.MAP_0F38, wide ? 0x32 : 0x31, true, operand, row, 0);
                int none = wide
                        ? lanes.integral(X86.MAP_0F38, 0x29, false, bytes, zero)
                        : lanes.integral(X86.MAP_0F, 0x76, false, bytes, zero);
                yield List.of(lanes.blend(none, zero, lanes.one()));
            }
            case PAIR -> {
                int a = lanes.load(X86.MAP_0F, X86.LOAD, large, operand, row, 0);
                int b = lanes.load(X86.MAP_0F, X86.LOAD, large, operand, row, vectorBytes);
                yield wide
                        ? List.of(ordered(floating(0x14, a, b)), ordered(floating(0x15, a, b)))
                        : List.of(ordered(shuffle(a, b, FIRSTS)), ordered(shuffle(a, b, SECONDS)));
            }
            case NARROW_PAIR -> {
                int both = lanes.load(X86.MAP_0F, X86.LOAD, large, operand, row, 0);
                yield List.of(widened(shuffle(both, both, FIRSTS)), widened(shuffle(both, both, SECONDS)));
            }
            case BRAIN -> List.of(lanes.left(lanes.load(X86.MAP_0F38, 0x33, true, operand, row, 0), 16));
            case HALF -> List.of(lanes.load(X86.MAP_0F38, 0x13, true, operand, row, 0));
            case BYTE -> List.of(toFloats(lanes.load(X86.MAP_0F38, 0x31, true, operand, row, 0)));
            case INT -> List.of(lanes.load(X86.MAP_0F, 0x5b, false, operand, row, 0));
            case LONG -> {
                int a = lanes.load(X86.MAP_0F, X86.LOAD, large, operand, row, 0);
                int b = lanes.load(X86.MAP_0F, X86.LOAD, large, operand, row, vectorBytes);
                int low = shuffle(a, b, FIRSTS);
                int sign = lanes.shift(0x72, 4, low, 31);
                lanes.exit(lanes.not(lanes.integral(X86.MAP_0F, 0x76, false, shuffle(a, b, SECONDS), sign)));
                yield List.of(toFloats(sorted(low)));
            }
        };
    }

    /** Stores what the loop has for an operand at its element. */
    void store(int operand, Row row, Iterator<Integer> results) {
        refuse(row);
        int v = results.next();
        switch (row) {
            case PLAIN -> lanes.store(X86.MAP_0F, store, wide, v, MachineEmitter.WHOLE, operand, row, 0);
            case NARROW -> half(toNarrow(v), operand, row, 0);
            case FLAG -> {
                int mask = lanes.isMask(v) ? v : lanes.ne(v, lanes.zero());
                if (large) {
                    narrowed(wide ? 0x32 : 0x31, lanes.blend(mask, lanes.bits(1), lanes.bits(0)), operand, row);
                    return;
                }
                int bytes = bytes(mask);
                lanes.store(X86.MAP_0F, wide ? 0x7e : 0xd6, true, bytes, MachineEmitter.HALF, operand, row, 0);
            }
            case PAIR -> {
                int re = apart(v);
                int im = apart(results.next());
                for (int i = 0; i < 2; i++) {
                    int part = i == 0 ? MachineEmitter.WHOLE : MachineEmitter.SECOND;
                    int both = floating(0x14 + i, re, im);
                    lanes.store(X86.MAP_0F, X86.STORE, large, both, part, operand, row, i * vectorBytes);
                }
            }
            case NARROW_PAIR -> {
                int re = toNarrow(v);
                int im = toNarrow(results.next());
                if (large) {
                    int both = halves(floats(0x14, re, im), floats(0x15, re, im), BOTH_LOWER);
                    int whole = halves(both, both, MIDDLE_SWAPPED);
                    lanes.store(X86.MAP_0F, X86.STORE, true, whole, MachineEmitter.WHOLE, operand, row, 0);
                    return;
                }
                half(floats(0x14, re, im), operand, row, 0);
                half(floats(0x15, re, im), operand, row, MachineLoop.VECTOR / 2);
            }
            case BRAIN -> {
                if (large) {
                    narrowed(0x33, brain(v), operand, row);
                    return;
                }
                half(quarters(words(brain(v)), FIRST_AND_THIRD), operand, row, 0);
            }
            case HALF -> lanes.store(X86.MAP_0F3A, 0x1d, true, v, MachineEmitter.HALF_PRECISION, operand, row, 0);
            case BYTE -> {
                if (large) {
                    narrowed(0x31, toInts(v), operand, row);
                    return;
                }
                int low = lanes.bitwise(0x54, toInts(v), lanes.bits(0xff));
                int words = quarters(words(low), FIRST_AND_THIRD);
                int bytes = lanes.integral(X86.MAP_0F, 0x67, false, words, words);
                lanes.store(X86.MAP_0F, 0xd6, true, bytes, MachineEmitter.HALF, operand, row, 0);
            }
            case INT -> lanes.store(X86.MAP_0F, 0x11, false, toInts(v), MachineEmitter.WHOLE, operand, row, 0);
            case LONG -> {
                int ints = toInts(v);
                longs(ints, operand, row, 0);
                longs(large ? halves(ints, ints, UPPER) : quarters(ints, UPPER), operand, row, vectorBytes);
            }
        }
    }

    private void refuse(Row row) {
        if (large && wide && row == Row.PAIR) {
            throw new MachineEmitter.Unsupported("masks of lanes of 128 bits");
        }
    }

    /** Stores the lowest bits of each lane. */
    private void narrowed(int opcode, int v, int operand, Row row) {
        lanes.store(X86.MAP_0F38, opcode, false, v, MachineEmitter.NARROWED, operand, row, 0);
    }

    private int floating(int opcode, int a, int b) {
        return lanes.append(Form.PLAIN, X86.MAP_0F, opcode, wide, false, a, b, -1, 0);
    }

    private int floats(int opcode, int a, int b) {
        return lanes.append(Form.PLAIN, X86.MAP_0F, opcode, false, false, a, b, -1, 0);
    }

    private int unary(int map, int opcode, boolean p66, int a) {
        return lanes.append(Form.UNARY, map, opcode, p66, false, -1, a, -1, 0);
    }

    private int shuffle(int a, int b, int how) {
        return lanes.append(Form.NUMBERED, X86.MAP_0F, 0xc6, false, false, a, b, -1, how);
    }

    private int quarters(int a, int how) {
        return lanes.append(Form.NUMBERED_UNARY, X86.MAP_0F3A, 0x00, true, true, -1, a, -1, how);
    }

    /** Two parts of 128 bits of one vector, and behind them two of another. */
    private int halves(int a, int b, int how) {
        return lanes.append(Form.NUMBERED, X86.MAP_0F3A, 0x43, true, true, a, b, -1, how);
    }

    private int ordered(int a) {
        return anyOrder ? a : sorted(a);
    }

    /** Of vectors whose parts of 128 bits were taken from two at a time, the elements in order. */
    private int sorted(int a) {
        int b = quarters(a, MIDDLE_SWAPPED);
        return large ? halves(b, b, MIDDLE_SWAPPED) : b;
    }

    /** The reverse. */
    private int apart(int a) {
        return anyOrder ? a : quarters(large ? halves(a, a, MIDDLE_SWAPPED) : a, MIDDLE_SWAPPED);
    }

    /** Floats, of which each part of 128 bits has two, twice, as doubles. */
    private int widened(int a) {
        int b = quarters(a, FIRST_AND_THIRD);
        return unary(X86.MAP_0F, 0x5a, false, large ? halves(b, b, FIRST_AND_THIRD) : b);
    }

    private int toNarrow(int v) {
        return unary(X86.MAP_0F, 0x5a, true, v);
    }

    private int toFloats(int ints) {
        return unary(X86.MAP_0F, 0x5b, false, ints);
    }

    /** Floats without what is behind the point as ints; those that are none leave the loop. */
    private int toInts(int v) {
        lanes.exit(lanes.not(lanes.compare(MachineEmitter.LESS, lanes.abs(v), lanes.constant(0x1p31))));
        return unary(X86.MAP_0F, 0x5b, true, lanes.rounded(v, MachineEmitter.TRUNCATE));
    }

    /** Floats as bfloat16 in the lower halves of lanes: to the nearest, ties to even; NaN stays a quiet NaN. */
    private int brain(int v) {
        int high = lanes.right(v, 16);
        int half = lanes.addBits(lanes.bits(0x7fff), lanes.bitwise(0x54, high, lanes.bits(1)));
        int rounded = lanes.right(lanes.addBits(v, half), 16);
        int nan = lanes.bitwise(0x56, high, lanes.bits(0x40));
        return lanes.blend(lanes.compare(MachineEmitter.UNORDERED, v, v), nan, rounded);
    }

    /** Lanes below 2^16 as words, those of each half twice. */
    private int words(int v) {
        return lanes.integral(X86.MAP_0F38, 0x2b, false, v, v);
    }

    private void half(int v, int operand, Row row, int more) {
        lanes.store(X86.MAP_0F, 0x11, false, v, MachineEmitter.HALF, operand, row, more);
    }

    /** Stores four ints as longs. */
    private void longs(int ints, int operand, Row row, int more) {
        int longs = unary(X86.MAP_0F38, 0x25, true, ints);
        int part = more == 0 ? MachineEmitter.WHOLE : MachineEmitter.SECOND;
        lanes.store(X86.MAP_0F, X86.STORE, large, longs, part, operand, row, more);
    }

    /** A mask as bytes that are 0 or 1, in the lowest bits. */
    private int bytes(int mask) {
        int swapped = quarters(mask, SWAPPED);
        int words = lanes.integral(X86.MAP_0F, 0x6b, false, mask, swapped);
        if (wide) {
            words = lanes.integral(X86.MAP_0F, 0x6b, false, words, words);
        }
        int bytes = lanes.integral(X86.MAP_0F, 0x63, false, words, words);
        return lanes.bitwise(0x54, bytes, lanes.bits(0x0101010101010101L));
    }
}
