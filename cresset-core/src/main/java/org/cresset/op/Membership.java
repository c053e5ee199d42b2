package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Looking elements up in sorted ones, and rows in order. */
public final class Membership {
    private Membership() {}

    /** Whether each element is in {@code set}, in which NaN never is: bool. */
    public static Tensor isin(Tensor elements, Tensor set) {
        return IsIn.OP.on(new Sets(1), elements, set);
    }

    /** How many sets of the same size there are, one after the other, each for as many of the elements. */
    private record Sets(long count) {}

    private static final class IsIn extends Index {
        static final IsIn OP = new IsIn();

        private IsIn() {
            super("isin", Saves.NOTHING);
        }

        private static DType type(@Nullable Tensor[] in) {
            DType t = Promotion.COMMON.compute(in);
            if (t.isComplex() || in[0].dtype() == DType.BOOL || in[1].dtype() == DType.BOOL) {
                throw CressetException.runtime("isin: does not exist for " + in[0].dtype() + " and " + in[1].dtype());
            }
            return t;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            type(in);
            return spec(in[0].shape(), DType.BOOL);
        }

        @Override
        public boolean differentiable(int output) {
            return false;
        }

        @Override
        protected void vjp(Vjp v) {
            v.none();
        }

        /** One set for all stays as it is; else each example's elements are looked up in its own set. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            long rows = ((Sets) attrs).count;
            if (!mapped[1] && rows == 1) {
                return new Tensor[] {on(attrs, in)};
            }
            @Nullable Tensor[] one = in.clone();
            for (int i = 0; size > 0 && i < 2; i++) {
                one[i] = mapped[i] ? in[i].select(0, 0) : in[i];
            }
            DType t = type(one); // a number counts less than a batch of numbers
            Tensor elements = SearchSorted.all(in[0], mapped[0], size).to(t);
            Tensor sets = SearchSorted.all(in[1], mapped[1], size).to(t);
            return new Tensor[] {on(new Sets(rows * size), elements, sets)};
        }

        private static Dense converted(Dense t, DType type) {
            Dense y = Dense.empty(t.shape(), type);
            Pointwise.copy(t, y);
            return y;
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            DType type = type(in);
            Dense x = converted(in[0], type);
            Dense s = converted(in[1], type);
            long rows = ((Sets) attrs).count;
            if (x.numel() == 0) {
                return;
            }
            long elements = x.numel() / rows;
            int n = Math.toIntExact(s.numel() / rows);
            for (long r = 0; r < rows; r++) {
                if (type.isFloat()) {
                    search(x, r * elements, elements, doubles(s, r * n, n), out[0]);
                } else {
                    search(x, r * elements, elements, longs(s, r * n, n), out[0]);
                }
            }
        }

        private static double[] doubles(Dense set, long start, int n) {
            DType t = set.dtype();
            double[] sorted = new double[n];
            Arrays.setAll(sorted, i -> Convert.readDouble(t, set.segment(), start + i << t.shift()) + 0.0);
            Arrays.sort(sorted);
            return sorted;
        }

        private static long[] longs(Dense set, long start, int n) {
            DType t = set.dtype();
            long[] sorted = new long[n];
            Arrays.setAll(sorted, i -> Convert.readLong(t, set.segment(), start + i << t.shift()));
            Arrays.sort(sorted);
            return sorted;
        }

        private static void search(Dense x, long start, long count, double[] sorted, Dense out) {
            DType t = x.dtype();
            Workers.parallelFor(count, 1 << 12, (from, end) -> {
                LineArrays arrays = LineArrays.own();
                double[] some = arrays.first;
                byte[] found = new byte[some.length];
                for (long i = start + from; i < start + end; i += some.length) {
                    int n = (int) Math.min(some.length, start + end - i);
                    arrays.read(t, x.segment(), i << t.shift(), t.size(), some, n);
                    search(some, n, sorted, found);
                    MemorySegment.copy(found, 0, out.segment(), ValueLayout.JAVA_BYTE, i, n);
                }
            });
        }

        private static void search(double[] numbers, int n, double[] sorted, byte[] found) {
            for (int i = 0; i < n; i++) {
                double v = numbers[i] + 0.0; // -0 becomes 0
                found[i] = (byte) (!Double.isNaN(v) && Arrays.binarySearch(sorted, v) >= 0 ? 1 : 0);
            }
        }

        private static void search(Dense x, long start, long count, long[] sorted, Dense out) {
            DType t = x.dtype();
            Workers.parallelFor(count, 1 << 12, (from, end) -> {
                LineArrays arrays = LineArrays.own();
                long[] some = arrays.whole;
                byte[] found = new byte[some.length];
                for (long i = start + from; i < start + end; i += some.length) {
                    int n = (int) Math.min(some.length, start + end - i);
                    arrays.readLongs(t, x.segment(), i << t.shift(), t.size(), some, n);
                    search(some, n, sorted, found);
                    MemorySegment.copy(found, 0, out.segment(), ValueLayout.JAVA_BYTE, i, n);
                }
            });
        }

        private static void search(long[] numbers, int n, long[] sorted, byte[] found) {
            for (int i = 0; i < n; i++) {
                found[i] = (byte) (Arrays.binarySearch(sorted, numbers[i]) >= 0 ? 1 : 0);
            }
        }
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
