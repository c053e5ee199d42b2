package org.cresset.op;

import java.util.Arrays;

/** Numbers of rows, each once and in rising order, and the place of each of them. */
public final class DistinctRows {
    private static final int WORD = 64;

    private final long first;
    private final long[] bits;
    private final int[] before;
    private final long[] rows;

    private DistinctRows(long first, long[] bits, int[] before, long[] rows) {
        this.first = first;
        this.bits = bits;
        this.before = before;
        this.rows = rows;
    }

    /** Of numbers of at least 0 in any order. */
    public static DistinctRows of(long[] all) {
        long low = Arrays.stream(all).min().orElse(0);
        long high = Arrays.stream(all).max().orElse(-1);
        long words = (high - low) / WORD + 1;
        if (words > 64L * all.length + 64) { // they lie too far apart for a bit each
            long[] sorted = Arrays.stream(all).sorted().distinct().toArray();
            return new DistinctRows(0, new long[0], new int[0], sorted);
        }
        long[] bits = new long[(int) words];
        for (long row : all) {
            bits[(int) ((row - low) / WORD)] |= 1L << row - low;
        }
        int[] before = new int[bits.length];
        int n = 0;
        for (int w = 0; w < bits.length; w++) {
            before[w] = n;
            n += Long.bitCount(bits[w]);
        }
        long[] rows = new long[n];
        int at = 0;
        for (int w = 0; w < bits.length; w++) {
            for (long rest = bits[w]; rest != 0; rest &= rest - 1) {
                rows[at++] = low + (long) WORD * w + Long.numberOfTrailingZeros(rest);
            }
        }
        return new DistinctRows(low, bits, before, rows);
    }

    /** The numbers; not to be changed. */
    public long[] rows() {
        return rows;
    }

    /** The place among {@link #rows()} of one of them. */
    public int place(long row) {
        if (bits.length == 0) {
            return Arrays.binarySearch(rows, row);
        }
        int w = (int) ((row - first) / WORD);
        return before[w] + Long.bitCount(bits[w] & (1L << row - first) - 1);
    }
}
