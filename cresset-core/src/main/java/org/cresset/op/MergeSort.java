package org.cresset.op;

/** A stable sort of keys together with where they were. */
final class MergeSort {
    private static final int RUN = 24;

    private MergeSort() {}

    /** Sorts {@code keys}, rising, and moves {@code order} along. */
    static void sort(long[] keys, int[] order) {
        int n = keys.length;
        for (int lo = 0; lo < n; lo += RUN) {
            insertion(keys, order, lo, Math.min(lo + RUN, n));
        }
        long[] otherKeys = new long[n];
        int[] otherOrder = new int[n];
        for (int width = RUN; width < n; width *= 2) {
            for (int lo = 0; lo < n - width; lo += 2 * width) {
                merge(keys, order, lo, lo + width, Math.min(lo + 2 * width, n), otherKeys, otherOrder);
            }
        }
    }

    private static void insertion(long[] keys, int[] order, int lo, int hi) {
        for (int i = lo + 1; i < hi; i++) {
            long k = keys[i];
            int o = order[i];
            int j = i;
            while (j > lo && keys[j - 1] > k) {
                keys[j] = keys[j - 1];
                order[j] = order[j - 1];
                j--;
            }
            keys[j] = k;
            order[j] = o;
        }
    }

    private static void merge(long[] keys, int[] order, int lo, int mid, int hi, long[] k2, int[] o2) {
        if (keys[mid - 1] <= keys[mid]) {
            return;
        }
        int n = mid - lo;
        System.arraycopy(keys, lo, k2, 0, n);
        System.arraycopy(order, lo, o2, 0, n);
        int i = 0;
        int j = mid;
        int out = lo;
        while (i < n) {
            if (j < hi && keys[j] < k2[i]) {
                keys[out] = keys[j];
                order[out++] = order[j++];
            } else {
                keys[out] = k2[i];
                order[out++] = o2[i++];
            }
        }
    }
}
