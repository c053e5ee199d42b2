package org.cresset.data;

import java.util.function.BiFunction;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Another feed's batches, each through a function, in the worker that made the batch. */
record AugmentedFeed<B>(Feed<B> source, BiFunction<? super B, ? super Generator, ? extends B> function, long seed)
        implements Feed<B> {
    @Override
    public long batches() {
        return source.batches();
    }

    @Override
    public @Nullable B fetch(long i) throws InterruptedException {
        B batch = source.fetch(i);
        if (batch == null) {
            return null;
        }
        try {
            return Fetch.some(function.apply(batch, Generator.ofSeed(Seeds.mix(~seed, i))));
        } catch (Throwable t) {
            throw Fetch.failure("batch " + i + " could not be augmented", t);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
