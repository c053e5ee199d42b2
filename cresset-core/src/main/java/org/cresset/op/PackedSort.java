package org.cresset.op;

import java.util.Arrays;

/**
 * Order of numbers whose upper 32 bits are a key and whose lower ones a place. No two are equal, so that every way to sort them
 * is stable in the keys. Long lists are sorted by counting, digit by digit from the lowest on.
 */
final class PackedSort {
    private static final int SHORT = 512;
    private static final int LONG = 1 << 14;
    private static final int KEY = 32;

    /** The most that are sorted to find one of them. */
    private static final int SORTED = 32;

    /** The most that are kept sorted while others are compared with them. */
    private static final int FEW = 32;

    private final SortMemory memory;

    PackedSort(SortMemory memory) {
        this.memory = memory;
    }

    private static int bits(int n) {
        return n < LONG ? 8 : 11;
    }

    /**
     * The first n numbers, which are in the order of their places, sorted: in the list itself or in one that is valid until the
     * next call. The keys are less than {@code 1 << keyBits}, counted from the least int on.
     */
    long[] sort(long[] a, int n, int keyBits) {
        if (n < SHORT) {
            Arrays.sort(a, 0, n);
            return a;
        }
        int bits = bits(n);
        int digits = (keyBits + bits - 1) / bits;
        int mask = (1 << bits) - 1;
        int[][] counts = counts(a, n, digits, bits);
        long[] from = a;
        long[] to = memory.other(n);
        for (int d = 0; d < digits; d++) {
            int shift = KEY + d * bits;
            int[] ends = counts[d];
            if (ends[digit(a[0], shift, mask)] == n) { // all alike
                continue;
            }
            int sum = 0;
            for (int i = 0; i <= mask; i++) {
                int c = ends[i];
                ends[i] = sum;
                sum += c;
            }
            distribute(from, n, to, ends, shift, mask);
            long[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    /** How often each digit occurs, at each place of a key; blocks that stay in the cache are read once for each place. */
    private static int[][] counts(long[] a, int n, int digits, int bits) {
        int[][] counts = new int[digits][1 << bits];
        for (int from = 0; from < n; from += SHORT) {
            int to = Math.min(from + SHORT, n);
            for (int d = 0; d < digits; d++) {
                count(a, from, to, KEY + d * bits, counts[d]);
            }
        }
        return counts;
    }

    private static void count(long[] a, int from, int to, int shift, int[] counts) {
        for (int i = from; i < to; i++) {
            counts[digit(a[i], shift, counts.length - 1)]++;
        }
    }

    private static void distribute(long[] from, int n, long[] to, int[] places, int shift, int mask) {
        for (int i = 0; i < n; i++) {
            long v = from[i];
            to[places[digit(v, shift, mask)]++] = v;
        }
    }

    private static int digit(long v, int shift, int mask) {
        return (int) ((v ^ Long.MIN_VALUE) >>> shift) & mask;
    }

    /** Makes the k smallest of n numbers the first k, sorted or in the order of their places; what follows is lost. */
    void select(long[] a, int n, int k) {
        if (k <= FEW) {
            insert(a, n, k);
        } else {
            byDigits(a, n, k);
        }
    }

    /** Of most numbers only that they are not among the smallest is asked: of those in any order few ever were. */
    private static void insert(long[] a, int n, int k) {
        Arrays.sort(a, 0, k);
        long last = a[k - 1];
        for (int i = k; i < n; i++) {
            long v = a[i];
            if (v < last) {
                int j = k - 1;
                for (; j > 0 && a[j - 1] > v; j--) {
                    a[j] = a[j - 1];
                }
                a[j] = v;
                last = a[k - 1];
            }
        }
    }

    /** Digit by digit from the highest on; in the order of their places. */
    private void byDigits(long[] a, int n, int k) {
        int bits = bits(n);
        int mask = (1 << bits) - 1;
        int taken = 0;
        int left = n;
        for (int shift = 64 - bits; taken < k && taken + left > k; shift = Math.max(KEY, shift - bits)) {
            int[] counts = new int[mask + 1];
            count(a, taken, taken + left, shift, counts);
            int cut = 0;
            for (int sum = taken + counts[0]; sum < k; sum += counts[cut]) {
                cut++;
            }
            long[] ties = memory.other(counts[cut]);
            int tied = 0;
            int end = taken + left;
            for (int i = taken; i < end; i++) {
                long v = a[i];
                int d = digit(v, shift, mask);
                if (d < cut) {
                    a[taken++] = v;
                } else if (d == cut) {
                    ties[tied++] = v;
                }
            }
            System.arraycopy(ties, 0, a, taken, tied);
            left = tied;
            if (shift == KEY) { // equal keys: the first places win
                return;
            }
        }
    }

    /** The number of rank k (from 0) of n; the list is lost. */
    long rank(long[] a, int n, int k) {
        int left = n;
        int rank = k;
        int end = Long.SIZE;
        while (left > SORTED && end > KEY) {
            int bits = Math.min(left < SHORT ? 6 : 11, end - KEY);
            end -= bits;
            int[] counts = new int[1 << bits];
            count(a, 0, left, end, counts);
            int cut = 0;
            for (; rank >= counts[cut]; cut++) {
                rank -= counts[cut];
            }
            left = counts[cut] == left ? left : alike(a, left, end, counts.length - 1, cut);
        }
        if (end == KEY) { // equal keys, in the order of their places
            return a[rank];
        }
        Arrays.sort(a, 0, left);
        return a[rank];
    }

    /** Leaves the numbers with a digit, which are counted; without a jump that depends on them, which nobody could foresee. */
    private static int alike(long[] a, int n, int shift, int mask, int cut) {
        int kept = 0;
        for (int i = 0; i < n; i++) {
            long v = a[i];
            a[kept] = v;
            kept += (digit(v, shift, mask) ^ cut) - 1 >>> 31;
        }
        return kept;
    }
}
