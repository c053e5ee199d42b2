package org.cresset.train;

import java.io.PrintStream;
import java.util.Locale;

/** A line for each epoch, for logs. */
final class LineProgress implements Progress {
    private final PrintStream out;
    private int epochs;

    LineProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void epochBegins(int epoch, int all, long batches) {
        epochs = all;
    }

    @Override
    public void epochDone(EpochResult r) {
        out.println(describe(r, epochs));
    }

    static String describe(EpochResult r, int epochs) {
        String validation = Double.isNaN(r.accuracy())
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", validation loss %.4f, accuracy %.2f %%",
                        r.validationLoss(),
                        100 * r.accuracy());
        return String.format(
                Locale.ROOT, "epoch %d/%d: loss %.4f%s (%.2f s)", r.epoch(), epochs, r.loss(), validation, r.seconds());
    }
}
