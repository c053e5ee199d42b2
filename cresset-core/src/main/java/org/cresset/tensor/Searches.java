package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.SearchSorted;
import org.jspecify.annotations.Nullable;

/** Checks before searching in rising sequences. */
final class Searches {
    private Searches() {}

    static Tensor bucketize(Tensor x, Tensor boundaries, boolean outInt32, boolean right) {
        if (boundaries.dim() != 1) {
            throw CressetException.runtime(
                    "bucketize: the boundaries have shape " + boundaries.shape() + "; expected one dimension");
        }
        return search("bucketize", boundaries, x, outInt32, right, null);
    }

    static Tensor searchsorted(
            Tensor sequence,
            Tensor values,
            boolean outInt32,
            boolean right,
            @Nullable String side,
            @Nullable Tensor sorter) {
        if (side != null && !side.equals("left") && !side.equals("right")) {
            throw CressetException.runtime("searchsorted: side is \"" + side + "\"; expected left or right");
        }
        if (right && "left".equals(side)) {
            throw CressetException.runtime("searchsorted: side is left, but right is true");
        }
        if (sequence.dim() == 0) {
            throw CressetException.runtime("searchsorted: the sequence has no dimensions");
        }
        if (sequence.dim() > 1) {
            boolean fits = values.dim() == sequence.dim();
            for (int d = 0; fits && d < sequence.dim() - 1; d++) {
                fits = sequence.size(d) == values.size(d);
            }
            if (!fits) {
                throw CressetException.runtime("searchsorted: sequences of shape " + sequence.shape()
                        + " and values of shape " + values.shape() + " must be equal in all but the last dimension");
            }
        }
        if (sorter != null && (sorter.dtype() != DType.INT64 || !sorter.shape().equals(sequence.shape()))) {
            throw CressetException.runtime("searchsorted: the sorter is " + sorter.dtype() + sorter.shape()
                    + "; expected int64 and the shape of the sequence, " + sequence.shape());
        }
        return search("searchsorted", sequence, values, outInt32, right || "right".equals(side), sorter);
    }

    private static Tensor search(
            String op, Tensor sequence, Tensor values, boolean outInt32, boolean right, @Nullable Tensor sorter) {
        if (!values.isNumber() && sequence.dtype() != values.dtype()) {
            throw CressetException.runtime(op + ": a sequence of " + sequence.dtype() + " and values of "
                    + values.dtype() + "; expected one dtype for both");
        }
        if (sequence.dtype().isComplex()) {
            throw CressetException.unsupported(op + ": complex numbers have no order");
        }
        return SearchSorted.OP.on(new SearchSorted.Attrs(right, outInt32), sequence, values, sorter);
    }
}
