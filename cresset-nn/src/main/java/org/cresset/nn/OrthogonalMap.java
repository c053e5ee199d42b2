package org.cresset.nn;

import java.util.List;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.nn.init.Orthogonal;
import org.cresset.registry.Operators;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Matrices with orthonormal columns, or rows if there are fewer, from matrices without constraint (Lezcano-Casado 2019). */
final class OrthogonalMap extends Parametrize.Parametrization {
    private final String map;
    private final boolean trivialized;

    /** The matrix that the map starts from. */
    private @Nullable Tensor base;

    OrthogonalMap(String map, boolean trivialized) {
        if (!map.matches("matrix_exp|cayley|householder")) {
            throw CressetException.value("orthogonal: map " + map + "; expected matrix_exp, cayley or householder");
        }
        this.map = map;
        this.trivialized = trivialized;
    }

    private static Tensor call(String name, Tensor... args) {
        return (Tensor) Hook.given(Operators.standard().call(name, List.of(args), Map.of()));
    }

    @Override
    public Tensor forward(Tensor[] originals) {
        Tensor x = originals[0];
        boolean lying = x.size(-2) < x.size(-1);
        x = lying ? x.mT() : x;
        long n = x.size(-2);
        long k = x.size(-1);
        Tensor q;
        if (map.equals("householder")) {
            Tensor a = x.tril(-1);
            Tensor tau = a.square().sum(-2).add(1).reciprocal().mul(2);
            q = call("linalg.householder_product", a, tau);
            q = q.mul(x.diagonal(0, -2, -1).detach().trunc().unsqueeze(-2));
        } else {
            Tensor square = x.tril(0);
            if (n != k) {
                long[] zeros = x.shape().toArray();
                zeros[zeros.length - 1] = n - k;
                square = Tensor.cat(-1, square, Tensor.zeros(Shape.of(zeros), x.dtype()));
            }
            Tensor a = square.sub(square.mT());
            if (map.equals("matrix_exp")) {
                q = call("matrix_exp", a);
            } else {
                Tensor unit = Tensor.eye(n, a.dtype());
                q = call("linalg.solve", unit.sub(a.mul(0.5)), unit.add(a.mul(0.5)));
            }
            q = n == k ? q : q.narrow(-1, 0, k);
        }
        Tensor b = base;
        q = b == null ? q : b.matmul(q);
        return lying ? q.mT() : q;
    }

    @Override
    public Tensor[] rightInverse(Tensor value) {
        if (!trivialized) {
            if (map.equals("householder")) {
                throw CressetException.unsupported(
                        "orthogonal: householder without trivialization; use the default, or another map");
            }
            return new Tensor[] {value};
        }
        boolean lying = value.size(-2) < value.size(-1);
        Tensor q = lying ? value.mT() : value;
        long n = q.size(-2);
        long k = q.size(-1);
        if (n != k) {
            long[] more = q.shape().toArray();
            more[more.length - 1] = n - k;
            q = Tensor.cat(-1, q, Tensor.empty(q.dtype(), more).normal_(0, 1));
        }
        if (n != k || !orthogonal(q)) {
            q = Orthogonal.columns(q);
        }
        base = buffer(q.detach().clone());
        Tensor start = value.zerosLike();
        Autograd.noGrad(() -> {
            start.diagonal(0, -2, -1).fill_(-1);
        });
        return new Tensor[] {start};
    }

    private static boolean orthogonal(Tensor q) {
        Tensor unit = Tensor.eye(q.size(-1), q.dtype());
        double eps = 10 * q.size(-1) * q.dtype().eps();
        return q.mT().matmul(q).sub(unit).abs().max().item() <= eps;
    }
}
