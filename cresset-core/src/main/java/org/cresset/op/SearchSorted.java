package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.MachineSearch;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where values belong in rising sequences: in one, or in each value's own row. Inputs: sequences, values, order or null. */
public final class SearchSorted extends Sort {
    public static final SearchSorted OP = new SearchSorted();

    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    /** Elements of a sequence that is searched in an array. */
    private static final long FEW = 1 << 16;

    /** Values that are brought into an array at once. */
    private static final int SOME = 1024;

    /** Whether a value belongs behind its equals, and whether the result is int32. */
    public record Attrs(boolean right, boolean int32) {}

    private SearchSorted() {
        super("searchsorted", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[1].shape(), ((Attrs) attrs).int32 ? DType.INT32 : DType.INT64);
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense sequence = Rows.convert(in[0], in[0].dtype());
        Dense values = Rows.convert(in[1], in[1].dtype());
        Dense order = in[2] == null ? null : Rows.convert(in[2], DType.INT64);
        boolean right = ((Attrs) attrs).right;
        boolean whole = !sequence.dtype().isFloat() && !values.dtype().isFloat();
        long n = sequence.size(sequence.dim() - 1);
        boolean shared = sequence.dim() == 1;
        long perRow = values.dim() == 0 ? 1 : Math.max(1, values.size(values.dim() - 1));
        Dense o = out[0];
        if (order == null) {
            DType t = whole ? DType.INT64 : DType.FLOAT64;
            search(Rows.convert(sequence, t), Rows.convert(values, t), o, shared ? values.numel() : perRow, n, right);
            return;
        }
        Workers.parallelFor(values.numel(), 1024, (from, to) -> {
            for (long i = from; i < to; i++) {
                long start = shared ? 0 : i / perRow * n;
                long lo = 0;
                long hi = n;
                while (lo < hi) {
                    long mid = (lo + hi) >>> 1;
                    long at = start + (order == null ? mid : order.readLong(start + mid));
                    boolean before;
                    if (whole) {
                        long s = sequence.readLong(at);
                        long v = values.readLong(i);
                        before = right ? s <= v : s < v;
                    } else {
                        double s = sequence.read(at);
                        double v = values.read(i);
                        before = right ? !(s > v) : !(s >= v);
                    }
                    if (before) {
                        lo = mid + 1;
                    } else {
                        hi = mid;
                    }
                }
                o.write(i, lo);
            }
        });
    }

    /** Of {@code perRow} values each in a sequence of n, all of int64 or of float64. */
    private static void search(Dense sequence, Dense values, Dense out, long perRow, long n, boolean right) {
        boolean whole = sequence.dtype() == DType.INT64;
        boolean wide = out.dtype() == DType.INT64;
        if (n > 0 && MachineSearch.there()) {
            machine(sequence, values, out, perRow, n, right);
            return;
        }
        if (perRow == values.numel() && n > 0 && n <= FEW) {
            inArrays(sequence, values, out, right);
            return;
        }
        Workers.parallelFor(values.numel(), 1024, (from, to) -> {
            MemorySegment s = Window.of(sequence.segment(), sequence.byteOffset(), 8 * sequence.numel());
            MemorySegment v = Window.of(values.segment(), values.byteOffset(), 8 * values.numel());
            MemorySegment o = Window.of(
                    out.segment(), out.byteOffset(), out.numel() << out.dtype().shift());
            for (long i = from; i < to; i++) {
                long start = perRow == values.numel() ? 0 : i / perRow * n;
                long place = whole
                        ? place(s, 8 * start, n, v.get(L, 8 * i), right)
                        : place(s, 8 * start, n, v.get(D, 8 * i), right);
                if (wide) {
                    o.set(L, 8 * i, place);
                } else {
                    o.set(I, 4 * i, (int) place);
                }
            }
        });
    }

    private static void machine(Dense sequence, Dense values, Dense out, long perRow, long n, boolean right) {
        long s = Window.address(sequence.segment(), sequence.byteOffset(), 8 * sequence.numel());
        long v = Window.address(values.segment(), values.byteOffset(), 8 * values.numel());
        int size = out.dtype().size();
        long o = Window.address(out.segment(), out.byteOffset(), size * out.numel());
        boolean doubles = sequence.dtype() == DType.FLOAT64;
        boolean shared = perRow == values.numel();
        Workers.parallelFor(values.numel(), 1024, (from, to) -> {
            for (long i = from; i < to; ) {
                long start = shared ? 0 : i / perRow * n;
                long count = shared ? to - i : Math.min(to - i, perRow - i % perRow);
                MachineSearch.places(doubles, right, s + 8 * start, n, v + 8 * i, o + size * i, size, count);
                i += count;
            }
        });
        Reference.reachabilityFence(sequence);
        Reference.reachabilityFence(values);
        Reference.reachabilityFence(out);
    }

    /** One sequence for all, which an array has room for: memory is a hundred times as slow for code that isn't compiled yet. */
    private static void inArrays(Dense sequence, Dense values, Dense out, boolean right) {
        int n = Math.toIntExact(sequence.numel());
        boolean whole = sequence.dtype() == DType.INT64;
        double[] floats = new double[whole ? 0 : n];
        long[] longs = new long[whole ? n : 0];
        MemorySegment.copy(sequence.segment(), whole ? L : D, sequence.byteOffset(), whole ? longs : floats, 0, n);
        int shift = out.dtype().shift();
        Workers.parallelFor(values.numel(), SOME, (from, to) -> {
            double[] v = new double[whole ? 0 : SOME];
            long[] places = new long[SOME];
            int[] narrow = new int[shift == 2 ? SOME : 0];
            for (long i = from; i < to; i += SOME) {
                int count = (int) Math.min(SOME, to - i);
                MemorySegment.copy(
                        values.segment(), whole ? L : D, values.byteOffset() + 8 * i, whole ? places : v, 0, count);
                for (int j = 0; j < count; j++) {
                    places[j] = whole ? place(longs, places[j], right) : place(floats, v[j], right);
                }
                long at = out.byteOffset() + (i << shift);
                if (shift == 3) {
                    MemorySegment.copy(places, 0, out.segment(), L, at, count);
                } else {
                    for (int j = 0; j < count; j++) {
                        narrow[j] = (int) places[j];
                    }
                    MemorySegment.copy(narrow, 0, out.segment(), I, at, count);
                }
            }
        });
    }

    private static int place(long[] s, long v, boolean right) {
        int low = 0;
        for (int left = s.length; left > 1; ) { // the number of steps doesn't depend on v, as above
            int half = left >>> 1;
            long at = s[low + half - 1];
            low = (right ? at <= v : at < v) ? low + half : low;
            left -= half;
        }
        return (right ? s[low] <= v : s[low] < v) ? low + 1 : low;
    }

    private static int place(double[] s, double v, boolean right) {
        int low = 0;
        for (int left = s.length; left > 1; ) { // the number of steps doesn't depend on v, as above
            int half = left >>> 1;
            double at = s[low + half - 1];
            low = (right ? !(at > v) : !(at >= v)) ? low + half : low;
            left -= half;
        }
        return (right ? !(s[low] > v) : !(s[low] >= v)) ? low + 1 : low;
    }

    private static long place(MemorySegment s, long start, long n, long v, boolean right) {
        if (n == 0) {
            return 0;
        }
        long low = 0;
        for (long left = n; left > 1; ) { // the number of steps doesn't depend on v, so that no jump is hard to foresee
            long half = left >>> 1;
            long at = s.get(L, start + 8 * (low + half - 1));
            boolean before = right ? at <= v : at < v;
            low = before ? low + half : low;
            left -= half;
        }
        long at = s.get(L, start + 8 * low);
        boolean before = right ? at <= v : at < v;
        return before ? low + 1 : low;
    }

    private static long place(MemorySegment s, long start, long n, double v, boolean right) {
        if (n == 0) {
            return 0;
        }
        long low = 0;
        for (long left = n; left > 1; ) { // the number of steps doesn't depend on v, so that no jump is hard to foresee
            long half = left >>> 1;
            double at = s.get(D, start + 8 * (low + half - 1));
            boolean before = right ? !(at > v) : !(at >= v);
            low = before ? low + half : low;
            left -= half;
        }
        double at = s.get(D, start + 8 * low);
        boolean before = right ? !(at > v) : !(at >= v);
        return before ? low + 1 : low;
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }

    /** One sequence for all stays as it is; else each example's values are in its own rows. */
    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        boolean order = in[2] != null;
        boolean shared = in[0].dim() == (mapped[0] ? 2 : 1);
        if (shared && !mapped[0] && !(order && mapped[2])) {
            return new Tensor[] {on(attrs, in)};
        }
        Tensor sequence = all(in[0], mapped[0], size);
        Tensor values = all(in[1], mapped[1], size);
        Tensor rows = shared ? values.reshape(size, values.numel() / Math.max(1, size)) : values;
        Tensor found = on(attrs, sequence, rows, order ? all(in[2], mapped[2], size) : null);
        return new Tensor[] {found.reshape(values.shape().toArray())};
    }

    /** With a batch dimension, in any case. */
    static Tensor all(Tensor t, boolean mapped, long size) {
        if (mapped) {
            return t;
        }
        long[] dims = new long[t.dim() + 1];
        dims[0] = size;
        System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
        return t.expand(dims);
    }
}
