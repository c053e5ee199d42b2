package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Reading and writing where a tensor of indices says. Functions of whole slices are these too, with an index that is expanded
 * over the slices: where it does not change along a run of memory, the run is handled as one.
 */
public final class Gathering {
    private Gathering() {}

    /** PyTorch's name of the function, the dimension that indices run along and what they may be. */
    public record Along(String op, int dim, Positions positions) {
        Along shift(int by) {
            return new Along(op, dim + by, positions);
        }
    }

    /** Where, and how values that meet at one place combine: null replaces, else sum, prod, amax, amin. */
    public record Scattering(Along along, @Nullable String reduce, boolean includeSelf) {}

    static Dense dimless(Dense x) {
        return x.dim() > 0 ? x : x.view(Shape.of(1), new long[] {1}, x.storageOffset());
    }

    /** {@code x} by places of {@code index} in the dimensions that the index doesn't run along. */
    static Dense columns(Dense x, Dense index, int dim) {
        long[] strides = x.strides();
        strides[dim] = 0;
        return x.view(index.shape(), strides, x.storageOffset());
    }

    private static void checkShapes(String op, Shape index, Shape x, int dim, boolean alsoDim) {
        boolean fits = Math.max(index.rank(), 1) == Math.max(x.rank(), 1);
        for (int d = 0; fits && d < Math.min(index.rank(), x.rank()); d++) {
            fits = d == dim && !alsoDim || index.size(d) <= x.size(d);
        }
        if (!fits && index.numel() > 0) {
            throw CressetException.runtime(op + ": an index of shape " + index + " doesn't fit shape " + x
                    + "; expected as many dimensions and no larger sizes"
                    + (alsoDim ? "" : " but in dimension " + dim));
        }
    }

    /** {@code out[i][j] = x[index[i][j]][j]}, for the dimension in question. */
    public static final class Gather extends Index {
        public static final Gather OP = new Gather();

        private Gather() {
            super("gather", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Along a = (Along) attrs;
            Positions.checkType(a.op, in[1]);
            checkShapes(a.op, in[1].shape(), in[0].shape(), a.dim, false);
            return spec(in[1].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (out[0].numel() > 0) {
                GatherKernel.run((Along) attrs, dimless(in[0]), dimless(in[1]), dimless(out[0]));
            }
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 1;
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor zero = Tensor.zeros(v.inputShape(0), v.grad().dtype());
            v.set(
                    0,
                    v.input(1).numel() == 0
                            ? zero
                            : Scatter.OP.on(
                                    new Scattering((Along) v.attrs(), "sum", true), zero, v.input(1), v.grad()));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {on(attrs, tangents[0], in[1])};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return batchAll(this, ((Along) attrs).shift(1), in, mapped, size, 1);
        }
    }

    /** {@code attrs} count dimensions one higher; the result has the shape of input {@code like}. */
    private static Tensor[] batchAll(
            Op op, Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size, int like) {
        Tensor[] all = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            Tensor x =
                    in[i].dim() == (mapped[i] ? 1 : 0) ? in[i].unsqueeze(-1) : in[i]; // no dimension is one of size 1
            if (!mapped[i]) {
                long[] dims = new long[x.dim() + 1];
                dims[0] = size;
                System.arraycopy(x.shape().dims(), 0, dims, 1, x.dim());
                x = x.expand(dims);
            }
            all[i] = x;
        }
        Tensor y = op.on(attrs, all);
        boolean none = in[like].dim() == (mapped[like] ? 1 : 0);
        return new Tensor[] {none ? y.squeeze(-1) : y};
    }

    /** {@code x[index[i][j]][j] = (or combined with) source[i][j]}: inputs x, index, source. */
    public static final class Scatter extends Index {
        public static final Scatter OP = new Scatter();

        private Scatter() {
            super("scatter", Saves.ALL);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Along a = ((Scattering) attrs).along;
            Positions.checkType(a.op, in[1]);
            if (in[0].dtype() != in[2].dtype()) {
                throw CressetException.runtime(a.op + ": the tensor is " + in[0].dtype() + ", the source "
                        + in[2].dtype() + "; expected the same dtype");
            }
            checkShapes(a.op, in[1].shape(), in[0].shape(), a.dim, false);
            checkShapes(a.op, in[1].shape(), in[2].shape(), a.dim, true);
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (in[0] == out[0]) { // nothing is written where an index is wrong
                Along a = ((Scattering) attrs).along;
                a.positions.requireAll(a.op, in[1], out[0].dim() == 0 ? 1 : out[0].size(a.dim));
            } else {
                Pointwise.copy(in[0], out[0]);
            }
            if (in[1].numel() > 0) {
                ScatterKernel.run((Scattering) attrs, dimless(out[0]), dimless(in[1]), dimless(in[2]));
            }
        }

        @Override
        protected boolean writesAnywhere() {
            return true;
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return true;
        }

        @Override
        protected void vjp(Vjp v) {
            ScatterGrad.vjp(v);
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            Scattering a = (Scattering) attrs;
            if (!"sum".equals(a.reduce)) {
                return super.jvp(attrs, in, out, tangents);
            }
            Tensor x = tangents[0] == null ? in[0].zerosLike() : tangents[0];
            Tensor source = tangents[2] == null ? in[2].zerosLike() : tangents[2];
            return new Tensor[] {on(attrs, x, in[1], source)};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Scattering a = (Scattering) attrs;
            Scattering shifted = new Scattering(a.along.shift(1), a.reduce, a.includeSelf);
            return batchAll(this, shifted, in, mapped, size, 0);
        }
    }

    /** Bools that are looked through at a time. */
    private static final int FOUND = 1 << 14;

    /** Positions of elements that aren't zero, (n, rank), in row-major order. */
    public static Tensor nonzero(Tensor x) {
        Tensor mask = x.dense("nonzero").detach();
        Dense t = (Dense) (mask.dtype() == DType.BOOL ? mask : mask.ne(0)).contiguous();
        long n = t.numel();
        long count = count(t);
        int rank = t.dim();
        Dense out = Dense.empty(Shape.of(count, rank), DType.INT64);
        if (rank == 0) {
            return out;
        }
        int most = (int) Math.min(n, FOUND);
        Dense some = Dense.empty(Shape.of(most + 1), DType.INT64);
        MemorySegment found = some.segment();
        long at = some.byteOffset();
        long[] numbers = new long[rank == 1 ? 0 : most];
        long[] rows = new long[rank == 1 ? 0 : most * rank];
        long row = 0;
        for (long i = 0; row < count; i += most) {
            int k = find(t, i, (int) Math.min(most, n - i), found, at);
            long to = out.byteOffset() + 8 * row * rank;
            if (rank == 1) {
                MemorySegment.copy(found, at, out.segment(), to, 8L * k);
            } else {
                MemorySegment.copy(found, ValueLayout.JAVA_LONG, at, numbers, 0, k);
                split(numbers, k, t.shape(), rows);
                MemorySegment.copy(rows, 0, out.segment(), ValueLayout.JAVA_LONG, to, k * rank);
            }
            row += k;
        }
        Reference.reachabilityFence(some);
        return out;
    }

    /** The numbers of n bools that are true, from one on. */
    private static int find(Dense t, long first, int n, MemorySegment found, long at) {
        if (MachineMoves.there()) {
            long bytes = Window.address(t.segment(), t.byteOffset() + first, n);
            return MachineMoves.find(bytes, n, first, Window.address(found, at, 8L * (n + 1)));
        }
        byte[] bytes = new byte[n];
        read(t, first, bytes);
        long[] numbers = new long[n + 1];
        int count = find(bytes, n, first, numbers);
        MemorySegment.copy(numbers, 0, found, ValueLayout.JAVA_LONG, at, count);
        return count;
    }

    /** Bools from one on, as many as there are or fit; returns how many. */
    private static int read(Dense t, long from, byte[] to) {
        int n = (int) Math.min(to.length, t.numel() - from);
        MemorySegment.copy(t.segment(), ValueLayout.JAVA_BYTE, t.byteOffset() + from, to, 0, n);
        return n;
    }

    /** How many are true: eight are added up at once, of which none gets too large in a round. */
    private static long count(Dense bools) {
        long[] eights = new long[LineArrays.SOME / 8];
        byte[] rest = new byte[8];
        long n = bools.numel();
        long count = 0;
        for (long i = 0; i + 8 <= n; i += LineArrays.SOME) {
            int some = (int) Math.min(eights.length, (n - i) / 8);
            long at = bools.byteOffset() + i;
            MemorySegment.copy(bools.segment(), ValueLayout.JAVA_LONG_UNALIGNED, at, eights, 0, some);
            count += count(eights, some);
        }
        int left = read(bools, n / 8 * 8, rest);
        for (int i = 0; i < left; i++) {
            count += rest[i];
        }
        return count;
    }

    private static long count(long[] eights, int n) {
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += eights[i];
        }
        long pairs = (sum & 0x00ff00ff00ff00ffL) + (sum >>> 8 & 0x00ff00ff00ff00ffL);
        return pairs * 0x0001000100010001L >>> 48;
    }

    /** Places of those that are 1, without a jump that depends on them, which nobody could foresee. */
    private static int find(byte[] bytes, int n, long first, long[] found) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            found[count] = first + i;
            count += bytes[i];
        }
        return count;
    }

    /** Numbers of elements as positions. */
    private static void split(long[] numbers, int n, Shape shape, long[] positions) {
        int rank = shape.rank();
        long[] sizes = shape.toArray();
        for (int i = 0; i < n; i++) {
            long rest = numbers[i];
            for (int d = rank - 1; d > 0; d--) {
                long q = rest / sizes[d];
                positions[i * rank + d] = rest - q * sizes[d];
                rest = q;
            }
            positions[i * rank] = rest;
        }
    }
}
