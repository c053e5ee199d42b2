package org.cresset.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

class SamplerProperties {
    private static void expectEachOnce(long[] order, int n) {
        long[] sorted = order.clone();
        Arrays.sort(sorted);
        assertThat(sorted).isEqualTo(LongStream.range(0, n).toArray());
    }

    @Property(tries = 100)
    void samplersGiveEachElementOnceAndRepeat(
            @ForAll @IntRange(max = 60) int n, @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int labels) {
        long[] classes = LongStream.range(0, n).map(i -> i * i % labels).toArray();
        for (Sampler s : List.of(
                new SequentialSampler(n),
                new RandomSampler(n),
                new SubsetSampler(LongStream.range(0, n).toArray(), true),
                new StratifiedSampler(classes))) {
            long[] order = s.order(Generator.ofSeed(seed));
            assertThat(s.size()).isEqualTo(n);
            expectEachOnce(order, n);
            assertThat(s.order(Generator.ofSeed(seed))).isEqualTo(order);
        }
    }

    @Property(tries = 100)
    void randomSamplerGoesRoundBeforeItRepeats(
            @ForAll @IntRange(min = 1, max = 20) int n, @ForAll @IntRange(max = 70) int draws, @ForAll long seed) {
        long[] order = new RandomSampler(n, draws, false).order(Generator.ofSeed(seed));
        assertThat(order).hasSize(draws);
        for (int from = 0; from + n <= draws; from += n) {
            expectEachOnce(Arrays.copyOfRange(order, from, from + n), n);
        }
        assertThat(Arrays.stream(new RandomSampler(n, draws, true).order(Generator.ofSeed(seed))))
                .hasSize(draws)
                .allMatch(i -> i >= 0 && i < n);
    }

    @Property(tries = 100)
    void weightsOfZeroAreNeverDrawn(@ForAll @Size(min = 1, max = 20) boolean[] chosen, @ForAll long seed) {
        double[] weights = new double[chosen.length + 1];
        weights[chosen.length] = 0.5;
        for (int i = 0; i < chosen.length; i++) {
            weights[i] = chosen[i] ? 1 + i : 0;
        }
        long[] order = new WeightedRandomSampler(weights, 50, true).order(Generator.ofSeed(seed));
        assertThat(Arrays.stream(order)).hasSize(50).allMatch(i -> weights[i.intValue()] > 0);
    }

    @Property(tries = 100)
    void everyStretchOfAStratifiedOrderHasTheClassesInProportion(
            @ForAll @Size(min = 1, max = 80) List<@IntRange(max = 4) Integer> labels, @ForAll long seed) {
        long[] classes = labels.stream().mapToLong(Integer::longValue).toArray();
        long[] order = new StratifiedSampler(classes).order(Generator.ofSeed(seed));
        long kinds = labels.stream().distinct().count();
        for (int c = 0; c <= 4; c++) {
            long total = 0;
            for (long l : classes) {
                total += l == c ? 1 : 0;
            }
            int seen = 0;
            for (int k = 1; k <= order.length; k++) {
                seen += classes[(int) order[k - 1]] == c ? 1 : 0;
                assertThat(Math.abs(seen - (double) k * total / order.length)).isLessThan(Math.max(kinds, 1) + 1e-9);
            }
        }
    }

    @Property(tries = 100)
    void bucketsHoldEachElementOnceAndAlikeLengths(
            @ForAll @Size(max = 60) List<@IntRange(max = 100) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 7) int batchSize,
            @ForAll boolean dropLast,
            @ForAll long seed) {
        long[] l = lengths.stream().mapToLong(Integer::longValue).toArray();
        LengthBucketSampler s = new LengthBucketSampler(l, batchSize, 1000, dropLast);
        long[][] batches = s.batches(Generator.ofSeed(seed));
        assertThat(s.size()).isEqualTo(batches.length);
        long[] all = Arrays.stream(batches).flatMapToLong(Arrays::stream).toArray();
        if (dropLast) {
            assertThat(Arrays.stream(batches)).allMatch(b -> b.length == batchSize);
            assertThat(all).doesNotHaveDuplicates();
        } else {
            expectEachOnce(all, l.length);
        }
        // With one bucket for all, the batches divide the lengths into ranges that don't overlap.
        long[][] ranges = Arrays.stream(batches)
                .map(b -> Arrays.stream(b).map(i -> l[(int) i]).sorted().toArray())
                .sorted((a, b) ->
                        a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[a.length - 1], b[b.length - 1]))
                .toArray(long[][]::new);
        for (int i = 1; i < ranges.length; i++) {
            assertThat(ranges[i][0]).isGreaterThanOrEqualTo(ranges[i - 1][ranges[i - 1].length - 1]);
        }
    }

    @Property(tries = 60)
    void resumingEqualsNotHavingStopped(
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 9) int batchSize,
            @ForAll @IntRange(max = 30) int stopAfter,
            @ForAll @IntRange(max = 2) int workers,
            @ForAll boolean dropLast,
            @ForAll @LongRange(min = 0, max = 1L << 40) long seed) {
        List<List<Long>> whole = take(loader(n, batchSize, dropLast, 0, seed), Integer.MAX_VALUE, 3);
        DataLoader<List<Long>> first = loader(n, batchSize, dropLast, workers, seed);
        List<List<Long>> got = take(first, stopAfter, 3);
        Map<String, Tensor> state = first.stateDict();
        first.close();
        DataLoader<List<Long>> second = loader(n, batchSize, dropLast, 2 - workers, seed + 1);
        second.loadStateDict(state);
        boolean within = state.get("batches").itemLong() >= 0;
        int left = 3 - (int) second.epochs() + (within ? 1 : 0);
        got.addAll(take(second, Integer.MAX_VALUE, left));
        assertThat(got).isEqualTo(whole);
        assertThat(second.epochs()).isEqualTo(3);
    }

    private static DataLoader<List<Long>> loader(int n, int batchSize, boolean dropLast, int workers, long seed) {
        Dataset<Long> data = Dataset.of(LongStream.range(0, n).boxed().toList())
                .augment((x, random) -> 100 * x + random.uniformLong(0, 100));
        return DataLoader.<Long, List<Long>>of(data, List::copyOf)
                .batchSize(batchSize)
                .dropLast(dropLast)
                .shuffle(true)
                .workers(workers)
                .seed(seed)
                .build();
    }

    /** At most so many batches of so many epochs. */
    private static List<List<Long>> take(DataLoader<List<Long>> loader, int batches, int epochs) {
        List<List<Long>> all = new ArrayList<>();
        for (int e = 0; e < epochs; e++) {
            for (BatchIterator<List<Long>> it = loader.iterator(); ; ) {
                if (all.size() == batches) {
                    return all;
                }
                if (!it.hasNext()) {
                    break;
                }
                all.add(it.next());
            }
        }
        return all;
    }
}
