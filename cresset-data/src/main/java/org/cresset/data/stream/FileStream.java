package org.cresset.data.stream;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.data.IterableDataset;
import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * The elements of files (shards), one file after the other. Files are opened when their turn comes; what is wrong with one
 * is told then, with its name and the place.
 */
public abstract class FileStream<T> implements IterableDataset<T> {
    private final List<Path> files;

    /** A stream of these files. */
    protected FileStream(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** The elements of some files, in the order of these; an iterator that is {@link AutoCloseable} will be closed. */
    protected abstract Iterator<T> read(List<Path> some);

    /** The files. */
    public final List<Path> files() {
        return files;
    }

    @Override
    public final Iterator<T> iterator() {
        return read(files);
    }

    /**
     * The files in a random order, another one each epoch, drawn from the generator of the loader's epoch. With {@link
     * #shuffle(int)} after it, the elements are well mixed even where a buffer holds few of them.
     */
    public final IterableDataset<T> shuffleFiles() {
        return new IterableDataset<>() {
            @Override
            public Iterator<T> iterator() {
                return iterator(Generator.defaultGenerator());
            }

            @Override
            public Iterator<T> iterator(Generator random) {
                List<Path> order = new ArrayList<>();
                for (long i : Draws.permutation(random, files.size())) {
                    order.add(files.get((int) i));
                }
                return read(order);
            }
        };
    }

    /** Every {@code of}-th file, from number {@code part} on: what one of several processes reads. */
    public final IterableDataset<T> part(int part, int of) {
        if (part < 0 || part >= of) {
            throw CressetException.value("part: part " + part + " of " + of + "; expected 0 to " + (of - 1));
        }
        if (files.size() < of) {
            throw CressetException.value(
                    "part: " + files.size() + " files for " + of + " parts; each needs at least one file");
        }
        List<Path> own = new ArrayList<>();
        for (int i = part; i < files.size(); i += of) {
            own.add(files.get(i));
        }
        return () -> read(own);
    }
}
