package org.cresset.op;

import org.cresset.base.Shape;
import org.cresset.tensor.Dense;

/**
 * How a loop nest walks over several operands at once: the dimensions of the result, outermost first, without those of size 1
 * and with neighbours merged wherever all operands allow it; and each operand's step along them in bytes (0: broadcast).
 */
final class Geometry {
    final int rank;
    final long[] dims;
    final long[][] steps;
    final long[] starts;
    final long numel;

    private Geometry(int rank, long[] dims, long[][] steps, long[] starts, long numel) {
        this.rank = rank;
        this.dims = dims;
        this.steps = steps;
        this.starts = starts;
        this.numel = numel;
    }

    /** The walk over {@code shape}, in the order in which the first operand lies in memory. */
    static Geometry of(Shape shape, Dense... operands) {
        int n = shape.rank();
        long[] dims = shape.dims();
        long[][] steps = new long[operands.length][n];
        long[] starts = new long[operands.length];
        for (int k = 0; k < operands.length; k++) {
            Dense t = operands[k];
            starts[k] = t.byteOffset();
            int lead = n - t.dim();
            for (int d = lead; d < n; d++) {
                if (t.size(d - lead) != 1) {
                    steps[k][d] = t.stride(d - lead) << t.dtype().shift();
                }
            }
        }
        int[] order = order(dims, steps[0]);
        long[] merged = new long[Math.max(n, 1)];
        long[][] mergedSteps = new long[operands.length][Math.max(n, 1)];
        int rank = 0;
        for (int d : order) {
            if (dims[d] == 1) {
                continue;
            }
            if (rank > 0 && joins(steps, d, mergedSteps, rank - 1, dims[d])) {
                merged[rank - 1] *= dims[d];
                rank--;
            } else {
                merged[rank] = dims[d];
            }
            for (int k = 0; k < operands.length; k++) {
                mergedSteps[k][rank] = steps[k][d];
            }
            rank++;
        }
        if (rank == 0) {
            merged[0] = 1;
            rank = 1;
        }
        return new Geometry(rank, merged, mergedSteps, starts, shape.numel());
    }

    private static boolean joins(long[][] steps, int d, long[][] merged, int last, long size) {
        for (int k = 0; k < steps.length; k++) {
            if (merged[k][last] != steps[k][d] * size) {
                return false;
            }
        }
        return true;
    }

    /** Dimensions by falling step of the first operand, otherwise as they are (insertion sort: ranks are small). */
    private static int[] order(long[] dims, long[] step) {
        int[] order = new int[dims.length];
        for (int i = 0; i < order.length; i++) {
            int j = i;
            if (dims[i] != 1) {
                while (j > 0 && dims[order[j - 1]] != 1 && step[order[j - 1]] < step[i]) {
                    order[j] = order[j - 1];
                    j--;
                }
            }
            order[j] = i;
        }
        return order;
    }

    /** Size of the innermost dimension. */
    long inner() {
        return dims[rank - 1];
    }

    /** Byte offset of operand k at flat position {@code at} of the walk. */
    long offset(int k, long at) {
        long o = starts[k];
        long[] s = steps[k];
        for (int d = rank - 1; d >= 0 && at != 0; d--) {
            long q = at / dims[d];
            o += (at - q * dims[d]) * s[d];
            at = q;
        }
        return o;
    }

    /** Byte offset of operand k at the beginning of a row along the innermost dimension. */
    long rowOffset(int k, long row) {
        long o = starts[k];
        long[] s = steps[k];
        for (int d = rank - 2; d > 0 && row != 0; d--) {
            long q = row / dims[d];
            o += (row - q * dims[d]) * s[d];
            row = q;
        }
        return rank > 1 ? o + row * s[0] : o;
    }

    /** Operand k's step along the innermost dimension. */
    long innerStep(int k) {
        return steps[k][rank - 1];
    }

    /** Whether operand k is one run of elements of {@code size} bytes along the whole walk. */
    boolean flat(int k, int size) {
        return rank == 1 && steps[k][0] == size;
    }
}
