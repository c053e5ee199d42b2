package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Supplier;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Forms of loops in the processor's own language ({@link MachineLoop}), which run at full speed from the first call on. What
 * they leave, the end of a row that isn't a vector and elements that want a rare function, the scalar form does.
 */
public final class MachineKernels {
    /** Elements of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 14;

    /** Elements of a grid's row, of which a call takes one at least, that is still brief. */
    private static final int LONGEST = 1 << 16;

    private static final ThreadLocal<Numbers> NUMBERS = ThreadLocal.withInitial(Numbers::new);

    /** That {@code -Dcresset.scalar=true} is set: no form but the scalar ones. */
    public static final boolean SCALAR_ONLY = Boolean.getBoolean("cresset.scalar");

    private MachineKernels() {}

    /** Whether the vectors of machine code are this processor's widest. */
    public static boolean widest() {
        return !MachineCode.avx512();
    }

    /** The repeated inputs of a grid's rows in memory that its code can read; each thread has its own. */
    private static final class Numbers {
        private MemorySegment memory = MemorySegment.NULL;

        /**
         * Copies the numbers of all rows; returns the address of those of the first.
         *
         * @param count of each row
         */
        long of(Object numbers, int step, int rows, int count) {
            int all = (rows - 1) * Math.abs(step) + count;
            int size = numbers instanceof float[] ? Float.BYTES : Double.BYTES;
            if (memory.byteSize() < (long) all * size) {
                memory = Arena.ofAuto().allocate(2L * all * size, 32);
            }
            if (numbers instanceof float[] floats) {
                MemorySegment.copy(floats, 0, memory, ValueLayout.JAVA_FLOAT, 0, all);
            } else {
                MemorySegment.copy((double[]) numbers, 0, memory, ValueLayout.JAVA_DOUBLE, 0, all);
            }
            return memory.address() + (long) at(step, rows, 0) * size;
        }

        /** Those of one row by themselves. */
        Object row(Object numbers, int step, int rows, int row, int count) {
            int at = at(step, rows, row);
            return numbers instanceof float[] floats
                    ? Arrays.copyOfRange(floats, at, at + count)
                    : Arrays.copyOfRange((double[]) numbers, at, at + count);
        }

        /** Where the numbers of a row begin; those of the last come first where steps are negative. */
        private static int at(int step, int rows, int row) {
            return step < 0 ? (row + 1 - rows) * step : row * step;
        }
    }

    private static @Nullable NativeFunction install(Supplier<byte @Nullable []> code) {
        if (SCALAR_ONLY || !MachineCode.avx2()) {
            return null;
        }
        byte[] bytes = code.get();
        return bytes == null ? null : MachineCode.install(bytes).orElse(null);
    }

    /** The form of a loop that isn't wide, beside its scalar form; null if there is none on this machine. */
    public static @Nullable Kernel of(Loop loop, Kernel scalar) {
        NativeFunction f = install(() -> MachineLoop.of(loop));
        return f == null ? null : new Plain(loop, scalar, f);
    }

    /** The same of a wide loop. */
    public static @Nullable WideKernel of(Loop loop, WideKernel scalar) {
        if (loop.operands() > MachineBlock.MOST_OPERANDS) {
            return null;
        }
        NativeFunction f = install(() -> MachineLoop.of(loop));
        return f == null ? null : new Wide(loop, scalar, f);
    }

    /** The same of a grid whose repeated inputs, if there are any, move together. */
    public static @Nullable MemoryGridKernel of(GridLoop grid, MemoryGridKernel scalar) {
        if (grid.loop().operands() > MachineBlock.MOST_OPERANDS || grid.numberGroups() > 1) {
            return null;
        }
        NativeFunction f = install(() -> MachineLoop.of(grid));
        return f == null ? null : new Grid(grid, scalar, f);
    }

    /** How operands of a loop move with its elements. */
    private static final class Moves {
        /** That there is no such operand. */
        static final int NONE = -1;

        /** That an operand doesn't move, because it is a block of accumulators. */
        static final int ACCUMULATORS = -2;

        /** The same because it is one number; less the logarithm of its size. */
        static final int STAYS = -3;

        final int lanes;
        final int size;
        final int block;
        private final int step;

        Moves(Loop loop) {
            lanes = MachineLoop.lanes(loop.type());
            size = loop.type().dtype().size();
            block = loop.type().accumulators() * size;
            step = loop.accumulators().isEmpty() ? lanes : loop.type().accumulators();
        }

        /** How many elements the scalar form takes where the code has stopped: as many as are left, or up to where it can go on. */
        int left(int done, int n) {
            return Math.min(step - done % step, n - done);
        }

        static int of(Loop loop, int operand) {
            if (operand >= loop.inputs() + loop.outputs()) {
                return ACCUMULATORS;
            }
            int shift = loop.row(operand).shift(loop.type());
            return loop.repeats(operand) ? STAYS - shift : shift;
        }

        /** The address of an operand, of which all n elements lie inside its segment. */
        long address(@Nullable MemorySegment segment, long offset, int moves, int n) {
            if (moves == NONE || segment == null) {
                return 0;
            }
            long bytes = moves >= 0 ? (long) n << moves : moves == ACCUMULATORS ? block : 1L << STAYS - moves;
            return Window.address(segment, offset, bytes);
        }

        /** Bytes from an operand's place for element 0 to that for element {@code i}. */
        long to(int i, int moves) {
            return moves >= 0 ? (long) i << moves : moves == ACCUMULATORS ? (long) i * size & block - 1 : 0;
        }

        /** The address for rows from an element that begins a block of accumulators, or has none. */
        long from(long address, int i, int moves) {
            return moves >= 0 ? address + ((long) i << moves) : address;
        }
    }

    /** A loop with places for up to four operands. */
    private static final class Plain extends Kernel {
        private final Moves moves;
        private final int[] of = {Moves.NONE, Moves.NONE, Moves.NONE, Moves.NONE};
        private final Kernel scalar;
        private final NativeFunction code;
        private final @Nullable NativeFunction parts;

        Plain(Loop loop, Kernel scalar, NativeFunction code) {
            this.moves = new Moves(loop);
            this.scalar = scalar;
            this.code = code;
            this.parts = loop.accumulators().isEmpty() ? null : install(() -> MachineLoop.parts(loop));
            for (int k = 0; k < loop.operands(); k++) {
                of[MachineLoop.argument(loop, k)] = Moves.of(loop, k);
            }
        }

        @Override
        public void run(
                MemorySegment a,
                long ao,
                @Nullable MemorySegment b,
                long bo,
                @Nullable MemorySegment c,
                long co,
                MemorySegment o,
                long oo,
                int n) {
            int whole = n & -moves.lanes;
            long pa = moves.address(a, ao, of[0], n);
            long pb = moves.address(b, bo, of[1], n);
            long pc = moves.address(c, co, of[2], n);
            long po = moves.address(o, oo, of[3], n);
            int done = 0;
            while (done < n) {
                int end = Math.min(whole, done + BRIEF);
                if (done < whole) {
                    done += (int) code.callBriefly(
                            end - done, from(pa, done, 0), from(pb, done, 1), from(pc, done, 2), from(po, done, 3));
                }
                int some = moves.left(done, n);
                if (some > 0 && (done < end || done == whole)) { // a rare element, or the end
                    scalar.run(
                            a, ao + to(done, 0), b, bo + to(done, 1), c, co + to(done, 2), o, oo + to(done, 3), some);
                    done += some;
                }
            }
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(b);
            Reference.reachabilityFence(c);
            Reference.reachabilityFence(o);
        }

        /** Whole parts at once; what is left of the row is one that {@link #run} takes. */
        @Override
        public void parts(MemorySegment a, long ao, MemorySegment o, long oo, LaneType type, int n, int part) {
            int whole = n / part;
            if (parts == null || whole < 2 || part % moves.lanes != 0) {
                super.parts(a, ao, o, oo, type, n, part);
                return;
            }
            long row = (long) part * moves.size;
            long from = Window.address(a, ao, whole * row);
            long to = Window.address(o, oo, (long) whole * moves.block);
            MachineBlock block = MachineBlock.own();
            int most = Math.max(1, BRIEF / part);
            for (int done = 0; done < whole; done += most) {
                block.operand(0, from + done * row, row);
                block.operand(1, to + (long) done * moves.block, moves.block);
                parts.callBriefly(part, block.of(Math.min(most, whole - done), 2), 0, 0, 0);
            }
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(o);
            if (whole * part < n) {
                long at = oo + (long) whole * moves.block;
                run(a, ao + whole * row, null, 0, null, 0, o, at, n - whole * part);
            }
        }

        private long from(long address, int i, int place) {
            return moves.from(address, i, of[place]);
        }

        private long to(int i, int place) {
            return moves.to(i, of[place]);
        }
    }

    /** A loop over any number of operands. */
    private static final class Wide extends WideKernel {
        private final Moves moves;
        private final int[] of;
        private final WideKernel scalar;
        private final NativeFunction code;

        Wide(Loop loop, WideKernel scalar, NativeFunction code) {
            this.moves = new Moves(loop);
            this.scalar = scalar;
            this.code = code;
            this.of = new int[loop.operands()];
            for (int k = 0; k < of.length; k++) {
                of[k] = Moves.of(loop, k);
            }
        }

        @Override
        public void run(MemorySegment[] segments, long[] offsets, int n) {
            int whole = n & -moves.lanes;
            long[] addresses = new long[of.length];
            for (int k = 0; k < of.length; k++) {
                addresses[k] = moves.address(segments[k], offsets[k], of[k], n);
            }
            long[] at = new long[of.length];
            MachineBlock block = MachineBlock.own();
            int done = 0;
            while (done < n) {
                int end = Math.min(whole, done + BRIEF);
                if (done < whole) {
                    for (int k = 0; k < of.length; k++) {
                        block.operand(k, moves.from(addresses[k], done, of[k]), 0);
                    }
                    done += (int) code.callBriefly(end - done, block.of(1, of.length), 0, 0, 0);
                }
                int some = moves.left(done, n);
                if (some > 0 && (done < end || done == whole)) { // a rare element, or the end
                    for (int k = 0; k < of.length; k++) {
                        at[k] = offsets[k] + moves.to(done, of[k]);
                    }
                    scalar.run(segments, at, some);
                    done += some;
                }
            }
            Reference.reachabilityFence(segments);
        }
    }

    /** A loop over rows. */
    private static final class Grid extends MemoryGridKernel {
        private final GridLoop grid;
        private final int lanes;
        private final int shift;
        private final int operands;
        private final int[] groups;

        /** The group of repeated inputs; -1 if there are none. */
        private final int numberGroup;

        /** How many repeated inputs there are before an operand. */
        private final int[] before;

        private final MemoryGridKernel scalar;
        private final NativeFunction code;

        Grid(GridLoop grid, MemoryGridKernel scalar, NativeFunction code) {
            this.grid = grid;
            this.lanes = MachineLoop.lanes(grid.loop().type());
            this.shift = grid.loop().type().dtype().shift();
            this.operands = grid.loop().operands();
            this.groups = grid.groups().stream().mapToInt(Integer::intValue).toArray();
            this.before = new int[operands];
            int count = 0;
            int group = -1;
            for (int k = 0; k < operands; k++) {
                before[k] = count;
                if (grid.loop().repeats(k)) {
                    group = groups[k];
                    count++;
                }
            }
            this.numberGroup = group;
            this.scalar = scalar;
            this.code = code;
        }

        @Override
        public void run(
                @Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n, Object numbers) {
            int whole = n & -lanes;
            if (whole > 0) {
                whole(places, offsets, steps, rows, whole, numbers);
            }
            if (whole < n) {
                scalar.run(places, moved(offsets, steps, 0, whole), steps, rows, n - whole, numbers);
            }
        }

        private void whole(
                @Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n, Object numbers) {
            MachineBlock block = MachineBlock.own();
            @Nullable Numbers told = numberGroup < 0 ? null : NUMBERS.get();
            long first = told == null ? 0 : told.of(numbers, steps[numberGroup], rows, numbersOfRow());
            int most = Math.max(1, BRIEF / n);
            int row = 0;
            int column = 0;
            while (row < rows) {
                // The rest of a row at which the code stopped, or all rows from here on.
                int some = column > 0 ? 1 : Math.min(rows - row, most);
                long[] at = moved(offsets, steps, row, column);
                for (int k = 0; k < operands; k++) {
                    MemorySegment place = places[k];
                    int step = steps[groups[k]];
                    if (grid.loop().repeats(k)) {
                        block.operand(k, first + ((long) row * step + before[k] << shift), (long) step << shift);
                        continue;
                    }
                    if (place == null) {
                        throw new IllegalArgumentException(grid.name() + ": no memory for operand " + k);
                    }
                    long low = Window.rows(place, at[k], step, some, n - column, shift);
                    long from = low - (Math.min((some - 1) * (long) step, 0) << shift);
                    block.operand(k, from, (long) step << shift);
                }
                long asked = block.of(some, operands);
                column += (int)
                        (n <= LONGEST
                                ? code.callBriefly(n - column, asked, 0, 0, 0)
                                : code.call(n - column, asked, 0, 0));
                row += some - block.left();
                if (row < rows && column < n) {
                    Object own =
                            told == null ? numbers : told.row(numbers, steps[numberGroup], rows, row, numbersOfRow());
                    scalar.run(places, moved(offsets, steps, row, column), steps, 1, lanes, own);
                    column += lanes;
                }
                if (column >= n) {
                    row += block.left() > 0 ? 1 : 0;
                    column = 0;
                }
            }
            Reference.reachabilityFence(places);
            Reference.reachabilityFence(block);
            Reference.reachabilityFence(told);
        }

        private int numbersOfRow() {
            return before[operands - 1]; // the last operand is an output
        }

        /** Offsets of an element of a row. */
        private long[] moved(long[] offsets, int[] steps, int row, int column) {
            if (row == 0 && column == 0) {
                return offsets;
            }
            long[] at = new long[operands];
            for (int k = 0; k < operands; k++) {
                at[k] = offsets[k] + ((long) row * steps[groups[k]] + column << shift);
            }
            return at;
        }
    }
}
