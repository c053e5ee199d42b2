package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.op.Matmul;
import org.cresset.op.Precision;

/** Products of vectors and matrices. */
public sealed interface LinalgOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The product of vectors, matrices or batches of matrices, whose leading dimensions broadcast. As {@code torch.matmul}. */
    @Torch({"matmul(self, other)", "linalg.matmul(self, other)", "__matmul__(self, other)"})
    default Tensor matmul(Tensor other) {
        return Matmul.matmul(self(), other);
    }

    /** The product of two matrices. As {@code torch.mm}. */
    @Torch("mm(self, mat2)")
    default Tensor mm(Tensor mat2) {
        expect("mm", self(), 2);
        expect("mm", mat2, 2);
        return Matmul.matmul(self(), mat2);
    }

    /** Products of two batches of matrices, (b, m, k) and (b, k, n). As {@code torch.bmm}. */
    @Torch("bmm(self, mat2)")
    default Tensor bmm(Tensor mat2) {
        expect("bmm", self(), 3);
        expect("bmm", mat2, 3);
        if (self().size(0) != mat2.size(0)) {
            throw CressetException.runtime("bmm: batches differ: " + self().shape() + " @ " + mat2.shape());
        }
        return Matmul.matmul(self(), mat2);
    }

    /** A matrix times a vector. As {@code torch.mv}. */
    @Torch("mv(self, vec)")
    default Tensor mv(Tensor vec) {
        expect("mv", self(), 2);
        expect("mv", vec, 1);
        return Precision.ANY.applyAll(t -> new Tensor[] {Matmul.matmul(t[0], t[1])}, self(), vec)[0];
    }

    /** The inner product of two vectors. As {@code torch.dot}. */
    @Torch("dot(self, tensor)")
    default Tensor dot(Tensor tensor) {
        expect("dot", self(), 1);
        expect("dot", tensor, 1);
        return Precision.ANY.applyAll(t -> new Tensor[] {Matmul.matmul(t[0], t[1])}, self(), tensor)[0];
    }

    /** The products of all pairs of elements of two vectors, (n, m). As {@code torch.outer}. */
    @Torch({"outer(self, vec2)", "ger(self, vec2)"})
    default Tensor outer(Tensor vec2) {
        expect("outer", self(), 1);
        expect("outer", vec2, 1);
        return self().unsqueeze(1).mul(vec2);
    }

    /** beta x + alpha (a b). As {@code torch.addmm}. */
    @Torch("addmm(self, mat1, mat2, *, beta=1, alpha=1)")
    default Tensor addmm(Tensor mat1, Tensor mat2, Number beta, Number alpha) {
        return combine(Precision.LOWER.of(self()), mat1.mm(mat2), beta, alpha);
    }

    /** beta x + alpha (a b) for batches. As {@code torch.baddbmm}. */
    @Torch("baddbmm(self, batch1, batch2, *, beta=1, alpha=1)")
    default Tensor baddbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return combine(Precision.LOWER.of(self()), batch1.bmm(batch2), beta, alpha);
    }

    /** beta x + alpha (the sum of a batch of products). As {@code torch.addbmm}. */
    @Torch("addbmm(self, batch1, batch2, *, beta=1, alpha=1)")
    default Tensor addbmm(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return combine(Precision.LOWER.of(self()), batch1.bmm(batch2).sum(0), beta, alpha);
    }

    /** beta x + alpha (a v). As {@code torch.addmv}. */
    @Torch("addmv(self, mat, vec, *, beta=1, alpha=1)")
    default Tensor addmv(Tensor mat, Tensor vec, Number beta, Number alpha) {
        return combine(self(), mat.mv(vec), beta, alpha);
    }

    /** beta x + alpha (v wᵀ). As {@code torch.addr}. */
    @Torch("addr(self, vec1, vec2, *, beta=1, alpha=1)")
    default Tensor addr(Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        return combine(self(), vec1.outer(vec2), beta, alpha);
    }

    private static Tensor combine(Tensor x, Tensor product, Number beta, Number alpha) {
        Tensor p = IntegerChecks.isOne(alpha) ? product : product.mul(alpha);
        if (beta.doubleValue() == 0) {
            return p;
        }
        return p.add(IntegerChecks.isOne(beta) ? x : x.mul(beta));
    }

    private static void expect(String op, Tensor t, int rank) {
        if (t.dim() != rank) {
            throw CressetException.runtime(op + ": shape " + t.shape() + "; expected " + rank + " dimensions");
        }
    }
}
