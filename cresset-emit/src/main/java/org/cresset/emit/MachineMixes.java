package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * A sparse matrix times rows of floats, or times the elements of lines, in the processor's own language: each result is a sum of a few
 * products, added in order, with a rounding for each. Who calls has checked that all memory is there. For AVX2.
 */
public final class MachineMixes {
    /** Products of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 15;

    private static final int LANES = 8;
    private static final int BYTES = 4 * LANES;

    /** Vectors of a row that are summed up at once. */
    private static final int[] WIDTHS = {4, 1};

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int AT = X86.RAX;
    private static final int TAP = X86.RCX;
    private static final int LAST = X86.RDX;
    private static final int FROM = 8;
    private static final int TO = 9;
    private static final int TO_ROW = 10;
    private static final int STARTS = 11;
    private static final int COLUMNS = X86.RBX;
    private static final int WEIGHTS = X86.RBP;
    private static final int WIDTH = 12;
    private static final int COLUMN = 13;
    private static final int END = 14;
    private static final int LEFT = 15;
    private static final int[] SAVED = {X86.RBX, X86.RBP, 12, 13, 14, 15};

    private static volatile @Nullable NativeFunction ofRows;
    private static volatile @Nullable NativeFunction ofLines;

    private MachineMixes() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /** The matrix, by rows. */
    public static final class Matrix {
        private final int rows;
        private final long most;
        private final MemorySegment starts;
        private final MemorySegment columns;
        private final MemorySegment weights;

        /**
         * A copy of it.
         *
         * @param starts for each row, and behind the last, where its columns and weights begin
         * @param columns in elements of a line, or in rows
         * @param row bytes from one of what columns count to the next
         */
        public Matrix(int[] starts, int[] columns, double[] weights, long row) {
            rows = starts.length - 1;
            long[] at = new long[starts.length];
            long deepest = 1;
            for (int i = 0; i < at.length; i++) {
                at[i] = starts[i];
                deepest = Math.max(deepest, i == 0 ? 0 : starts[i] - starts[i - 1]);
            }
            most = deepest;
            long[] places = new long[columns.length];
            float[] narrow = new float[columns.length];
            for (int i = 0; i < places.length; i++) {
                places[i] = columns[i] * row;
                narrow[i] = (float) weights[i];
            }
            Arena arena = Arena.ofAuto();
            this.starts = arena.allocateFrom(ValueLayout.JAVA_LONG, at);
            this.columns = arena.allocateFrom(ValueLayout.JAVA_LONG, places);
            this.weights = arena.allocateFrom(ValueLayout.JAVA_FLOAT, narrow);
        }
    }

    /** {@code to[r] = sum of weight * from[column]} of rows of {@code width} floats that lie together. */
    public static void rows(Matrix m, long from, long to, long toRow, long width) {
        NativeFunction f = ofRows;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(writeRows()).orElseThrow();
            ofRows = f;
        }
        long some = Math.max(1, BRIEF / Math.max(1, width * m.most));
        for (long r = 0; r < m.rows && width > 0; r += some) {
            call(f, m, r, Math.min(some, m.rows - r), from, 0, to + r * toRow, toRow, 4 * width);
        }
        Reference.reachabilityFence(m);
    }

    /** The same of lines of elements that lie together, {@code fromLine} bytes from each other, and of so many results. */
    public static void lines(Matrix m, long from, long fromLine, long to, long toLine, long lines) {
        NativeFunction f = ofLines;
        if (f == null) {
            f = MachineCode.install(writeLines()).orElseThrow();
            ofLines = f;
        }
        long some = Math.max(1, BRIEF / Math.max(1, m.most * m.rows));
        for (long i = 0; i < lines && m.rows > 0; i += some) {
            call(
                    f,
                    m,
                    0,
                    Math.min(some, lines - i),
                    from + i * fromLine,
                    fromLine,
                    to + i * toLine,
                    toLine,
                    8L * m.rows);
        }
        Reference.reachabilityFence(m);
    }

    private static void call(
            NativeFunction f, Matrix m, long first, long n, long from, long fromLine, long to, long toRow, long width) {
        MachineBlock block = MachineBlock.own();
        block.say(0, from);
        block.say(1, to);
        block.say(2, toRow);
        block.say(3, m.starts.address() + 8 * first);
        block.say(4, m.columns.address());
        block.say(5, m.weights.address());
        block.say(6, width);
        block.say(7, fromLine);
        f.callBriefly(n, block.said(8), 0, 0, 0);
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static X86.Address at(int base, int index, int scale) {
        return new X86.Address(base, index, scale, 0);
    }

    private static void begin(X86 code) {
        for (int r : SAVED) {
            code.push(r);
        }
        int[] order = {FROM, TO, TO_ROW, STARTS, COLUMNS, WEIGHTS, WIDTH};
        for (int i = 0; i < order.length; i++) {
            code.load(order[i], at(BLOCK, 8 * i));
        }
    }

    private static byte[] end(X86 code) {
        code.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static byte[] writeRows() {
        X86 code = new X86();
        begin(code);
        X86.Mark row = code.here();
        code.load(LAST, at(STARTS, 8));
        code.zero(AT);
        for (int vectors : WIDTHS) {
            piece(code, vectors, BYTES * vectors);
        }
        piece(code, 0, 4);
        code.add(STARTS, 8);
        code.addRegister(TO, TO_ROW);
        code.add(N, -1);
        code.jumpIfNotZero(row);
        return end(code);
    }

    /** As many pieces of a row of some vectors, or single floats if that is 0, as there is room for. */
    private static void piece(X86 code, int vectors, int bytes) {
        X86.Mark over = code.mark();
        X86.Mark top = code.here();
        code.move(END, AT);
        code.add(END, bytes);
        code.add(END, -1);
        code.compare(END, WIDTH);
        code.jumpIfNotBelow(over);
        code.load(TAP, at(STARTS, 0));
        for (int v = 0; v < Math.max(1, vectors); v++) {
            code.vector(X86.MAP_0F, 0x57, false, false, v, v, new X86.Register(v));
        }
        X86.Mark done = code.mark();
        X86.Mark tap = code.here();
        code.compare(TAP, LAST);
        code.jumpIfNotBelow(done);
        code.load(COLUMN, at(COLUMNS, TAP, 8));
        code.addRegister(COLUMN, FROM);
        if (vectors == 0) {
            code.single(0x10, 5, 0, at(WEIGHTS, TAP, 4));
            code.single(0x59, 5, 5, at(COLUMN, AT, 1));
            code.single(0x58, 0, 0, new X86.Register(5));
        } else {
            code.vector(X86.MAP_0F38, 0x18, true, false, 5, -1, at(WEIGHTS, TAP, 4)); // the same in all lanes
            for (int v = 0; v < vectors; v++) {
                code.vector(X86.MAP_0F, 0x59, false, false, 6, 5, new X86.Address(COLUMN, AT, 1, BYTES * v));
                code.vector(X86.MAP_0F, 0x58, false, false, v, v, new X86.Register(6));
            }
        }
        code.add(TAP, 1);
        code.compare(TAP, LAST);
        code.jumpIfBelow(tap);
        code.bind(done);
        if (vectors == 0) {
            code.single(0x11, 0, 0, at(TO, AT, 1));
        }
        for (int v = 0; v < vectors; v++) {
            code.vector(X86.MAP_0F, X86.STORE, false, false, v, -1, new X86.Address(TO, AT, 1, BYTES * v));
        }
        code.add(AT, bytes);
        code.jumpIfNotZero(top); // always
        code.bind(over);
    }

    private static byte[] writeLines() {
        X86 code = new X86();
        begin(code);
        X86.Mark line = code.here();
        code.zero(AT); // eight bytes for each result
        code.load(TAP, at(STARTS, 0));
        code.move(LEFT, TO);
        X86.Mark result = code.here();
        code.load(LAST, new X86.Address(STARTS, AT, 1, 8));
        code.vector(X86.MAP_0F, 0x57, false, false, 0, 0, new X86.Register(0));
        X86.Mark done = code.mark();
        X86.Mark tap = code.here();
        code.compare(TAP, LAST);
        code.jumpIfNotBelow(done);
        code.load(COLUMN, at(COLUMNS, TAP, 8));
        code.single(0x10, 1, 0, at(FROM, COLUMN, 1));
        code.single(0x59, 1, 1, at(WEIGHTS, TAP, 4));
        code.single(0x58, 0, 0, new X86.Register(1));
        code.add(TAP, 1);
        code.compare(TAP, LAST);
        code.jumpIfBelow(tap);
        code.bind(done);
        code.single(0x11, 0, 0, at(LEFT, 0));
        code.add(LEFT, 4);
        code.add(AT, 8);
        code.compare(AT, WIDTH);
        code.jumpIfBelow(result);
        code.add(FROM, at(BLOCK, 56));
        code.addRegister(TO, TO_ROW);
        code.add(N, -1);
        code.jumpIfNotZero(line);
        return end(code);
    }
}
