package org.cresset.data;

import java.util.Arrays;
import java.util.List;
import org.cresset.random.Generator;

/** Data sets one after the other. As {@code torch.utils.data.ConcatDataset}. */
public final class ConcatDataset<T> implements Dataset<T> {
    private final List<Dataset<T>> parts;
    private final long[] ends;

    /** The elements of all parts in their order. */
    public ConcatDataset(List<? extends Dataset<T>> parts) {
        this.parts = List.copyOf(parts);
        this.ends = new long[parts.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += parts.get(i).size();
            ends[i] = end;
        }
    }

    @Override
    public long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    public T get(long index) {
        int part = partOf(index);
        return parts.get(part).get(index - start(part));
    }

    @Override
    public T get(long index, Generator random) {
        int part = partOf(index);
        return parts.get(part).get(index - start(part), random);
    }

    private long start(int part) {
        return part == 0 ? 0 : ends[part - 1];
    }

    private int partOf(long index) {
        Dataset.checkIndex(index, size());
        int at = Arrays.binarySearch(ends, index + 1);
        int part = at >= 0 ? at : -at - 1;
        // Empty parts share an end with the part before them.
        while (part > 0 && ends[part - 1] > index) {
            part--;
        }
        return part;
    }
}
