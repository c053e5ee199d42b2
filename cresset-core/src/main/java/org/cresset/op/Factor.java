package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Operand;
import org.cresset.base.spi.PackedFactor;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * The right factor of many matrix products in float32, brought once into the order of what multiplies: machine code of ours, or
 * the library where there is one.
 */
final class Factor implements AutoCloseable {
    private final Dense b;
    private final @Nullable Panels panels;
    private final @Nullable PackedFactor packed;

    private Factor(Dense b, @Nullable Panels panels, @Nullable PackedFactor packed) {
        this.b = b;
        this.panels = panels;
        this.packed = packed;
    }

    /** Of products with about {@code rows} rows. */
    static Factor of(Dense b, long rows) {
        Panels panels = Panels.of(rows, b);
        if (panels != null) {
            return new Factor(b, panels, null);
        }
        Contractions c = Providers.contractions();
        boolean plain = b.numel() > 0 && (b.stride(0) == 1 || b.stride(1) == 1) && b.stride(0) > 0 && b.stride(1) > 0;
        return new Factor(
                b,
                null,
                c != null && c.multiplies(DType.FLOAT32) && plain
                        ? c.pack(Math.max(1, rows), b.size(1), b.size(0), operand(b))
                        : null);
    }

    private static Operand operand(Dense t) {
        return new Operand(t.segment(), t.byteOffset(), t.stridesRaw());
    }

    /** {@code c = a b (+ bias)} of matrices that lie in memory row by row, on this thread where it has been brought into an order. */
    void multiply(Dense a, @Nullable Dense bias, Dense c) {
        multiply(a, bias, c, null);
    }

    /** The same; panels leave time to fetch memory that comes next. */
    void multiply(Dense a, @Nullable Dense bias, Dense c, @Nullable Ahead ahead) {
        if (panels != null) {
            panels.multiply(bias, c, ahead, a);
        } else if (packed == null) {
            Matmul.into(a, b, bias, c);
        } else if (c.numel() > 0) {
            packed.multiply(a.size(0), operand(a), bias == null ? null : operand(bias), operand(c));
        }
    }

    @Override
    public void close() {
        if (panels != null) {
            panels.close();
        }
        if (packed != null) {
            packed.close();
        }
    }
}
