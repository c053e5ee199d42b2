package org.cresset.onednn;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What was prepared for calls of certain shapes. If there are too many, those go that weren't used for longest. */
final class Cache {
    /** Twice as many as the largest nets have shapes; each takes up to 0.8 MB. */
    private static final int MOST = 512;

    private final Map<Object, Cached> entries = new ConcurrentHashMap<>();
    private final AtomicLong clock = new AtomicLong();

    /** The entry of a key, made if it isn't there; the caller closes it after use. */
    @SuppressWarnings("unchecked")
    <T extends Cached> T get(Object key, Supplier<T> make) {
        Cached found = entries.get(key);
        if (found == null || !found.acquire()) {
            found = make.get();
            found.acquire();
            found.used = clock.incrementAndGet(); // or it would be the oldest of all
            Cached before = entries.put(key, found);
            if (before != null) { // made by another thread at the same time
                before.close();
            }
            if (entries.size() > MOST) {
                shrink();
            }
        }
        found.used = clock.incrementAndGet();
        return (T) found;
    }

    private synchronized void shrink() {
        if (entries.size() <= MOST) {
            return;
        }
        List<Map.Entry<Object, Cached>> oldest = entries.entrySet().stream()
                .sorted(Comparator.comparingLong(e -> e.getValue().used))
                .limit(MOST / 8)
                .toList();
        for (Map.Entry<Object, Cached> e : oldest) {
            if (entries.remove(e.getKey(), e.getValue())) {
                e.getValue().close();
            }
        }
    }
}
