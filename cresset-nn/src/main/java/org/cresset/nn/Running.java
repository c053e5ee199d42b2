package org.cresset.nn;

import java.util.ArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The modules that a thread is in, as far as somebody watched when they were called. */
final class Running {
    private static final ThreadLocal<ArrayList<Module>> CALLED = ThreadLocal.withInitial(ArrayList::new);

    private Running() {}

    static <R> R in(Module m, Supplier<R> body) {
        ArrayList<Module> all = CALLED.get();
        all.add(m);
        try {
            return body.get();
        } finally {
            all.removeLast();
        }
    }

    /** The module called last that hasn't returned, or null. */
    static @Nullable Module innermost() {
        ArrayList<Module> all = CALLED.get();
        return all.isEmpty() ? null : all.getLast();
    }
}
