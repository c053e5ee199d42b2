package org.cresset.data;

/** Seeds from seeds. */
final class Seeds {
    private Seeds() {}

    /** A seed for part {@code i} of what has a seed; the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long seed, long i) {
        long z = seed + (i + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
