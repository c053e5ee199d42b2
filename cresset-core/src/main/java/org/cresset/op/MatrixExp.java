package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The exponential of square matrices, in double precision by the diagonal Padé approximant of degree 13 after scaling, and
 * repeated squaring (Higham 2005). Matrices that need equally many squarings go together.
 */
public final class MatrixExp extends Linalg {
    public static final MatrixExp OP = new MatrixExp();

    private static final double[] PADE = {
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0
    };
    /** The norm up to which the approximant is exact to rounding. */
    private static final double REACH = 5.371920351148152;

    private MatrixExp() {
        super("linalg.matrix_exp", Saves.INPUTS);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectSquare(name(), in[0]);
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        if (out[0].numel() == 0) {
            return;
        }
        Tensor y = Autograd.noGrad(() -> {
            DType wide = in[0].dtype().isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
            long n = in[0].size(-1);
            return exp(in[0].detach().to(wide).reshape(-1, n, n)).reshapeAs(in[0]);
        });
        Pointwise.copy((Dense) y, out[0]);
    }

    private static Tensor exp(Tensor a) {
        double[] norms =
                a.abs().sum(new long[] {1}, false).amax(new long[] {1}, false).toDoubleArray();
        int[] squarings = new int[norms.length];
        int most = 0;
        for (int i = 0; i < norms.length; i++) {
            double over = norms[i] / REACH;
            squarings[i] = over > 1 && over < Double.POSITIVE_INFINITY ? Math.getExponent(over) + 1 : 0;
            most = Math.max(most, squarings[i]);
        }
        Tensor result = a.zerosLike();
        for (int s = 0; s <= most; s++) {
            List<Long> group = new ArrayList<>();
            for (int i = 0; i < squarings.length; i++) {
                if (squarings[i] == s) {
                    group.add((long) i);
                }
            }
            if (!group.isEmpty()) {
                Tensor at = Tensor.of(group.stream().mapToLong(Long::longValue).toArray());
                Tensor e = pade(a.indexSelect(0, at).mul(Math.scalb(1.0, -s)));
                for (int i = 0; i < s; i++) {
                    e = e.matmul(e);
                }
                result = result.indexAdd(0, at, e);
            }
        }
        return result;
    }

    /** (V + U) / (V - U) with the even powers in V and the odd ones in U. */
    private static Tensor pade(Tensor a) {
        Tensor one = Matrices.identityLike(a);
        Tensor a2 = a.matmul(a);
        Tensor a4 = a2.matmul(a2);
        Tensor a6 = a4.matmul(a2);
        Tensor u =
                a.matmul(a6.matmul(sum(13, a6, a4, a2)).add(sum(7, a6, a4, a2)).add(one.mul(PADE[1])));
        Tensor v = a6.matmul(sum(12, a6, a4, a2)).add(sum(6, a6, a4, a2)).add(one.mul(PADE[0]));
        return Solve.solve(v.sub(u), v.add(u), null)[0];
    }

    private static Tensor sum(int highest, Tensor a6, Tensor a4, Tensor a2) {
        return a6.mul(PADE[highest]).add(a4.mul(PADE[highest - 2])).add(a2.mul(PADE[highest - 4]));
    }

    /** The derivative stands in the upper right block of the exponential of [[Aᴴ, g], [0, Aᴴ]] (Mathias 1996). */
    @Override
    protected void vjp(Vjp v) {
        Tensor a = Matrices.adjoint(v.input(0));
        long n = a.size(-1);
        Tensor top = Tensor.cat(-1, a, v.grad());
        Tensor bottom = Tensor.cat(-1, a.zerosLike(), a);
        Tensor e = on(None.NONE, Tensor.cat(-2, top, bottom));
        v.set(0, e.narrow(-2, 0, n).narrow(-1, n, n));
    }
}
