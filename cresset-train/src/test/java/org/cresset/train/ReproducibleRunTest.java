package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.cresset.nn.BatchNorm2d;
import org.cresset.nn.Conv2d;
import org.cresset.nn.Dropout;
import org.cresset.nn.Embedding;
import org.cresset.nn.LSTM;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.optim.Adam;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything whose sums threads could share out, in one net, large enough that they do. */
class ReproducibleRunTest {
    @TempDir
    private Path folder;

    private static final class Net extends Module {
        final Embedding embedding = new Embedding(50, 37);
        final LSTM recurrent = new LSTM(37, 41);
        final Conv2d convolution = new Conv2d(1, 19, 3);
        final BatchNorm2d norm = new BatchNorm2d(19);
        final Dropout dropout = new Dropout(0.3);
        final Linear wide = new Linear(19 * 18, 1098);
        final Linear out = new Linear(1098, 17);

        Tensor forward(Tensor words) {
            Tensor steps = recurrent.forward(embedding.forward(words.t())).output(); // (20, N, 41)
            Tensor image = steps.transpose(0, 1).unsqueeze(1); // (N, 1, 20, 41)
            Tensor rows = norm.forward(convolution.forward(image)).relu().amax(new long[] {3}, false); // (N, 19, 18)
            return out.forward(dropout.forward(wide.forward(rows.flatten(1, -1)).relu()));
        }
    }

    private static Tensor run(Path to, int threads, int workers) {
        int before = Workers.threads();
        Workers.setThreads(threads);
        try {
            return Reproducible.call(11, () -> {
                Tensor words = Tensor.randint(0, 50, 258, 20);
                TensorDataset data = new TensorDataset(
                        words, words.sum(new long[] {1}, false).remainder(17));
                DataLoader<Batch> batches = DataLoader.of(data)
                        .batchSize(129)
                        .shuffle(true)
                        .workers(workers)
                        .augment((b, g) -> new Batch(
                                b.input()
                                        .add(Generator.defaultGenerator().uniformLong(0, 2))
                                        .remainder(50),
                                b.target()))
                        .build();
                Net net = new Net();
                Trainer trainer = new Trainer(net, net::forward, SmallRun::loss, new Adam(net.parameters(), 1e-2));
                trainer.checkpoints(to).fit(batches, null, 2);
                return net.wide.weight.detach().to(DType.FLOAT64);
            });
        } finally {
            Workers.setThreads(before);
        }
    }

    @Test
    void checkpointsDoNotDependOnThreadsOrWorkers() {
        Tensor expected = run(folder.resolve("1"), 1, 0);
        assertThat(run(folder.resolve("2"), 2, 3).toDoubleArray()).containsExactly(expected.toDoubleArray());
        assertThat(run(folder.resolve("4"), 4, 1).toDoubleArray()).containsExactly(expected.toDoubleArray());
        for (String other : new String[] {"2", "4"}) {
            for (String file : new String[] {Trainer.STATE, Trainer.BEST}) {
                assertThat(folder.resolve(other).resolve(file))
                        .hasSameBinaryContentAs(folder.resolve("1").resolve(file));
            }
        }
    }
}
