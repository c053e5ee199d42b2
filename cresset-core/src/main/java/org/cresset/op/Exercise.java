package org.cresset.op;

/**
 * Hand-written vector code on its way to being compiled: until then it must not be used, because the Vector API is hundreds of
 * times slower. The owner asks {@link #ready} before each use and goes another way if it isn't.
 */
final class Exercise {
    private static final long WORTH_WARMING = 1 << 15;

    private final Runnable body;
    private final long elements;
    private volatile boolean ready;
    private long seen;
    private boolean asked;

    /** Of code that {@code body} runs, for no result, on that many elements. */
    Exercise(Runnable body, long elements) {
        this.body = body;
        this.elements = elements;
    }

    /** Whether it is compiled; asks for that once enough elements could have used it. */
    boolean ready(long more) {
        if (!ready && !asked && Tiers.vectors()) {
            seen += more;
            if (seen > WORTH_WARMING) {
                asked = true;
                WarmUp.queue(Task::new);
            }
        }
        return ready;
    }

    private final class Task implements WarmUp.Preparation {
        private final long start = System.nanoTime();
        private int calls;
        private long best = Long.MAX_VALUE;

        @Override
        public boolean waits() {
            return calls >= WarmUp.CALLS;
        }

        @Override
        public boolean proceed() {
            int more = waits() ? 1 : WarmUp.CALLS_AT_ONCE;
            for (int i = 0; i < more; i++) {
                long t = System.nanoTime();
                body.run();
                best = Math.min(best, System.nanoTime() - t);
            }
            calls += more;
            boolean compiled = waits() && best <= 3 * elements; // nanoseconds; interpreted it takes hundreds
            if (compiled) {
                ready = true;
            }
            return compiled || System.nanoTime() - start > WarmUp.PATIENCE;
        }
    }
}
