package org.cresset.emit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/** A loop with places for up to four operands, in machine code. */
final class MachineKernel extends Kernel {
    private static final int PLACES = 4;
    private static final int OUT = 3;

    /** Rows whose ends are kept at once. */
    private static final int KEPT = 1024;

    private static final ThreadLocal<MemorySegment> ENDS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate((long) KEPT * 2 * MachineLoop.VECTOR, 64));

    private final Loop loop;
    private final int vectorBytes;
    private final OperandMoves moves;

    /** How the operand in each place moves. */
    private final int[] of = {OperandMoves.NONE, OperandMoves.NONE, OperandMoves.NONE, OperandMoves.NONE};

    /** The place of each operand. */
    private final int[] places;

    private final Supplier<? extends Kernel> scalar;
    private final NativeFunction code;
    private final @Nullable NativeFunction parts;

    /** The form for rows, written when it is first asked for. */
    private volatile @Nullable NativeFunction rows;

    private volatile boolean sought;

    MachineKernel(Loop loop, Supplier<? extends Kernel> scalar, MachineKernels.Installed code) {
        this.loop = loop;
        this.vectorBytes = code.vectorBytes();
        this.moves = new OperandMoves(loop, vectorBytes);
        this.scalar = scalar;
        this.code = code.function();
        this.parts = loop.accumulators().isEmpty()
                ? null
                : MachineKernels.install(b -> MachineLoop.parts(loop, b), vectorBytes);
        this.places = new int[loop.operands()];
        for (int k = 0; k < places.length; k++) {
            places[k] = MachineLoop.argument(loop, k);
            of[places[k]] = OperandMoves.of(loop, k);
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
        int whole = moves.whole(n);
        long pa = moves.address(a, ao, of[0], n);
        long pb = moves.address(b, bo, of[1], n);
        long pc = moves.address(c, co, of[2], n);
        long po = moves.address(o, oo, of[OUT], n);
        int done = 0;
        while (done < n) {
            int end = Math.min(whole, done + MachineKernels.BRIEF);
            if (done < whole) {
                done += (int) code.callBriefly(
                        end - done, from(pa, done, 0), from(pb, done, 1), from(pc, done, 2), from(po, done, OUT));
            }
            int some = moves.left(done, n);
            if (some > 0 && (done < end || done == whole)) { // a rare element, or the end
                scalar.get()
                        .run(
                                a,
                                ao + to(done, 0),
                                b,
                                bo + to(done, 1),
                                c,
                                co + to(done, 2),
                                o,
                                oo + to(done, OUT),
                                some);
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
        int most = Math.max(1, MachineKernels.BRIEF_READS / part);
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

    /**
     * Many rows in a call. What is left of each row behind whole vectors is computed with the elements before it once more, again
     * of all rows; where the result takes the place of an input, before that is done, and kept elsewhere meanwhile.
     */
    @Override
    public void rows(@Nullable MemorySegment[] s, long[] offsets, long[] steps, int rows, int n) {
        int whole = moves.whole(n);
        NativeFunction f = rows < 2 || whole == 0 || n > MachineKernels.LONGEST ? null : ofRows();
        if (f == null) {
            super.rows(s, offsets, steps, rows, n);
            return;
        }
        long[] addresses = new long[PLACES];
        Meeting meeting = addresses(s, offsets, steps, rows, n, addresses);
        if (whole == n) {
            vectors(f, s, offsets, addresses, steps, rows, 0, whole);
        } else if (meeting == Meeting.NONE) {
            vectors(f, s, offsets, addresses, steps, rows, 0, whole);
            vectors(f, s, offsets, addresses, steps, rows, n - moves.lanes, moves.lanes);
        } else if (meeting == Meeting.SAME) {
            for (int r = 0; r < rows; r += KEPT) {
                inPlace(f, s, offsets, addresses, steps, r, Math.min(KEPT, rows - r), n);
            }
        } else {
            vectors(f, s, offsets, addresses, steps, rows, 0, whole);
            for (int r = 0; r < rows; r++) {
                scalar(s, offsets, steps, r, whole, n - whole);
            }
        }
        Reference.reachabilityFence(s);
    }

    /** How the result's memory meets that of inputs. */
    private enum Meeting {
        NONE,
        SAME,
        OTHER
    }

    private void inPlace(
            NativeFunction f,
            @Nullable MemorySegment[] s,
            long[] offsets,
            long[] addresses,
            long[] steps,
            int first,
            int rows,
            int n) {
        int lanes = moves.lanes;
        int whole = n & -lanes;
        int shift = of[OUT];
        @Nullable MemorySegment[] at = s.clone();
        long[] begin = offsets.clone();
        long[] from = addresses.clone();
        long[] step = steps.clone();
        for (int p : places) {
            begin[p] += first * steps[p];
            from[p] += first * steps[p];
        }
        long to = from[OUT];
        MemorySegment ends = ENDS.get();
        at[OUT] = ends;
        begin[OUT] = -((long) (n - lanes) << shift);
        from[OUT] = ends.address() + begin[OUT];
        step[OUT] = (long) lanes << shift;
        vectors(f, at, begin, from, step, rows, n - lanes, lanes);
        at[OUT] = s[OUT];
        begin[OUT] = offsets[OUT] + first * steps[OUT];
        from[OUT] = to;
        step[OUT] = steps[OUT];
        vectors(f, at, begin, from, step, rows, 0, whole);
        int left = n - whole;
        int size = 1 << shift;
        long kept = ends.address() + ((long) (lanes - left) << shift);
        long end = to + ((long) whole << shift);
        MachineMoves.evenly(kept, (long) lanes << shift, size, end, steps[OUT], size, size, rows, left);
    }

    private @Nullable NativeFunction ofRows() {
        if (!sought) { // twice, if two threads come at once
            rows = loop.accumulators().isEmpty()
                    ? MachineKernels.install(b -> MachineLoop.rows(loop, b), vectorBytes)
                    : null;
            sought = true;
        }
        return rows;
    }

    /** Checks that all rows lie in memory, and says where the first ones do. */
    private Meeting addresses(
            @Nullable MemorySegment[] s, long[] offsets, long[] steps, int rows, int n, long[] addresses) {
        long[] low = new long[PLACES];
        long[] high = new long[PLACES];
        for (int p : places) {
            MemorySegment segment = s[p];
            if (segment == null) {
                throw new IllegalArgumentException(loop.name() + ": no memory for place " + p);
            }
            long others = Math.multiplyExact(rows - 1, steps[p]);
            long below = Math.min(others, 0);
            long bytes = moves.bytes(of[p], n) + Math.abs(others);
            low[p] = Window.address(segment, offsets[p] + below, bytes);
            high[p] = low[p] + bytes;
            addresses[p] = low[p] - below;
        }
        Meeting meeting = Meeting.NONE;
        for (int p : places) {
            if (p != OUT && high[p] > low[OUT] && high[OUT] > low[p]) {
                boolean same = of[p] == of[OUT]
                        && addresses[p] == addresses[OUT]
                        && steps[p] == steps[OUT]
                        && steps[p] != 0; // else all rows are one, which takes part in itself
                meeting = same && meeting != Meeting.OTHER ? Meeting.SAME : Meeting.OTHER;
            }
        }
        return meeting;
    }

    /** Columns from one on of all rows, whole vectors. */
    private void vectors(
            NativeFunction f,
            @Nullable MemorySegment[] s,
            long[] offsets,
            long[] addresses,
            long[] steps,
            int rows,
            int first,
            int n) {
        MachineBlock block = MachineBlock.own();
        int most = Math.max(1, MachineKernels.BRIEF / n);
        int row = 0;
        int column = 0;
        while (row < rows) {
            // The rest of a row at which the code stopped, or all rows from here on.
            int some = column > 0 ? 1 : Math.min(rows - row, most);
            for (int k = 0; k < places.length; k++) {
                int p = places[k];
                block.operand(k, moves.from(addresses[p] + row * steps[p], first + column, of[p]), steps[p]);
            }
            column += (int) f.callBriefly(n - column, block.of(some, places.length), 0, 0, 0);
            row += some - block.left();
            if (row < rows && column < n) { // a rare element
                int left = Math.min(moves.lanes, n - column);
                scalar(s, offsets, steps, row, first + column, left);
                column += left;
            }
            if (column >= n) {
                row += block.left() > 0 ? 1 : 0;
                column = 0;
            }
        }
    }

    private void scalar(@Nullable MemorySegment[] s, long[] offsets, long[] steps, int row, int column, int n) {
        long[] at = new long[PLACES];
        for (int p : places) {
            at[p] = offsets[p] + row * steps[p] + to(column, p);
        }
        run(scalar.get(), s, at, n);
    }

    private long from(long address, int i, int place) {
        return moves.from(address, i, of[place]);
    }

    private long to(int i, int place) {
        return moves.to(i, of[place]);
    }
}
