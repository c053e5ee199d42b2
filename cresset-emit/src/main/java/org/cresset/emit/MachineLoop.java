package org.cresset.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes loops as machine code for x86-64 with AVX2 and FMA, or with AVX-512, which is fast from its first call on. It computes the
 * same bits as the other forms, and stops before a vector that has an element for which the body wants a rare function: the scalar
 * form takes these. Of AVX2 there are whole vectors only; vectors of AVX-512 end where the row does, by a mask.
 *
 * <p>A {@link Kernel} is a C function of the number of elements and the addresses of its four places, and returns how many elements
 * are done. A grid, and with one row a {@link WideKernel}, is one of the number of elements and the address of a block of longs: rows,
 * which it counts down, and for each operand its address, which it moves, and the bytes to the next row; it returns the elements
 * that are done of the row at which it stopped.
 */
final class MachineLoop {
    /** Bytes of a vector of AVX2. */
    static final int VECTOR = 32;

    /** Bytes of a line of the caches. */
    private static final int LINE = 64;

    /** Bytes from what a streamed loop reads to what it asks for: 16 KB took a tenth less time than none, 4 KB half of that. */
    private static final int AHEAD = 1 << 14;

    /** Vectors of a round where nothing else says how many. */
    private static final int UNROLLED = 4;

    /** Instructions of a body that is unrolled, with loads and stores. */
    private static final int SHORT = 16;

    /** Vectors that a loop may put on the stack; for one that needs more, code is written anew. */
    private static final int USUAL_SLOTS = 24;

    /** Registers for accumulators; as many are left for the body. */
    private static final int MOST_KEPT = 8;

    private static final int INDEX = X86.RAX;
    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int TEMPORARY = 15;

    /** Registers in which C passes the addresses of a loop's operands. */
    private static final int[] ARGUMENTS = {X86.RSI, X86.RDX, X86.RCX, 8};

    /** Registers for the addresses of a grid's operands. */
    private static final int[] GRID_BASES = {X86.RDX, X86.RCX, 8, 9, 10, 11, X86.RBX, X86.RBP, 12, 13, 14};

    /** Registers that a C function has to leave as they were. */
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 13, 14, 15};

    private final Loop loop;
    private final boolean grid;
    private final boolean streamed;
    private final int vectorBytes;
    private final X86 code;

    /** Bit patterns of the lanes of constants, and which of the constants they are. */
    private final Map<Long, Integer> constants = new LinkedHashMap<>();

    private final int[] bases;
    private final int shift;

    private MachineLoop(Loop loop, int vectorBytes, boolean grid, boolean streamed) {
        this.loop = loop;
        this.vectorBytes = vectorBytes;
        this.code = new X86(vectorBytes, loop.type().dtype().size());
        this.grid = grid;
        this.streamed = streamed;
        this.shift = loop.type().dtype().shift();
        this.bases = new int[loop.operands()];
    }

    /** The code of a loop in vectors of so many bytes; null if it has no such form. */
    static byte @Nullable [] of(Loop loop, int vectorBytes) {
        return written(loop, vectorBytes, loop.wide(), false);
    }

    /**
     * The code of a loop over whole vectors whose results, which lie at multiples of a vector's bytes, go past the caches;
     * null where that wouldn't be quicker than anything else with as much to read and write, or can't be done. That of a
     * {@link WideKernel} doesn't stop.
     */
    static byte @Nullable [] streamed(Loop loop, int vectorBytes) {
        boolean suits = loop.outputs() == 1
                && loop.row(loop.inputs()) == Row.PLAIN
                && loop.accumulators().isEmpty();
        boolean wide = loop.wide();
        try {
            boolean unrolls = new MachineLoop(loop, vectorBytes, wide, true).unrolls();
            return suits && (unrolls || vectorBytes > VECTOR && !wide) ? written(loop, vectorBytes, wide, true) : null;
        } catch (MachineEmitter.Unsupported e) {
            return null;
        }
    }

    /** The code of a grid; null if it has no such form. */
    static byte @Nullable [] of(GridLoop grid, int vectorBytes) {
        return written(grid.loop(), vectorBytes, true, false);
    }

    /** The code of {@link Kernel#rows} as a grid; null if it has no such form. */
    static byte @Nullable [] rows(Loop loop, int vectorBytes) {
        return written(loop, vectorBytes, true, false);
    }

    /** The code of {@link Kernel#parts} as a grid, whose rows are parts; null if it has no such form. */
    static byte @Nullable [] parts(Loop loop, int vectorBytes) {
        boolean suits = !loop.wide()
                && loop.inputs() == 1
                && loop.outputs() == 0
                && !loop.accumulators().isEmpty()
                && new MachineLoop(loop, vectorBytes, true, false).unrolls();
        return suits ? written(loop, vectorBytes, true, false) : null;
    }

    private static byte @Nullable [] written(Loop loop, int vectorBytes, boolean grid, boolean streamed) {
        try {
            MachineLoop first = new MachineLoop(loop, vectorBytes, grid, streamed);
            int slots = first.write(USUAL_SLOTS);
            if (slots <= USUAL_SLOTS) {
                return first.finish();
            }
            MachineLoop second = new MachineLoop(loop, vectorBytes, grid, streamed);
            second.write(slots);
            return second.finish();
        } catch (MachineEmitter.Unsupported e) {
            return null;
        }
    }

    private byte[] finish() {
        return code.finish(List.copyOf(constants.keySet()), loop.type().dtype().size());
    }

    /** Elements of a vector of so many bytes. */
    static int lanes(LaneType type, int vectorBytes) {
        return vectorBytes / type.dtype().size();
    }

    private int lanes() {
        return lanes(loop.type(), vectorBytes);
    }

    /** Whether a mask says which lanes of a vector there are. */
    private boolean masked() {
        return vectorBytes > VECTOR && !streamed;
    }

    /** Whether an operand's elements of a round are two vectors. */
    private boolean takesTwo() {
        return loop.rows().contains(Row.LONG) || loop.rows().contains(Row.PAIR);
    }

    private MachineEmitter emitter() {
        return new MachineEmitter(loop.type(), vectorBytes, loop.narrow(), constants);
    }

    /** Writes the function for a stack of some vectors; returns how many it needs. */
    private int write(int slots) {
        int frame = vectorBytes * slots;
        for (int r : SAVED) {
            code.push(r);
        }
        code.add(X86.RSP, -frame);
        if (grid) {
            gridBases();
        } else {
            Arrays.setAll(bases, k -> ARGUMENTS[argument(loop, k)]);
        }
        X86.Mark exit = code.mark();
        X86.Mark row = code.here();
        List<X86.Place> numbers = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            if (loop.repeated().get(k)) {
                broadcast(k, numbers);
            }
        }
        int used = numbers.size();
        code.zero(INDEX);
        if (masked()) {
            code.allLanes(MachineMasks.ROUND);
            if (takesTwo()) {
                code.allLanes(MachineMasks.SECOND);
            }
        }
        int most = used;
        if (unrolls()) {
            most = blocks(numbers, used);
        }
        X86.Mark end = code.mark();
        code.compare(INDEX, N);
        code.jumpIfNotBelow(end);
        MachineEmitter lanes = emitter();
        X86.Place ones = masked() ? placeOf(lanes.bits(-1), lanes) : null;
        MachineRows rows = rows(lanes);
        List<List<Integer>> repeated = repeated(lanes);
        Iterator<Integer> results = round(lanes, rows, repeated);
        for (int a = 0; a < loop.accumulators().size(); a++) {
            int operand = loop.inputs() + loop.outputs() + a;
            int before = rows.load(operand, Row.PLAIN).getFirst();
            int after = loop.accumulators().get(a).apply(lanes, before, results.next());
            rows.store(operand, Row.PLAIN, List.of(after).iterator());
        }
        MachineRegisters registers = new MachineRegisters(
                code, this::address, lanes, known(lanes, repeated, numbers), used, code.registers());
        registers.hoist();
        X86.Mark top = code.here();
        if (ones != null) {
            endOfRow(ones);
        }
        fetchAhead(lanes());
        if (!loop.accumulators().isEmpty()) {
            code.move(TEMPORARY, INDEX);
            code.shiftLeft(TEMPORARY, shift);
            code.and(TEMPORARY, loop.type().accumulators() - 1 << shift);
        }
        if (masked()) {
            registers.writeMasked(exit, !takesTwo());
        } else {
            registers.write(exit);
        }
        code.add(INDEX, lanes());
        code.compare(INDEX, N);
        code.jumpIfBelow(top);
        code.bind(end);
        if (masked()) {
            code.move(INDEX, N);
        }
        if (grid) {
            nextRow(row);
        }
        code.bind(exit);
        if (streamed) {
            code.storeFence();
        }
        code.vzeroupper();
        code.add(X86.RSP, frame);
        for (int r = SAVED.length - 1; r >= 0; r--) {
            code.pop(SAVED[r]);
        }
        code.ret();
        return Math.max(most, registers.slots());
    }

    /** Takes lanes behind the end of the row out of the round. */
    private void endOfRow(X86.Place ones) {
        X86.Mark whole = code.mark();
        code.move(TEMPORARY, N);
        code.subtract(TEMPORARY, INDEX);
        code.compareWith(TEMPORARY, lanes());
        code.jumpIfNotBelow(whole);
        code.firstLanes(MachineMasks.ROUND, TEMPORARY, ones);
        if (takesTwo()) {
            code.maskShiftRight(MachineMasks.SECOND, MachineMasks.ROUND, lanes() / 2);
        }
        code.bind(whole);
    }

    /**
     * Asks for what is wanted soon, and in a streamed loop for the lines of inputs that later rounds want: the processor itself looks
     * ahead no farther than a page.
     */
    private void fetchAhead(int step) {
        for (int k = 0; k < loop.inputs(); k++) {
            boolean soon = loop.row(k) == Row.SOON;
            if (!loop.repeats(k) && (soon || streamed && !grid)) {
                for (int line = 0; line < step << loop.row(k).shift(loop.type()); line += LINE) {
                    code.prefetch(address(k, soon ? line : AHEAD + line));
                }
            }
        }
    }

    /** Vectors of a round of the unrolled loop: as many as a block of accumulators has. */
    private int vectors() {
        return loop.accumulators().isEmpty() ? UNROLLED : (loop.type().accumulators() << shift) / vectorBytes;
    }

    /**
     * Whether there is a loop of several vectors a round before the one of one vector: where accumulators can stay in registers,
     * and where the body is so short that going around would take as long. Each vector of a body that exits has to be by itself.
     */
    private boolean unrolls() {
        int kept = loop.accumulators().size() * vectors();
        for (int k = 0; k < bases.length; k++) {
            if (bases[k] < 0 && !loop.repeats(k)) {
                return false; // the bound lies where addresses are loaded
            }
        }
        MachineEmitter lanes = new MachineEmitter(loop.type(), vectorBytes, loop.narrow(), new LinkedHashMap<>());
        round(lanes, rows(lanes), repeated(lanes));
        return !lanes.exits()
                && (kept > 0 ? kept <= MOST_KEPT : lanes.instructions().size() <= SHORT);
    }

    /**
     * Whether a loop has code in vectors of so many bytes, and no way in its body that may be left out: to do that, code keeps more on
     * the stack than another form may have to.
     */
    static boolean goesOneWay(Loop loop, int vectorBytes) {
        try {
            MachineLoop written = new MachineLoop(loop, vectorBytes, false, false);
            MachineEmitter lanes = written.emitter();
            written.round(lanes, written.rows(lanes), written.repeated(lanes));
            return !lanes.chooses();
        } catch (MachineEmitter.Unsupported e) {
            return false;
        }
    }

    /** The loop of several vectors a round, each of which has its accumulators; returns what it needs of the stack. */
    private int blocks(List<X86.Place> numbers, int used) {
        int step = vectors() * lanes();
        X86.Mark few = code.mark();
        code.move(TEMPORARY, N);
        code.and(TEMPORARY, -step);
        code.compare(INDEX, TEMPORARY);
        code.jumpIfNotBelow(few);
        kept(0x10);
        MachineEmitter lanes = emitter();
        MachineRows rows = rows(lanes);
        List<List<Integer>> repeated = repeated(lanes);
        List<Integer> before = new ArrayList<>();
        for (int i = 0; i < loop.accumulators().size() * vectors(); i++) {
            before.add(lanes.value());
        }
        for (int v = 0; v < vectors(); v++) {
            lanes.vector(v);
            Iterator<Integer> results = round(lanes, rows, repeated);
            for (int a = 0; a < loop.accumulators().size(); a++) {
                int i = a * vectors() + v;
                lanes.keep(i, loop.accumulators().get(a).apply(lanes, before.get(i), results.next()));
            }
        }
        MachineRegisters registers = new MachineRegisters(
                code, this::address, lanes, known(lanes, repeated, numbers), used, code.registers());
        registers.accumulators(before);
        registers.hoist();
        X86.Mark top = code.here();
        fetchAhead(step);
        registers.write(few);
        code.add(INDEX, step);
        code.compare(INDEX, TEMPORARY);
        code.jumpIfBelow(top);
        kept(0x11);
        code.bind(few);
        return registers.slots();
    }

    /** Loads the registers of accumulators from memory, or stores them there. */
    private void kept(int opcode) {
        for (int a = 0; a < loop.accumulators().size(); a++) {
            for (int v = 0; v < vectors(); v++) {
                X86.Address at = new X86.Address(bases[loop.inputs() + loop.outputs() + a], -1, 1, vectorBytes * v);
                int register = MachineRegisters.accumulator(a * vectors() + v, code.registers());
                code.vector(X86.MAP_0F, opcode, false, false, register, -1, at);
            }
        }
    }

    /** Fills vectors on the stack with a repeated input. */
    private void broadcast(int operand, List<X86.Place> numbers) {
        Row row = loop.row(operand);
        if (row.isCast()) {
            throw new MachineEmitter.Unsupported("a repeated number of another type");
        }
        if (row == Row.FLAG) {
            broadcastFlag(number(operand));
            push(numbers);
            return;
        }
        LaneType part = row.part(loop.type());
        int base = number(operand);
        for (int i = 0; i < row.valueCount(); i++) {
            X86.Address from = new X86.Address(base, -1, 1, i * part.dtype().size());
            code.vector(X86.MAP_0F38, part.dtype().size() == 8 ? 0x19 : 0x18, true, false, 0, -1, from);
            if (part != loop.type()) {
                code.vector(X86.MAP_0F, 0x5a, false, false, 0, -1, new X86.Register(0));
            }
            push(numbers);
        }
    }

    /** Puts vector register 0 on the stack. */
    private void push(List<X86.Place> numbers) {
        X86.Address to = code.slot(numbers.size());
        code.vector(X86.MAP_0F, 0x11, false, false, 0, -1, to);
        numbers.add(to);
    }

    /** Fills vector register 0 with ones, or zeros where a byte is 0. */
    private void broadcastFlag(int base) {
        MachineEmitter lanes = emitter();
        X86.Place one = placeOf(lanes.one(), lanes);
        code.vector(X86.MAP_0F38, 0x78, true, false, 0, -1, new X86.Address(base, -1, 1, 0));
        if (vectorBytes > VECTOR) {
            X86.Place zero = placeOf(lanes.zero(), lanes);
            code.bytesToMask(1, 0);
            code.loadVector(0, zero);
            code.blend(0, 0, one, 1);
            return;
        }
        code.vector(X86.MAP_0F, 0x57, false, false, 1, 1, new X86.Register(1));
        code.vector(X86.MAP_0F, 0x74, true, false, 0, 0, new X86.Register(1)); // all bits where the byte is 0
        code.vector(X86.MAP_0F, 0x55, false, false, 0, 0, one);
    }

    private static X86.Place placeOf(int constant, MachineEmitter lanes) {
        return Objects.requireNonNull(lanes.constants().get(constant));
    }

    private MachineRows rows(MachineEmitter lanes) {
        return new MachineRows(lanes, loop.inOneOrder(), streamed);
    }

    /** Values of repeated inputs; none for the others. */
    private List<List<Integer>> repeated(MachineEmitter lanes) {
        List<List<Integer>> values = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            if (!loop.repeats(k)) {
                values.add(List.of());
            } else if (loop.row(k).isPair()) {
                values.add(List.of(lanes.value(), lanes.value()));
            } else {
                values.add(List.of(lanes.value()));
            }
        }
        return values;
    }

    /** Where what doesn't change lies: constants behind the code, repeated numbers on the stack. */
    private static Map<Integer, X86.Place> known(
            MachineEmitter lanes, List<List<Integer>> repeated, List<X86.Place> numbers) {
        Map<Integer, X86.Place> known = new HashMap<>(lanes.constants());
        Iterator<X86.Place> next = numbers.iterator();
        repeated.forEach(values -> values.forEach(v -> known.put(v, next.next())));
        return known;
    }

    /** The body for one vector, with what comes in and goes out; returns what is for the accumulators. */
    private Iterator<Integer> round(MachineEmitter lanes, MachineRows rows, List<List<Integer>> repeated) {
        List<Integer> in = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            in.addAll(loop.repeats(k) ? repeated.get(k) : rows.load(k, loop.row(k)));
        }
        Iterator<Integer> results = loop.body().lanes(lanes, in).iterator();
        for (int k = loop.inputs(); k < loop.inputs() + loop.outputs(); k++) {
            rows.store(k, loop.row(k), results);
        }
        return results;
    }

    /** Which of the addresses is that of an operand: of a {@link Kernel}, as its {@code run} names them. */
    static int argument(Loop loop, int operand) {
        if (operand < loop.inputs()) {
            return operand;
        }
        boolean accumulatorBesideOutput = operand > loop.inputs();
        return accumulatorBesideOutput ? 2 : 3;
    }

    /**
     * Gives registers to the addresses of accumulators, then of rows; what is left over is loaded where it is needed, into the
     * register that loops with accumulators want for those.
     */
    private void gridBases() {
        int next = 0;
        for (int i = bases.length - 1; i >= 0; i--) {
            bases[i] = loop.repeats(i) || next == GRID_BASES.length ? -1 : GRID_BASES[next++];
            if (bases[i] >= 0) {
                code.load(bases[i], base(i));
            } else if (!loop.repeats(i) && !loop.accumulators().isEmpty()) {
                throw new MachineEmitter.Unsupported("too many rows beside accumulators");
            }
        }
    }

    /** The register of the address of a number that doesn't move. */
    private int number(int operand) {
        if (bases[operand] >= 0) {
            return bases[operand];
        }
        code.load(TEMPORARY, base(operand));
        return TEMPORARY;
    }

    /** Where the block of a grid has an operand's address. */
    private static X86.Address base(int operand) {
        return new X86.Address(BLOCK, -1, 1, 8 * (1 + 2 * operand));
    }

    private static X86.Address step(int operand) {
        return new X86.Address(BLOCK, -1, 1, 8 * (2 + 2 * operand));
    }

    private void nextRow(X86.Mark row) {
        for (int k = 0; k < bases.length; k++) {
            if (bases[k] >= 0) {
                code.add(bases[k], step(k));
            } else {
                code.load(TEMPORARY, base(k));
                code.add(TEMPORARY, step(k));
                code.store(base(k), TEMPORARY);
            }
        }
        code.decrement(new X86.Address(BLOCK, -1, 1, 0));
        code.jumpIfNotZero(row);
    }

    /** Where an operand is in this round, and some bytes. */
    X86.Address address(int operand, int offset) {
        if (operand >= loop.inputs() + loop.outputs()) {
            return new X86.Address(bases[operand], TEMPORARY, 1, 0);
        }
        int base = bases[operand];
        if (base < 0) {
            base = TEMPORARY;
            code.load(base, base(operand));
        }
        int size = loop.row(operand).shift(loop.type());
        return new X86.Address(base, INDEX, 1 << size, offset);
    }
}
