package org.cresset.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.cresset.base.CressetException;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.cresset.data.vision.Digits;
import org.cresset.data.vision.Mnist;
import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.optim.AdamW;
import org.cresset.optim.schedule.CosineAnnealingLR;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.cresset.train.EpochResult;
import org.cresset.train.Progress;
import org.cresset.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a convolutional net on handwritten digits. */
@Command(
        name = "train",
        description =
                "Trains a convolutional net on handwritten digits and tells how well it reads those it hasn't seen.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    private static final double SMOOTHING = 0.1;
    private static final long MNIST_SIZE = 28;

    /** Batches between checkpoints: a few seconds with MNIST, whose epochs take a minute; never reached with the digits. */
    private static final int WITHIN_EPOCHS = 250;

    @Parameters(paramLabel = "WHAT", description = "What to train: digits")
    private String what = "digits";

    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            description = "digits (the bundled set) or mnist:DIR with MNIST's or Fashion-MNIST's idx files")
    private String data = "digits";

    @Option(names = "--epochs", description = "How often to go through the training set (12 for digits, 3 for MNIST)")
    private int epochs = -1;

    @Option(names = "--batch-size", description = "Images in a batch (default ${DEFAULT-VALUE})")
    private int batchSize = 64;

    @Option(names = "--lr", description = "The learning rate (default ${DEFAULT-VALUE})")
    private double lr = 3e-3;

    @Option(names = "--seed", description = "What makes a run repeat (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--out", description = "Where model and checkpoints go (default ${DEFAULT-VALUE})")
    private Path out = Path.of("runs/digits");

    @Option(names = "--resume", description = "Go on from the checkpoint in --out")
    private boolean resume;

    @Option(names = "--json", description = "End with one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        long start = System.nanoTime();
        if (!what.equals("digits")) {
            throw CressetException.value("train: there is no job \"" + what + "\"; expected digits");
        }
        if (epochs == 0 || epochs < -1 || batchSize < 1 || !(lr > 0)) {
            throw CressetException.value("train: epochs, batch size and learning rate must be positive");
        }
        boolean mnist = data.startsWith("mnist:");
        if (!mnist && !data.equals("digits")) {
            throw CressetException.value("train: unknown data \"" + data + "\"; expected digits or mnist:DIR");
        }
        Path directory = mnist ? Path.of(data.substring("mnist:".length())) : out;
        TensorDataset train = mnist ? fit(directory, Mnist.train(directory)) : Digits.train();
        TensorDataset test = mnist ? fit(directory, Mnist.test(directory)) : Digits.test();
        int all = epochs > 0 ? epochs : mnist ? 3 : 12;

        Tensor.manualSeed(seed);
        DigitNet net = new DigitNet(train.input().size(2));
        AdamW optimizer = new AdamW(net.parameters(), AdamW.options().lr(lr).weightDecay(1e-2));
        DataLoader<Batch> batches = DataLoader.of(train)
                .batchSize(batchSize)
                .shuffle(true)
                .seed(seed)
                .augment((b, g) -> new Batch(shift(b.input(), g), b.target()))
                .build();
        DataLoader<Batch> unseen = DataLoader.of(test).batchSize(360).build();
        Trainer trainer = new Trainer(
                        net,
                        net::forward,
                        (y, t) -> Functional.crossEntropy(y, t, null, null, -100, null, Reduction.MEAN, SMOOTHING),
                        optimizer)
                .schedule(new CosineAnnealingLR(optimizer, all))
                .checkpoints(out)
                .checkpointEvery(WITHIN_EPOCHS)
                .resume(resume)
                .progress(Progress.console());
        Thread stopped = Thread.ofPlatform().unstarted(this::tellStopped);
        Runtime.getRuntime().addShutdownHook(stopped);
        List<EpochResult> results;
        try {
            results = trainer.fit(batches, null, all);
        } finally {
            forget(stopped);
        }
        double accuracy = trainer.evaluate(unseen).accuracy();
        double seconds = (System.nanoTime() - start) * 1e-9;
        Path model = out.resolve(Trainer.BEST);
        tell(results.size(), all, test.size(), accuracy, seconds, model);
        return 0;
    }

    /** What the net is made for: images of MNIST's size in ten classes. */
    private static TensorDataset fit(Path directory, TensorDataset d) {
        long h = d.input().size(2);
        long w = d.input().size(3);
        if (h != MNIST_SIZE || w != MNIST_SIZE) {
            throw CressetException.value(
                    "train: the images in " + directory + " are " + h + " x " + w + "; expected 28 x 28");
        }
        if (d.size() == 0) {
            throw CressetException.value("train: there are no images in " + directory);
        }
        long highest = d.target().max().itemLong();
        if (highest > 9) {
            throw CressetException.value(
                    "train: " + directory + " has label " + highest + "; expected ten classes, 0 to 9");
        }
        return d;
    }

    /** On Ctrl-C. */
    private void tellStopped() {
        System.err.println();
        System.err.println(
                Files.exists(out.resolve(Trainer.STATE))
                        ? "cresset: stopped; the same command with --resume goes on from " + out.resolve(Trainer.STATE)
                        : "cresset: stopped before there was a checkpoint");
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is stopping, so the hook has had its say.
        }
    }

    /** Moves each image by up to one pixel up, down, left or right; what comes in is empty. */
    private static Tensor shift(Tensor images, Generator g) {
        long n = images.size(0);
        long h = images.size(2);
        long w = images.size(3);
        Tensor framed = Tensor.zeros(n, 1, h + 2, w + 2);
        framed.narrow(2, 1, h).narrow(3, 1, w).copy_(images);
        long[] chosen = new long[(int) n];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = 9L * i + g.uniformLong(0, 9);
        }
        // (N, 1, 3, 3, H, W): the nine places where an image can be cut from its frame.
        Tensor places = framed.unfold(2, h, 1).unfold(3, w, 1).reshape(9 * n, 1, h, w);
        return places.indexSelect(0, Tensor.of(chosen));
    }

    private void tell(int epochsRun, int allEpochs, long tested, double accuracy, double seconds, Path model) {
        if (json) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "{\"accuracy\": %.6f, \"seconds\": %.3f, \"model\": \"%s\"}",
                    accuracy,
                    seconds,
                    model.toString().replace("\\", "\\\\").replace("\"", "\\\"")));
            return;
        }
        if (epochsRun == 0) {
            System.out.printf("%nThis run had done all its epochs before; give more with --epochs to go on.");
        }
        System.out.printf(
                Locale.ROOT,
                "%nRead %.2f %% of %d unseen digits correctly after %d epochs (%.1f s).%n",
                100 * accuracy,
                tested,
                allEpochs,
                seconds);
        System.out.println("Model:       " + model);
        System.out.println("Checkpoint:  " + model.resolveSibling(Trainer.STATE) + " (go on with --resume)");
        System.out.println("Log:         " + model.resolveSibling(Trainer.LOG) + " (a line of JSON for each epoch)");
        System.out.println();
        System.out.println("Next: ./cresset predict --model " + model + " image.png");
    }
}
