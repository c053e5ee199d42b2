package org.cresset.emit;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Encodes instructions of x86-64 with vectors of 256 bits (AVX2 and FMA) or 512 (AVX-512), as far as they are needed here.
 * Operands come in Intel's order, the result first; where one may lie in memory it is a {@link Place}, else the number of a
 * register.
 *
 * @see <a href="https://www.intel.com/sdm">Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2</a>
 */
final class X86 {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RSP = 4;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;

    /** Prefixes of opcodes, as the VEX prefix numbers them. */
    private static final int NONE = 0;

    private static final int P66 = 1;
    private static final int PF3 = 2;
    private static final int PF2 = 3;

    /** Opcode maps, as the VEX prefix numbers them. */
    static final int MAP_0F = 1;

    static final int MAP_0F38 = 2;
    static final int MAP_0F3A = 3;

    /** Loads and stores vectors, in map 0F. */
    static final int LOAD = 0x10;

    static final int STORE = 0x11;
    static final int STREAM = 0x2b;
    private static final int GATHER = 0x92;

    /** Instructions of map 0F that are of doubles, or of 64-bit integers, beside those of arithmetic. */
    private static final Set<Integer> OF_DOUBLES =
            Set.of(LOAD, STORE, STREAM, 0x14, 0x15, 0x28, 0x51, 0xc2, 0xc6, 0xd4, 0xf4, 0xfb);

    /**
     * An operand: a register, an address, or a vector of the constants behind the code. Asked for its class by
     * {@code instanceof}: a switch over patterns makes classes when it is first reached, which is in the first call of all.
     */
    sealed interface Place {}

    /** A vector register. */
    record Register(int number) implements Place {}

    /** Memory at {@code base + index * scale + offset}; without an index if that is negative. */
    record Address(int base, int index, int scale, int offset) implements Place {}

    /** Vector {@code number} of the constants. */
    record Constant(int number) implements Place {}

    /** A place in the code to jump to. */
    static final class Mark {
        private int at = -1;
        private final List<Integer> uses = new ArrayList<>();
    }

    /** A reference to a constant: where its four bytes are, and behind which byte the distance counts. */
    private record Reference(int at, int end, int constant) {}

    private final int vectorBytes;
    private final int laneBytes;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Reference> references = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    /** With vectors of 256 bits. */
    X86() {
        this(32);
    }

    /** With vectors of 32 or 64 bytes, of which the latter don't have all instructions that the others do. */
    X86(int vectorBytes) {
        this(vectorBytes, Float.BYTES);
    }

    /** The same with lanes, which the constants fill, of 4 or 8 bytes. */
    X86(int vectorBytes, int laneBytes) {
        this.vectorBytes = vectorBytes;
        this.laneBytes = laneBytes;
    }

    /** Bytes of a vector. */
    int vectorBytes() {
        return vectorBytes;
    }

    /** A vector on the stack. */
    Address slot(int i) {
        return new Address(RSP, -1, 1, vectorBytes * i);
    }

    /** Vector registers that there are. */
    int registers() {
        return vectorBytes == 64 ? 32 : 16;
    }

    // ---- vectors ----

    /** An instruction with a result, a first operand ({@code -1}: none) and a second one that may lie in memory. */
    void vector(int map, int opcode, boolean prefix66, boolean wide, int result, int first, Place second) {
        if (vectorBytes == 64) {
            masked(map, opcode, prefix66, wide, result, first, second, 0);
        } else {
            vex(map, opcode, prefix66 ? P66 : NONE, wide, true, result, Math.max(first, 0), second, 0);
        }
    }

    /**
     * The same of 64 bytes, with only those lanes that mask 1 says: others of a result become 0, others of memory stay.
     */
    void masked(int map, int opcode, boolean prefix66, int result, int first, Place second) {
        masked(map, opcode, prefix66, result, first, second, 1);
    }

    /** The same with the lanes of another mask, from 1 to 7. */
    void masked(int map, int opcode, boolean prefix66, int result, int first, Place second, int mask) {
        masked(map, opcode, prefix66, false, result, first, second, mask);
    }

    /** The same with the bit W of the prefix; mask 0 means all lanes. */
    void masked(int map, int opcode, boolean prefix66, boolean wide, int result, int first, Place second, int mask) {
        boolean keeps = map == MAP_0F && opcode == STORE || map == MAP_0F38 && opcode == GATHER;
        int p = prefix66 ? P66 : NONE;
        evex(map, opcode, p, wide || isWide(map, opcode, prefix66), result, first, second, mask, !keeps, 0, true);
    }

    /** Whether an instruction, which has no bit W in its other form, is of lanes of 64 bits. */
    private static boolean isWide(int map, int opcode, boolean prefix66) {
        return prefix66
                && switch (map) {
                    case MAP_0F ->
                        opcode != 0x5b
                                && (opcode >= 0x58 && opcode <= 0x5f
                                        || opcode >= 0x54 && opcode <= 0x57
                                        || OF_DOUBLES.contains(opcode));
                    case MAP_0F38 -> opcode == 0x19 || opcode == 0x29 || opcode == 0x37;
                    case MAP_0F3A -> opcode == 0x09;
                    default -> false;
                };
    }

    /** Stores a register's lower half, those lanes that a mask says. */
    void storeHalf(Address to, int from, int mask) {
        evex(MAP_0F, STORE, NONE, false, from, 0, to, mask, false, 0, false);
    }

    /** Stores the lowest bytes, or 16 bits, of the lanes that a mask says, one behind the other. */
    void storeNarrowed(int opcode, Address to, int from, int mask) {
        evex(MAP_0F38, opcode, PF3, false, from, 0, to, mask, false, 0, true);
    }

    /** Stores floats as float16, to the nearest, of the lanes that a mask says. */
    void storeFloat16(Address to, int from, int mask) {
        evex(MAP_0F3A, 0x1d, P66, false, from, 0, to, mask, false, 1, true);
        out.write(0);
    }

    /**
     * Loads the lanes that a mask says from a base and, each, its own distance in bytes, which the address's index, a vector
     * register below 8, holds in 32 bits; the mask's bits become 0.
     */
    void gather(int result, Address from, int mask) {
        masked(MAP_0F38, GATHER, true, result, 0, from, mask);
    }

    /** Loads a vector of floats, a constant, or another register. */
    void loadVector(int result, Place from) {
        if (vectorBytes == 64 && from instanceof Constant) {
            vector(MAP_0F38, laneBytes == 8 ? 0x19 : 0x18, true, false, result, -1, from);
        } else {
            vector(MAP_0F, LOAD, false, false, result, -1, from);
        }
    }

    /** The same with a byte behind it. */
    void vector(
            int map, int opcode, boolean prefix66, boolean wide, int result, int first, Place second, int immediate) {
        if (vectorBytes == 64) {
            int p = prefix66 ? P66 : NONE;
            boolean w = wide || isWide(map, opcode, prefix66);
            evex(map, opcode, p, w, result, first, second, 0, false, 1, true);
        } else {
            vex(map, opcode, prefix66 ? P66 : NONE, wide, true, result, Math.max(first, 0), second, 1);
        }
        out.write(immediate);
    }

    /** An instruction on the lower 128 bits. */
    void half(int map, int opcode, boolean prefix66, int result, int first, Place second) {
        vex(map, opcode, prefix66 ? P66 : NONE, false, false, result, Math.max(first, 0), second, 0);
    }

    /** An instruction on the first float. */
    void single(int opcode, int result, int first, Place second) {
        vex(MAP_0F, opcode, PF3, false, false, result, first, second, 0);
    }

    /** Shifts all lanes by a number; {@code extension} is part of the opcode. */
    void shift(int opcode, int extension, int result, int operand, int by) {
        if (vectorBytes == 64) {
            boolean wide = opcode == 0x73;
            evex(MAP_0F, opcode, P66, wide, extension, result, new Register(operand), 0, false, 1, true);
        } else {
            vex(MAP_0F, opcode, P66, false, true, extension, result, new Register(operand), 1);
        }
        out.write(by);
    }

    /** Mask 1 of the lowest bits of one of the first eight registers. */
    void mask(int from) {
        mask(1, from);
    }

    /** The same of another mask. */
    void mask(int mask, int from) {
        bytes(0xc5, 0xf8, 0x92, 0xc0 | mask << 3 | from);
    }

    /** The sixteen bits of a mask to one of the first eight registers, of which the others become 0. */
    void bits(int to, int mask) {
        bytes(0xc5, 0xf8, 0x93, 0xc0 | to << 3 | mask);
    }

    // ---- masks of lanes ----

    /** Mask {@code to} of all lanes. */
    void allLanes(int to) {
        prefixed(MAP_0F, 0x46, NONE, false, true, to, to, new Register(to), 0);
    }

    /**
     * Mask {@code to} of as many lanes as a register says, which is less than 32; the register changes.
     *
     * @param ones a constant, or memory, all of whose bits are set
     */
    void firstLanes(int to, int count, Place ones) {
        prefixed(MAP_0F38, 0xf5, NONE, false, false, count, count, ones, 0);
        prefixed(MAP_0F, 0x92, NONE, false, false, to, 0, new Register(count), 0);
    }

    /** Mask {@code to} of the signs of a vector's lanes. */
    void lanesToMask(int to, int from) {
        evex(MAP_0F38, 0x39, PF3, laneBytes == 8, to, 0, new Register(from), 0, false, 0, true);
    }

    /** A vector whose lanes have all bits set where a mask holds, and none elsewhere. */
    void maskToLanes(int to, int mask) {
        evex(MAP_0F38, 0x38, PF3, laneBytes == 8, to, 0, new Register(mask), 0, false, 0, true);
    }

    /** Mask {@code to} of the bytes of a vector that aren't 0. */
    void bytesToMask(int to, int from) {
        evex(MAP_0F38, 0x26, P66, false, to, from, new Register(from), 0, false, 0, true);
    }

    /** {@code result = mask ? second : first}, lane by lane. */
    void blend(int result, int first, Place second, int mask) {
        evex(MAP_0F38, 0x65, P66, laneBytes == 8, result, first, second, mask, false, 0, true);
    }

    void maskAnd(int to, int a, int b) {
        prefixed(MAP_0F, 0x41, NONE, false, true, to, a, new Register(b), 0);
    }

    void maskOr(int to, int a, int b) {
        prefixed(MAP_0F, 0x45, NONE, false, true, to, a, new Register(b), 0);
    }

    void maskShiftRight(int to, int from, int by) {
        prefixed(MAP_0F3A, 0x30, P66, true, false, to, 0, new Register(from), 1);
        out.write(by);
    }

    /** The lanes of a vector that a mask doesn't say. */
    void maskNot(int to, int from) {
        prefixed(MAP_0F, 0x44, laneBytes == 8 ? P66 : NONE, false, false, to, 0, new Register(from), 0);
    }

    /** Compares bits of a mask, those of another only unless that is 0, with zero. */
    void test(int mask, int of) {
        prefixed(MAP_0F, of == 0 ? 0x98 : 0x99, NONE, false, false, mask, 0, new Register(of == 0 ? mask : of), 0);
    }

    /**
     * An instruction of 512 bits, or 256. A constant is one number in memory that all lanes take, but for {@code vbroadcastss} and
     * {@code vbroadcastsd}, which mean that themselves.
     *
     * @param first -1 if there is none
     * @param mask 0 for all lanes
     * @param zeros whether lanes of the result outside the mask become 0, instead of staying
     */
    private void evex(
            int map,
            int opcode,
            int prefix,
            boolean w,
            int reg,
            int first,
            Place rm,
            int mask,
            boolean zeros,
            int immediates,
            boolean whole) {
        int b = 0;
        int x = 0;
        boolean repeated = false;
        if (rm instanceof Register r) {
            b = r.number >> 3 & 1;
            x = r.number >> 4;
        } else if (rm instanceof Address a) {
            b = a.base >> 3;
            x = a.index < 0 ? 0 : a.index >> 3;
        } else {
            repeated = map != MAP_0F38 || opcode != 0x18 && opcode != 0x19;
            if (repeated && w != (laneBytes == 8)) {
                throw new IllegalStateException("a constant of another width than the instruction's");
            }
        }
        int v = Math.max(first, 0);
        out.write(0x62);
        out.write((~(reg >> 3) & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | (~(reg >> 4) & 1) << 4 | map);
        out.write((w ? 0x80 : 0) | (~v & 15) << 3 | 4 | prefix);
        int length = whole ? 0x40 : 0x20;
        out.write((zeros && mask != 0 ? 0x80 : 0) | length | (repeated ? 0x10 : 0) | (~(v >> 4) & 1) << 3 | mask);
        out.write(opcode);
        operand(reg & 7, rm, immediates);
    }

    /** Leaves the wide half of the vector registers clean for code that knows 128 bits only. */
    void vzeroupper() {
        bytes(0xc5, 0xf8, 0x77);
    }

    /** What was stored past the caches is seen before anything that is stored after this. */
    void storeFence() {
        bytes(0x0f, 0xae, 0xf8);
    }

    private void vex(
            int map, int opcode, int prefix, boolean w, boolean wide, int reg, int first, Place rm, int immediates) {
        if (vectorBytes == 64) {
            throw new IllegalStateException("an instruction without a form of 512 bits");
        }
        prefixed(map, opcode, prefix, w, wide, reg, first, rm, immediates);
    }

    private void prefixed(
            int map, int opcode, int prefix, boolean w, boolean wide, int reg, int first, Place rm, int immediates) {
        int b = 0;
        int x = 0;
        if (rm instanceof Register r) {
            b = r.number >> 3;
        } else if (rm instanceof Address a) {
            b = a.base >> 3;
            x = a.index < 0 ? 0 : a.index >> 3;
        }
        out.write(0xc4);
        out.write((~(reg >> 3) & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | map);
        out.write((w ? 0x80 : 0) | (~first & 15) << 3 | (wide ? 4 : 0) | prefix);
        out.write(opcode);
        operand(reg & 7, rm, immediates);
    }

    /** The bytes that name a register and a place. */
    private void operand(int reg, Place rm, int immediates) {
        if (rm instanceof Register r) {
            out.write(0xc0 | reg << 3 | r.number & 7);
        } else if (rm instanceof Address a) {
            out.write(0x80 | reg << 3 | 4);
            int index = a.index < 0 ? RSP : a.index;
            out.write(Integer.numberOfTrailingZeros(a.scale) << 6 | (index & 7) << 3 | a.base & 7);
            int32(a.offset);
        } else if (rm instanceof Constant c) {
            out.write(reg << 3 | 5);
            references.add(new Reference(out.size(), out.size() + 4 + immediates, c.number));
            int32(0);
        }
    }

    // ---- tiles of sixteen rows of 64 bytes (AMX) ----

    /** Says how large tiles are, by 64 bytes of memory. */
    void tileSizes(Address a) {
        prefixed(MAP_0F38, 0x49, NONE, false, false, 0, 0, a, 0);
    }

    /** Forgets all tiles. */
    void tileRelease() {
        prefixed(MAP_0F38, 0x49, NONE, false, false, 0, 0, new Register(0), 0);
    }

    void tileZero(int tile) {
        prefixed(MAP_0F38, 0x49, PF2, false, false, tile, 0, new Register(0), 0);
    }

    /** Loads a tile, whose rows lie as far apart as the address's index says. */
    void tileLoad(int tile, Address from) {
        prefixed(MAP_0F38, 0x4b, PF2, false, false, tile, 0, from, 0);
    }

    /** Stores a tile in the same way. */
    void tileStore(Address to, int tile) {
        prefixed(MAP_0F38, 0x4b, PF3, false, false, tile, 0, to, 0);
    }

    /** {@code sum += left * right} of pairs of bfloat16 to float32. */
    void tileMultiply(int sum, int left, int right) {
        prefixed(MAP_0F38, 0x5c, PF3, false, false, sum, right, new Register(left), 0);
    }

    // ---- integers of 64 bits ----

    void push(int r) {
        if (r > 7) {
            out.write(0x41);
        }
        out.write(0x50 | r & 7);
    }

    void pop(int r) {
        if (r > 7) {
            out.write(0x41);
        }
        out.write(0x58 | r & 7);
    }

    void ret() {
        out.write(0xc3);
    }

    /** {@code to = from}. */
    void move(int to, int from) {
        registers(0x8b, to, from);
    }

    /** {@code to = memory}. */
    void load(int to, Address from) {
        memory(0x8b, to, from);
    }

    /** {@code memory = from}. */
    void store(Address to, int from) {
        memory(0x89, from, to);
    }

    /** {@code to += memory}. */
    void add(int to, Address from) {
        memory(0x03, to, from);
    }

    /** {@code to += number}. */
    void add(int to, int number) {
        immediate(0, to, number);
    }

    /** {@code to &= number}. */
    void and(int to, int number) {
        immediate(4, to, number);
    }

    /** {@code to = 0}. */
    void zero(int to) {
        registers(0x33, to, to);
    }

    /** {@code to <<= by}. */
    void shiftLeft(int to, int by) {
        out.write(0x48 | to >> 3);
        bytes(0xc1, 0xe0 | to & 7, by);
    }

    /** {@code to >>>= by}. */
    void shiftRight(int to, int by) {
        out.write(0x48 | to >> 3);
        bytes(0xc1, 0xe8 | to & 7, by);
    }

    /** {@code to >>>= rcx}. */
    void shiftRight(int to) {
        bytes(0x48 | to >> 3, 0xd3, 0xe8 | to & 7);
    }

    /** {@code to <<= rcx}. */
    void shiftLeft(int to) {
        bytes(0x48 | to >> 3, 0xd3, 0xe0 | to & 7);
    }

    /** {@code to -= from}. */
    void subtract(int to, int from) {
        registers(0x2b, to, from);
    }

    /** {@code to &= from}. */
    void andRegister(int to, int from) {
        registers(0x23, to, from);
    }

    /** {@code to ^= from}. */
    void xorRegister(int to, int from) {
        registers(0x33, to, from);
    }

    /** When a conditional move happens, by the last comparison. */
    enum When {
        /** Less, without signs; of floats also if one is NaN. */
        BELOW(2),
        /** The same or equal. */
        BELOW_OR_EQUAL(6),
        LESS(0xc),
        LESS_OR_EQUAL(0xe);

        private final int code;

        When(int code) {
            this.code = code;
        }
    }

    /** {@code to = from} if the last comparison said so. */
    void moveIf(When when, int to, int from) {
        bytes(0x48 | (to >> 3) << 2 | from >> 3, 0x0f, 0x40 | when.code, 0xc0 | (to & 7) << 3 | from & 7);
    }

    /** Loads a double into a vector register. */
    void loadDouble(int to, Address from) {
        single(0x7e, to, 0, from);
    }

    /** Stores the first double of a vector register. */
    void storeDouble(Address to, int from) {
        half(MAP_0F, 0xd6, true, from, 0, to);
    }

    /** An instruction on the first double. */
    void singleDouble(int opcode, int result, int first, Place second) {
        vex(MAP_0F, opcode, PF2, false, false, result, first, second, 0);
    }

    /** Sets flags, those of numbers without signs, by {@code a - b} of doubles. */
    void compareDoubles(int a, int b) {
        half(MAP_0F, 0x2e, true, a, 0, new Register(b));
    }

    /** The number of the lowest bit that is set. */
    void lowestBit(int to, int from) {
        bytes(0x48 | (to >> 3) << 2 | from >> 3, 0x0f, 0xbc, 0xc0 | (to & 7) << 3 | from & 7);
    }

    /** The signs of a vector's floats, as bits of one of the first eight registers. */
    void signs(int to, int from) {
        vector(MAP_0F, 0x50, false, false, to, -1, new Register(from));
    }

    /** {@code memory += 1}, of four bytes. */
    void increment(Address a) {
        narrow(a, 0, 0xff);
    }

    /** Sets flags by {@code a - b}. */
    void compare(int a, int b) {
        registers(0x3b, a, b);
    }

    /** Sets flags by {@code a - number}. */
    void compareWith(int a, int number) {
        immediate(7, a, number);
    }

    /** Brings a line of memory into the second-level cache; nothing happens where no memory is. */
    void prefetch(Address a) {
        prefetch(a, 2);
    }

    /** The same, into the first-level cache. */
    void prefetchFirst(Address a) {
        prefetch(a, 1);
    }

    private void prefetch(Address a, int level) {
        int x = a.index < 0 ? 0 : a.index >> 3;
        bytes(0x40 | x << 1 | a.base >> 3, 0x0f, 0x18);
        operand(level, a, 0);
    }

    /** {@code memory -= 1}, with flags. */
    void decrement(Address a) {
        memory(0xff, 1, a);
    }

    /** {@code to = memory}, of which 1, 2, 4 or 8 bytes are read and the others of the register become 0. */
    void load(int to, Address from, int bytes) {
        switch (bytes) {
            case 1 -> narrow(from, to, 0x0f, 0xb6);
            case 2 -> narrow(from, to, 0x0f, 0xb7);
            case 4 -> narrow(from, to, 0x8b);
            default -> load(to, from);
        }
    }

    /** The lowest 1, 2, 4 or 8 bytes of a register {@code to} memory. */
    void store(Address to, int from, int bytes) {
        switch (bytes) {
            case 1 -> narrow(to, from, 0x88);
            case 2 -> {
                out.write(0x66);
                narrow(to, from, 0x89);
            }
            case 4 -> narrow(to, from, 0x89);
            default -> store(to, from);
        }
    }

    private void narrow(Address a, int reg, int... opcode) {
        int x = a.index < 0 ? 0 : a.index >> 3;
        bytes(0x40 | (reg >> 3) << 2 | x << 1 | a.base >> 3);
        bytes(opcode);
        operand(reg & 7, a, 0);
    }

    /** {@code to *= from}. */
    void multiply(int to, int from) {
        bytes(0x48 | (to >> 3) << 2 | from >> 3, 0x0f, 0xaf, 0xc0 | (to & 7) << 3 | from & 7);
    }

    /** {@code to += from}. */
    void addRegister(int to, int from) {
        registers(0x03, to, from);
    }

    private void registers(int opcode, int reg, int rm) {
        bytes(0x48 | (reg >> 3) << 2 | rm >> 3, opcode, 0xc0 | (reg & 7) << 3 | rm & 7);
    }

    private void memory(int opcode, int reg, Address a) {
        int x = a.index < 0 ? 0 : a.index >> 3;
        bytes(0x48 | (reg >> 3) << 2 | x << 1 | a.base >> 3, opcode);
        operand(reg & 7, a, 0);
    }

    private void immediate(int extension, int to, int number) {
        bytes(0x48 | to >> 3, 0x81, 0xc0 | extension << 3 | to & 7);
        int32(number);
    }

    // ---- jumps ----

    Mark mark() {
        Mark m = new Mark();
        marks.add(m);
        return m;
    }

    /** A mark here. */
    Mark here() {
        Mark m = mark();
        bind(m);
        return m;
    }

    void bind(Mark m) {
        m.at = out.size();
    }

    /** Jumps if the last comparison said less (without signs). */
    void jumpIfBelow(Mark to) {
        bytes(0x0f, 0x82);
        distance(to);
    }

    /** The reverse. */
    void jumpIfNotBelow(Mark to) {
        bytes(0x0f, 0x83);
        distance(to);
    }

    /** Jumps if the last result was zero. */
    void jumpIfZero(Mark to) {
        bytes(0x0f, 0x84);
        distance(to);
    }

    /** Jumps if the last result wasn't zero. */
    void jumpIfNotZero(Mark to) {
        bytes(0x0f, 0x85);
        distance(to);
    }

    private void distance(Mark to) {
        to.uses.add(out.size());
        int32(0);
    }

    private void bytes(int... all) {
        for (int b : all) {
            out.write(b);
        }
    }

    private void int32(int v) {
        for (int i = 0; i < 32; i += 8) {
            out.write(v >> i);
        }
    }

    /** The code, and behind it the constants: vectors of one bit pattern of {@code size} bytes each. */
    byte[] finish(List<Long> constants, int size) {
        while (out.size() % 32 != 0) {
            out.write(0xcc);
        }
        int pool = out.size();
        for (long c : constants) {
            for (int i = 0; i < 32; i++) {
                out.write((int) (c >>> 8 * (i % size)));
            }
        }
        byte[] code = out.toByteArray();
        for (Reference r : references) {
            patch(code, r.at, pool + 32 * r.constant - r.end);
        }
        for (Mark m : marks) {
            for (int use : m.uses) {
                patch(code, use, m.at - use - 4);
            }
        }
        return code;
    }

    private static void patch(byte[] code, int at, int v) {
        for (int i = 0; i < 4; i++) {
            code[at + i] = (byte) (v >> 8 * i);
        }
    }
}
