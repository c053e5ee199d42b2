package org.cresset.data;

/** Batches of elements that are found by number. */
record IndexedFeed<B>(long[][] order, Fetch<B> fetch, long seed) implements Feed<B> {
    @Override
    public long batches() {
        return order.length;
    }

    @Override
    public B fetch(long i) {
        return fetch.fetch(order[(int) i], Seeds.mix(seed, i));
    }
}
