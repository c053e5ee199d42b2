package org.cresset.op;

/** For measurements: whether loops run in their final form. */
public final class WarmUp {
    private WarmUp() {}

    /**
     * Waits until no loop is being prepared in the background.
     *
     * @return whether that is so, or the time was over before
     */
    public static boolean settle(long millis) {
        return Tiers.settle(millis);
    }
}
