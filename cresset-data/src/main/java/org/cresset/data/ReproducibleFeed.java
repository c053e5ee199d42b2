package org.cresset.data;

import org.cresset.random.Reproducible;
import org.jspecify.annotations.Nullable;

/**
 * Another feed's batches, each made in a reproducible block of its own: what it draws from the default generator depends on
 * the batch, in whichever thread it is made.
 */
record ReproducibleFeed<B>(Feed<B> source, long seed) implements Feed<B> {
    /** So that these numbers aren't those which elements are augmented with. */
    private static final long APART = 0x5851f42d4c957f2dL;

    @Override
    public long batches() {
        return source.batches();
    }

    @Override
    public @Nullable B fetch(long i) throws InterruptedException {
        return Reproducible.<@Nullable B, InterruptedException>call(Seeds.mix(seed ^ APART, i), () -> source.fetch(i));
    }

    @Override
    public void close() {
        source.close();
    }
}
