package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.op.Membership;
import org.jspecify.annotations.Nullable;

/** Elements as members of sets. None of these has a derivative. */
public sealed interface SetOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The different elements in rising order. As {@code torch.unique}. */
    default Tensor unique() {
        return unique(false, false, null).output();
    }

    /** The different elements in rising order, or the different slices along a dimension. As {@code torch.unique}. */
    default Uniques unique(boolean returnInverse, boolean returnCounts, @Nullable Long dim) {
        return Distinct.unique(self(), returnInverse, returnCounts, dim);
    }

    /** The elements, or slices along a dimension, without those equal to the one before. As {@code torch.unique_consecutive}. */
    default Uniques uniqueConsecutive(boolean returnInverse, boolean returnCounts, @Nullable Long dim) {
        return Distinct.consecutive(self(), returnInverse, returnCounts, dim);
    }

    /** Whether each element is one of {@code testElements}; {@code invert}: is none of them. As {@code torch.isin}. */
    @Torch({
        "isin(elements: Scalar, test_elements, *, assume_unique=False, invert=False)",
        "isin(elements: Scalar, test_element, *, assume_unique=False, invert=False)",
        "isin(element: Scalar, test_elements, *, assume_unique=False, invert=False)"
    })
    default Tensor isin(Tensor testElements, boolean assumeUnique, boolean invert) {
        Tensor found = Membership.isin(self(), testElements);
        return invert ? found.logicalNot() : found;
    }

    /**
     * Positions of the first {@code size} elements that aren't zero, (size, rank); rows that are left hold {@code fillValue}. As
     * {@code torch.nonzero_static}.
     */
    @Torch("nonzero_static(self, *, size, fill_value=-1)")
    default Tensor nonzeroStatic(long size, long fillValue) {
        if (size < 0) {
            throw CressetException.runtime("nonzero_static: size is " + size + "; expected at least 0");
        }
        if (!self().hasValues()) {
            return Positioned.nonzero(self(), size, fillValue);
        }
        Tensor found = self().nonzero();
        long n = Math.min(size, found.size(0));
        Tensor rest = Tensor.from(new long[] {fillValue}, 1, 1).expand(size - n, found.size(1));
        return Tensor.cat(0, found.narrow(0, 0, n), rest);
    }

    /** In rising order along dimension 0. As {@code torch.msort}. */
    @Torch("msort(self)")
    default Tensor msort() {
        return self().sort(0)[0];
    }
}
