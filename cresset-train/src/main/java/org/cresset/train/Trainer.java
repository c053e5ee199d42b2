package org.cresset.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cresset.amp.Autocast;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.MemoryScope;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.io.AtomicFiles;
import org.cresset.io.Safetensors;
import org.cresset.nn.Module;
import org.cresset.optim.Clip;
import org.cresset.optim.GradScaler;
import org.cresset.optim.Optimizer;
import org.cresset.optim.schedule.LRScheduler;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The usual loop: epochs over a loader, a loss, an optimizer step, validation, checkpoints. A run with the same seed repeats
 * bit for bit, also when it is stopped at any moment and resumed: after each epoch the whole state is copied, written by a
 * thread of its own beside the old one, and put in its place, while the next epoch runs. On another number of threads it
 * repeats in a {@link org.cresset.random.Reproducible} block.
 */
public final class Trainer {
    /** The file in the checkpoint directory from which a run resumes. */
    public static final String STATE = "last.safetensors";

    /** The file in the checkpoint directory with the best weights so far; without a validation set, the latest ones. */
    public static final String BEST = "model.safetensors";

    /** The file in the checkpoint directory with a line of JSON for each epoch. */
    public static final String LOG = "log.jsonl";

    private final Module model;
    private final UnaryOperator<Tensor> forward;
    private final BinaryOperator<Tensor> loss;
    private final Optimizer optimizer;
    private @Nullable LRScheduler schedule;
    private @Nullable Path checkpoints;
    private boolean resume;
    private int patience = Integer.MAX_VALUE;
    private int accumulate = 1;
    private @Nullable DType precision;
    private @Nullable GradScaler scaler;
    private double maxNorm = Double.POSITIVE_INFINITY;
    private long every;
    private int keep;
    private final Map<String, Stateful> others = new LinkedHashMap<>();
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

    /** Writes {@value #STATE}, {@value #BEST} and {@value #LOG} into a directory after each epoch. */
    public Trainer checkpoints(Path directory) {
        checkpoints = directory;
        return this;
    }

    /**
     * Writes {@value #STATE} also within epochs, after so many batches, so that long epochs needn't begin anew; 0, the
     * default: not.
     */
    public Trainer checkpointEvery(long batches) {
        if (batches < 0) {
            throw CressetException.value("checkpointEvery: " + batches + " batches; expected at least 0");
        }
        every = batches;
        return this;
    }

    /**
     * Keeps the last {@code n} states besides {@value #STATE}, as {@code last-00000012.safetensors} with the number of batches
     * so far in the run; 0, the default: none.
     */
    public Trainer keepLast(int n) {
        if (n < 0) {
            throw CressetException.value("keepLast: " + n + " states; expected at least 0");
        }
        keep = n;
        return this;
    }

    /** Makes something else part of the state that is saved and resumed: a gradient scaler, an average, a generator. */
    public Trainer include(String name, Stateful s) {
        others.put(name, s);
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

    /**
     * Runs the model and the loss in autocast to a dtype, BFLOAT16 or FLOAT16. For float16 the loss is scaled by a
     * {@link GradScaler} with PyTorch's defaults, so that small gradients don't vanish; steps whose gradients overflow are left
     * out, and the scale is part of the state that is saved and resumed.
     */
    public Trainer autocast(DType dtype) {
        return autocast(dtype, dtype == DType.FLOAT16 ? new GradScaler() : null);
    }

    /** As {@link #autocast(DType)} with a scaler of one's own, which becomes part of the state; null: none. */
    public Trainer autocast(DType dtype, @Nullable GradScaler s) {
        if (dtype != DType.BFLOAT16 && dtype != DType.FLOAT16) {
            throw CressetException.value("autocast: dtype " + dtype + "; expected bfloat16 or float16");
        }
        precision = dtype;
        scaler = s;
        return this;
    }

    /** Scales gradients down to this norm, taken together, before each step. As {@code clip_grad_norm_}. */
    public Trainer clipGradNorm(double norm) {
        if (!(norm > 0)) {
            throw CressetException.value("clipGradNorm: " + norm + "; expected more than 0");
        }
        maxNorm = norm;
        return this;
    }

    /** Tells a listener how it goes on. */
    public Trainer progress(Progress p) {
        progress = p;
        return this;
    }

    /** How far a run has come. */
    private static final class Position {
        private int epoch;
        private long batch;
        private long batches;
        private double sum;
        private double best = Double.POSITIVE_INFINITY;
        private int bestEpoch;

        static Position of(Map<String, Object> counts) {
            Position p = new Position();
            p.epoch = ((Number) counts.getOrDefault("epoch", 0)).intValue();
            p.batch = ((Number) counts.getOrDefault("batch", 0)).longValue();
            p.batches = ((Number) counts.getOrDefault("batches", 0)).longValue();
            p.sum = Double.parseDouble(String.valueOf(counts.getOrDefault("sum", "0")));
            p.bestEpoch = ((Number) counts.getOrDefault("best_epoch", 0)).intValue();
            p.best = Double.parseDouble(String.valueOf(counts.getOrDefault("best", "Infinity")));
            return p;
        }

        Map<String, Object> counts() {
            Map<String, Object> counts = new LinkedHashMap<>();
            counts.put("epoch", epoch);
            counts.put("batch", batch);
            counts.put("batches", batches);
            counts.put("sum", Double.toString(sum));
            counts.put("best", Double.toString(best));
            counts.put("best_epoch", bestEpoch);
            return counts;
        }
    }

    /**
     * Trains until {@code epochs} are done, those of earlier runs included when resuming.
     *
     * @return the results of the epochs run now
     * @throws CressetException if the loss becomes NaN or infinite, there is no batch, or a checkpoint can't be read or
     *     written
     */
    public List<EpochResult> fit(DataLoader<Batch> train, @Nullable DataLoader<Batch> validation, int epochs) {
        TrainingState state = new TrainingState(model, optimizer)
                .schedule(schedule)
                .loader(train)
                .validation(validation);
        others.forEach(state::include);
        if (scaler != null) {
            state.include("grad_scaler", Stateful.of(scaler::stateDict, scaler::loadStateDict));
        }
        Position at = new Position();
        Path last = null;
        if (checkpoints != null) {
            checkWritable(checkpoints);
            last = checkpoints.resolve(STATE);
            AtomicFiles.removeLeftovers(last);
            AtomicFiles.removeLeftovers(last.resolveSibling(BEST));
            if (resume && Files.exists(last)) {
                at = Position.of(state.load(last));
            }
        }
        if (last == null) {
            return epochs(train, validation, epochs, at, null);
        }
        try (CheckpointWriter writer = new CheckpointWriter()) {
            return epochs(train, validation, epochs, at, new Checkpoints(state, last, writer));
        }
    }

    private List<EpochResult> epochs(
            DataLoader<Batch> train,
            @Nullable DataLoader<Batch> validation,
            int epochs,
            Position at,
            @Nullable Checkpoints to) {
        List<EpochResult> results = new ArrayList<>();
        while (at.epoch < epochs && at.epoch - at.bestEpoch < patience) {
            long start = System.nanoTime();
            int epoch = at.epoch + 1;
            long batches = train.batchCount().orElse(-1);
            progress.epochBegins(epoch, epochs, batches < 0 ? -1 : batches - at.batch);
            double mean = epoch(train, at, to);
            Evaluation e = validation == null ? new Evaluation(Double.NaN, Double.NaN) : evaluate(validation);
            double rate = optimizer.paramGroups().getFirst().lr();
            if (schedule != null) {
                schedule.step();
            }
            at.epoch = epoch;
            at.batch = 0;
            at.sum = 0;
            double judged = validation == null ? mean : e.loss;
            boolean better = judged < at.best;
            if (better) {
                at.best = judged;
                at.bestEpoch = epoch;
            }
            EpochResult r = new EpochResult(epoch, mean, e.loss, e.accuracy, (System.nanoTime() - start) * 1e-9);
            if (to != null) {
                to.epoch(r, rate, better || validation == null, at);
            }
            results.add(r);
            progress.epochDone(r);
        }
        return results;
    }

    /** The files of a run, in the order that a killed one can go on from: what the state counts is there before it. */
    private final class Checkpoints {
        private final TrainingState state;
        private final Path last;
        private final CheckpointWriter writer;
        private @Nullable TrainingLog log; // the writer's thread makes and uses it

        Checkpoints(TrainingState state, Path last, CheckpointWriter writer) {
            this.state = state;
            this.last = last;
            this.writer = writer;
        }

        void epoch(EpochResult r, double rate, boolean best, Position at) {
            TrainingState.Snapshot snapshot = state.snapshot(at.counts());
            long batches = at.batches;
            writer.submit(() -> {
                if (best) {
                    Safetensors.save(last.resolveSibling(BEST), weights(snapshot), Map.of("format", "pt"));
                }
                TrainingLog l = log == null ? TrainingLog.after(last.resolveSibling(LOG), r.epoch() - 1) : log;
                log = l;
                l.add(r, rate);
                snapshot.save(last);
                CheckpointWriter.retain(last, batches, keep);
            });
        }

        private static Map<String, Tensor> weights(TrainingState.Snapshot snapshot) {
            Map<String, Tensor> model = new LinkedHashMap<>();
            snapshot.tensors().forEach((name, t) -> {
                if (name.startsWith("model.")) {
                    model.put(name.substring("model.".length()), t);
                }
            });
            return model;
        }

        void within(Position at) {
            writer.submit(last, state.snapshot(at.counts()), at.batches, keep);
        }
    }

    /** Says so before the work is done rather than after it. */
    private static void checkWritable(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing != null && !Files.isDirectory(existing)) {
            throw CressetException.value(
                    "training: can't write checkpoints to " + directory + ": " + existing + " is no directory");
        }
        if (existing == null || !Files.isWritable(existing)) {
            throw CressetException.value("training: can't write checkpoints to " + directory
                    + ": permission denied; choose another directory");
        }
    }

    /** Runs an epoch, or the rest of one. */
    private double epoch(DataLoader<Batch> train, Position at, @Nullable Checkpoints to) {
        model.train();
        optimizer.zeroGrad();
        for (Batch b : train) {
            double value = step(b);
            if (!Double.isFinite(value)) {
                throw CressetException.value(String.format(
                        Locale.ROOT,
                        "training: the loss became %s in epoch %d at batch %d; try a lower learning rate, or look at the data",
                        value,
                        at.epoch + 1,
                        at.batch + 1));
            }
            at.sum += value;
            at.batch++;
            at.batches++;
            if (at.batch % accumulate == 0) {
                update();
            }
            progress.batchDone(value);
            // Between steps only: gradients are no part of the state.
            if (to != null && every > 0 && at.batch % every == 0 && at.batch % accumulate == 0) {
                to.within(at);
            }
        }
        if (at.batch % accumulate != 0) {
            update();
        }
        if (at.batch == 0) {
            throw CressetException.value("training: the training set has no batch; look at the data, the batch size"
                    + " and whether the loader drops the last batch");
        }
        return at.sum / at.batch;
    }

    /** The memory of one forward and backward pass is free afterwards; gradients stay. */
    private double step(Batch b) {
        try (MemoryScope _ = MemoryScope.open()) {
            Tensor l = inPrecision(() -> loss.apply(forward.apply(b.input()), b.target()));
            double value = l.item();
            if (Double.isFinite(value)) {
                Tensor share = accumulate == 1 ? l : l.div(accumulate);
                (scaler == null ? share : scaler.scale(share)).backward();
            }
            return value;
        }
    }

    private Tensor inPrecision(Supplier<Tensor> body) {
        return precision == null ? body.get() : Autocast.autocast(precision, body);
    }

    /** Changes the parameters by the gradients so far, unless those overflowed. */
    private void update() {
        if (maxNorm < Double.POSITIVE_INFINITY) {
            if (scaler != null) {
                scaler.unscale_(optimizer);
            }
            Clip.clipGradNorm(
                    optimizer.paramGroups().stream()
                            .flatMap(g -> g.params().stream())
                            .toList(),
                    maxNorm);
        }
        if (scaler == null) {
            optimizer.step();
        } else {
            scaler.step(optimizer);
            scaler.update();
        }
        optimizer.zeroGrad();
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
                Tensor out = Autograd.noGrad(() -> inPrecision(() -> forward.apply(b.input())));
                Tensor l = Autograd.noGrad(() -> inPrecision(() -> loss.apply(out, b.target())));
                sum += l.item() * b.size();
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
