package org.cresset.watch;

import java.lang.StackWalker.StackFrame;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds out which line of the program called Cresset. What a place is called is remembered: asking costs more than walking. */
final class Callers {
    private static final StackWalker FRAMES = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Enough for usual programs; those that generate classes don't fill the memory with them. */
    private static final int MOST = 10_000;

    private static final Map<Place, String> NAMES = new ConcurrentHashMap<>();

    private static final ClassValue<Boolean> BETWEEN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> c) {
            String name = c.getName();
            return name.startsWith("org.cresset.") || name.startsWith("java.") || name.startsWith("jdk.");
        }
    };

    private record Place(Class<?> type, String method, int index) {}

    private Callers() {}

    /** The class, method and line of the first caller outside of Cresset and of the JDK; empty if there is none. */
    static String place() {
        return FRAMES.walk(frames -> frames.filter(f -> !BETWEEN.get(f.getDeclaringClass()))
                .findFirst()
                .map(Callers::name)
                .orElse(""));
    }

    private static String name(StackFrame f) {
        Place p = new Place(f.getDeclaringClass(), f.getMethodName(), f.getByteCodeIndex());
        String known = NAMES.get(p);
        if (known != null) {
            return known;
        }
        String full = f.getClassName();
        String made = full.substring(full.lastIndexOf('.') + 1) + "." + f.getMethodName() + ":" + f.getLineNumber();
        if (NAMES.size() < MOST) {
            NAMES.put(p, made);
        }
        return made;
    }
}
