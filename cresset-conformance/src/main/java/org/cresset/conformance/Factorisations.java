package org.cresset.conformance;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.DType;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What is left to compare of factorisations, which are unique only up to signs, phases and order. */
final class Factorisations {
    private final Arguments arguments;
    private final List<Tensor> parts;
    private final Tensor a;
    private final double tolerance;

    private Factorisations(Arguments arguments, Tensor a, List<Tensor> parts) {
        this.arguments = arguments;
        this.parts = parts.stream().map(Factorisations::wide).toList();
        this.a = wide(a);
        double largest = a.numel() == 0 ? 0 : this.a.abs().max().item();
        long n = a.dim() < 2 ? 1 : Math.max(a.size(-1), a.size(-2));
        this.tolerance = 200 * Math.max(1, n) * a.dtype().eps() * Math.max(largest, Double.MIN_NORMAL);
    }

    private static Tensor wide(Tensor t) {
        Tensor x = t.detach();
        return x.dtype().isComplex() ? x.to(DType.COMPLEX128) : x.dtype().isFloat() ? x.to(DType.FLOAT64) : x;
    }

    /** The tensors that a gradient is of, by the table in section 6. */
    static List<Tensor> differentiated(String of, String op, @Nullable Object result) {
        List<Tensor> all = OpinfoCall.tensors(result);
        if (of.equals("outputs")) {
            return all;
        }
        if (of.equals("lu_LU")) {
            return List.of(all.get(1), all.get(2));
        }
        if (of.equals("eig_abs")) {
            return List.of(all.get(0), all.get(1).abs());
        }
        if (of.equals("lowrank_UVh")) {
            return List.of(all.get(0).matmul(adjoint(all.get(2))), all.get(1));
        }
        Tensor s = all.get(1);
        long k = s.size(-1);
        Tensor u = all.get(0).narrow(-1, 0, k);
        Tensor vh = (op.startsWith("linalg.svd") ? all.get(2) : adjoint(all.get(2))).narrow(-2, 0, k);
        return switch (of) {
            case "svd_U" -> List.of(u.abs());
            case "svd_S" -> List.of(s);
            case "svd_Vh" -> List.of(s, vh.abs());
            case "svd_UVh" -> List.of(u.matmul(vh), s);
            default -> throw new IllegalArgumentException("gradient of " + of);
        };
    }

    private static Tensor adjoint(Tensor t) {
        return t.transpose(-2, -1).conj();
    }

    /** Throws a {@link Mismatch} unless the factors of a line with {@code reconstruct} multiply to the input. */
    static void check(String rule, Arguments arguments, Tensor input, @Nullable Object result) {
        new Factorisations(arguments, input, OpinfoCall.tensors(result)).check(rule);
    }

    private void check(String rule) {
        switch (rule) {
            case "svd" -> svd(parts.get(0), parts.get(1), parts.get(2));
            case "svd_v" -> {
                if (!Boolean.FALSE.equals(arguments.find(2, "compute_uv"))) {
                    svd(parts.get(0), parts.get(1), adjoint(parts.get(2)));
                }
            }
            case "lowrank" -> {
                Object m = arguments.kwargs().get("M");
                lowRank(m instanceof Tensor t ? a.sub(wide(t)) : a);
            }
            case "pca_lowrank" -> {
                boolean center = !Boolean.FALSE.equals(arguments.kwargs().get("center"));
                lowRank(center ? a.sub(a.mean(new long[] {-2}, true)) : a);
            }
            case "eig" -> eig();
            case "eigh" -> eigh();
            case "qr" -> qr();
            case "geqrf" -> geqrf();
            case "lu" -> near("P L U", parts.get(0).matmul(parts.get(1)).matmul(parts.get(2)), a);
            case "lu_packed" -> luPacked();
            case "ldl" -> ldl();
            case "eigvals" -> {} // compared as a multiset already
            default -> throw new IllegalArgumentException("reconstruct by " + rule);
        }
    }

    private void near(String what, Tensor got, Tensor want) {
        Closeness.close(what, got, want.to(got.dtype()), 0, tolerance, null);
    }

    private void orthonormal(String what, Tensor columns) {
        Tensor product = adjoint(columns).matmul(columns);
        Tensor identity = Tensor.eye(product.size(-1), DType.FLOAT64)
                .expand(product.shape().toArray());
        double bound = 200
                * Math.max(1, columns.size(-2))
                * arguments.tensor("args[0]").dtype().eps();
        Closeness.close(what, product, identity.to(product.dtype()), 0, bound, null);
    }

    private static Tensor scaled(Tensor u, Tensor s) {
        return u.mul(s.unsqueeze(-2).to(u.dtype()));
    }

    private void svd(Tensor u, Tensor s, Tensor vh) {
        long k = s.size(-1);
        near("U S Vh", scaled(u.narrow(-1, 0, k), s).matmul(vh.narrow(-2, 0, k)), a);
        orthonormal("Uh U", u);
        orthonormal("Vh V", adjoint(vh));
    }

    private void lowRank(Tensor m) {
        near("U S Vh", scaled(parts.get(0), parts.get(1)).matmul(adjoint(parts.get(2))), m);
        orthonormal("Uh U", parts.get(0));
        orthonormal("Vh V", parts.get(2));
    }

    private void eig() {
        Tensor v = parts.get(1);
        near("A V", a.to(v.dtype()).matmul(v), scaled(v, parts.get(0)));
    }

    private void eigh() {
        Object uplo = arguments.find(1, "UPLO");
        boolean upper = uplo instanceof String s && s.equalsIgnoreCase("U");
        Tensor triangle = upper ? a.triu(1) : a.tril(-1);
        Tensor diagonal = a.dtype().isComplex() ? a.real().to(a.dtype()) : a;
        Tensor whole = triangle.add(adjoint(triangle)).add(diagonal.triu(0).tril(0));
        Tensor v = parts.get(1);
        near("V w Vh", scaled(v, parts.get(0)).matmul(adjoint(v)), whole);
        orthonormal("Vh V", v);
    }

    private void qr() {
        Tensor q = parts.get(0);
        Tensor r = parts.get(1);
        near("R above its diagonal", r.triu(0), r);
        if (q.numel() == 0 && a.numel() > 0) {
            Tensor gram = adjoint(a).matmul(a);
            double bound = tolerance
                    * Math.max(1, a.size(-2))
                    * Math.max(1, a.abs().max().item());
            Closeness.close("Rh R", adjoint(r).matmul(r), gram, 0, bound, null);
            return;
        }
        near("Q R", q.matmul(r), a);
        orthonormal("Qh Q", q);
    }

    /** Applies the reflections from the last to the first to the triangle. */
    private void geqrf() {
        Tensor packed = parts.get(0);
        Tensor tau = parts.get(1);
        Tensor product = packed.triu(0);
        long m = packed.size(-2);
        for (long i = tau.size(-1) - 1; i >= 0; i--) {
            Tensor column = packed.select(-1, i).unsqueeze(-1);
            Tensor below = Tensor.arange(m).gt(i).unsqueeze(1).to(column.dtype());
            Tensor at = Tensor.arange(m).eq(i).unsqueeze(1).to(column.dtype());
            Tensor v = column.mul(below).add(at);
            Tensor factor = tau.select(-1, i).unsqueeze(-1).unsqueeze(-1);
            product = product.sub(v.mul(factor).matmul(adjoint(v).matmul(product)));
        }
        near("Q R", product, a);
    }

    /** Rows of {@code product} swapped back by LAPACK's pivots, which count from 1. */
    private static Tensor unswap(Tensor product, Tensor pivots) {
        Tensor flat = product.reshape(-1, product.size(-2), product.size(-1));
        Tensor swaps = pivots.reshape(flat.size(0), pivots.size(-1));
        List<Tensor> batches = new ArrayList<>();
        for (long b = 0; b < flat.size(0); b++) {
            long[] p = swaps.select(0, b).toLongArray();
            long[] order = new long[(int) flat.size(1)];
            for (int i = 0; i < order.length; i++) {
                order[i] = i;
            }
            for (int i = p.length - 1; i >= 0; i--) {
                int j = (int) p[i] - 1;
                long t = order[i];
                order[i] = order[j];
                order[j] = t;
            }
            batches.add(flat.select(0, b).indexSelect(0, Tensor.of(order)));
        }
        return batches.isEmpty()
                ? product
                : Tensor.stack(0, batches.toArray(new Tensor[0]))
                        .reshape(product.shape().toArray());
    }

    private void luPacked() {
        Tensor packed = parts.get(0);
        long k = Math.min(packed.size(-1), packed.size(-2));
        Tensor l = packed.tril(-1).narrow(-1, 0, k);
        Tensor unit = Tensor.eye(Math.max(packed.size(-2), k), packed.dtype()).narrow(-1, 0, k);
        Tensor u = packed.triu(0).narrow(-2, 0, k);
        near("P L U", unswap(l.add(unit).matmul(u), parts.get(1)), a);
    }

    /** Bunch-Kaufman with one-by-one and two-by-two blocks: a negative pivot pair marks the latter. */
    private void ldl() {
        if (a.numel() == 0) {
            return;
        }
        Tensor packed = parts.get(0).reshape(-1, a.size(-2), a.size(-1));
        Tensor pivots = parts.get(1).reshape(packed.size(0), -1);
        Tensor input = a.reshape(-1, a.size(-2), a.size(-1));
        boolean hermitian = Boolean.TRUE.equals(arguments.kwargs().get("hermitian"));
        for (long b = 0; b < packed.size(0); b++) {
            Tensor got = unpackLdl(packed.select(0, b), pivots.select(0, b).toLongArray(), hermitian);
            Tensor lower = input.select(0, b).tril(-1);
            Tensor mirrored = hermitian ? adjoint(lower) : lower.transpose(-2, -1);
            Tensor diagonal = input.select(0, b).triu(0).tril(0);
            near("P L D Lt Pt", got, lower.add(mirrored).add(diagonal));
        }
    }

    private static Tensor unpackLdl(Tensor ld, long[] pivots, boolean hermitian) {
        int n = pivots.length;
        Tensor middle = ld.clone();
        Tensor l = Tensor.eye(n, ld.dtype());
        Tensor d = Tensor.zeros(middle.shape(), ld.dtype());
        for (int k = 0; k < n; ) {
            int size = pivots[k] < 0 ? 2 : 1;
            int other = (int) Math.abs(pivots[k + size - 1]) - 1;
            int row = k + size - 1;
            Tensor swap = Tensor.eye(n, ld.dtype());
            swap.set(row, row, 0).set(other, other, 0).set(row, other, 1).set(other, row, 1);
            if (row == other) {
                swap.set(row, row, 1);
            }
            Tensor block = Tensor.eye(n, ld.dtype());
            for (int j = k; j < k + size; j++) {
                if (k + size < n) {
                    block.set(Index.from(k + size), j, middle.get(Index.from(k + size), j));
                }
                d.set(j, j, middle.get(j, j));
            }
            if (size == 2) {
                Tensor off = middle.get(k + 1, k);
                d.set(k + 1, k, off);
                d.set(k, k + 1, hermitian ? off.conj() : off);
            }
            l = l.matmul(swap).matmul(block);
            k += size;
        }
        return l.matmul(d).matmul(hermitian ? adjoint(l) : l.transpose(-2, -1));
    }
}
