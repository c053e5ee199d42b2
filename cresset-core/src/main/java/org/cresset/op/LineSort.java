package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * Sorts lines of one tensor, one after the other: elements in order, NaN as the largest, equal ones in the order in which they
 * are. Keys of 32 bits are sorted together with the places; wider ones too if all differ in 32 bits only.
 */
final class LineSort {
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Where one of how many must be asked for so that selecting pays. */
    private static final int FEW = 4;

    private final DType dtype;
    private final MemorySegment memory;
    private final long flip;
    private final int n;
    private final long[] keys;
    private final long[] packed;
    private final SortMemory arrays = SortMemory.take();
    private final PackedSort sorter = new PackedSort(arrays);
    private long[] sorted;
    private int[] order = {};
    private boolean whole;

    /** The least key that can be, and how many bits the others are above it at most. */
    private long base = Integer.MIN_VALUE;

    private int keyBits = Integer.SIZE;

    LineSort(Dense x, boolean descending, int n) {
        dtype = x.dtype();
        memory = x.segment();
        flip = descending ? -1 : 0;
        this.n = n;
        packed = arrays.packed(n);
        sorted = packed;
        keys = dtype == DType.FLOAT64 || dtype == DType.INT64 ? arrays.keys(n) : packed;
        if (!dtype.isFloat() && dtype.shift() < 2) {
            keyBits = dtype.size() * Byte.SIZE;
            base = dtype == DType.INT8 || dtype == DType.INT16 ? -1L << keyBits - 1 : flip << keyBits;
        }
    }

    /** Sorts the line from a byte offset on, as far as the first {@code keep}, and says where they are. */
    int[] sort(long from, long step, int keep) {
        int count = arrange(from, step, keep, keep < n / FEW);
        if (whole) {
            MergeSort.sort(keys, order, count, arrays);
        } else {
            sorted = sorter.sort(packed, count, keyBits);
            unpack(count);
        }
        return order;
    }

    /** Lets another sort of this thread have the memory; nothing may be asked of this one any more. */
    void done() {
        arrays.giveBack();
    }

    /** Where the element of rank k (from 0) is. */
    int find(long from, long step, int k) {
        int count = arrange(from, step, k + 1, true);
        if (whole) {
            MergeSort.sort(keys, order, count, arrays);
            return order[k];
        }
        long best = packed[0];
        for (int i = 1; i <= k; i++) {
            best = Math.max(best, packed[i]);
        }
        return (int) best;
    }

    /** Whether the elements of ranks i and j of the line that was sorted last are equal. */
    boolean same(int i, int j) {
        return key(i) == key(j);
    }

    /** The integer of rank j in the line that was sorted last, which needn't be looked up where it was. */
    long value(int j) {
        return key(j) ^ flip;
    }

    private long key(int j) {
        return whole ? keys[j] : unpack(sorted[j]);
    }

    private long pack(long key, int place) {
        return key - base + Integer.MIN_VALUE << 32 | place;
    }

    private long unpack(long packed) {
        return (packed >> 32) - Integer.MIN_VALUE + base;
    }

    private void unpack(int count) {
        room(count);
        for (int i = 0; i < count; i++) {
            order[i] = (int) sorted[i];
        }
    }

    /** Reads a line; {@code select} leaves only those that can be among the first {@code keep}. How many are to be sorted. */
    private int arrange(long from, long step, int keep, boolean select) {
        whole = false;
        if (keys == packed) {
            read(from, step);
        } else {
            readWide(from, step);
            long least = Long.MAX_VALUE;
            long most = Long.MIN_VALUE;
            for (int i = 0; i < n; i++) {
                least = Math.min(least, keys[i]);
                most = Math.max(most, keys[i]);
            }
            whole = most - least < 0 || most - least >= 1L << 32;
            base = least;
            keyBits = Long.SIZE - Long.numberOfLeadingZeros(most - least);
            for (int i = 0; i < n; i++) {
                packed[i] = whole ? keys[i] & -1L << 32 | i : pack(keys[i], i);
            }
            if (whole) {
                return select ? candidates(keep) : all();
            }
        }
        if (select) {
            sorter.select(packed, n, keep);
            return keep;
        }
        return n;
    }

    private void room(int count) {
        order = arrays.order(count);
    }

    private int all() {
        room(n);
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        return n;
    }

    /** Wide keys that are not behind the first {@code keep} by their upper half. */
    private int candidates(int keep) {
        sorter.select(packed, n, keep);
        long last = Long.MIN_VALUE;
        for (int i = 0; i < keep; i++) {
            last = Math.max(last, packed[i] >> 32);
        }
        room(n);
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (keys[i] >> 32 <= last) {
                keys[count] = keys[i];
                order[count++] = i;
            }
        }
        return count;
    }

    private void read(long from, long step) {
        long f = flip;
        if (dtype == DType.FLOAT32) {
            FloatKeys.pack(memory, from, step, arrays.otherOrder(n), packed, n, (int) f);
        } else if (dtype.isFloat()) {
            for (int i = 0; i < n; i++) {
                float v = (float) Convert.readDouble(dtype, memory, from + i * step);
                int bits = Float.floatToIntBits(v == 0 ? 0 : v);
                packed[i] = ((bits ^ bits >> 31 & Integer.MAX_VALUE) ^ f) << 32 | i;
            }
        } else {
            for (int i = 0; i < n; i++) {
                packed[i] = pack(Convert.readLong(dtype, memory, from + i * step) ^ f, i);
            }
        }
    }

    private void readWide(long from, long step) {
        MemorySegment m = Window.of(memory, 0, memory.byteSize());
        boolean isFloat = dtype == DType.FLOAT64;
        for (int i = 0; i < n; i++) {
            long bits = m.get(L, from + i * step);
            if (isFloat) {
                double v = Double.longBitsToDouble(bits);
                bits = Double.doubleToLongBits(v == 0 ? 0.0 : v);
                bits ^= bits >> 63 & Long.MAX_VALUE;
            }
            keys[i] = bits ^ flip;
        }
    }
}
