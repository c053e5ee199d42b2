package org.cresset.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * Each element once, in a random order in which every stretch holds the classes in nearly their overall proportions:
 * among the first k elements, a class's share differs from its part of k by less than the number of classes.
 */
public final class StratifiedSampler implements Sampler {
    private final long[][] classes;
    private final int size;

    /** Classes as their elements' labels say. */
    public StratifiedSampler(long... labels) {
        Map<Long, List<Long>> byLabel = new TreeMap<>();
        for (int i = 0; i < labels.length; i++) {
            byLabel.computeIfAbsent(labels[i], k -> new ArrayList<>()).add((long) i);
        }
        size = labels.length;
        classes = byLabel.values().stream()
                .map(c -> c.stream().mapToLong(Long::longValue).toArray())
                .toArray(long[][]::new);
    }

    @Override
    public long size() {
        return size;
    }

    /** The members of a class of n stand at (i + 1/2) / n of the epoch; who stands at the same place goes by lot. */
    @Override
    public long[] order(Generator random) {
        record Place(double at, long lot, long element) {}
        Place[] places = new Place[size];
        int k = 0;
        for (long[] members : classes) {
            long[] order = Draws.permutation(random, members.length);
            for (int i = 0; i < order.length; i++) {
                places[k++] = new Place((i + 0.5) / order.length, random.random64(), members[(int) order[i]]);
            }
        }
        Arrays.sort(places, Comparator.comparingDouble(Place::at).thenComparingLong(Place::lot));
        return Arrays.stream(places).mapToLong(Place::element).toArray();
    }
}
