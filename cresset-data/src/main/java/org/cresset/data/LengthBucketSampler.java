package org.cresset.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * Batches of sequences of about one length, so that little is padded: the elements are shuffled, cut into buckets,
 * sorted by length within each bucket and cut into batches, which come in random order.
 */
public final class LengthBucketSampler implements BatchSampler {
    private final long[] lengths;
    private final int batchSize;
    private final int bucketSize;
    private final boolean dropLast;

    /**
     * Batches by the elements' lengths.
     *
     * @param bucketBatches batches in a bucket: more make lengths more alike, fewer make batches more random
     * @param dropLast whether a last batch that isn't full is left out
     */
    public LengthBucketSampler(long[] lengths, int batchSize, int bucketBatches, boolean dropLast) {
        if (batchSize < 1 || bucketBatches < 1) {
            throw CressetException.value("LengthBucketSampler: a batch size of " + batchSize + " and " + bucketBatches
                    + " batches in a bucket; expected at least 1 of each");
        }
        this.lengths = lengths.clone();
        this.batchSize = batchSize;
        this.bucketSize = Math.multiplyExact(batchSize, bucketBatches);
        this.dropLast = dropLast;
    }

    @Override
    public long size() {
        return BatchSampler.count(lengths.length, batchSize, dropLast);
    }

    @Override
    public long[][] batches(Generator random) {
        long[] order = Draws.permutation(random, lengths.length);
        List<long[]> batches = new ArrayList<>();
        // Buckets are whole batches, so that only the last batch of the last one can be short.
        for (int from = 0; from < order.length; from += bucketSize) {
            int to = Math.min(order.length, from + bucketSize);
            Long[] bucket = Arrays.stream(order, from, to).boxed().toArray(Long[]::new);
            Arrays.sort(bucket, (a, b) -> Long.compare(lengths[a.intValue()], lengths[b.intValue()]));
            long[] sorted = Arrays.stream(bucket).mapToLong(Long::longValue).toArray();
            batches.addAll(Arrays.asList(BatchSampler.cut(sorted, batchSize, dropLast)));
        }
        long[] lots = Draws.permutation(random, batches.size());
        long[][] shuffled = new long[lots.length][];
        for (int i = 0; i < lots.length; i++) {
            shuffled[i] = batches.get((int) lots[i]);
        }
        return shuffled;
    }
}
