package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Sorts lines of one tensor, one after the other: elements in order, NaN as the largest, equal ones in the order in which they
 * are. Keys of 32 bits are sorted together with the places; wider ones too if all differ in 32 bits only.
 */
final class LineSort {
    /** Where one of how many must be asked for so that selecting pays. */
    private static final int FEW = 4;

    private static final int[] NONE = {};

    /** The key of a float64 NaN. */
    private static final long NAN = 0x7ff8000000000000L;

    private final DType dtype;
    private final MemorySegment memory;
    private final long flip;
    private final int n;
    private final long[] keys;
    private final long[] packed;
    private final SortMemory arrays = SortMemory.take();
    private final PackedSort sorter = new PackedSort(arrays);
    private final @Nullable NativeKeys near;
    private long[] sorted;
    private int[] order = NONE;
    private boolean whole;

    /** Whether the keys are in {@link #near}, and nowhere else. */
    private boolean isNear;

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
        near = NativeKeys.of(n);
        if (!dtype.isFloat() && dtype.shift() < 2) {
            keyBits = dtype.size() * Byte.SIZE;
            base = dtype == DType.INT8 || dtype == DType.INT16 ? -1L << keyBits - 1 : flip << keyBits;
        }
    }

    /** Sorts the line from a byte offset on, as far as the first {@code keep}. */
    void sort(long from, long step, int keep) {
        int count = arrange(from, step, keep, keep < n / FEW);
        order = NONE;
        if (whole) {
            MergeSort.sort(keys, room(count), count, arrays);
        } else if (near != null && count == n) {
            toNear(near);
            near.sort(keyBits);
        } else {
            toArray();
            sorted = sorter.sort(packed, count, keyBits);
            unpack(count);
        }
    }

    /** Where the elements of the line that was sorted last are. */
    int[] order() {
        if (order.length == 0 && near != null) {
            near.places(room(n));
        }
        return order;
    }

    /**
     * The first {@code count} elements of that line, and as int64 where they are, into memory in which they lie one after the
     * other; false if somebody else has to.
     */
    boolean write(
            long from, long step, int count, MemorySegment values, long valuesAt, MemorySegment places, long placesAt) {
        int size = dtype.size();
        if (near == null || !isNear || size > 8 || !MachineMoves.there()) {
            return false;
        }
        long index = Window.address(places, placesAt, 8L * count);
        long to = Window.address(values, valuesAt, (long) size * count);
        near.places(count, index);
        MachineMoves.gather(to, Jumps.place(memory, from, 0, step, n, size, 1), 0, step, index, n, size, count);
        return true;
    }

    /** Lets another sort of this thread have the memory; nothing may be asked of this one any more. */
    void done() {
        arrays.giveBack();
        if (near != null) {
            near.free();
        }
    }

    private void toNear(NativeKeys keys) {
        if (!isNear) {
            keys.put(packed);
            isNear = true;
        }
    }

    /** Keys as they are now, for what is done with arrays. */
    private void toArray() {
        if (isNear && near != null) {
            near.get(packed);
            sorted = packed;
            isNear = false;
        }
    }

    /** Where the element of rank k (from 0) is. */
    int find(long from, long step, int k) {
        readPacked(from, step);
        return ofRank(k);
    }

    /** Where the lower median is; the first NaN if there is one and NaN is not passed over. */
    int middle(long from, long step, boolean ignoreNan) {
        readPacked(from, step);
        int nans = nans();
        return ofRank(nans == 0 ? (n - 1) / 2 : ignoreNan ? Math.max(0, n - 1 - nans) / 2 : n - nans);
    }

    /** Of the line that has been read. */
    private int ofRank(int k) {
        if (whole) {
            int count = candidates(k + 1);
            MergeSort.sort(keys, order, count, arrays);
            return order[k];
        }
        if (near != null) {
            toNear(near);
            return (int) near.rank(k);
        }
        return (int) sorter.rank(packed, n, k);
    }

    private int nans() {
        if (!dtype.isFloat()) {
            return 0;
        }
        if (isNear && near != null) {
            return near.alike(FloatKeys.NAN ^ (int) flip);
        }
        int count = 0;
        if (keys == packed) {
            for (int i = 0; i < n; i++) {
                count += packed[i] >> 32 == (FloatKeys.NAN ^ flip) ? 1 : 0;
            }
        } else {
            for (int i = 0; i < n; i++) {
                count += keys[i] == (NAN ^ flip) ? 1 : 0;
            }
        }
        return count;
    }

    /** The last rank of the longest run of equal elements in the line that was sorted last, the first of those as long. */
    int endOfLongestRun() {
        toArray();
        return whole ? endOfLongestRun(keys, 0, n) : endOfLongestRun(sorted, Integer.SIZE, n);
    }

    /** Where the element of a rank is, after {@link #endOfLongestRun}. */
    int place(int rank) {
        return whole ? order[rank] : (int) sorted[rank];
    }

    private static int endOfLongestRun(long[] sorted, int shift, int n) {
        int best = 0;
        int longest = 1;
        int first = 0;
        long key = sorted[0] >> shift;
        for (int i = 1; i < n; i++) {
            long k = sorted[i] >> shift;
            if (k != key) {
                key = k;
                first = i;
            }
            if (i - first >= longest) {
                longest = i - first + 1;
                best = i;
            }
        }
        return best;
    }

    /** The integers of n ranks from one on in the line that was sorted last, which needn't be looked up where they were. */
    void values(int first, int count, long[] to) {
        order();
        toArray();
        for (int i = 0; i < count; i++) {
            to[i] = key(first + i) ^ flip;
        }
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
        readPacked(from, step);
        if (whole) {
            return select ? candidates(keep) : all();
        }
        if (select) {
            toArray();
            sorter.select(packed, n, keep);
            return keep;
        }
        return n;
    }

    private void readPacked(long from, long step) {
        whole = false;
        isNear = false;
        sorted = packed;
        if (keys == packed) {
            read(from, step);
            return;
        }
        if (dtype == DType.INT64 && near != null) {
            long[] range = near.longs(memory, from, step, flip);
            if (range != null) {
                base = range[0];
                keyBits = (int) range[1];
                isNear = true;
                return;
            }
        }
        LineArrays.own().readLongs(DType.INT64, memory, from, step, keys, n); // doubles as their bits
        order(keys, n, flip, dtype == DType.FLOAT64);
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
    }

    private int[] room(int count) {
        order = arrays.order(count);
        return order;
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
        if (dtype == DType.FLOAT32 && near != null) {
            near.floats(memory, from, step, (int) f);
            isNear = true;
        } else if (dtype == DType.FLOAT32) {
            FloatKeys.pack(memory, from, step, arrays.otherOrder(n), packed, n, (int) f);
        } else if (dtype.isFloat()) {
            for (int i = 0; i < n; i++) {
                float v = (float) Convert.readDouble(dtype, memory, from + i * step);
                int bits = Float.floatToIntBits(v == 0 ? 0 : v);
                packed[i] = ((bits ^ bits >> 31 & Integer.MAX_VALUE) ^ f) << 32 | i;
            }
        } else {
            LineArrays.own().readLongs(dtype, memory, from, step, packed, n);
            for (int i = 0; i < n; i++) {
                packed[i] = pack(packed[i] ^ f, i);
            }
        }
    }

    private static void order(long[] keys, int n, long flip, boolean isFloat) {
        for (int i = 0; i < n; i++) {
            long bits = keys[i];
            if (isFloat) {
                double v = Double.longBitsToDouble(bits);
                bits = Double.doubleToLongBits(v == 0 ? 0.0 : v);
                bits ^= bits >> 63 & Long.MAX_VALUE;
            }
            keys[i] = bits ^ flip;
        }
    }
}
