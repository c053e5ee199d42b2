package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.MachineSort;
import org.cresset.emit.Window;
import org.jspecify.annotations.Nullable;

/** Keys packed with places, as {@link PackedSort} has them, in memory where machine code sorts them. */
final class NativeKeys {
    /** Fewer are sorted as quickly in arrays. */
    private static final int FEWEST = 512;

    private final int n;
    private final Storage storage;
    private final MemorySegment memory;

    /** Two lists, behind them counts. */
    private final long first;

    private final long second;
    private final long counts;

    /** Where the list is. */
    private long list;

    private NativeKeys(int n) {
        this.n = n;
        long bytes = (8L * n + 63) & -64;
        storage = Memory.allocate(2 * bytes + MachineSort.COUNTS);
        memory = storage.segment();
        first = Window.address(memory, 0, 2 * bytes + MachineSort.COUNTS);
        second = first + bytes;
        counts = second + bytes;
        list = first;
    }

    /** Room for n keys; null if arrays are better, or this machine has no such code. */
    static @Nullable NativeKeys of(int n) {
        return n >= FEWEST && MachineSort.there() ? new NativeKeys(n) : null;
    }

    /** Takes floats that are {@code step} bytes apart, as {@link FloatKeys#pack} does. */
    void floats(MemorySegment m, long from, long step, int flip) {
        list = first;
        if (step == Float.BYTES) {
            MachineSort.floats(Window.address(m, from, 4L * n), n, flip, list);
            return;
        }
        Moves.run(m, from, step, memory, second - first, Float.BYTES, Float.BYTES, n);
        MachineSort.floats(second, n, flip, list);
    }

    /**
     * Takes int64 that are {@code step} bytes apart, flipped with {@code flip}, if all are less than 2^32 from the least; null and
     * nothing taken if not. Otherwise what that is, and how many bits the others need.
     */
    long @Nullable [] longs(MemorySegment m, long from, long step, long flip) {
        long source = second;
        if (step == Long.BYTES) {
            source = Window.address(m, from, 8L * n);
        } else {
            Moves.run(m, from, step, memory, second - first, Long.BYTES, Long.BYTES, n);
        }
        int whole = n & -4;
        long[] range = MachineSort.range(source, whole);
        long[] last = MachineSort.range(source + 8L * (n - 4), 4);
        long least = Math.min(range[0], last[0]);
        long most = Math.max(range[1], last[1]);
        if (most - least < 0 || most - least >= 1L << 32) {
            return null;
        }
        list = first;
        long base = Math.min(least ^ flip, most ^ flip);
        MachineSort.longs(source, whole, flip, base, 0, list);
        MachineSort.longs(source + 8L * (n - 4), 4, flip, base, n - 4, list + 8L * (n - 4)); // some of them once more
        return new long[] {base, Long.SIZE - Long.numberOfLeadingZeros(most - least)};
    }

    /** Takes keys from an array. */
    void put(long[] packed) {
        list = first;
        MemorySegment.copy(packed, 0, memory, ValueLayout.JAVA_LONG, 0, n);
    }

    /** Puts the keys, as they are now, into an array. */
    void get(long[] packed) {
        MemorySegment.copy(memory, ValueLayout.JAVA_LONG, list - first, packed, 0, n);
    }

    /** Puts the places, as they are now, into an array. */
    void places(int[] order) {
        long other = list == first ? second : first;
        MachineSort.places(list, n, other, Integer.BYTES);
        MemorySegment.copy(memory, ValueLayout.JAVA_INT, other - first, order, 0, n);
    }

    /** Writes the first {@code count} places as int64 to an address. */
    void places(int count, long to) {
        MachineSort.places(list, count, to, Long.BYTES);
    }

    /** How many have a key. */
    int alike(int key) {
        return MachineSort.alike(list, n, key);
    }

    void sort(int keyBits) {
        list = MachineSort.sort(list, list == first ? second : first, n, keyBits, counts);
    }

    /** The one with a rank, from 0 on; the others are lost. */
    long rank(int k) {
        return MachineSort.rank(list, n, k, counts);
    }

    void free() {
        storage.free();
    }
}
