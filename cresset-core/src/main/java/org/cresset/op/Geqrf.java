package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** QR in LAPACK's form: R above and reflectors below the diagonal, and their factors tau. Without derivative. */
public final class Geqrf extends Linalg {
    public static final Geqrf OP = new Geqrf();

    private Geqrf() {
        super("geqrf", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectMatrices(name(), in[0]);
        return new Spec[] {
            new Spec(in[0].shape(), in[0].dtype()),
            new Spec(shape(in[0], 2, Math.min(in[0].size(-1), in[0].size(-2))), in[0].dtype())
        };
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Lapack l = Providers.lapack(name());
        Dense a = out[0];
        Pointwise.copy(in[0], a);
        int m = size(a, -2);
        int n = size(a, -1);
        if (a.numel() == 0) {
            return;
        }
        long count = count(a);
        each(
                count,
                2.0 * m * n * Math.min(m, n),
                null,
                i -> l.geqrf(a.dtype(), m, n, address(a, i, count), ld(m), address(out[1], i, count)),
                out);
    }

    @Override
    protected void vjp(Vjp v) {
        throw CressetException.unsupported("geqrf: has no derivative; use linalg.qr");
    }
}
