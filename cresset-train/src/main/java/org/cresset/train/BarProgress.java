package org.cresset.train;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar for each epoch, with rate and remaining time. */
final class BarProgress implements Progress {
    private @Nullable ProgressBar bar;
    private int epochs;

    @Override
    public void epochBegins(int epoch, int all, long batches) {
        epochs = all;
        bar = new ProgressBarBuilder()
                .setTaskName("epoch " + epoch + "/" + all)
                .setInitialMax(batches)
                .setUnit(" batches", 1)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(100)
                .showSpeed()
                .clearDisplayOnFinish()
                .build();
    }

    @Override
    public void batchDone(double loss) {
        ProgressBar b = bar;
        if (b != null) {
            b.step();
            b.setExtraMessage(String.format(Locale.ROOT, "loss %.4f", loss));
        }
    }

    @Override
    public void epochDone(EpochResult r) {
        ProgressBar b = bar;
        if (b != null) {
            b.close();
            bar = null;
        }
        System.err.println(LineProgress.describe(r, epochs));
    }
}
