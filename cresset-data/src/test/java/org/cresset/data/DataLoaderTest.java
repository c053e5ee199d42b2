package org.cresset.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DataLoaderTest {
    private final Set<Thread> before = loaderThreads();

    private static Dataset<Long> numbers(int n) {
        return Dataset.of(LongStream.range(0, n).boxed().toList());
    }

    private static DataLoader.Builder<List<Long>> loader(Dataset<Long> data) {
        return DataLoader.<Long, List<Long>>of(data, List::copyOf);
    }

    private static <B> List<B> drain(Iterable<B> batches) {
        List<B> all = new ArrayList<>();
        batches.forEach(all::add);
        return all;
    }

    private static Set<Thread> loaderThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("cresset-loader-"))
                .collect(Collectors.toSet());
    }

    /** Those of this test: others leave threads that end within a second. */
    private Set<Thread> ownThreads() {
        Set<Thread> own = loaderThreads();
        own.removeAll(before);
        return own;
    }

    private void expectNoThreads(Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (!ownThreads().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(ownThreads()).isEmpty();
    }

    @Test
    void tensorsAreGatheredAndKeepTheirOrder() {
        TensorDataset data = new TensorDataset(
                Tensor.of(new float[] {0, 1}, new float[] {2, 3}, new float[] {4, 5}), Tensor.of(7L, 8, 9));
        List<Batch> batches = drain(DataLoader.of(data).batchSize(2).build());
        assertThat(batches).hasSize(2);
        assertThat(batches.get(0).input().shape().toArray()).containsExactly(2, 2);
        assertThat(batches.get(0).input().toFloatArray()).containsExactly(0, 1, 2, 3);
        assertThat(batches.get(1).target().toLongArray()).containsExactly(9);
        assertThat(batches.get(1).size()).isEqualTo(1);
    }

    @Test
    void gatheringEqualsCollating() {
        TensorDataset data =
                new TensorDataset(Tensor.arange(60).reshape(20, 3), Tensor.arange(20)).prepared(x -> x.mul(2));
        Subset<Example> part = data.subset(19, 3, 3, 0, 7, 11, 2);
        for (Dataset<Example> d : List.of(data, part, part.subset(6, 0, 1))) {
            List<Batch> fast =
                    drain(DataLoader.of(d).batchSize(4).shuffle(true).seed(3).build());
            List<Batch> slow = drain(DataLoader.of(d, Collate.examples())
                    .batchSize(4)
                    .shuffle(true)
                    .seed(3)
                    .build());
            assertThat(fast).hasSameSizeAs(slow);
            for (int i = 0; i < fast.size(); i++) {
                assertThat(fast.get(i).input().toLongArray())
                        .isEqualTo(slow.get(i).input().toLongArray());
                assertThat(fast.get(i).target().toLongArray())
                        .isEqualTo(slow.get(i).target().toLongArray());
            }
        }
    }

    @Test
    void augmentationRepeatsForAnyNumberOfWorkers() {
        Dataset<Long> noisy = numbers(30).augment((x, random) -> 1000 * x + random.uniformLong(0, 1000));
        List<List<List<Long>>> runs = new ArrayList<>();
        for (int workers : new int[] {0, 1, 4}) {
            DataLoader<List<Long>> loader = loader(noisy)
                    .batchSize(4)
                    .shuffle(true)
                    .seed(9)
                    .workers(workers)
                    .augment((b, random) -> {
                        List<Long> more = new ArrayList<>(b);
                        more.add(random.uniformLong(0, 1L << 20));
                        return more;
                    })
                    .build();
            List<List<Long>> twoEpochs = drain(loader);
            twoEpochs.addAll(drain(loader));
            runs.add(twoEpochs);
        }
        assertThat(runs.get(1)).isEqualTo(runs.get(0));
        assertThat(runs.get(2)).isEqualTo(runs.get(0));
        assertThat(runs.get(0).subList(8, 16)).isNotEqualTo(runs.get(0).subList(0, 8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void anErrorNamesTheSampleAndTheEpochGoesOn(int workers) {
        IllegalStateException cause = new IllegalStateException("the disk is gone");
        Dataset<Long> broken = numbers(12).map(x -> {
            if (x == 5) {
                throw cause;
            }
            return x;
        });
        BatchIterator<List<Long>> it =
                loader(broken).batchSize(4).workers(workers).build().iterator();
        assertThat(it.next()).containsExactly(0L, 1L, 2L, 3L);
        assertThatThrownBy(it::next)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("sample 5")
                .hasMessageContaining("the disk is gone")
                .hasCause(cause)
                .satisfies(e -> assertThat(e.getStackTrace())
                        .anyMatch(f -> f.getClassName().equals(DataLoaderTest.class.getName())));
        assertThat(it.next()).containsExactly(8L, 9L, 10L, 11L);
        assertThat(it.hasNext()).isFalse();
        assertThatThrownBy(it::next).isInstanceOf(NoSuchElementException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void anErrorWhileCollatingNamesTheShapes(int workers) {
        Dataset<Tensor> uneven = Dataset.of(List.of(Tensor.zeros(2), Tensor.zeros(3)));
        BatchIterator<Tensor> it = DataLoader.of(uneven, Collate.tensors())
                .batchSize(2)
                .workers(workers)
                .build()
                .iterator();
        assertThatThrownBy(it::next).hasMessageContaining("samples 0, 1").hasMessageContaining("(2,) and (3,)");
    }

    @Test
    void workersRunAtTheSameTime() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        Dataset<Long> meeting = numbers(2).map(x -> {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return x;
        });
        assertThat(drain(loader(meeting).workers(2).build())).containsExactly(List.of(0L), List.of(1L));
        expectNoThreads(Duration.ofMillis(500));
    }

    @Test
    void closingEarlyStopsEvenAWorkerThatWaits() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Dataset<Long> stuck = numbers(100).map(x -> {
            if (x > 0) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return x;
        });
        DataLoader<List<Long>> loader = loader(stuck).workers(3).build();
        BatchIterator<List<Long>> it = loader.iterator();
        it.next();
        assertThat(ownThreads()).isNotEmpty();
        loader.close();
        expectNoThreads(Duration.ofMillis(500));
        assertThat(it.hasNext()).isFalse();
    }

    @Test
    void anAbandonedIteratorLoadsNoFurtherAndItsThreadsEnd() throws InterruptedException {
        AtomicInteger loaded = new AtomicInteger();
        Dataset<Long> counted = numbers(10_000).map(x -> {
            loaded.incrementAndGet();
            return x;
        });
        for (List<Long> batch : loader(counted).workers(2).prefetch(3).build()) {
            assertThat(batch).containsExactly(0L);
            break;
        }
        expectNoThreads(Duration.ofSeconds(5));
        assertThat(loaded.get()).isBetween(1, 8);
    }

    @Test
    void aTimeoutIsAnErrorAndNotAHang() {
        CountDownLatch never = new CountDownLatch(1);
        Dataset<Long> stuck = numbers(4).map(x -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return x;
        });
        DataLoader<List<Long>> loader =
                loader(stuck).workers(1).timeout(Duration.ofMillis(50)).build();
        assertThatThrownBy(() -> loader.iterator().next())
                .hasMessageContaining("batch 0")
                .hasMessageContaining("PT0.05S");
    }

    @Test
    void paddedSequences() {
        Dataset<Tensor> sequences = Dataset.of(List.of(Tensor.of(1L, 2, 3), Tensor.of(4L)));
        Tensor batch = drain(DataLoader.of(sequences, Collate.padded(-1))
                        .batchSize(2)
                        .build())
                .get(0);
        assertThat(batch.shape().toArray()).containsExactly(2, 3);
        assertThat(batch.toLongArray()).containsExactly(1, 2, 3, 4, -1, -1);
    }

    @Test
    void emptyDataAndDropLast() {
        assertThat(drain(loader(numbers(0)).shuffle(true).workers(1).build())).isEmpty();
        DataLoader<List<Long>> loader =
                loader(numbers(7)).batchSize(3).dropLast(true).build();
        assertThat(loader.batchCount()).hasValue(2);
        assertThat(drain(loader)).containsExactly(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L));
    }

    @Test
    void settingsThatExcludeEachOtherAreRefused() {
        assertThatThrownBy(() -> loader(numbers(3)).batchSize(0).build()).hasMessageContaining("batch size");
        assertThatThrownBy(() -> loader(numbers(3)).workers(-1).build()).hasMessageContaining("workers");
        assertThatThrownBy(() -> loader(numbers(3))
                        .shuffle(true)
                        .sampler(new SequentialSampler(3))
                        .build())
                .hasMessageContaining("sampler");
        DataLoader<List<Long>> loader = loader(numbers(3)).build();
        assertThatThrownBy(() -> loader.loadStateDict(Map.of())).hasMessageContaining("\"epochs\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void streamsComeInOrder(int workers) {
        IterableDataset<Long> stream = () -> LongStream.range(0, 10).iterator();
        DataLoader<List<Long>> loader = DataLoader.<Long, List<Long>>of(
                        stream.map(x -> x * 2).filter(x -> x != 4).map(x -> x + 1), List::copyOf)
                .batchSize(4)
                .workers(workers)
                .build();
        List<List<Long>> expected = List.of(List.of(1L, 3L, 7L, 9L), List.of(11L, 13L, 15L, 17L), List.of(19L));
        assertThat(drain(loader)).isEqualTo(expected);
        BatchIterator<List<Long>> it = loader.iterator();
        it.next();
        Map<String, Tensor> state = loader.stateDict();
        loader.loadStateDict(state);
        assertThat(drain(loader)).isEqualTo(expected.subList(1, 3));
        assertThat(drain(loader)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aStreamThatFailsEndsTheEpoch(int workers) {
        IterableDataset<Long> stream = () -> LongStream.range(0, 10)
                .peek(x -> {
                    if (x == 5) {
                        throw new IllegalStateException("cut off");
                    }
                })
                .iterator();
        BatchIterator<List<Long>> it = DataLoader.<Long, List<Long>>of(stream, List::copyOf)
                .batchSize(2)
                .workers(workers)
                .build()
                .iterator();
        it.next();
        it.next();
        assertThatThrownBy(it::next).hasMessageContaining("of the stream").hasMessageContaining("cut off");
        assertThat(it.hasNext()).isFalse();
    }

    @Test
    void shuffledStreamsHoldEachElementOnceAndRepeat() {
        IterableDataset<Long> stream = () -> LongStream.range(0, 50).iterator();
        List<Long> once = drain(stream.shuffle(8, 1));
        assertThat(once).containsExactlyInAnyOrderElementsOf(drain(stream)).isNotEqualTo(drain(stream));
        assertThat(drain(stream.shuffle(8, 1))).isEqualTo(once);
        assertThat(drain(stream.shuffle(8, 2))).isNotEqualTo(once);
    }

    @Test
    void aLoaderGivesEachEpochOfAStreamAnOrderOfItsOwn() {
        IterableDataset<Long> stream = () -> LongStream.range(0, 40).iterator();
        List<List<List<Long>>> runs = new ArrayList<>();
        for (int workers : new int[] {0, 2}) {
            DataLoader<List<Long>> loader = DataLoader.<Long, List<Long>>of(
                            stream.shuffle(8).map(x -> x), List::copyOf)
                    .batchSize(10)
                    .workers(workers)
                    .seed(4)
                    .build();
            List<List<Long>> first = drain(loader);
            List<List<Long>> second = drain(loader);
            assertThat(second).isNotEqualTo(first);
            BatchIterator<List<Long>> third = loader.iterator();
            third.next();
            third.next();
            loader.loadStateDict(loader.stateDict());
            List<List<Long>> rest = drain(loader);
            assertThat(rest).hasSize(2);
            first.addAll(second);
            first.addAll(rest);
            runs.add(first);
        }
        assertThat(runs.get(1)).isEqualTo(runs.get(0));
    }

    @Test
    void partsOfStreams() {
        IterableDataset<Long> stream = () -> LongStream.range(0, 10).iterator();
        assertThat(drain(stream.take(3))).containsExactly(0L, 1L, 2L);
        assertThat(drain(stream.take(30))).hasSize(10);
        assertThat(drain(stream.skip(8))).containsExactly(8L, 9L);
        assertThat(drain(stream.skip(80))).isEmpty();
        assertThat(drain(stream.shard(1, 4))).containsExactly(1L, 5L, 9L);
        assertThat(drain(stream.shard(3, 4).map(x -> -x).take(1))).containsExactly(-3L);
        assertThatThrownBy(() -> stream.shard(4, 4)).hasMessageContaining("part 4 of 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void noBatchIsAnErrorAndNotAnEnd(int workers) {
        DataLoader<String> loader = DataLoader.<Long, String>of(numbers(4), x -> x.get(0) == 2 ? nothing() : "batch")
                .batchSize(2)
                .workers(workers)
                .build();
        BatchIterator<String> it = loader.iterator();
        it.next();
        assertThatThrownBy(it::next).hasMessageContaining("samples 2, 3").hasMessageContaining("null");
        assertThat(it.hasNext()).isFalse();
    }

    /** What a user's function may do that knows nothing of annotations. */
    @SuppressWarnings("NullAway")
    private static <T> T nothing() {
        return null;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void evenAnErrorOfTheMachineArrives(int workers) {
        Dataset<Long> deep = numbers(3).map(x -> x == 1 ? forever(x) : x);
        BatchIterator<List<Long>> it = loader(deep).workers(workers).build().iterator();
        it.next();
        assertThatThrownBy(it::next)
                .hasMessageContaining("sample 1")
                .hasMessageContaining("StackOverflowError")
                .hasCauseInstanceOf(StackOverflowError.class);
        assertThat(it.next()).containsExactly(2L);
    }

    private static long forever(long x) {
        return forever(x + 1) + 1;
    }

    @Test
    void anInterruptedConsumerIsToldAndItsWorkersEnd() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Dataset<Long> stuck = numbers(4).map(x -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return x;
        });
        BatchIterator<List<Long>> it = loader(stuck).workers(2).build().iterator();
        Thread.currentThread().interrupt();
        assertThatThrownBy(it::next).hasMessageContaining("interrupted while waiting for batch 0");
        assertThat(Thread.interrupted()).isTrue();
        expectNoThreads(Duration.ofSeconds(2));
        assertThat(it.hasNext()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aConsumerThatStopsEarlyCanCloseTheStream(int workers) throws InterruptedException {
        AtomicInteger closed = new AtomicInteger();
        IterableDataset<Long> stream = () -> new ClosableNumbers(closed);
        DataLoader<List<Long>> loader = DataLoader.<Long, List<Long>>of(
                        stream.filter(x -> x % 2 == 0).shuffle(4).map(x -> x), List::copyOf)
                .batchSize(3)
                .workers(workers)
                .build();
        try (BatchIterator<List<Long>> it = loader.iterator()) {
            assertThat(it.next()).hasSize(3);
        }
        assertThat(closed).hasValue(1);
        expectNoThreads(Duration.ofSeconds(2));
    }

    /** All numbers, held open. */
    private static final class ClosableNumbers implements Iterator<Long>, AutoCloseable {
        private final AtomicInteger closed;
        private long next;

        ClosableNumbers(AtomicInteger closed) {
            this.closed = closed;
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Long next() {
            return next++;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void cachedElementsAreMadeOnce() {
        AtomicInteger made = new AtomicInteger();
        Dataset<Long> cached = numbers(5)
                .map(x -> {
                    made.incrementAndGet();
                    return x * x;
                })
                .cached();
        Dataset<Long> noisy = cached.augment((x, random) -> x + 100 * random.uniformLong(0, 1000));
        DataLoader<List<Long>> loader = loader(noisy).seed(1).workers(1).build();
        List<List<Long>> first = drain(loader);
        List<List<Long>> second = drain(loader);
        assertThat(made).hasValue(5);
        assertThat(second).isNotEqualTo(first);
        assertThat(second.get(3).get(0) % 100).isEqualTo(9);
        assertThatThrownBy(() -> cached.get(5)).hasMessageContaining("element 5 of a data set of 5");
    }

    @Test
    void cachedFilesAreReadAgainUntilTheVersionChanges(@TempDir Path folder) {
        AtomicInteger made = new AtomicInteger();
        Dataset<Example> source = numbers(3).map(x -> {
            made.incrementAndGet();
            return new Example(Tensor.full(Shape.of(2, 2), x, DType.FLOAT32), Tensor.from(new long[] {x}));
        });
        for (int run = 0; run < 2; run++) {
            DiskCache cache = new DiskCache(source, folder, "1");
            List<Batch> batches = drain(DataLoader.of(cache).batchSize(3).build());
            assertThat(batches.get(0).input().get(2).toFloatArray()).containsExactly(2, 2, 2, 2);
            assertThat(batches.get(0).target().flatten().toLongArray()).containsExactly(0, 1, 2);
        }
        assertThat(made).hasValue(3);
        assertThat(new DiskCache(source, folder, "2").get(1).target().itemLong())
                .isEqualTo(1);
        assertThat(made).hasValue(4);
    }

    @Test
    void partsOfDataSets() {
        ConcatDataset<Long> all = new ConcatDataset<>(List.of(numbers(2), numbers(0), numbers(3)));
        assertThat(drain(loader(all).build()).stream().map(List::getFirst)).containsExactly(0L, 1L, 0L, 1L, 2L);
        assertThatThrownBy(() -> all.get(5)).hasMessageContaining("element 5 of a data set of 5");
        assertThatThrownBy(() -> numbers(3).subset(3)).hasMessageContaining("element 3 of a data set of 3");
        assertThatThrownBy(() -> numbers(3).randomSplit(Generator.ofSeed(0), 1, 1))
                .hasMessageContaining("add up to 2");
        assertThat(numbers(10).randomSplit(Generator.ofSeed(0), 0.35, 0.65).stream()
                        .map(Subset::size))
                .containsExactly(4L, 6L);
    }

    /** What a data set draws from the default generator, and the orders of two loaders without seeds. */
    private static List<List<Long>> drawn(int workers, long seed) {
        return Reproducible.call(seed, () -> {
            List<List<Long>> all = new ArrayList<>();
            Dataset<Long> noisy =
                    numbers(30).map(x -> 1000 * x + Generator.defaultGenerator().uniformLong(0, 1000));
            all.addAll(drain(
                    loader(noisy).batchSize(4).shuffle(true).workers(workers).build()));
            IterableDataset<Long> stream = () -> LongStream.range(0, 30).boxed().iterator();
            all.addAll(drain(DataLoader.<Long, List<Long>>of(
                            stream.map(
                                    x -> 1000 * x + Generator.defaultGenerator().uniformLong(0, 1000)),
                            List::copyOf)
                    .batchSize(4)
                    .workers(workers)
                    .build()));
            return all;
        });
    }

    @Test
    void inAReproducibleBlockWorkersDrawTheSame() {
        List<List<Long>> alone = drawn(0, 3);
        assertThat(drawn(2, 3)).isEqualTo(alone);
        assertThat(drawn(5, 3)).isEqualTo(alone);
        assertThat(drawn(2, 4)).isNotEqualTo(alone);
    }
}
