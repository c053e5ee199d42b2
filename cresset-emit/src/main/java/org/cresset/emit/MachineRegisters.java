package org.cresset.emit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cresset.emit.MachineInstruction.Form;

/**
 * Gives the values of a body vector registers, and writes the instructions. The body is a straight line, so it is
 * known when a value is needed next; where registers are short, the one needed last goes to the stack.
 */
final class MachineRegisters {
    private static final int NEVER = Integer.MAX_VALUE;

    /** Registers for what an instruction wants of what stays in memory. */
    private static final int FOR_OPERANDS = 2;

    /** Where operands lie. */
    interface Operands {
        /** Some bytes behind where an operand is in this round. */
        X86.Address address(int operand, int offset);
    }

    private final X86 code;
    private final Operands operands;

    /** How many registers there are, the first ones. */
    private final int count;

    private final List<MachineInstruction> instructions;

    /** Where values lie in memory that never changes during a round: constants, repeated inputs, what was put on the stack. */
    private final Map<Integer, X86.Place> memory = new HashMap<>();

    private final int[][] uses;
    private final int[] next;
    private final int[] register;
    private final int[] holds;
    private final BitSet locked = new BitSet();
    private final BitSet kept = new BitSet();

    /** What instructions have made so far. */
    private final BitSet made = new BitSet();

    /** Those that may be left out and are being written. */
    private final ArrayDeque<Part> parts = new ArrayDeque<>();

    private final MachineMasks masks;
    private final boolean large;
    private int slots;

    /** The mask of this round, 0 if it is a whole one. */
    private int round;

    /** The mask of those of its lanes that may exit, 0 for all. */
    private int exiting;

    /**
     * For one round of a loop.
     *
     * @param known where constants and repeated inputs lie
     * @param slots of the stack that are taken
     * @param count registers that may be used
     */
    MachineRegisters(
            X86 code, Operands operands, MachineEmitter body, Map<Integer, X86.Place> known, int slots, int count) {
        this.code = code;
        this.operands = operands;
        this.count = count;
        this.holds = new int[count];
        this.memory.putAll(known);
        this.slots = slots;
        this.instructions = living(body);
        this.uses = new int[body.values()][];
        this.next = new int[body.values()];
        this.register = new int[body.values()];
        this.large = code.vectorBytes() > MachineLoop.VECTOR;
        this.masks = new MachineMasks(large ? instructions : List.of(), body);
        Arrays.fill(register, -1);
        Arrays.fill(holds, -1);
        int[] reads = new int[uses.length];
        for (MachineInstruction i : instructions) {
            for (int v : sources(i)) {
                reads[v]++;
            }
        }
        for (int v = 0; v < uses.length; v++) {
            uses[v] = new int[reads[v]];
        }
        for (int i = instructions.size() - 1; i >= 0; i--) {
            for (int v : sources(instructions.get(i))) {
                uses[v][--reads[v]] = i;
            }
        }
    }

    /** Of some registers that of an accumulator, which stays there from round to round. */
    static int accumulator(int i, int count) {
        return count - 1 - i;
    }

    private int accumulator(int i) {
        return accumulator(i, count);
    }

    /** Says that these values are accumulators, which have registers of their own. */
    void accumulators(List<Integer> values) {
        for (int i = 0; i < values.size(); i++) {
            int r = accumulator(i);
            register[values.get(i)] = r;
            holds[r] = values.get(i);
            kept.set(r);
        }
    }

    /**
     * Loads constants and repeated inputs, those used most often first, into registers that the body can do without; to be written
     * before the loop.
     */
    void hoist() {
        int room = count - kept.cardinality() - mostAtOnce() - FOR_OPERANDS;
        List<Map.Entry<Integer, X86.Place>> known = new ArrayList<>();
        for (Map.Entry<Integer, X86.Place> e : memory.entrySet()) {
            if (uses[e.getKey()].length > 0) {
                known.add(e);
            }
        }
        known.sort(Comparator.comparingInt((Map.Entry<Integer, X86.Place> e) -> -uses[e.getKey()].length)
                .thenComparingInt(Map.Entry::getKey));
        int r = count - 1 - kept.cardinality();
        for (Map.Entry<Integer, X86.Place> e : known.subList(0, Math.clamp(room, 0, known.size()))) {
            code.loadVector(r, e.getValue());
            int v = e.getKey();
            register[v] = r;
            holds[r] = v;
            kept.set(r--);
        }
    }

    /** How many values that the body makes are needed later at the same time. */
    private int mostAtOnce() {
        int now = 0;
        int most = 0;
        for (int i = 0; i < instructions.size(); i++) {
            int result = instructions.get(i).result();
            if (result >= 0) {
                most = Math.max(most, ++now);
            }
            int[] sources = sources(instructions.get(i));
            for (int k = 0; k < sources.length; k++) {
                int v = sources[k];
                boolean again = k > 0 && sources[0] == v || k > 1 && sources[1] == v;
                boolean last = uses[v][uses[v].length - 1] == i;
                if (last && !again && !memory.containsKey(v) && register[v] < 0) {
                    now--;
                }
            }
        }
        return most;
    }

    /** Vectors on the stack that the round needs. */
    int slots() {
        return slots;
    }

    static int[] sources(MachineInstruction i) {
        return switch (i.form()) {
            case PLAIN, NUMBERED -> new int[] {i.first(), i.second()};
            case UNARY, NUMBERED_UNARY -> new int[] {i.second()};
            case SHIFT, EXIT, SKIP, STORE, KEEP -> new int[] {i.first()};
            case BLEND, FMA -> new int[] {i.first(), i.second(), i.third()};
            case LOAD, JOIN -> new int[0];
        };
    }

    /** Without instructions whose results nobody reads. */
    private static List<MachineInstruction> living(MachineEmitter body) {
        BitSet read = new BitSet();
        List<MachineInstruction> all = body.instructions();
        BitSet needed = new BitSet();
        for (int i = all.size() - 1; i >= 0; i--) {
            MachineInstruction x = all.get(i);
            if (x.result() < 0 || read.get(x.result())) {
                needed.set(i);
                for (int v : sources(x)) {
                    read.set(v);
                }
            }
        }
        List<MachineInstruction> living = new ArrayList<>(all.size());
        for (int i = needed.nextSetBit(0); i >= 0; i = needed.nextSetBit(i + 1)) {
            living.add(all.get(i));
        }
        return living;
    }

    /**
     * Writes all of it for the lanes of {@link MachineMasks#ROUND} only.
     *
     * @param inOrder whether lanes are in that order inside the body, too; else any lane makes it exit
     */
    void writeMasked(X86.Mark exit, boolean inOrder) {
        round = MachineMasks.ROUND;
        exiting = inOrder ? round : 0;
        write(exit);
    }

    /** Writes all of it; a mask that holds somewhere jumps to {@code exit}. */
    void write(X86.Mark exit) {
        for (int at = 0; at < instructions.size(); at++) {
            MachineInstruction i = instructions.get(at);
            locked.clear();
            switch (i.form()) {
                case PLAIN, NUMBERED, BLEND -> {
                    if (large && i.form() == Form.BLEND) {
                        blend(i, at);
                        continue;
                    }
                    if (large && MachineMasks.compares(i)) {
                        compare(i, at);
                        continue;
                    }
                    if (large && masks.suffice(i.result()) && combine(i, at)) {
                        continue;
                    }
                    int mask = i.form() == Form.BLEND ? inRegister(i.third()) : 0;
                    int first = inRegister(i.first());
                    X86.Place second = place(i.second());
                    int to = result(i, at);
                    if (i.form() == Form.PLAIN) {
                        code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), to, first, second);
                    } else {
                        int number = i.form() == Form.BLEND ? mask << 4 : i.number();
                        code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), to, first, second, number);
                    }
                }
                case UNARY -> {
                    X86.Place from = place(i.second());
                    code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), result(i, at), -1, from);
                }
                case NUMBERED_UNARY -> {
                    X86.Place from = place(i.second());
                    code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), result(i, at), -1, from, i.number());
                }
                case SHIFT -> {
                    int from = inRegister(i.first());
                    code.shift(i.opcode(), i.third(), result(i, at), from, i.number());
                }
                case FMA -> fma(i, at);
                case EXIT -> {
                    if (large) {
                        code.test(inMask(i.first()), exiting);
                        code.jumpIfNotZero(exit);
                        release(i, at);
                        continue;
                    }
                    int mask = inRegister(i.first());
                    code.vector(X86.MAP_0F38, 0x0e, true, false, mask, -1, new X86.Register(mask));
                    code.jumpIfNotZero(exit);
                    release(i, at);
                }
                case SKIP -> skip(i, at);
                case JOIN -> join();
                case LOAD -> {
                    int to = result(i, at);
                    X86.Address from = operands.address(i.operand(), i.offset());
                    if (large) {
                        code.masked(i.map(), i.opcode(), i.prefix66(), false, to, -1, from, lanes(i));
                    } else {
                        code.vector(i.map(), i.opcode(), i.prefix66(), false, to, -1, from);
                    }
                }
                case STORE -> {
                    int from = inRegister(i.first());
                    X86.Address to = operands.address(i.operand(), i.offset());
                    if (large) {
                        store(i, from, to);
                        release(i, at);
                        continue;
                    }
                    switch (i.number()) {
                        case MachineEmitter.HALF -> code.half(i.map(), i.opcode(), i.prefix66(), from, -1, to);
                        case MachineEmitter.HALF_PRECISION ->
                            code.vector(i.map(), i.opcode(), i.prefix66(), false, from, -1, to, 0);
                        default -> code.vector(i.map(), i.opcode(), i.prefix66(), false, from, -1, to);
                    }
                    release(i, at);
                }
                case KEEP -> {
                    int from = inRegister(i.first());
                    int to = accumulator(i.number());
                    if (from != to) {
                        code.vector(X86.MAP_0F, 0x28, false, false, to, -1, new X86.Register(from));
                    }
                    release(i, at);
                }
            }
        }
    }

    /** What may be left out: where values were before it, which of them there were, and its end. */
    private record Part(int[] register, BitSet made, X86.Mark end) {}

    /**
     * Looks whether what follows is wanted. What was there before and is needed behind it goes to the stack, unless it is in memory
     * already, so that both ways find it there.
     */
    private void skip(MachineInstruction i, int at) {
        int mask = large ? inMask(i.first()) : inRegister(i.first());
        int end = joinOf(at);
        for (int v = made.nextSetBit(0); v >= 0; v = made.nextSetBit(v + 1)) {
            boolean needed = uses[v].length > 0 && uses[v][uses[v].length - 1] > end;
            if (needed && register[v] >= 0 && !kept.get(register[v]) && !isKept(v)) {
                toStack(v);
            }
        }
        X86.Mark to = code.mark();
        if (large) {
            code.test(mask, exiting);
        } else {
            code.vector(X86.MAP_0F38, 0x0e, true, false, mask, -1, new X86.Register(mask));
        }
        code.jumpIfZero(to);
        release(i, at);
        parts.push(new Part(register.clone(), (BitSet) made.clone(), to));
    }

    private int joinOf(int skip) {
        int depth = 0;
        for (int at = skip; ; at++) {
            Form form = instructions.get(at).form();
            depth += form == Form.SKIP ? 1 : form == Form.JOIN ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
    }

    /** Both ways meet: what was there before is in registers only where it has been all the time. */
    private void join() {
        Part part = parts.pop();
        for (int v = 0; v < register.length; v++) {
            boolean before = part.made.get(v) || memory.containsKey(v) && !made.get(v);
            if (before && register[v] >= 0 && register[v] != part.register[v]) {
                holds[register[v]] = -1;
                register[v] = -1;
            }
        }
        code.bind(part.end);
    }

    private void store(MachineInstruction i, int from, X86.Address to) {
        switch (i.number()) {
            case MachineEmitter.HALF -> code.storeHalf(to, from, round);
            case MachineEmitter.HALF_PRECISION -> code.storeFloat16(to, from, round);
            case MachineEmitter.NARROWED -> code.storeNarrowed(i.opcode(), to, from, round);
            default -> code.masked(i.map(), i.opcode(), i.prefix66(), false, from, -1, to, lanes(i));
        }
    }

    /** The mask of a load's or store's lanes. */
    private int lanes(MachineInstruction i) {
        return round != 0 && i.number() == MachineEmitter.SECOND ? MachineMasks.SECOND : round;
    }

    /** A comparison, whose result stays a mask where nothing but selections wants it, and one is free. */
    private void compare(MachineInstruction i, int at) {
        int first = inRegister(i.first());
        X86.Place second = place(i.second());
        release(i, at);
        int to = masks.suffice(i.result()) ? masks.free() : 0;
        int mask = to == 0 ? MachineMasks.SCRATCH : to;
        if (i.form() == Form.PLAIN) {
            code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), mask, first, second);
        } else {
            code.vector(i.map(), i.opcode(), i.prefix66(), i.wide(), mask, first, second, i.number());
        }
        if (to == 0) {
            code.maskToLanes(result(i, at), mask);
        } else {
            masks.hold(i.result(), to);
            made.set(i.result());
        }
    }

    /** A condition of others, if these are masks; one of all lanes' bits is for the reverse. */
    private boolean combine(MachineInstruction i, int at) {
        boolean reverse = i.opcode() == 0x57;
        int a = masks.of(i.first());
        int b = reverse ? a : masks.of(i.second());
        if (a == 0 || b == 0) {
            return false;
        }
        int to = masks.free();
        if (to == 0) {
            return false;
        }
        release(i, at);
        switch (i.opcode()) {
            case 0x54 -> code.maskAnd(to, a, b);
            case 0x56 -> code.maskOr(to, a, b);
            default -> code.maskNot(to, a);
        }
        masks.hold(i.result(), to);
        made.set(i.result());
        return true;
    }

    private int inMask(int v) {
        if (masks.of(v) == 0) {
            code.lanesToMask(MachineMasks.SCRATCH, inRegister(v));
            return MachineMasks.SCRATCH;
        }
        return masks.of(v);
    }

    private void blend(MachineInstruction i, int at) {
        int mask = inMask(i.third());
        int first = inRegister(i.first());
        X86.Place second = place(i.second());
        code.blend(result(i, at), first, second, mask);
    }

    /** The processor's overwrites one of its operands: one that isn't needed any more, else a copy of the third. */
    private void fma(MachineInstruction i, int at) {
        int a = i.first();
        int b = i.second();
        int c = i.third();
        if (register[a] < 0 && register[b] >= 0) { // the second may come from memory
            a = i.second();
            b = i.first();
        }
        int opcode;
        int to;
        int middle;
        X86.Place last;
        boolean kept = register[c] >= 0 && register[c] == keptNext(i, at);
        if (kept || dies(c, at) && register[c] >= 0) {
            opcode = 0xb8; // 231: result += middle * last
            lock(c);
            middle = inRegister(a);
            last = place(b);
            to = register[c];
        } else if (dies(a, at) && a != c && a != b) {
            opcode = 0xa8; // 213: result = middle * result + last
            to = inRegister(a);
            middle = inRegister(b);
            last = place(c);
        } else if (dies(b, at) && register[b] >= 0 && b != c && a != b) {
            opcode = 0xa8;
            to = inRegister(b);
            middle = inRegister(a);
            last = place(c);
        } else {
            opcode = 0xb8;
            middle = inRegister(a);
            last = place(b);
            X86.Place third = place(c);
            to = free();
            code.loadVector(to, third);
        }
        release(i, at);
        hold(i.result(), to);
        made.set(i.result());
        code.vector(X86.MAP_0F38, opcode, true, i.wide(), to, middle, last);
    }

    private boolean dies(int v, int at) {
        return uses[v][uses[v].length - 1] <= at
                && !memory.containsKey(v)
                && (register[v] < 0 || !kept.get(register[v]));
    }

    private void lock(int v) {
        locked.set(register[v]);
    }

    private int inRegister(int v) {
        if (register[v] < 0) {
            int r = free();
            X86.Place from = memory.get(v);
            if (from != null) {
                code.loadVector(r, from);
            } else if (masks.of(v) != 0) {
                code.maskToLanes(r, masks.of(v));
            } else {
                throw new IllegalStateException("a value is nowhere");
            }
            hold(v, r);
        }
        lock(v);
        return register[v];
    }

    private X86.Place place(int v) {
        if (register[v] >= 0) {
            lock(v);
            return new X86.Register(register[v]);
        }
        X86.Place p = memory.get(v);
        return p != null ? p : new X86.Register(inRegister(v));
    }

    private void hold(int v, int r) {
        if (holds[r] >= 0 && register[holds[r]] == r) {
            register[holds[r]] = -1;
        }
        holds[r] = v;
        register[v] = r;
    }

    /** Lets go of operands that aren't needed any more, then finds a register for the result. */
    private int result(MachineInstruction i, int at) {
        release(i, at);
        int kept = keptNext(i, at);
        int r = kept >= 0 ? kept : free();
        hold(i.result(), r);
        made.set(i.result());
        return r;
    }

    /** The register of the accumulator that gets the result in the next instruction; -1 if none does. */
    private int keptNext(MachineInstruction i, int at) {
        if (at + 1 == instructions.size()) {
            return -1;
        }
        MachineInstruction next = instructions.get(at + 1);
        return next.form() == Form.KEEP && next.first() == i.result() ? accumulator(next.number()) : -1;
    }

    private void release(MachineInstruction i, int at) {
        for (int v : sources(i)) {
            while (next[v] < uses[v].length && uses[v][next[v]] <= at) {
                next[v]++;
            }
            if (next[v] == uses[v].length) {
                masks.release(v);
            }
            if (next[v] == uses[v].length && register[v] >= 0 && !kept.get(register[v])) {
                locked.clear(register[v]);
                holds[register[v]] = -1;
                register[v] = -1;
            }
        }
    }

    /** A register that holds nothing; if there is none, that of the value needed last, which is put on the stack. */
    private int free() {
        int best = -1;
        int farthest = -1;
        for (int r = 0; r < count; r++) {
            if (locked.get(r) || kept.get(r)) {
                continue;
            }
            if (holds[r] < 0) {
                return r;
            }
            int v = holds[r];
            int use = next[v] < uses[v].length ? uses[v][next[v]] : NEVER;
            if (use > farthest) {
                farthest = use;
                best = r;
            }
        }
        int v = holds[best];
        if (!isKept(v)) {
            toStack(v);
        }
        register[v] = -1;
        holds[best] = -1;
        return best;
    }

    /**
     * Whether a value is elsewhere than in its register, too: in memory, or as a mask, of which lanes are made anew. Such lanes don't go
     * to the stack: if they were made in what may be left out they wouldn't be there behind it.
     */
    private boolean isKept(int v) {
        return memory.containsKey(v) || masks.of(v) != 0;
    }

    private void toStack(int v) {
        X86.Address slot = code.slot(slots++);
        code.vector(X86.MAP_0F, 0x11, false, false, register[v], -1, slot);
        memory.put(v, slot);
    }
}
