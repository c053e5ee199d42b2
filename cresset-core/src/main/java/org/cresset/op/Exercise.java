package org.cresset.op;

/**
 * Hand-written vector code on its way to being compiled: until then it must not be used, because the Vector API is hundreds of
 * times slower. The owner asks {@link #ready} before each use and goes another way if it isn't.
 */
final class Exercise {
    private static final long WORTH_WARMING = 1 << 15;

    private final Runnable body;
    private final int elements;
    private volatile boolean ready;
    private long seen;
    private boolean asked;

    /** Of code that {@code body} runs, for no result, on that many elements. */
    Exercise(Runnable body, int elements) {
        this.body = body;
        this.elements = elements;
    }

    /** Whether it is compiled; asks for that once enough elements could have used it. */
    boolean ready(long more) {
        if (!ready && !asked && LoopForms.vectors()) {
            seen += more;
            if (seen > WORTH_WARMING) {
                asked = true;
                WarmUp.queue(Trial::new);
            }
        }
        return ready;
    }

    private final class Trial implements WarmUp.Trial {
        @Override
        public void run() {
            body.run();
        }

        @Override
        public int elements() {
            return elements;
        }

        @Override
        public void ready() {
            ready = true;
        }

        @Override
        public void close() {}
    }
}
