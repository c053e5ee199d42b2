package org.cresset.onednn;

import java.lang.foreign.MemorySegment;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.spi.Operand;
import org.cresset.base.spi.PackedFactor;
import org.jspecify.annotations.Nullable;

/** A right factor in the layout that oneDNN's products choose for it. */
final class OneDnnFactor implements PackedFactor {
    private final OneDnn library;
    private final Dnnl dnnl;
    private final Layout layout;
    private final Storage values;

    /** A layout, chosen for products of {@code rows} rows. */
    private record LayoutKey(long rows, long n, long k) {}

    private record Layout(LayoutKey key, MemorySegment description, long bytes) {}

    private record PackKey(LayoutKey key, long down, long across) {}

    private record ProductKey(LayoutKey key, long m, long down, long downResult, boolean bias) {}

    OneDnnFactor(OneDnn library, Dnnl dnnl, long rows, long n, long k, Operand b) {
        this.library = library;
        this.dnnl = dnnl;
        LayoutKey key = new LayoutKey(rows, n, k);
        this.layout = library.cached(key, () -> choose(key));
        this.values = Memory.allocate(layout.bytes);
        PackKey pack = new PackKey(key, b.strides()[0], b.strides()[1]);
        Primitive p = library.cached(pack, () -> packing(pack));
        p.run(b.address(), values.segment().address());
    }

    private MemorySegment rows(long m, long n, long down) {
        return dnnl.strided(Dnnl.F32, new long[] {m, n}, new long[] {m == 1 ? Math.max(n, down) : down, 1});
    }

    private MemorySegment describe(MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
        return dnnl.out("dnnl_matmul_primitive_desc_create", dnnl.engine, a, b, bias, c, dnnl.attributes);
    }

    private Layout choose(LayoutKey s) {
        MemorySegment any = dnnl.any(Dnnl.F32, new long[] {s.k, s.n});
        MemorySegment product = describe(rows(s.rows, s.k, s.k), any, MemorySegment.NULL, rows(s.rows, s.n, s.n));
        MemorySegment chosen = dnnl.query(product, Dnnl.QUERY_WEIGHTS);
        return new Layout(s, chosen, dnnl.size(chosen));
    }

    private Primitive packing(PackKey s) {
        MemorySegment from = dnnl.strided(Dnnl.F32, new long[] {s.key.k, s.key.n}, new long[] {s.down, s.across});
        MemorySegment d = dnnl.out(
                "dnnl_reorder_primitive_desc_create",
                from,
                dnnl.engine,
                layout.description,
                dnnl.engine,
                dnnl.attributes);
        return new Primitive(dnnl, d, new int[] {Dnnl.SRC, Dnnl.DST}, new MemorySegment[] {from, layout.description});
    }

    private Primitive product(ProductKey s) {
        MemorySegment a = rows(s.m, s.key.k, s.down);
        MemorySegment c = rows(s.m, s.key.n, s.downResult);
        MemorySegment bias = s.bias ? rows(1, s.key.n, s.key.n) : MemorySegment.NULL;
        MemorySegment d = describe(a, layout.description, bias, c);
        return s.bias
                ? new Primitive(dnnl, d, new int[] {Dnnl.SRC, Dnnl.WEIGHTS, Dnnl.DST, Dnnl.BIAS}, new MemorySegment[] {
                    a, layout.description, c, bias
                })
                : new Primitive(dnnl, d, new int[] {Dnnl.SRC, Dnnl.WEIGHTS, Dnnl.DST}, new MemorySegment[] {
                    a, layout.description, c
                });
    }

    @Override
    public void multiply(long m, Operand a, @Nullable Operand bias, Operand c) {
        ProductKey key = new ProductKey(layout.key, m, a.strides()[0], c.strides()[0], bias != null);
        Primitive p = library.cached(key, () -> product(key));
        long b = values.segment().address();
        if (bias == null) {
            p.run(a.address(), b, c.address());
        } else {
            p.run(a.address(), b, c.address(), bias.address());
        }
    }

    @Override
    public void close() {
        values.free();
    }
}
