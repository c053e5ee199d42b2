package org.cresset.base;

import org.cresset.base.spi.NativeFunction;

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
        NativeFunction.find("nice").ifPresent(nice -> nice.call(NICENESS, 0, 0, 0)); // of the calling thread
    }
}
