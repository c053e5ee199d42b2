package org.cresset.op;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cresset.base.CressetException;
import org.cresset.base.Workers;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/** Adds float32 to where indices say in the same channel, as the gradient of the largest of windows does. */
final class PoolPlanes {
    private PoolPlanes() {}

    /** In machine code, where each channel's elements lie together in all three; false if that isn't so. */
    static boolean add(Dense g, Dense index, Dense x) {
        if (!MachineMoves.there() || !together(g) || !together(index) || !together(x)) {
            return false;
        }
        int n = Math.toIntExact(g.size(2) * g.size(3) * g.size(4));
        long places = x.size(2) * x.size(3) * x.size(4);
        long channels = x.size(1);
        AtomicBoolean inside = new AtomicBoolean(true);
        Workers.parallelFor(x.size(0) * channels, Math.max(1, 16384 / n), (from, to) -> {
            for (long c = from; c < to; c++) {
                long values = plane(g, c / channels, c % channels, n);
                long numbers = plane(index, c / channels, c % channels, n);
                long target = plane(x, c / channels, c % channels, places);
                if (MachineMoves.add(values, target, 0, 4, numbers, places, n) < n) {
                    inside.set(false);
                }
            }
        });
        if (!inside.get()) {
            throw CressetException.index(
                    "max_pool_backward: an index is outside of its channel's " + places + " elements");
        }
        Rows.keep(g, index, x);
        return true;
    }

    private static boolean together(Dense t) {
        long width = t.size(4);
        return t.numel() > 0
                && t.size(2) * t.size(3) * width <= Integer.MAX_VALUE
                && (t.stride(4) == 1 || width == 1)
                && (t.stride(3) == width || t.size(3) == 1)
                && (t.stride(2) == t.size(3) * width || t.size(2) == 1);
    }

    private static long plane(Dense t, long n, long c, long elements) {
        int shift = t.dtype().shift();
        long at = t.storageOffset() + n * t.stride(0) + c * t.stride(1);
        return Window.address(t.segment(), at << shift, elements << shift);
    }
}
