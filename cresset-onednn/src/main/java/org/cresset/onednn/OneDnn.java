package org.cresset.onednn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.ContractionException;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.NativeLibrary;
import org.cresset.base.spi.Operand;
import org.cresset.base.spi.PackedFactor;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN as provider. Every call runs single-threaded on a slice of the work, and slices are shared out by {@link Workers}.
 * Activations of convolutions are expected channels-last; weights are brought into the layout that the primitive likes best
 * at each call, which costs little beside the convolution.
 */
public final class OneDnn implements Contractions {
    /** Products below this many multiplications stay on one thread. */
    private static final long WORTH_SHARING = 1 << 21;

    private static final long WORTH_HALVING = 512;

    /** Places of the output up to which a weight in the library's order is kept. */
    private static final long FEW_PLACES = 1024;

    /** Bits of instruction sets that compute with half types; without them oneDNN would, far slower than in float32. */
    private static final int AVX2_HALF = 0x10;

    private static final int BFLOAT16 = 0x80;
    private static final int FLOAT16 = 0x100;

    private final @Nullable Dnnl dnnl;
    private final String status;
    private final int instructionSets;
    private final Cache cache = new Cache();
    private final Map<ConvKey, Boolean> fast = new ConcurrentHashMap<>();

    /** Loads the library; {@link #available()} tells whether that worked. */
    public OneDnn() {
        Dnnl d = null;
        String s;
        try {
            d = new Dnnl();
            s = "oneDNN 3 for " + NativeLibrary.platform();
        } catch (IOException | RuntimeException | LinkageError e) {
            s = "not available: " + e.getMessage();
        }
        dnnl = d;
        status = s;
        instructionSets = d == null ? 0 : d.instructionSets();
    }

    @Override
    public String name() {
        return "oneDNN";
    }

    @Override
    public boolean available() {
        return dnnl != null;
    }

    @Override
    public String status() {
        return status;
    }

    private Dnnl dnnl() {
        if (dnnl == null) {
            throw new IllegalStateException(status);
        }
        return dnnl;
    }

    // ---- matrix products ----

    @Override
    public boolean multiplies(DType dtype) {
        return dnnl != null
                && switch (dtype) {
                    case FLOAT32 -> true;
                    case BFLOAT16 -> (instructionSets & (BFLOAT16 | AVX2_HALF)) != 0;
                    case FLOAT16 -> (instructionSets & (FLOAT16 | AVX2_HALF)) != 0;
                    default -> false;
                };
    }

    private static int code(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> Dnnl.F32;
            case BFLOAT16 -> Dnnl.BF16;
            case FLOAT16 -> Dnnl.F16;
            default -> throw new IllegalArgumentException("no kernels for " + dtype);
        };
    }

    /**
     * What a product's primitive depends on. This and other keys say by themselves when they are equal: what a record does about
     * it is code generated in its first comparison, which costs a new process ten milliseconds.
     */
    private record MatmulKey(
            int type,
            long batch,
            long m,
            long n,
            long k,
            long ab,
            long ar,
            long ac,
            long bb,
            long br,
            long bc,
            long cb,
            long cr,
            long cc,
            boolean bias,
            boolean added) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof MatmulKey x
                    && type == x.type
                    && batch == x.batch
                    && m == x.m
                    && n == x.n
                    && k == x.k
                    && ab == x.ab
                    && ar == x.ar
                    && ac == x.ac
                    && bb == x.bb
                    && br == x.br
                    && bc == x.bc
                    && cb == x.cb
                    && cr == x.cr
                    && cc == x.cc
                    && bias == x.bias
                    && added == x.added;
        }

        @Override
        public int hashCode() {
            long h = 31 * (31 * (31 * (31 * batch + m) + n) + k) + type;
            h = 31 * (31 * (31 * h + ar) + br) + cr;
            return Long.hashCode(4 * h + (bias ? 2 : 0) + (added ? 1 : 0));
        }
    }

    @Override
    public void multiply(
            DType dtype, long batch, long m, long n, long k, Operand a, Operand b, @Nullable Operand bias, Operand c) {
        long work = batch * m * n * k;
        int parts = Workers.parts();
        if (work < WORTH_SHARING || parts == 1) {
            slice(dtype, batch, m, n, k, a, 0, b, 0, bias, 0, c, 0);
            return;
        }
        // The dimension to cut: that of the batch, the rows or the columns.
        int dim = batch >= parts ? 0 : m >= n ? 1 : 2;
        long whole = dim == 0 ? batch : dim == 1 ? m : n;
        long unit = dim == 0 ? 1 : dim == 1 ? 16 : 64;
        long part = ((whole + parts - 1) / parts + unit - 1) / unit * unit;
        Workers.parallelFor((whole + part - 1) / part, 1, (from, to) -> {
            for (long p = from; p < to; p++) {
                long lo = p * part;
                long own = Math.min(part, whole - lo);
                long bytes = lo * dtype.size();
                slice(
                        dtype,
                        dim == 0 ? own : batch,
                        dim == 1 ? own : m,
                        dim == 2 ? own : n,
                        k,
                        a,
                        dim == 2 ? 0 : bytes * a.strides()[dim],
                        b,
                        dim == 1 ? 0 : bytes * b.strides()[dim],
                        bias,
                        dim == 2 ? bytes : 0,
                        c,
                        bytes * c.strides()[dim]);
            }
        });
    }

    private void slice(
            DType dtype,
            long batch,
            long m,
            long n,
            long k,
            Operand a,
            long ao,
            Operand b,
            long bo,
            @Nullable Operand bias,
            long biasOffset,
            Operand c,
            long co) {
        int type = code(dtype);
        long[] as = a.strides();
        long[] bs = b.strides();
        long[] cs = c.strides();
        MatmulKey key = new MatmulKey(
                type,
                batch,
                m,
                n,
                k,
                as[0],
                as[1],
                as[2],
                bs[0],
                bs[1],
                bs[2],
                cs[0],
                cs[1],
                cs[2],
                bias != null,
                false);
        try (Primitive p = cache.get(key, () -> matmul(key))) {
            if (bias == null) {
                p.run(a.address() + ao, b.address() + bo, c.address() + co);
            } else {
                p.run(a.address() + ao, b.address() + bo, c.address() + co, bias.address() + biasOffset);
            }
        }
    }

    @Override
    public void multiplyAdd(long batch, long m, long n, long k, Operand a, Operand b, Operand c) {
        long[] as = a.strides();
        long[] bs = b.strides();
        long[] cs = c.strides();
        MatmulKey key = new MatmulKey(
                Dnnl.F32, batch, m, n, k, as[0], as[1], as[2], bs[0], bs[1], bs[2], cs[0], cs[1], cs[2], false, true);
        try (Primitive p = cache.get(key, () -> matmul(key))) {
            p.run(a.address(), b.address(), c.address());
        }
    }

    @Override
    public PackedFactor pack(long m, long n, long k, Operand b) {
        return new OneDnnFactor(cache, dnnl(), m, n, k, b);
    }

    private Primitive matmul(MatmulKey s) {
        Dnnl d = dnnl();
        boolean flat = s.batch == 1;
        MemorySegment a = matrix(s.type, flat, s.ab == 0 && s.batch > 1 ? 1 : s.batch, s.m, s.k, s.ab, s.ar, s.ac);
        MemorySegment b = matrix(s.type, flat, s.bb == 0 && s.batch > 1 ? 1 : s.batch, s.k, s.n, s.bb, s.br, s.bc);
        MemorySegment c = matrix(s.type, flat, s.batch, s.m, s.n, s.cb, s.cr, s.cc);
        MemorySegment bias = MemorySegment.NULL;
        if (s.bias) {
            bias = flat
                    ? d.strided(s.type, new long[] {1, s.n}, new long[] {s.n, 1})
                    : d.strided(s.type, new long[] {1, 1, s.n}, new long[] {s.n, s.n, 1});
        }
        return Primitive.product(d, a, b, bias, c, s.added ? d.adding() : d.attributes);
    }

    private MemorySegment matrix(
            int type, boolean flat, long batch, long rows, long columns, long sb, long sr, long sc) {
        // Strides of dimensions of size 1 are free; oneDNN likes them to look row-major.
        long r = rows == 1 ? Math.max(columns * sc, sr) : sr;
        return flat
                ? dnnl().strided(type, new long[] {rows, columns}, new long[] {r, sc})
                : dnnl().strided(type, new long[] {batch, rows, columns}, new long[] {Math.max(sb, 1), r, sc});
    }

    // ---- convolutions ----

    @Override
    public boolean convolves(DType dtype, ConvPass pass, ConvShape s) {
        if (dtype == DType.FLOAT32 || !multiplies(dtype)) {
            return multiplies(dtype);
        }
        Layout in = channelsLast(s.inChannels(), s.in());
        Layout out = channelsLast(s.outChannels(), s.out());
        ConvShape part = s.withBatch(pass == ConvPass.WEIGHT ? (s.batch() + 1) / 2 : images(s.batch()));
        ConvKey key = new ConvKey(code(dtype), pass, part, in, out, false);
        return fast.computeIfAbsent(key, this::isFast);
    }

    private boolean isFast(ConvKey key) {
        try (Conv c = cache.get(key, () -> create(key))) {
            return !c.primitive.implementation().contains("ref");
        } catch (ContractionException e) {
            return false;
        }
    }

    private static Layout channelsLast(long channels, long[] spatial) {
        long[] strides = new long[spatial.length + 2];
        strides[1] = 1;
        long step = channels;
        for (int d = spatial.length - 1; d >= 0; d--) {
            strides[d + 2] = step;
            step *= spatial[d];
        }
        strides[0] = step;
        return new Layout(strides);
    }

    private record ConvKey(int type, ConvPass pass, ConvShape shape, Layout in, Layout out, boolean bias) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof ConvKey x
                    && type == x.type
                    && pass == x.pass
                    && shape.equals(x.shape)
                    && in.equals(x.in)
                    && out.equals(x.out)
                    && bias == x.bias;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * (4 * type + pass.ordinal()) + shape.hashCode()) + (bias ? 1 : 0);
        }
    }

    private record Layout(long... strides) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Layout l && Arrays.equals(strides, l.strides);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(strides);
        }
    }

    private static long[] dims(long n, long c, long[] spatial) {
        long[] d = new long[spatial.length + 2];
        d[0] = n;
        d[1] = c;
        System.arraycopy(spatial, 0, d, 2, spatial.length);
        return d;
    }

    private static long[] weightDims(ConvShape s) {
        int sp = s.spatial();
        boolean grouped = s.groups() > 1;
        long[] d = new long[sp + (grouped ? 3 : 2)];
        int i = 0;
        if (grouped) {
            d[i++] = s.groups();
        }
        d[i++] = s.outChannels() / s.groups();
        d[i++] = s.inChannels() / s.groups();
        System.arraycopy(s.kernel(), 0, d, i, sp);
        return d;
    }

    private static long[] rowMajor(long[] dims) {
        long[] s = new long[dims.length];
        long step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i] = step;
            step *= dims[i];
        }
        return s;
    }

    private Conv create(ConvKey key) {
        Dnnl d = dnnl();
        ConvShape s = key.shape;
        MemorySegment in = d.strided(key.type, dims(s.batch(), s.inChannels(), s.in()), key.in.strides);
        MemorySegment out = d.strided(key.type, dims(s.batch(), s.outChannels(), s.out()), key.out.strides);
        long[] wd = weightDims(s);
        int sums = key.pass == ConvPass.WEIGHT ? Dnnl.F32 : key.type; // what is summed over all images stays in float32
        MemorySegment anyWeight = d.any(sums, wd);
        MemorySegment plainWeight = d.strided(sums, wd, rowMajor(wd));
        MemorySegment bias =
                key.bias ? d.strided(sums, new long[] {s.outChannels()}, new long[] {1}) : MemorySegment.NULL;
        long[] dilation = s.dilation().clone();
        for (int i = 0; i < dilation.length; i++) {
            dilation[i]--; // oneDNN counts the elements left out
        }
        try {
            Arena arena = Dnnl.arena();
            MemorySegment stride = arena.allocateFrom(ValueLayout.JAVA_LONG, s.stride());
            MemorySegment dilate = arena.allocateFrom(ValueLayout.JAVA_LONG, dilation);
            MemorySegment low = arena.allocateFrom(ValueLayout.JAVA_LONG, s.padLow());
            MemorySegment high = arena.allocateFrom(ValueLayout.JAVA_LONG, s.padHigh());
            boolean forwardOnly = key.pass == ConvPass.FORWARD;
            try (Description forward = new Description(
                            d,
                            "dnnl_convolution_forward_primitive_desc_create",
                            d.engine,
                            Dnnl.FORWARD_TRAINING,
                            Dnnl.CONVOLUTION_DIRECT,
                            in,
                            d.any(key.type, wd),
                            forwardOnly ? bias : MemorySegment.NULL,
                            out,
                            stride,
                            dilate,
                            low,
                            high,
                            d.attributes);
                    Description backward =
                            switch (key.pass) {
                                case FORWARD -> null;
                                case INPUT ->
                                    new Description(
                                            d,
                                            "dnnl_convolution_backward_data_primitive_desc_create",
                                            d.engine,
                                            Dnnl.CONVOLUTION_DIRECT,
                                            in,
                                            anyWeight,
                                            out,
                                            stride,
                                            dilate,
                                            low,
                                            high,
                                            forward.object,
                                            d.attributes);
                                case WEIGHT ->
                                    new Description(
                                            d,
                                            "dnnl_convolution_backward_weights_primitive_desc_create",
                                            d.engine,
                                            Dnnl.CONVOLUTION_DIRECT,
                                            in,
                                            anyWeight,
                                            bias,
                                            out,
                                            stride,
                                            dilate,
                                            low,
                                            high,
                                            forward.object,
                                            d.attributes);
                            }) {
                return create(key, backward == null ? forward : backward, in, out, bias, plainWeight);
            }
        } catch (Dnnl.DnnlException e) {
            throw new ContractionException("convolution " + s + ": " + e.getMessage(), e);
        }
    }

    private Conv create(
            ConvKey key,
            Description description,
            MemorySegment in,
            MemorySegment out,
            MemorySegment bias,
            MemorySegment plainWeight) {
        Dnnl d = dnnl();
        boolean gradient = key.pass == ConvPass.WEIGHT;
        MemorySegment weight =
                Objects.requireNonNull(description.query(gradient ? Dnnl.QUERY_DIFF_WEIGHTS : Dnnl.QUERY_WEIGHTS));
        Primitive reorder = null;
        if (!d.same(weight, plainWeight)) {
            reorder = gradient ? Primitive.reorder(d, weight, plainWeight) : Primitive.reorder(d, plainWeight, weight);
        }
        int[] ids =
                switch (key.pass) {
                    case FORWARD -> new int[] {Dnnl.SRC, Dnnl.WEIGHTS, Dnnl.DST, Dnnl.BIAS};
                    case INPUT -> new int[] {Dnnl.DIFF_SRC, Dnnl.WEIGHTS, Dnnl.DIFF_DST};
                    case WEIGHT -> new int[] {Dnnl.SRC, Dnnl.DIFF_WEIGHTS, Dnnl.DIFF_DST, Dnnl.DIFF_BIAS};
                };
        int n = key.bias || key.pass == ConvPass.INPUT ? ids.length : 3;
        MemorySegment[] mds = Arrays.copyOf(new MemorySegment[] {in, weight, out, bias}, n);
        return new Conv(new Primitive(d, description, Arrays.copyOf(ids, n), mds), reorder, weight, d.size(weight));
    }

    private static ConvKey key(DType dtype, ConvPass pass, ConvShape s, Operand in, Operand out, boolean bias) {
        return new ConvKey(code(dtype), pass, s, new Layout(in.strides()), new Layout(out.strides()), bias);
    }

    private Conv conv(ConvKey key) {
        return cache.get(key, () -> create(key));
    }

    private Conv conv(DType dtype, ConvPass pass, ConvShape s, Operand in, Operand out, boolean bias) {
        return conv(key(dtype, pass, s, in, out, bias));
    }

    /** The implementation behind a convolution's passes, for tests and reports. */
    public String describe(DType dtype, ConvShape s, long[] inStrides, long[] outStrides) {
        StringBuilder b = new StringBuilder();
        for (ConvPass p : ConvPass.values()) {
            ConvKey key = new ConvKey(code(dtype), p, s, new Layout(inStrides), new Layout(outStrides), false);
            try (Conv c = cache.get(key, () -> create(key))) {
                b.append(b.isEmpty() ? "" : " ").append(p).append('=').append(c.primitive.implementation());
            }
        }
        return b.toString();
    }

    /** The weights in the layout that a primitive wants. */
    private @Nullable Storage packed(Conv c, Operand weight) {
        if (c.reorder == null) {
            return null;
        }
        Storage s = Memory.allocate(c.weightBytes);
        c.reorder.run(weight.address(), s.segment().address());
        return s;
    }

    /** A weight as it was in the layout for a convolution; null: there was a call, and there may be more. */
    private record Kept(
            MemorySegment layout,
            long address,
            int version,
            @Nullable Storage packed) {
        boolean isOf(Dnnl d, Conv c, Operand weight, int now) {
            return version == now && address == weight.address() && d.same(layout, c.weightLayout);
        }
    }

    /**
     * As {@link #packed}, kept beside the weight from the second call on with the weight unchanged: so it is where a net isn't
     * trained. Null if it isn't kept: where weights meet many places, it doesn't matter how long they take to be brought in order.
     */
    private @Nullable Storage kept(Conv c, ConvKey key, Operand weight, Storage memory) {
        if (c.reorder == null || key.shape.batch() * product(key.shape.out()) > FEW_PLACES) {
            return null;
        }
        int version = memory.version();
        Kept before = memory.derived() instanceof Kept k && k.isOf(dnnl(), c, weight, version) ? k : null;
        if (before != null && before.packed != null) {
            return before.packed;
        }
        Storage s = before == null ? null : packed(c, weight);
        if (s != null) {
            s.keep(); // until the garbage collector finds it: other threads may be using it
        }
        memory.derive(new Kept(c.weightLayout, weight.address(), version, s));
        return s;
    }

    private static long product(long[] sizes) {
        return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    private static long images(long batch) {
        int parts = Workers.parts();
        return (batch + parts - 1) / parts;
    }

    @Override
    public void convolve(
            DType dtype,
            ConvShape s,
            Operand input,
            Operand weight,
            Storage memory,
            @Nullable Operand bias,
            Operand output) {
        long part = images(s.batch());
        ConvKey key = key(dtype, ConvPass.FORWARD, s.withBatch(part), input, output, bias != null);
        try (Conv first = conv(key)) {
            Storage kept = kept(first, key, weight, memory);
            Storage packed = kept == null ? packed(first, weight) : kept;
            long w = packed == null ? weight.address() : packed.segment().address();
            overBatch(s, part, (from, n) -> {
                long in = input.address() + from * input.strides()[0] * dtype.size();
                long out = output.address() + from * output.strides()[0] * dtype.size();
                try (Conv c = conv(dtype, ConvPass.FORWARD, s.withBatch(n), input, output, bias != null)) {
                    Storage own = n == part ? null : packed(c, weight);
                    long weights = own == null
                            ? (c.reorder == null ? weight.address() : w)
                            : own.segment().address();
                    if (bias == null) {
                        c.primitive.run(in, weights, out);
                    } else {
                        c.primitive.run(in, weights, out, bias.address());
                    }
                    release(own);
                }
            });
            if (kept == null) {
                release(packed);
            }
            Reference.reachabilityFence(kept);
        }
    }

    private static void release(@Nullable Storage s) {
        if (s != null) {
            s.free();
        }
    }

    private interface Images {
        void run(long from, long n);
    }

    private static void overBatch(ConvShape s, long part, Images body) {
        long parts = (s.batch() + part - 1) / part;
        Workers.parallelFor(parts, 1, (lo, hi) -> {
            for (long p = lo; p < hi; p++) {
                body.run(p * part, Math.min(part, s.batch() - p * part));
            }
        });
    }

    @Override
    public void convolveBackwardInput(DType dtype, ConvShape s, Operand gradOutput, Operand weight, Operand gradInput) {
        long part = images(s.batch());
        try (Conv first = conv(dtype, ConvPass.INPUT, s.withBatch(part), gradInput, gradOutput, false)) {
            Storage packed = packed(first, weight);
            long w = packed == null ? weight.address() : packed.segment().address();
            overBatch(s, part, (from, n) -> {
                try (Conv c = conv(dtype, ConvPass.INPUT, s.withBatch(n), gradInput, gradOutput, false)) {
                    Storage own = n == part ? null : packed(c, weight);
                    long weights = own == null
                            ? (c.reorder == null ? weight.address() : w)
                            : own.segment().address();
                    c.primitive.run(
                            gradInput.address() + from * gradInput.strides()[0] * dtype.size(),
                            weights,
                            gradOutput.address() + from * gradOutput.strides()[0] * dtype.size());
                    release(own);
                }
            });
            release(packed);
        }
    }

    /** Always in two halves of the batch, whose sums are added, so that rounding doesn't depend on the threads. */
    @Override
    public void convolveBackwardWeight(
            DType dtype,
            ConvShape s,
            Operand input,
            Operand gradOutput,
            Operand gradWeight,
            @Nullable Operand gradBias) {
        // Two halves for two threads, whatever their number is, so that results don't depend on it; but each half
        // writes a
        // whole gradient, which takes longer than it saves where there are few places for each weight.
        long places = s.batch() / 2 * product(s.out());
        int parts = places >= WORTH_HALVING ? 2 : 1;
        long part = parts == 2 ? (s.batch() + 1) / 2 : s.batch();
        long weights = weightsOf(s);
        long bias = gradBias == null ? 0 : s.outChannels();
        long total = weights + bias;
        Storage partial = parts == 1 ? null : Memory.allocate(4 * total);
        overBatch(s, part, (from, n) -> {
            Storage second = from > 0 ? partial : null;
            long w = second != null ? second.segment().address() : gradWeight.address();
            long b = second != null
                    ? second.segment().address() + 4 * weights
                    : gradBias == null ? 0 : gradBias.address();
            long in = input.address() + from * input.strides()[0] * dtype.size();
            long out = gradOutput.address() + from * gradOutput.strides()[0] * dtype.size();
            try (Conv c = conv(dtype, ConvPass.WEIGHT, s.withBatch(n), input, gradOutput, gradBias != null)) {
                Storage own = c.reorder == null ? null : Memory.allocate(c.weightBytes);
                long target = own == null ? w : own.segment().address();
                if (gradBias == null) {
                    c.primitive.run(in, target, out);
                } else {
                    c.primitive.run(in, target, out, b);
                }
                if (own != null && c.reorder != null) {
                    c.reorder.run(target, w);
                    own.free();
                }
            }
        });
        if (partial != null) {
            add(gradWeight, partial.segment(), 0, weights);
            if (gradBias != null) {
                add(gradBias, partial.segment(), 4 * weights, bias);
            }
            partial.free();
        }
    }

    private static long weightsOf(ConvShape s) {
        long n = 1;
        for (long d : weightDims(s)) {
            n *= d;
        }
        return n;
    }

    private static void add(Operand to, MemorySegment from, long offset, long n) {
        MemorySegment m = to.segment();
        for (long i = 0; i < n; i++) {
            long o = to.offset() + 4 * i;
            m.set(
                    ValueLayout.JAVA_FLOAT_UNALIGNED,
                    o,
                    m.get(ValueLayout.JAVA_FLOAT_UNALIGNED, o)
                            + from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4 * i));
        }
    }

    // ---- layouts ----

    private record ReorderKey(int type, Layout dims, Layout from, Layout to) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof ReorderKey x
                    && type == x.type
                    && dims.equals(x.dims)
                    && from.equals(x.from)
                    && to.equals(x.to);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * (31 * type + dims.hashCode()) + from.hashCode()) + to.hashCode();
        }
    }

    @Override
    public void reorder(DType dtype, long[] dims, Operand from, Operand to) {
        int threads = Workers.threads();
        long part = dims[0] >= threads ? (dims[0] + threads - 1) / threads : dims[0];
        long parts = (dims[0] + part - 1) / part;
        Workers.parallelFor(parts, 1, (lo, hi) -> {
            for (long p = lo; p < hi; p++) {
                long[] own = dims.clone();
                own[0] = Math.min(part, dims[0] - p * part);
                ReorderKey key = new ReorderKey(
                        code(dtype), new Layout(own), new Layout(from.strides()), new Layout(to.strides()));
                try (Primitive r = cache.get(
                        key,
                        () -> Primitive.reorder(
                                dnnl(),
                                dnnl().strided(code(dtype), own, from.strides()),
                                dnnl().strided(code(dtype), own, to.strides())))) {
                    r.run(
                            from.address() + p * part * from.strides()[0] * dtype.size(),
                            to.address() + p * part * to.strides()[0] * dtype.size());
                }
            }
        });
    }
}
