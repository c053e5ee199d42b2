package org.cresset.op;

import java.util.Arrays;

/** A stable sort of wide keys together with where they were; long ones are sorted by counting, byte by byte. */
final class MergeSort {
    private static final int RUN = 24;
    private static final int LONG = 1 << 11;

    private MergeSort() {}

    /** Sorts the first n {@code keys}, rising, and moves {@code order} along, with the other arrays of {@code memory} as room. */
    static void sort(long[] keys, int[] order, int n, SortMemory memory) {
        long[] otherKeys = memory.other(n);
        int[] otherOrder = memory.otherOrder(n);
        if (n >= LONG) {
            count(keys, order, n, otherKeys, otherOrder);
            return;
        }
        for (int lo = 0; lo < n; lo += RUN) {
            insertion(keys, order, lo, Math.min(lo + RUN, n));
        }
        for (int width = RUN; width < n; width *= 2) {
            for (int lo = 0; lo < n - width; lo += 2 * width) {
                merge(keys, order, lo, lo + width, Math.min(lo + 2 * width, n), otherKeys, otherOrder);
            }
        }
    }

    /** An even number of passes, so that the result is where the input was. */
    private static void count(long[] keys, int[] order, int n, long[] k2, int[] o2) {
        int[] places = new int[256];
        for (int shift = 0; shift < 64; shift += 8) {
            Arrays.fill(places, 0);
            for (int i = 0; i < n; i++) {
                places[digit(keys[i], shift)]++;
            }
            int sum = 0;
            for (int i = 0; i < 256; i++) {
                int c = places[i];
                places[i] = sum;
                sum += c;
            }
            for (int i = 0; i < n; i++) {
                int at = places[digit(keys[i], shift)]++;
                k2[at] = keys[i];
                o2[at] = order[i];
            }
            long[] k = keys;
            keys = k2;
            k2 = k;
            int[] o = order;
            order = o2;
            o2 = o;
        }
    }

    private static int digit(long key, int shift) {
        return (int) ((key ^ Long.MIN_VALUE) >>> shift) & 255;
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
