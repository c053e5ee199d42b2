package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.cresset.emit.Loop;
import org.cresset.emit.MachineKernels;
import org.cresset.emit.MemoryGridKernel;
import org.jspecify.annotations.Nullable;

/** Forms of a grid over native memory. */
final class MemoryGridTiers extends LoopForms<MemoryGridKernel> {
    /** Bodies of grids are long. */
    private static final long WORTH_EMITTING = 1 << 8;

    private static final long WORTH_WARMING = 1 << 14;

    /** Elements from which the vector form runs; of fewer than a vector it leaves all to its scalar end. */
    private static final int SMALLEST_FOR_VECTORS = 4;

    private static final int ROWS = 8;
    private static final int WIDTH = 67; // whole vectors and some elements that are left
    private static final int EACH = ROWS * WIDTH;

    final GridLoop grid;

    MemoryGridTiers(GridLoop grid) {
        super(WORTH_EMITTING, WORTH_WARMING, SMALLEST_FOR_VECTORS);
        this.grid = grid;
    }

    /** Runs the form that is best now. */
    void run(MemorySegment[] places, long[] offsets, int[] steps, int rows, int n) {
        int shift = grid.loop().type().dtype().shift();
        long farthest = n;
        for (int step : steps) {
            farthest = Math.max(farthest, n + (long) rows * Math.abs(step));
        }
        if (farthest > Integer.MAX_VALUE >> shift && rows > 1) { // distances in a grid are ints
            int half = rows / 2;
            run(places, offsets, steps, half, n);
            long[] later = offsets.clone();
            for (int k = 0; k < later.length; k++) {
                later[k] += (long) half * steps[grid.groups().get(k)] << shift;
            }
            run(places, later, steps, rows - half, n);
            return;
        }
        pick((long) rows * n, n).run(places, offsets, steps, rows, n);
    }

    /** The same with the numbers of repeated inputs, whose places are null. */
    void run(@Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n, Object numbers) {
        pick((long) rows * n, n).run(places, offsets, steps, rows, n, numbers);
    }

    /** The same of inputs in one piece of memory and outputs in another, with offsets in elements. */
    void run(MemorySegment from, MemorySegment to, int[] offsets, int[] steps, int rows, int n) {
        int inputs = grid.loop().repeated().size();
        MemorySegment[] places = new MemorySegment[offsets.length];
        long[] at = new long[offsets.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = i < inputs ? from : to;
            at[i] = 4L * offsets[i];
        }
        run(places, at, steps, rows, n);
    }

    @Override
    protected Loop loop() {
        return grid.loop();
    }

    @Override
    protected boolean vectorizable() {
        return true;
    }

    @Override
    protected @Nullable MemoryGridKernel machine(Supplier<? extends MemoryGridKernel> scalar) {
        return MachineKernels.of(grid, scalar);
    }

    @Override
    protected MemoryGridKernel load(boolean vector) {
        String name = Tiers.PACKAGE + "." + grid.name() + (vector ? "V" : "");
        try {
            return (MemoryGridKernel)
                    Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Scratch<MemoryGridKernel> scratch() {
        List<Boolean> repeated = grid.loop().repeated();
        int operands = grid.groups().size();
        int each = Collections.frequency(repeated, true);
        int size = grid.loop().type().dtype().size();
        // From the pool: another kind of segment would spoil what the compiler has learned about the loops.
        Storage scratch = Memory.allocate((long) size * operands * EACH);
        scratch.segment().fill((byte) 0);
        MemorySegment[] places = new MemorySegment[operands];
        long[] offsets = new long[operands];
        int[] steps = new int[8];
        Arrays.fill(steps, WIDTH);
        for (int i = 0; i < operands; i++) {
            if (i < repeated.size() && repeated.get(i)) {
                steps[grid.groups().get(i)] = each;
            } else {
                places[i] = scratch.segment();
                offsets[i] = (long) size * i * EACH;
            }
        }
        Object factors = grid.loop().type() == LaneType.F32 ? new float[ROWS * each] : new double[ROWS * each];
        return new Scratch<>() {
            @Override
            public void run(MemoryGridKernel k) {
                k.run(places, offsets, steps, ROWS, WIDTH, factors);
                k.run(places, offsets, steps, ROWS, WIDTH - 3, factors);
                k.run(places, offsets, steps, 1, WIDTH - 3, factors);
                k.run(places, offsets, steps, ROWS, SMALLEST_FOR_VECTORS, factors);
            }

            @Override
            public int elements() {
                return ROWS * (WIDTH + SMALLEST_FOR_VECTORS) + (ROWS + 1) * (WIDTH - 3);
            }

            @Override
            public void close() {
                scratch.free();
            }
        };
    }
}
