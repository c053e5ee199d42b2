package org.cresset.base;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Threads that give way to others. */
public final class Background {
    /** A tenth of the time that others get who want the processor too. */
    static final int NICENESS = 10;

    private Background() {}

    /**
     * A daemon that gets the processor when others leave it: on Linux by its niceness, as the JVM does nothing there with a
     * thread's priority.
     */
    public static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    giveWay();
                    work.run();
                },
                name);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }

    private static void giveWay() {
        if (!System.getProperty("os.name", "").startsWith("Linux")) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        linker.defaultLookup().find("nice").ifPresent(symbol -> {
            MethodHandle nice = linker.downcallHandle(symbol, type);
            try {
                int ignored = (int) nice.invokeExact(NICENESS); // of the calling thread
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
        });
    }
}
