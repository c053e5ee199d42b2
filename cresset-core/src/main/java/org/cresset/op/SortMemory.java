package org.cresset.op;

import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * Arrays to sort in. A thread keeps them for its next sort: new ones of some megabytes each time would fill the heap's old
 * generation, and reaching for its fresh pages takes several times as long as sorting.
 */
final class SortMemory {
    /** 40 bytes each. */
    private static final int MOST_KEPT = 1 << 21;

    private static final ThreadLocal<@Nullable SoftReference<SortMemory>> KEPT = new ThreadLocal<>();

    private long[] keys = {};
    private long[] packed = {};
    private long[] other = {};
    private int[] order = {};
    private int[] otherOrder = {};

    private SortMemory() {}

    /** What this thread kept, which is the caller's until it gives it back, or new memory. */
    static SortMemory take() {
        SoftReference<SortMemory> kept = KEPT.get();
        KEPT.remove();
        SortMemory m = kept == null ? null : kept.get();
        return m == null ? new SortMemory() : m;
    }

    /** Keeps this for the next {@link #take} of this thread. */
    void giveBack() {
        if (Math.max(packed.length, order.length) <= MOST_KEPT) {
            KEPT.set(new SoftReference<>(this));
        }
    }

    /** At least n longs of unknown contents, like the other arrays; old contents are lost where there were less. */
    long[] keys(int n) {
        return keys.length < n ? keys = new long[n] : keys;
    }

    long[] packed(int n) {
        return packed.length < n ? packed = new long[n] : packed;
    }

    /** For what is moved out of either of the two before. */
    long[] other(int n) {
        return other.length < n ? other = new long[n] : other;
    }

    int[] order(int n) {
        return order.length < n ? order = new int[n] : order;
    }

    int[] otherOrder(int n) {
        return otherOrder.length < n ? otherOrder = new int[n] : otherOrder;
    }
}
