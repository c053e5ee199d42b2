package org.cresset.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.cresset.train.Curve;
import org.cresset.train.EpochResult;
import org.cresset.train.Progress;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.jspecify.annotations.Nullable;

/** A bar, the last epoch and the curve of losses in a cell's output, kept up to date while training goes on. */
public final class NotebookProgress implements Progress {
    private static final long NANOS_BETWEEN_UPDATES = 200_000_000;

    private final Display display;
    private final List<EpochResult> results = new ArrayList<>();
    private final String id = UUID.randomUUID().toString();
    private boolean shown;
    private long updated;
    private int epoch;
    private int epochs;
    private long batch;
    private long batches;
    private double loss = Double.NaN;

    /** Where output goes. */
    interface Display {
        void show(DisplayData data, boolean first);
    }

    /** Shows itself in the cell that is running in this JVM's kernel. */
    public NotebookProgress() {
        this((data, first) -> {
            BaseKernel kernel = kernel();
            if (kernel != null && first) {
                kernel.getIO().display.display(data);
            } else if (kernel != null) {
                kernel.getIO().display.updateDisplay(data);
            }
        });
    }

    NotebookProgress(Display display) {
        this.display = display;
    }

    private static @Nullable BaseKernel kernel() {
        try {
            return BaseKernel.notebookKernel();
        } catch (NullPointerException e) {
            return null; // its way to say that this is no notebook
        }
    }

    @Override
    public void epochBegins(int number, int all, long count) {
        epoch = number;
        epochs = all;
        batch = 0;
        batches = count;
        show();
    }

    @Override
    public void batchDone(double value) {
        batch++;
        loss = value;
        if (System.nanoTime() - updated > NANOS_BETWEEN_UPDATES) {
            show();
        }
    }

    @Override
    public void epochDone(EpochResult result) {
        results.add(result);
        show();
    }

    private void show() {
        updated = System.nanoTime();
        DisplayData data = new DisplayData(text());
        data.putHTML(html());
        data.setDisplayId(id);
        display.show(data, !shown);
        shown = true;
    }

    private String text() {
        return String.format(Locale.ROOT, "epoch %d/%d", epoch, epochs)
                + (batch == 0 ? "" : String.format(Locale.ROOT, ", batch %d, loss %.4f", batch, loss));
    }

    private String html() {
        boolean over = !results.isEmpty() && results.getLast().epoch() == epochs;
        String bar = over || batches < 0
                ? ""
                : "<progress value=\"" + batch + "\" max=\"" + batches + "\" style=\"width:20em\"></progress> ";
        StringBuilder s = new StringBuilder("<div>").append(bar).append(text()).append("</div>");
        if (!results.isEmpty()) {
            EpochResult r = results.getLast();
            s.append("<div>")
                    .append(String.format(
                            Locale.ROOT, "epoch %d: loss %.4f, %.2f s", r.epoch(), r.loss(), r.seconds()));
            if (!Double.isNaN(r.accuracy())) {
                s.append(String.format(
                        Locale.ROOT,
                        ", validation loss %.4f, accuracy %.2f %%",
                        r.validationLoss(),
                        100 * r.accuracy()));
            }
            s.append("</div>");
        }
        if (results.size() > 1) {
            s.append(Curve.of(results).svg(480, 200));
        }
        return s.toString();
    }
}
