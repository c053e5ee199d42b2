package org.cresset.io;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that values from a file are trees that can be walked: lists that hold themselves, or a thousand times the same
 * list a thousand levels deep, would keep everybody busy for ever who looks at them.
 */
final class Graph {
    static final int DEEPEST = 256;
    private static final long ALWAYS_FINE = 1_000_000;

    private Graph() {}

    /** Of a container: the levels below it, and how many values it has when those that occur twice are counted twice. */
    private record Extent(int depth, long weight) {}

    private static final Extent LEAF = new Extent(0, 1);

    private static final class Visit {
        final Object container;
        final Iterator<? extends @Nullable Object> children;
        int depth = 1;
        long weight = 1;

        Visit(Object container) {
            this.container = container;
            this.children = children(container).iterator();
        }

        void add(Extent e) {
            depth = Math.max(depth, 1 + e.depth);
            weight = Math.min(weight + e.weight, Long.MAX_VALUE / 2);
        }
    }

    /** Throws unless a value from a pickle of so many bytes is a tree of moderate depth and size. */
    static void check(@Nullable Object root, long bytes) {
        if (root == null || !isContainer(root)) {
            return;
        }
        Map<Object, @Nullable Extent> known = new IdentityHashMap<>();
        ArrayDeque<Visit> open = new ArrayDeque<>();
        known.put(root, null);
        open.push(new Visit(root));
        while (true) {
            Visit v = open.element();
            if (v.children.hasNext()) {
                Object child = v.children.next();
                Extent e = child == null || !isContainer(child) ? LEAF : known.get(child);
                if (e != null || child == null) {
                    v.add(e == null ? LEAF : e);
                } else if (known.containsKey(child)) {
                    throw new Malformed("a container in its pickle contains itself");
                } else if (open.size() >= DEEPEST) {
                    throw new Malformed("containers in its pickle are nested more than " + DEEPEST + " deep");
                } else {
                    known.put(child, null);
                    open.push(new Visit(child));
                }
                continue;
            }
            open.pop();
            Extent done = new Extent(v.depth, v.weight);
            if (done.depth > DEEPEST) {
                throw new Malformed("containers in its pickle are nested more than " + DEEPEST + " deep");
            }
            if (done.weight > Math.max(ALWAYS_FINE, bytes)) {
                throw new Malformed(
                        "containers in its pickle repeat one another so often that they stand for more than "
                                + done.weight + " values");
            }
            known.put(v.container, done);
            Visit parent = open.peek();
            if (parent == null) {
                return;
            }
            parent.add(done);
        }
    }

    private static boolean isContainer(@Nullable Object o) {
        return o instanceof Collection<?> || o instanceof Map<?, ?>;
    }

    private static Iterable<? extends @Nullable Object> children(Object container) {
        if (!(container instanceof Map<?, ?> m)) {
            return (Collection<?>) container;
        }
        List<@Nullable Object> all = new ArrayList<>(2 * m.size() + 1);
        m.forEach((k, v) -> {
            all.add(k);
            all.add(v);
        });
        if (m instanceof OrderedDict d) {
            all.add(d.attributes());
        }
        return all;
    }
}
