package org.cresset.nn.init;

import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Orthogonal matrices from normal ones, by Householder reflections in double precision. */
public final class Orthogonal {
    private Orthogonal() {}

    /** The orthonormal columns of a QR decomposition of (m, n), m at least n, of which R has a positive diagonal. */
    public static Tensor columns(Tensor tall) {
        int m = Math.toIntExact(tall.size(0));
        int n = Math.toIntExact(tall.size(1));
        return Tensor.from(q(tall.detach().toDoubleArray(), m, n), m, n).to(tall.dtype());
    }

    static Tensor fill(Tensor tensor, double gain, @Nullable Generator g) {
        long rows = tensor.size(0);
        long columns = tensor.numel() / rows;
        Tensor normal = Tensor.empty(tensor.dtype(), rows, columns).normal_(0, 1, g);
        Tensor tall = rows < columns ? normal.t() : normal;
        Tensor q = columns(tall.to(DType.FLOAT64));
        Tensor lying = rows < columns ? q.t() : q;
        tensor.copy_(lying.mul(gain).reshape(tensor.shape().toArray()).to(tensor.dtype()));
        return tensor;
    }

    /** The first n columns of Q of a QR decomposition of (m, n), m at least n, with a positive diagonal of R. */
    private static double[] q(double[] a, int m, int n) {
        double[] q = new double[m * n];
        double[] sign = new double[n];
        for (int k = 0; k < n; k++) {
            double norm = 0;
            for (int i = k; i < m; i++) {
                norm = Math.hypot(norm, a[i * n + k]);
            }
            double diagonal = a[k * n + k] > 0 ? -norm : norm;
            sign[k] = diagonal < 0 ? -1 : 1;
            // The reflection's vector takes the place of the column.
            a[k * n + k] -= diagonal;
            double square = 0;
            for (int i = k; i < m; i++) {
                square += a[i * n + k] * a[i * n + k];
            }
            for (int j = k + 1; j < n; j++) {
                reflect(a, n, k, a, n, j, m, square);
            }
        }
        for (int k = 0; k < n; k++) {
            q[k * n + k] = sign[k];
        }
        for (int k = n - 1; k >= 0; k--) {
            double square = 0;
            for (int i = k; i < m; i++) {
                square += a[i * n + k] * a[i * n + k];
            }
            for (int j = k; j < n; j++) {
                reflect(a, n, k, q, n, j, m, square);
            }
        }
        return q;
    }

    /** Reflects column j of x at the vector in column k of v. */
    private static void reflect(double[] v, int vn, int k, double[] x, int xn, int j, int m, double square) {
        if (square == 0) {
            return;
        }
        double dot = 0;
        for (int i = k; i < m; i++) {
            dot += v[i * vn + k] * x[i * xn + j];
        }
        double factor = 2 * dot / square;
        for (int i = k; i < m; i++) {
            x[i * xn + j] -= factor * v[i * vn + k];
        }
    }
}
