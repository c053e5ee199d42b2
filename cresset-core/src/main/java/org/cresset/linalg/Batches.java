package org.cresset.linalg;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.tensor.Tensor;

/** Batch dimensions: those before the matrices. */
final class Batches {
    private Batches() {}

    /** The dimensions before the last {@code drop}. */
    static Shape of(Tensor t, int drop) {
        return Shape.of(Arrays.copyOf(t.shape().dims(), Math.max(0, t.dim() - drop)));
    }

    /** Matrices expanded to a batch. */
    static Tensor expand(Tensor t, Shape batch) {
        return expand(t, batch, 2);
    }

    /** A tensor whose last {@code keep} dimensions are no batch, expanded to a batch. */
    static Tensor expand(Tensor t, Shape batch, int keep) {
        long[] dims = Arrays.copyOf(batch.dims(), batch.rank() + keep);
        for (int i = 0; i < keep; i++) {
            dims[batch.rank() + i] = t.size(t.dim() - keep + i);
        }
        return t.expand(dims);
    }

    /** Both with common batch dimensions. */
    static Tensor[] broadcast(String op, Tensor a, Tensor b) {
        if (a.dim() < 2 || b.dim() < 2) {
            throw CressetException.runtime(op + ": operands are " + a.dtype() + a.shape() + " and " + b.dtype()
                    + b.shape() + "; expected matrices, tensors with at least two dimensions");
        }
        Shape batch = Broadcast.shapes(op, of(a, 2), of(b, 2));
        return new Tensor[] {expand(a, batch), expand(b, batch)};
    }

    /** Whether B is a batch of vectors for A, as PyTorch decides. */
    static boolean vectors(Tensor a, Tensor b) {
        return b.dim() == 1
                || a.dim() - 1 == b.dim()
                        && b.shape().equals(Shape.of(Arrays.copyOf(a.shape().dims(), a.dim() - 1)));
    }
}
