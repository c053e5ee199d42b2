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
    static final int BRIEF = 1 << 14;

    /**
     * The same of loops that do next to nothing but read: every call begins with a wait for memory, which took a twentieth of the sum
     * of 16 MB.
     */
    static final int BRIEF_READS = 1 << 17;

    /** Elements of a grid's row, of which a call takes one at least, that is still brief. */
    static final int LONGEST = 1 << 16;

    private static final ThreadLocal<Numbers> NUMBERS = ThreadLocal.withInitial(Numbers::new);

    /** That {@code -Dcresset.scalar=true} is set: no form but the scalar ones. */
    public static final boolean SCALAR_ONLY = Boolean.getBoolean("cresset.scalar");

    private MachineKernels() {}

    /** Bytes of this processor's vectors. */
    static int widest() {
        return MachineCode.avx512() ? 64 : MachineLoop.VECTOR;
    }

    /** Whether no form of a loop will be quicker than that in machine code, if there is one. */
    public static boolean isFinal(Loop loop) {
        return widest() == MachineLoop.VECTOR || MachineLoop.goesOneWay(loop, widest());
    }

    /** Something written as machine code. */
    interface Code {
        /** Its code in vectors of so many bytes; null if there is none. */
        byte @Nullable [] of(int vectorBytes);
    }

    /** A function, and the bytes of its vectors. */
    record Installed(NativeFunction function, int vectorBytes) {}

    /** What has the widest vectors that it can, of so many bytes at most; null if it has no code at all. */
    private static @Nullable Installed widest(Code code, int most) {
        for (int bytes = most; bytes >= MachineLoop.VECTOR; bytes /= 2) {
            NativeFunction f = install(code, bytes);
            if (f != null) {
                return new Installed(f, bytes);
            }
        }
        return null;
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

    static @Nullable NativeFunction install(Code code, int vectorBytes) {
        if (SCALAR_ONLY || !MachineCode.avx2()) {
            return null;
        }
        byte[] bytes = code.of(vectorBytes);
        return bytes == null ? null : MachineCode.install(bytes).orElse(null);
    }

    /** The form of a loop that isn't wide, beside its scalar form; null if there is none on this machine. */
    public static @Nullable Kernel of(Loop loop, Supplier<? extends Kernel> scalar) {
        return of(loop, scalar, widest());
    }

    /** The same in vectors of at most so many bytes. */
    static @Nullable Kernel of(Loop loop, Supplier<? extends Kernel> scalar, int most) {
        Installed code = widest(b -> MachineLoop.of(loop, b), most);
        return code == null ? null : new MachineKernel(loop, scalar, code);
    }

    /** The form of a loop over more elements than the caches hold, beside its usual one; null if there is none. */
    public static @Nullable Kernel streamed(Loop loop, Supplier<? extends Kernel> usual) {
        return streamed(loop, usual, widest());
    }

    static @Nullable Kernel streamed(Loop loop, Supplier<? extends Kernel> usual, int most) {
        Installed code = widest(b -> MachineLoop.streamed(loop, b), most);
        return code == null ? null : new StreamedKernel(loop, code, usual);
    }

    /** The same of a wide loop. */
    public static @Nullable WideKernel streamedWide(Loop loop, Supplier<? extends WideKernel> usual) {
        return streamedWide(loop, usual, widest());
    }

    static @Nullable WideKernel streamedWide(Loop loop, Supplier<? extends WideKernel> usual, int most) {
        Installed code = widest(b -> MachineLoop.streamed(loop, b), most);
        return code == null ? null : new StreamedWide(loop, usual, code);
    }

    /** The form of a wide loop. */
    public static @Nullable WideKernel wide(Loop loop, Supplier<? extends WideKernel> scalar) {
        return wide(loop, scalar, widest());
    }

    static @Nullable WideKernel wide(Loop loop, Supplier<? extends WideKernel> scalar, int most) {
        if (loop.operands() > MachineBlock.MOST_OPERANDS) {
            return null;
        }
        Installed code = widest(b -> MachineLoop.of(loop, b), most);
        return code == null ? null : new MachineWide(loop, scalar, code);
    }

    /** The same of a grid whose repeated inputs, if there are any, move together. */
    public static @Nullable MemoryGridKernel of(GridLoop grid, Supplier<? extends MemoryGridKernel> scalar) {
        return of(grid, scalar, widest());
    }

    static @Nullable MemoryGridKernel of(GridLoop grid, Supplier<? extends MemoryGridKernel> scalar, int most) {
        if (grid.loop().operands() > MachineBlock.MOST_OPERANDS || grid.numberGroups() > 1) {
            return null;
        }
        Installed code = widest(b -> MachineLoop.of(grid, b), most);
        return code == null ? null : new Grid(grid, scalar, code);
    }

    /** A loop over rows. */
    private static final class Grid extends MemoryGridKernel {
        private final GridLoop grid;
        private final OperandMoves moves;
        private final int lanes;
        private final int shift;
        private final int operands;
        private final int[] groups;

        /** The group of repeated inputs; -1 if there are none. */
        private final int numberGroup;

        /** How many repeated inputs there are before an operand. */
        private final int[] before;

        private final Supplier<? extends MemoryGridKernel> scalar;
        private final NativeFunction code;

        Grid(GridLoop grid, Supplier<? extends MemoryGridKernel> scalar, Installed code) {
            this.grid = grid;
            this.moves = new OperandMoves(grid.loop(), code.vectorBytes());
            this.lanes = moves.lanes;
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
            this.code = code.function();
        }

        @Override
        public void run(
                @Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n, Object numbers) {
            int whole = moves.whole(n);
            if (whole > 0) {
                whole(places, offsets, steps, rows, whole, numbers);
            }
            if (whole == n) {
                return;
            }
            if (whole > 0 && apart(places, offsets, steps, rows, n)) { // the last ones with some before them, once more
                whole(places, moved(offsets, steps, 0, n - lanes), steps, rows, lanes, numbers);
            } else {
                scalar.get().run(places, moved(offsets, steps, 0, whole), steps, rows, n - whole, numbers);
            }
        }

        /** Whether no output lies where an input does. */
        private boolean apart(@Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n) {
            int inputs = grid.loop().inputs();
            for (int k = inputs; k < operands; k++) {
                long to = lowest(places[k], offsets[k], steps[groups[k]], rows);
                long end = to + extent(steps[groups[k]], rows, n);
                for (int i = 0; i < inputs; i++) {
                    if (grid.loop().repeats(i)) {
                        continue;
                    }
                    long from = lowest(places[i], offsets[i], steps[groups[i]], rows);
                    if (from < end && to < from + extent(steps[groups[i]], rows, n)) {
                        return false;
                    }
                }
            }
            return true;
        }

        private long lowest(@Nullable MemorySegment place, long offset, int step, int rows) {
            return place == null ? 0 : place.address() + offset + (Math.min(0L, (rows - 1L) * step) << shift);
        }

        private long extent(int step, int rows, int n) {
            return (rows - 1L) * Math.abs(step) + n << shift;
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
                    int left = Math.min(lanes, n - column);
                    scalar.get().run(places, moved(offsets, steps, row, column), steps, 1, left, own);
                    column += left;
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
