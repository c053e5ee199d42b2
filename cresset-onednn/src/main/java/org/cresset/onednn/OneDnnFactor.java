package org.cresset.onednn;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.spi.Operand;
import org.cresset.base.spi.PackedFactor;
import org.jspecify.annotations.Nullable;

/** A right factor in the layout that oneDNN's products choose for it. */
final class OneDnnFactor implements PackedFactor {
    private final Cache cache;
    private final Dnnl dnnl;
    private final Layout layout;
    private final Storage values;

    /** A layout, chosen for products of {@code rows} rows. */
    private record LayoutKey(long rows, long n, long k) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof LayoutKey x && rows == x.rows && n == x.n && k == x.k;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * (31 * rows + n) + k);
        }
    }

    private static final class Layout extends Cached {
        final LayoutKey key;
        final MemorySegment description;
        final long bytes;

        Layout(LayoutKey key, MemorySegment description, long bytes) {
            this.key = key;
            this.description = description;
            this.bytes = bytes;
        }

        @Override
        void destroy() {} // the description goes with the last factor that has it
    }

    private record PackKey(LayoutKey key, long down, long across) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof PackKey x && key.equals(x.key) && down == x.down && across == x.across;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * (31 * key.hashCode() + down) + across);
        }
    }

    private record ProductKey(LayoutKey key, long m, long down, long downResult, boolean bias) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof ProductKey x
                    && key.equals(x.key)
                    && m == x.m
                    && down == x.down
                    && downResult == x.downResult
                    && bias == x.bias;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * (31 * (31 * key.hashCode() + m) + down) + downResult);
        }
    }

    OneDnnFactor(Cache cache, Dnnl dnnl, long rows, long n, long k, Operand b) {
        this.cache = cache;
        this.dnnl = dnnl;
        LayoutKey key = new LayoutKey(rows, n, k);
        try (Layout l = cache.get(key, () -> choose(key))) {
            this.layout = l;
        }
        this.values = Memory.allocate(layout.bytes);
        PackKey pack = new PackKey(key, b.strides()[0], b.strides()[1]);
        try (Primitive p = cache.get(pack, () -> packing(pack))) {
            p.run(b.address(), values.segment().address());
        }
    }

    private MemorySegment rows(long m, long n, long down) {
        return dnnl.strided(Dnnl.F32, new long[] {m, n}, new long[] {m == 1 ? Math.max(n, down) : down, 1});
    }

    private Layout choose(LayoutKey s) {
        MemorySegment any = dnnl.any(Dnnl.F32, new long[] {s.k, s.n});
        MemorySegment a = rows(s.rows, s.k, s.k);
        MemorySegment c = rows(s.rows, s.n, s.n);
        try (Description product = new Description(
                dnnl,
                "dnnl_matmul_primitive_desc_create",
                dnnl.engine,
                a,
                any,
                MemorySegment.NULL,
                c,
                dnnl.attributes)) {
            MemorySegment chosen = Objects.requireNonNull(product.query(Dnnl.QUERY_WEIGHTS));
            return new Layout(s, chosen, dnnl.size(chosen));
        }
    }

    private Primitive packing(PackKey s) {
        MemorySegment from = dnnl.strided(Dnnl.F32, new long[] {s.key.k, s.key.n}, new long[] {s.down, s.across});
        return Primitive.reorder(dnnl, from, layout.description);
    }

    private Primitive product(ProductKey s) {
        MemorySegment a = rows(s.m, s.key.k, s.down);
        MemorySegment c = rows(s.m, s.key.n, s.downResult);
        MemorySegment bias = s.bias ? rows(1, s.key.n, s.key.n) : MemorySegment.NULL;
        return Primitive.product(dnnl, a, layout.description, bias, c, dnnl.attributes);
    }

    @Override
    public void multiply(long m, Operand a, @Nullable Operand bias, Operand c) {
        ProductKey key = new ProductKey(layout.key, m, a.strides()[0], c.strides()[0], bias != null);
        long b = values.segment().address();
        try (Primitive p = cache.get(key, () -> product(key))) {
            if (bias == null) {
                p.run(a.address(), b, c.address());
            } else {
                p.run(a.address(), b, c.address(), bias.address());
            }
        }
    }

    @Override
    public void close() {
        values.free();
    }
}
