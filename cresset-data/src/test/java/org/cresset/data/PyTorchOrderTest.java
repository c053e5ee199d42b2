package org.cresset.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loaders, samplers and splits against what PyTorch did with the same seed. */
class PyTorchOrderTest {
    private static final Dataset<Long> TWENTY =
            Dataset.of(LongStream.range(0, 20).boxed().toList());

    private static long[] golden(int seed, String key) {
        Path pack = Packs.rng(seed);
        assumeTrue(Files.exists(pack), () -> "the golden file " + pack + " is not here; set -Dcresset.shared");
        return Packs.longs(pack, key);
    }

    private static long[] epochs(DataLoader<List<Long>> loader, int count) {
        LongStream.Builder all = LongStream.builder();
        for (int e = 0; e < count; e++) {
            for (List<Long> batch : loader) {
                batch.forEach(all::add);
            }
        }
        return all.build().toArray();
    }

    private static DataLoader.Builder<List<Long>> loader() {
        return DataLoader.<Long, List<Long>>of(TWENTY, List::copyOf).batchSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 42})
    void ownGenerator(int seed) {
        assertThat(epochs(loader().shuffle(true).seed(seed).build(), 3))
                .isEqualTo(golden(seed, "loader_own_generator/0"));
        assertThat(epochs(loader().shuffle(true).seed(seed).workers(2).build(), 3))
                .isEqualTo(golden(seed, "loader_own_generator/0"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 42})
    void defaultGenerator(int seed) {
        Tensor.manualSeed(seed);
        assertThat(epochs(loader().shuffle(true).build(), 3)).isEqualTo(golden(seed, "loader_default_generator/0"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 42})
    void dropLast(int seed) {
        DataLoader<List<Long>> loader =
                loader().batchSize(6).shuffle(true).dropLast(true).seed(seed).build();
        assertThat(epochs(loader, 2)).isEqualTo(golden(seed, "loader_drop_last/0"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 42})
    void samplersAndSplit(int seed) {
        assertThat(new RandomSampler(20, 40, true).order(Generator.ofSeed(seed)))
                .isEqualTo(golden(seed, "loader_replacement/0"));
        assertThat(new WeightedRandomSampler(new double[] {0.1, 0.9, 0.4, 0.7}, 12, true).order(Generator.ofSeed(seed)))
                .isEqualTo(golden(seed, "weighted_sampler/0"));
        List<Subset<Long>> parts = TWENTY.randomSplit(Generator.ofSeed(seed), 15, 5);
        assertThat(parts.get(0).indices()).isEqualTo(golden(seed, "random_split/0/first"));
        assertThat(parts.get(1).indices()).isEqualTo(golden(seed, "random_split/0/second"));
    }
}
