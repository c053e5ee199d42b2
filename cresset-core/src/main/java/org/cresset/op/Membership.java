package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** Looking elements up in sorted ones, and rows in order. */
public final class Membership {
    private Membership() {}

    /** Whether each element is in {@code set}, in which NaN never is: bool. */
    public static Tensor isin(Tensor elements, Tensor set) {
        DType type = Promotion.COMMON.compute(new Tensor[] {elements, set});
        if (type.isComplex() || type == DType.BOOL || elements.dtype() == DType.BOOL || set.dtype() == DType.BOOL) {
            throw CressetException.runtime("isin: does not exist for " + elements.dtype() + " and " + set.dtype());
        }
        Dense x = (Dense) elements.dense("isin").detach().to(type).contiguous();
        Dense s = (Dense) set.dense("isin").detach().to(type);
        Dense out = Dense.empty(x.shape(), DType.BOOL);
        MemorySegment to = out.segment();
        if (type.isFloat()) {
            double[] sorted = s.toDoubleArray();
            for (int i = 0; i < sorted.length; i++) {
                sorted[i] += 0.0; // -0 becomes 0
            }
            Arrays.sort(sorted);
            Workers.parallelFor(x.numel(), 1 << 12, (from, end) -> {
                for (long i = from; i < end; i++) {
                    double v = Convert.readDouble(type, x.segment(), x.byteOffset() + (i << type.shift())) + 0.0;
                    boolean found = !Double.isNaN(v) && Arrays.binarySearch(sorted, v) >= 0;
                    to.set(ValueLayout.JAVA_BYTE, i, (byte) (found ? 1 : 0));
                }
            });
        } else {
            long[] sorted = s.toLongArray();
            Arrays.sort(sorted);
            Workers.parallelFor(x.numel(), 1 << 12, (from, end) -> {
                for (long i = from; i < end; i++) {
                    long v = Convert.readLong(type, x.segment(), x.byteOffset() + (i << type.shift()));
                    to.set(ValueLayout.JAVA_BYTE, i, (byte) (Arrays.binarySearch(sorted, v) >= 0 ? 1 : 0));
                }
            });
        }
        return out;
    }

    /** The order of the rows of a matrix by their first elements, where these are equal by their second ones, and so on. */
    public static Tensor lexicographic(Tensor rows) {
        int n = Math.toIntExact(rows.size(0));
        int width = Math.toIntExact(rows.size(1));
        Comparator<Integer> order;
        if (rows.dtype().isFloat()) {
            double[] v = rows.toDoubleArray();
            order = (a, b) -> {
                for (int i = 0; i < width; i++) {
                    double x = v[a * width + i];
                    double y = v[b * width + i];
                    if (x != y) {
                        return Double.compare(x, y);
                    }
                }
                return 0;
            };
        } else {
            long[] v = rows.toLongArray();
            order = (a, b) -> {
                int at = Arrays.mismatch(v, a * width, (a + 1) * width, v, b * width, (b + 1) * width);
                return at < 0 ? 0 : Long.compare(v[a * width + at], v[b * width + at]);
            };
        }
        return Tensor.of(IntStream.range(0, n)
                .boxed()
                .sorted(order)
                .mapToLong(Integer::longValue)
                .toArray());
    }
}
