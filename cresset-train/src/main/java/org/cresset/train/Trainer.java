package org.cresset.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.MemoryScope;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.io.Safetensors;
import org.cresset.nn.Module;
import org.cresset.optim.Optimizer;
import org.cresset.optim.schedule.LRScheduler;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The usual loop: epochs over a loader, a loss, an optimizer step, validation, checkpoints. A run with the same seed repeats
 * bit for bit, also when it is stopped at any moment and resumed: after each epoch the whole state is written beside the old
 * one and put in its place.
 */
public final class Trainer {
    /** The file in the checkpoint directory from which a run resumes. */
    public static final String STATE = "last.safetensors";

    /** The file in the checkpoint directory with the best weights so far. */
    public static final String BEST = "model.safetensors";

    private final Module model;
    private final UnaryOperator<Tensor> forward;
    private final BinaryOperator<Tensor> loss;
    private final Optimizer optimizer;
    private @Nullable LRScheduler schedule;
    private @Nullable Path checkpoints;
    private boolean resume;
    private int patience = Integer.MAX_VALUE;
    private int accumulate = 1;
    private Progress progress = Progress.SILENT;

    /**
     * Trains {@code model} by {@code forward}, which maps a batch's input to the model's output, and {@code loss}, which maps
     * output and target to a tensor of one element.
     */
    public Trainer(Module model, UnaryOperator<Tensor> forward, BinaryOperator<Tensor> loss, Optimizer optimizer) {
        this.model = model;
        this.forward = forward;
        this.loss = loss;
        this.optimizer = optimizer;
    }

    /** Steps a schedule after each epoch. */
    public Trainer schedule(LRScheduler s) {
        schedule = s;
        return this;
    }

    /** Writes {@value #STATE} and {@value #BEST} into a directory. */
    public Trainer checkpoints(Path directory) {
        checkpoints = directory;
        return this;
    }

    /** Goes on from the directory's {@value #STATE} if there is one. */
    public Trainer resume(boolean on) {
        resume = on;
        return this;
    }

    /** Stops when the validation loss hasn't fallen for so many epochs. */
    public Trainer patience(int epochs) {
        patience = epochs;
        return this;
    }

    /** Adds the gradients of so many batches up before each optimizer step. */
    public Trainer accumulate(int batches) {
        if (batches < 1) {
            throw CressetException.value("accumulate: " + batches + " batches; expected at least 1");
        }
        accumulate = batches;
        return this;
    }

    /** Tells a listener how it goes on. */
    public Trainer progress(Progress p) {
        progress = p;
        return this;
    }

    /**
     * Trains until {@code epochs} are done, those of earlier runs included when resuming.
     *
     * @return the results of the epochs run now
     * @throws CressetException if the loss becomes NaN or infinite, or a checkpoint can't be read or written
     */
    public List<EpochResult> fit(DataLoader<Batch> train, @Nullable DataLoader<Batch> validation, int epochs) {
        TrainingState state = new TrainingState(model, optimizer, schedule, train, validation);
        int done = 0;
        double best = Double.POSITIVE_INFINITY;
        int bestEpoch = 0;
        Path last = checkpoints == null ? null : checkpoints.resolve(STATE);
        if (resume && last != null && Files.exists(last)) {
            Map<String, Object> counts = state.load(last);
            done = ((Number) counts.getOrDefault("epoch", 0)).intValue();
            bestEpoch = ((Number) counts.getOrDefault("best_epoch", 0)).intValue();
            best = Double.parseDouble(String.valueOf(counts.getOrDefault("best", "Infinity")));
        }
        List<EpochResult> results = new ArrayList<>();
        for (int epoch = done + 1; epoch <= epochs && epoch - 1 - bestEpoch < patience; epoch++) {
            long start = System.nanoTime();
            progress.epochBegins(epoch, epochs, train.batchCount().orElse(-1));
            double mean = epoch(train, epoch);
            Evaluation e = validation == null ? new Evaluation(Double.NaN, Double.NaN) : evaluate(validation);
            if (schedule != null) {
                schedule.step();
            }
            double judged = validation == null ? mean : e.loss;
            boolean better = judged < best;
            if (better) {
                best = judged;
                bestEpoch = epoch;
            }
            if (last != null) {
                write(state, last, epoch, best, bestEpoch, better);
            }
            EpochResult r = new EpochResult(epoch, mean, e.loss, e.accuracy, (System.nanoTime() - start) * 1e-9);
            results.add(r);
            progress.epochDone(r);
        }
        return results;
    }

    private void write(TrainingState state, Path last, int epoch, double best, int bestEpoch, boolean better) {
        if (better) {
            Safetensors.save(last.resolveSibling(BEST), model.stateDict(), Map.of("format", "pt"));
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("epoch", epoch);
        counts.put("best", Double.toString(best));
        counts.put("best_epoch", bestEpoch);
        state.save(last, counts);
    }

    private double epoch(DataLoader<Batch> train, int epoch) {
        model.train();
        double sum = 0;
        long batches = 0;
        optimizer.zeroGrad();
        for (Batch b : train) {
            double value = step(b);
            if (!Double.isFinite(value)) {
                throw CressetException.value(String.format(
                        Locale.ROOT,
                        "training: the loss became %s in epoch %d at batch %d; try a lower learning rate, or look at the data",
                        value,
                        epoch,
                        batches + 1));
            }
            sum += value;
            batches++;
            if (batches % accumulate == 0) {
                optimizer.step();
                optimizer.zeroGrad();
            }
            progress.batchDone(value);
        }
        if (batches % accumulate != 0) {
            optimizer.step();
            optimizer.zeroGrad();
        }
        return batches == 0 ? Double.NaN : sum / batches;
    }

    /** The memory of one forward and backward pass is free afterwards; gradients stay. */
    private double step(Batch b) {
        try (MemoryScope _ = MemoryScope.open()) {
            Tensor l = loss.apply(forward.apply(b.input()), b.target());
            double value = l.item();
            if (Double.isFinite(value)) {
                (accumulate == 1 ? l : l.div(accumulate)).backward();
            }
            return value;
        }
    }

    /**
     * Loss and accuracy over a data set.
     *
     * @param loss the mean over its batches
     * @param accuracy the share of examples whose largest output is at the target's index; NaN unless outputs are (N, C) and
     *     targets (N)
     */
    public record Evaluation(double loss, double accuracy) {}

    /** Runs the model over a data set in evaluation mode, recording nothing. */
    public Evaluation evaluate(DataLoader<Batch> data) {
        model.eval();
        double sum = 0;
        long right = 0;
        long count = 0;
        boolean classes = true;
        for (Batch b : data) {
            try (MemoryScope _ = MemoryScope.open()) {
                Tensor out = Autograd.noGrad(() -> forward.apply(b.input()));
                sum += Autograd.noGrad(() -> loss.apply(out, b.target())).item() * b.size();
                count += b.size();
                classes &= out.dim() == 2 && b.target().dim() == 1;
                if (classes) {
                    right += out.argmax(1L, false).eq(b.target()).sum().itemLong();
                }
            }
        }
        return new Evaluation(sum / count, classes ? (double) right / count : Double.NaN);
    }
}
