package org.cresset.emit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Transforms of squares of numbers along both of their dimensions, in float32, of many channels at a time: first the columns of a
 * tile, then the rows of what comes out of these, which stays on the stack in between. For AVX2 and FMA, or AVX-512. The bits are
 * those of the same transforms as two loops.
 */
public final class MachineTiles {
    /** Values of a tile along one dimension at most. */
    public static final int MOST = 6;

    /** Vectors of channels that one call transforms: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1024;

    private static final int FLOAT = 4;

    /** Vectors on the stack for what has no register. */
    private static final int SPILLED = 16;

    // What the code is told:
    private static final int LINES = 0;
    private static final int OUT_LINES = LINES + MOST;
    private static final int THERE = OUT_LINES + MOST;
    private static final int COLUMN = THERE + MOST;
    private static final int TILE = COLUMN + 1;
    private static final int OUT_COLUMN = TILE + 1;
    private static final int OUT_TILE = OUT_COLUMN + 1;
    private static final int PLUS = OUT_TILE + 1;
    private static final int TILES = PLUS + 1;
    private static final int FIRST = TILES + 1;
    private static final int LAST = FIRST + 1;
    private static final int SAID = LAST + 1;

    // Registers for it:
    private static final int STEP = X86.RAX;
    private static final int COUNT = X86.RBX;
    private static final int PLUS_AT = X86.RCX;
    private static final int AT = X86.RDX;
    private static final int CHANNEL = X86.RSI;
    private static final int TEMPORARY = X86.RBP;
    private static final int LINE = 8;
    private static final int THREE = 8;
    private static final int FIVE = 9;
    private static final int IN_TILE = 14;
    private static final int TO_TILE = 15;
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 13, 14, 15};

    private final Body columns;
    private final Body rows;
    private final int in;
    private final int out;
    private final boolean plus;
    private final int vectorBytes;
    private final X86 code;

    /** Bit patterns of constants, and which of the constants they are. */
    private final Map<Long, Integer> constants = new LinkedHashMap<>();

    private @Nullable NativeFunction function;

    /**
     * Of tiles of {@code in} by {@code in} values to tiles of {@code out} by {@code out}.
     *
     * @param columns takes {@code in} values to {@code out}
     * @param rows the same, but that it gets a number behind them if {@code plus}, the same for all tiles
     */
    public MachineTiles(Body columns, Body rows, int in, int out, boolean plus) {
        this(columns, rows, in, out, plus, MachineCode.avx512() ? 64 : 32);
    }

    MachineTiles(Body columns, Body rows, int in, int out, boolean plus, int vectorBytes) {
        this.columns = columns;
        this.rows = rows;
        this.in = in;
        this.out = out;
        this.plus = plus;
        this.vectorBytes = vectorBytes;
        this.code = new X86(vectorBytes);
    }

    /** Whether this machine has such code. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /** Fewest channels that there may be. */
    public static int fewestChannels() {
        return 16;
    }

    /**
     * Where values are, or go to.
     *
     * @param lines the first tile's first value in each of its lines, as addresses
     * @param column bytes from a value to the next in its line
     * @param tile bytes from a tile to the next
     */
    public record Side(long[] lines, long column, long tile) {}

    /**
     * Transforms some tiles; who calls has checked that all of it lies in memory that is there. Channels lie together.
     *
     * @param begin the first column of tiles that is there; those before, and from {@code end} on, are zeros
     * @param end the column behind the last one that is there
     * @param added one number for each channel, where it is added to each value; else any address
     */
    public void run(Side from, int begin, int end, Side to, long added, int tiles, int channels) {
        NativeFunction f = function;
        if (f == null) {
            f = function();
        }
        MachineBlock block = MachineBlock.own();
        for (int c = 0; c < MOST; c++) {
            block.say(THERE + c, c >= begin && c < end ? 1 : 0);
        }
        block.say(COLUMN, from.column);
        block.say(TILE, from.tile);
        block.say(OUT_COLUMN, to.column);
        block.say(OUT_TILE, to.tile);
        block.say(PLUS, added);
        int lanes = vectorBytes / FLOAT;
        int vectors = (channels + lanes - 1) / lanes;
        int some = Math.max(1, BRIEF / vectors);
        int brief = BRIEF * lanes;
        for (int t = 0; t < tiles; t += some) {
            for (int l = 0; l < in; l++) {
                block.say(LINES + l, from.lines[l] + t * from.tile);
            }
            for (int l = 0; l < out; l++) {
                block.say(OUT_LINES + l, to.lines[l] + t * to.tile);
            }
            block.say(TILES, Math.min(some, tiles - t));
            for (int c = 0; c < channels; c += brief) {
                int last = Math.min(channels, c + brief);
                block.say(FIRST, (long) FLOAT * Math.min(c, channels - lanes));
                block.say(LAST, (long) FLOAT * (last - lanes));
                f.callBriefly(block.said(SAID), 0, 0, 0, 0);
            }
        }
    }

    private static X86.Address at(int base, int index, int scale) {
        return new X86.Address(base, index, scale, 0);
    }

    private static X86.Address told(int i) {
        return new X86.Address(X86.RDI, -1, 1, 8 * i);
    }

    /** A value of a tile between both transforms. */
    private X86.Address between(int line, int column) {
        return code.slot(line * in + column);
    }

    /** Writes the code, once. */
    private synchronized NativeFunction function() {
        NativeFunction f = function;
        if (f == null) {
            f = MachineCode.install(write()).orElseThrow();
            function = f;
        }
        return f;
    }

    private byte[] write() {
        MachineEmitter first = emitted(columns, in);
        MachineEmitter second = emitted(rows, plus ? in + 1 : in);
        int frame = vectorBytes * (in * out + SPILLED);
        for (int r : SAVED) {
            code.push(r);
        }
        code.move(AT, X86.RSP);
        code.add(X86.RSP, -frame - vectorBytes);
        code.and(X86.RSP, -vectorBytes);
        code.store(code.slot(frame / vectorBytes), AT);
        X86.Place[] held = new X86.Place[constants.size()];
        int count = code.registers();
        if (count > 16) { // there are enough registers to keep constants
            for (int c = 0; c < held.length; c++) {
                code.loadVector(--count, new X86.Constant(c));
                held[c] = new X86.Register(count);
            }
        }
        code.load(COUNT, told(TILES));
        code.zero(IN_TILE);
        code.zero(TO_TILE);
        X86.Mark tile = code.here();
        code.load(CHANNEL, told(FIRST));
        X86.Mark channel = code.here();
        for (int l = 0; l < in; l++) {
            code.load(LINE + l, told(LINES + l));
        }
        code.load(STEP, told(COLUMN));
        code.move(AT, IN_TILE);
        code.addRegister(AT, CHANNEL);
        for (int c = 0; c < in; c++) {
            column(first, held, count, c);
        }
        code.move(AT, TO_TILE);
        code.addRegister(AT, CHANNEL);
        code.load(STEP, told(OUT_COLUMN));
        code.load(PLUS_AT, told(PLUS));
        code.move(THREE, STEP);
        code.addRegister(THREE, STEP);
        code.addRegister(THREE, STEP);
        code.move(FIVE, THREE);
        code.addRegister(FIVE, STEP);
        code.addRegister(FIVE, STEP);
        for (int l = 0; l < out; l++) {
            row(second, held, count, l);
        }
        X86.Mark done = code.mark();
        code.load(TEMPORARY, told(LAST));
        code.compare(CHANNEL, TEMPORARY);
        code.jumpIfNotBelow(done);
        code.add(CHANNEL, vectorBytes);
        code.compare(CHANNEL, TEMPORARY);
        code.jumpIfBelow(channel);
        code.move(CHANNEL, TEMPORARY); // the last vector may hold channels of the one before
        code.compare(CHANNEL, TEMPORARY);
        code.jumpIfNotBelow(channel);
        code.bind(done);
        code.add(IN_TILE, told(TILE));
        code.add(TO_TILE, told(OUT_TILE));
        code.add(COUNT, -1);
        code.jumpIfNotZero(tile);
        code.load(X86.RSP, code.slot(frame / vectorBytes));
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.copyOf(constants.keySet()), FLOAT);
    }

    /** A transform as instructions: operands 0, 1, ... come in, and behind them go out. */
    private MachineEmitter emitted(Body body, int inputs) {
        MachineEmitter e = new MachineEmitter(LaneType.F32, vectorBytes, false, constants);
        List<Integer> values = new ArrayList<>();
        for (int k = 0; k < inputs; k++) {
            values.add(e.load(X86.MAP_0F, X86.LOAD, false, k, Row.PLAIN, 0));
        }
        List<Integer> results = body.lanes(e, values);
        for (int k = 0; k < out; k++) {
            e.store(X86.MAP_0F, X86.STORE, false, results.get(k), MachineEmitter.WHOLE, inputs + k, Row.PLAIN, 0);
        }
        return e;
    }

    private void transform(MachineEmitter body, X86.Place[] held, int count, MachineRegisters.Operands operands) {
        Map<Integer, X86.Place> known = body.constants();
        if (count < code.registers()) {
            known.replaceAll((v, place) -> held[((X86.Constant) place).number()]);
        }
        MachineRegisters registers = new MachineRegisters(code, operands, body, known, in * out, count);
        registers.write(code.mark());
        if (registers.slots() > in * out + SPILLED) {
            throw new IllegalStateException("a transform of too many values");
        }
    }

    /** Transforms a column, or makes zeros of one that isn't there. */
    private void column(MachineEmitter body, X86.Place[] held, int count, int c) {
        X86.Mark there = code.mark();
        X86.Mark done = code.mark();
        code.load(TEMPORARY, told(THERE + c));
        code.add(TEMPORARY, 0);
        code.jumpIfNotZero(there);
        code.vector(X86.MAP_0F, 0xef, true, false, 0, 0, new X86.Register(0));
        for (int l = 0; l < out; l++) {
            code.vector(X86.MAP_0F, X86.STORE, false, false, 0, -1, between(l, c));
        }
        code.compare(TEMPORARY, TEMPORARY);
        code.jumpIfNotBelow(done);
        code.bind(there);
        transform(
                body, held, count, (operand, _) -> operand < in ? at(LINE + operand, AT, 1) : between(operand - in, c));
        code.bind(done);
        code.addRegister(AT, STEP);
    }

    private void row(MachineEmitter body, X86.Place[] held, int count, int l) {
        code.load(TEMPORARY, told(OUT_LINES + l));
        code.addRegister(TEMPORARY, AT);
        int inputs = plus ? in + 1 : in;
        transform(body, held, count, (operand, _) -> {
            if (operand < in) {
                return between(l, operand);
            }
            if (operand < inputs) {
                return at(PLUS_AT, CHANNEL, 1);
            }
            int k = operand - inputs;
            return switch (k) {
                case 0 -> at(TEMPORARY, -1, 1);
                case 3 -> at(TEMPORARY, THREE, 1);
                case 5 -> at(TEMPORARY, FIVE, 1);
                default -> at(TEMPORARY, STEP, k);
            };
        });
    }
}
