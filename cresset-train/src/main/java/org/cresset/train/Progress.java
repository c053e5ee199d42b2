package org.cresset.train;

/** Hears how training goes on. All methods are called on the thread that trains. */
public interface Progress {
    /** Says nothing. */
    Progress SILENT = new Progress() {};

    /** An epoch of so many batches (-1: unknown) begins; epochs count from 1. */
    default void epochBegins(int epoch, int epochs, long batches) {}

    /** A batch is done. */
    default void batchDone(double loss) {}

    /** An epoch is done. */
    default void epochDone(EpochResult result) {}

    /** A bar with rate and remaining time on a terminal, a line for each epoch elsewhere; on standard error. */
    static Progress console() {
        return System.console() != null && System.console().isTerminal()
                ? new BarProgress()
                : new LineProgress(System.err);
    }
}
