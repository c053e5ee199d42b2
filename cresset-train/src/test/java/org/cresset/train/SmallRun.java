package org.cresset.train;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.base.DType;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.cresset.nn.Dropout;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.optim.AdamW;
import org.cresset.optim.schedule.StepLR;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A run with everything that a checkpoint has to hold: chance in the model and the order, an optimizer with state, a schedule. */
final class SmallRun {
    static final class Net extends Module {
        final Linear hidden = new Linear(8, 16);
        final Dropout dropout = new Dropout(0.2);
        final Linear out = new Linear(16, 3);

        Tensor forward(Tensor x) {
            return out.forward(dropout.forward(hidden.forward(x).relu()));
        }
    }

    private SmallRun() {}

    static TensorDataset data(long n, long seed) {
        Tensor x = Tensor.zeros(n, 8).normal_(0, 1, Generator.ofSeed(seed));
        return new TensorDataset(x, x.narrow(1, 0, 3).argmax(1L, false));
    }

    static DataLoader<Batch> batches(long n, long seed) {
        return DataLoader.of(data(n, seed))
                .batchSize(16)
                .shuffle(true)
                .seed(seed)
                .build();
    }

    /** The mean of -log softmax at the targets. */
    static Tensor loss(Tensor logits, Tensor target) {
        return logits.logSoftmax(1)
                .gather(1, target.to(DType.INT64).unsqueeze(1))
                .mean()
                .neg();
    }

    static List<EpochResult> run(@Nullable Path checkpoints, int epochs, boolean resume) {
        return trainer(resume, checkpoints).run(epochs, t -> t);
    }

    /** A run that is set up and not begun. */
    interface Ready {
        List<EpochResult> run(int epochs, UnaryOperator<Trainer> settings);
    }

    static Ready trainer(boolean resume, @Nullable Path checkpoints) {
        Tensor.manualSeed(5);
        Net net = new Net();
        AdamW optimizer = new AdamW(net.parameters(), 1e-2);
        Trainer trainer = new Trainer(net, net::forward, SmallRun::loss, optimizer)
                .schedule(new StepLR(optimizer, 2, 0.5))
                .resume(resume);
        if (checkpoints != null) {
            trainer.checkpoints(checkpoints);
        }
        return (epochs, settings) -> settings.apply(trainer).fit(batches(400, 1), batches(100, 2), epochs);
    }

    /** Takes the folder of checkpoints and the number of epochs; resumes. */
    public static void main(String[] args) {
        System.out.println("started");
        run(Path.of(args[0]), Integer.parseInt(args[1]), true);
        System.out.println("finished");
    }
}
