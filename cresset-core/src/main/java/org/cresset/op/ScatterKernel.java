package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.op.Gathering.Along;
import org.cresset.op.Gathering.Scattering;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Writes where an index says. Values that meet at one place differ only in the dimension of the index, and that is walked in
 * rising order by one thread, so that the result depends neither on the number of threads nor on the layout: of values that
 * replace each other the last one stays.
 */
final class ScatterKernel {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long GRAIN = 1 << 14;
    private static final long ROW = 16;

    /** A thread's memory for values that don't lie together. */
    private static final ThreadLocal<MemorySegment> VALUES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8L * Jumps.BLOCK, 8));

    private ScatterKernel() {}

    static void run(Scattering a, Dense y, Dense index, Dense source) {
        Dense part = source.view(index.shape(), source.stridesRaw(), source.storageOffset());
        String reduce = a.reduce();
        if (reduce != null && !a.includeSelf()) { // what is indexed begins anew
            Dense start = Dense.number(0, y.dtype());
            neutral(reduce, y.dtype(), start);
            split(a.along(), null, y, index, start.view(index.shape(), new long[index.dim()], 0));
        }
        split(a.along(), reduce, y, index, part);
    }

    /** The number that changes nothing. */
    private static void neutral(String reduce, DType t, Dense to) {
        boolean low = reduce.equals("amax");
        switch (reduce) {
            case "sum" -> Convert.writeDouble(t, to.segment(), to.byteOffset(), 0);
            case "prod" -> Convert.writeDouble(t, to.segment(), to.byteOffset(), 1);
            default -> {
                if (t.isFloat()) {
                    Convert.writeDouble(
                            t,
                            to.segment(),
                            to.byteOffset(),
                            low ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
                } else {
                    Convert.writeLong(t, to.segment(), to.byteOffset(), low ? lowest(t) : highest(t));
                }
            }
        }
    }

    private static long lowest(DType t) {
        return t == DType.BOOL || t == DType.UINT8 ? 0 : -1L << 8 * t.size() - 1;
    }

    private static long highest(DType t) {
        return t == DType.BOOL ? 1 : t == DType.UINT8 ? 255 : ~lowest(t);
    }

    /** Threads share the largest dimension besides that of the index. */
    private static void split(Along a, @Nullable String reduce, Dense y, Dense index, Dense part) {
        int d = -1;
        for (int i = 0; i < index.dim(); i++) {
            if (i != a.dim() && (d < 0 || index.size(i) > index.size(d))) {
                d = i;
            }
        }
        Dense columns = Gathering.columns(y, index, a.dim());
        if (d < 0) {
            serial(a, reduce, y, index, columns, part);
            return;
        }
        int dim = d;
        long rest = index.numel() / index.size(dim);
        Workers.parallelFor(index.size(dim), Math.max(1, GRAIN / rest), (from, to) -> {
            serial(
                    a,
                    reduce,
                    y,
                    piece(index, dim, from, to),
                    piece(columns, dim, from, to),
                    piece(part, dim, from, to));
        });
    }

    private static Dense piece(Dense t, int dim, long from, long to) {
        Views.Longs slice = new Views.Longs(dim, from, to, 1);
        return Views.Slice.OP.look(slice, t, Views.Slice.OP.shape(slice, t.shape()));
    }

    private static void serial(Along a, @Nullable String reduce, Dense y, Dense index, Dense columns, Dense part) {
        Geometry g = Geometry.of(
                index.shape(),
                Dense.over(y.storage(), index.shape(), index.shape().contiguousStrides(), 0, DType.UINT8),
                columns,
                part,
                index);
        Jumps jumps = new Jumps(a, index, g.innerStep(3), y, g.innerStep(1), g.inner());
        // An index that is the same for all runs is looked at once; of others each number is used once.
        boolean once = Positions.wide(index) && g.innerStep(3) == 8 && (g.rank == 1 || g.steps[3][g.rank - 2] != 0);
        DirectScatter direct =
                once ? DirectScatter.of(reduce, y, index, part, a.dim(), g.innerStep(1), g.innerStep(2)) : null;
        Target t = new Target(y, part, g.innerStep(1), g.innerStep(2), g.innerStep(3), jumps, direct);
        if (addsRows(reduce, y, index, part, g)) {
            addRows(a, y, index, part, g, t);
            return;
        }
        Walk.each(g, 1, (to, from, at, n) -> t.run(reduce, to, from, at, n));
    }

    /** Whether there are rows of floats to add, each to that which a number says. */
    private static boolean addsRows(@Nullable String reduce, Dense y, Dense index, Dense part, Geometry g) {
        return "sum".equals(reduce)
                && y.dtype() == DType.FLOAT32
                && Positions.wide(index)
                && g.rank > 1
                && g.inner() < 1 << 24
                && g.innerStep(1) == 4
                && g.innerStep(2) == 4
                && g.innerStep(3) == 0
                && g.steps[1][g.rank - 2] == 0
                && g.steps[3][g.rank - 2] == 8
                && MachineMoves.there()
                && part.segment().isNative()
                && y.segment().isNative();
    }

    /** Many rows in a call; one with a number that isn't a place, and those behind it, by themselves. */
    private static void addRows(Along a, Dense y, Dense index, Dense part, Geometry g, Target t) {
        long many = g.dims[g.rank - 2];
        long fromRow = g.steps[2][g.rank - 2];
        long places = y.size(a.dim());
        long jump = y.stride(a.dim()) * 4;
        long width = g.inner();
        int bytes = (int) (4 * width);
        for (long row = 0; row < g.numel / width; row += many) {
            long numbers = Window.address(index.segment(), g.rowOffset(3, row), 8 * many);
            long from = Jumps.place(part.segment(), g.rowOffset(2, row), fromRow, 0, 1, bytes, Math.toIntExact(many));
            long to = Jumps.place(y.segment(), g.rowOffset(1, row), 0, jump, places, bytes, 1);
            long done = MachineMoves.addRows(from, fromRow, to, 0, jump, numbers, places, width, many);
            for (long i = row + done; i < row + many; i++) {
                t.run("sum", g.rowOffset(1, i), g.rowOffset(2, i), g.rowOffset(3, i), width);
            }
        }
    }

    /** Where n values lie one after the other, no more than {@link Jumps#BLOCK}: as they are, or brought together. */
    static long values(MemorySegment source, long from, long step, int size, int n) {
        if (step == size) {
            return Window.address(source, from, (long) size * n);
        }
        MemorySegment together = VALUES.get();
        Moves.run(source, from, step, together, 0, size, size, n);
        return together.address();
    }

    /** Runs of values and where they go; all steps in bytes. */
    private record Target(
            Dense y,
            Dense source,
            long step,
            long sourceStep,
            long indexStep,
            Jumps jumps,
            @Nullable DirectScatter direct) {
        void run(@Nullable String reduce, long to, long from, long at, long n) {
            DType type = y.dtype();
            int size = type.size();
            if (indexStep == 0) {
                long o = to + jumps.one(at);
                if (reduce == null) {
                    Convert.move(source.segment(), from, sourceStep, y.segment(), o, step, size, n);
                    return;
                }
                if (reduce.equals("sum") && n >= ROW && step == size && sourceStep == size) {
                    Adding.run(type, source.segment(), from, size, y.segment(), o, size, n);
                    return;
                }
            }
            for (long i = 0; i < n; i += Jumps.BLOCK) {
                int count = (int) Math.min(Jumps.BLOCK, n - i);
                long o = to + i * step;
                long p = from + i * sourceStep;
                long k = at + i * indexStep;
                int done = direct == null ? 0 : direct.run(o, p, k, count);
                if (done < count) {
                    long[] places = jumps.at(k + done * indexStep, count - done);
                    block(reduce, type, o + done * step, p + done * sourceStep, places, count - done);
                }
            }
        }

        private void block(@Nullable String reduce, DType type, long to, long from, long[] at, int n) {
            MemorySegment out = y.segment();
            MemorySegment in = source.segment();
            if (machine(reduce, type, to, from, at, n)) {
                return;
            }
            if (reduce == null) {
                switch (type.size()) {
                    case 4 -> replaceInts(out, to, in, from, at, n);
                    case 8 -> replaceLongs(out, to, in, from, at, n);
                    default -> {
                        for (int i = 0; i < n; i++) {
                            Convert.move(in, from + i * sourceStep, 0, out, to + at[i], 0, type.size(), 1);
                        }
                    }
                }
            } else if (reduce.equals("sum") && type == DType.FLOAT32) {
                addFloats(out, to, in, from, at, n);
            } else if (type == DType.FLOAT32) {
                combineFloats(reduce, out, to, in, from, at, n);
            } else if (reduce.equals("sum") && type == DType.FLOAT64) {
                addDoubles(out, to, in, from, at, n);
            } else if (reduce.equals("sum") && type == DType.INT64) {
                addLongs(out, to, in, from, at, n);
            } else {
                for (int i = 0; i < n; i++) {
                    combine(reduce, type, out, to + at[i], in, from + i * sourceStep);
                }
            }
        }

        /** In machine code, where that is there for it and places lie behind the first byte; else nothing. */
        private boolean machine(@Nullable String reduce, DType type, long to, long from, long[] at, int n) {
            int size = type.size();
            Combine how = reduce == null || type != DType.FLOAT32 ? null : how(reduce);
            if (how == null && (reduce != null || size != 4 && size != 8)
                    || n < Jumps.WORTH_A_CALL
                    || !MachineMoves.there()) {
                return false;
            }
            long places = y.segment().byteSize() - to - size + 1; // by bytes
            long index = jumps.told(n, places);
            if (index == 0) {
                return false;
            }
            long target = Window.address(y.segment(), to, size);
            long values = values(source.segment(), from, sourceStep, size, n);
            if (how != null) {
                MachineMoves.combine(how, values, target, 0, 1, index, places, n);
            } else {
                MachineMoves.scatter(values, target, 0, 1, index, places, size, n);
            }
            return true;
        }

        private static @Nullable Combine how(String reduce) {
            return switch (reduce) {
                case "sum" -> Combine.SUM;
                case "prod" -> Combine.PRODUCT;
                case "amax" -> Combine.MAX;
                case "amin" -> Combine.MIN;
                default -> null;
            };
        }

        // Loops of their own, small enough to be compiled well.

        private void replaceInts(MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            if (sourceStep == 4) { // known to the compiler
                MemorySegment in = Window.of(values, from, 4L * n);
                for (int i = 0; i < n; i++) {
                    long o = to + at[i];
                    out.set(I, o, in.get(I, 4L * i));
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                long o = to + at[i];
                out.set(I, o, values.get(I, from + i * sourceStep));
            }
        }

        private void replaceLongs(MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            if (sourceStep == 8) { // known to the compiler
                MemorySegment in = Window.of(values, from, 8L * n);
                for (int i = 0; i < n; i++) {
                    long o = to + at[i];
                    out.set(L, o, in.get(L, 8L * i));
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                long o = to + at[i];
                out.set(L, o, values.get(L, from + i * sourceStep));
            }
        }

        private void addFloats(MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            if (sourceStep == 4) { // known to the compiler
                MemorySegment in = Window.of(values, from, 4L * n);
                for (int i = 0; i < n; i++) {
                    long o = to + at[i];
                    out.set(F, o, out.get(F, o) + in.get(F, 4L * i));
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                long o = to + at[i];
                out.set(F, o, out.get(F, o) + values.get(F, from + i * sourceStep));
            }
        }

        private void combineFloats(
                String reduce, MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            MemorySegment in = Window.of(values, 0, values.byteSize());
            switch (reduce) {
                case "prod" -> {
                    for (int i = 0; i < n; i++) {
                        long o = to + at[i];
                        out.set(F, o, out.get(F, o) * in.get(F, from + i * sourceStep));
                    }
                }
                case "amax" -> {
                    for (int i = 0; i < n; i++) {
                        long o = to + at[i];
                        out.set(F, o, Math.max(out.get(F, o), in.get(F, from + i * sourceStep)));
                    }
                }
                default -> {
                    for (int i = 0; i < n; i++) {
                        long o = to + at[i];
                        out.set(F, o, Math.min(out.get(F, o), in.get(F, from + i * sourceStep)));
                    }
                }
            }
        }

        private void addDoubles(MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            if (sourceStep == 8) { // known to the compiler
                MemorySegment in = Window.of(values, from, 8L * n);
                for (int i = 0; i < n; i++) {
                    long o = to + at[i];
                    out.set(D, o, out.get(D, o) + in.get(D, 8L * i));
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                long o = to + at[i];
                out.set(D, o, out.get(D, o) + values.get(D, from + i * sourceStep));
            }
        }

        private void addLongs(MemorySegment target, long to, MemorySegment values, long from, long[] at, int n) {
            MemorySegment out = Window.of(target, 0, target.byteSize());
            if (sourceStep == 8) { // known to the compiler
                MemorySegment in = Window.of(values, from, 8L * n);
                for (int i = 0; i < n; i++) {
                    long o = to + at[i];
                    out.set(L, o, out.get(L, o) + in.get(L, 8L * i));
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                long o = to + at[i];
                out.set(L, o, out.get(L, o) + values.get(L, from + i * sourceStep));
            }
        }
    }

    private static void combine(String how, DType t, MemorySegment to, long o, MemorySegment from, long p) {
        if (t.isComplex()) {
            DType r = t.real();
            double a = Convert.readDouble(r, to, o);
            double b = Convert.readDouble(r, to, o + r.size());
            double c = Convert.readDouble(r, from, p);
            double d = Convert.readDouble(r, from, p + r.size());
            boolean sum = "sum".equals(how);
            Convert.writeDouble(r, to, o, sum ? a + c : a * c - b * d);
            Convert.writeDouble(r, to, o + r.size(), sum ? b + d : a * d + b * c);
        } else if (t.isFloat()) {
            double a = Convert.readDouble(t, to, o);
            double b = Convert.readDouble(t, from, p);
            Convert.writeDouble(
                    t,
                    to,
                    o,
                    switch (how) {
                        case "sum" -> a + b;
                        case "prod" -> a * b;
                        case "amax" -> Math.max(a, b);
                        default -> Math.min(a, b);
                    });
        } else {
            long a = Convert.readLong(t, to, o);
            long b = Convert.readLong(t, from, p);
            Convert.writeLong(
                    t,
                    to,
                    o,
                    switch (how) {
                        case "sum" -> a + b;
                        case "prod" -> a * b;
                        case "amax" -> Math.max(a, b);
                        default -> Math.min(a, b);
                    });
        }
    }
}
