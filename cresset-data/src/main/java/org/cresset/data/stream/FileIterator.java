package org.cresset.data.stream;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.cresset.data.DataFiles;
import org.jspecify.annotations.Nullable;

/** The elements of several files, of which one is open at a time. */
abstract class FileIterator<R extends Closeable, T> implements Iterator<T>, AutoCloseable {
    private final Iterator<Path> files;
    private @Nullable Path file;
    private @Nullable R in;
    private @Nullable T ready;

    FileIterator(List<Path> files) {
        this.files = files.iterator();
    }

    abstract R open(Path file) throws IOException;

    /** The next element of a file, or null at its end. */
    abstract @Nullable T read(Path file, R in) throws IOException;

    @Override
    public final boolean hasNext() {
        while (ready == null && (in != null || files.hasNext())) {
            Path f = file == null || in == null ? files.next() : file;
            try {
                R r = in == null ? open(f) : in;
                file = f;
                in = r;
                ready = read(f, r);
                if (ready == null) {
                    close();
                }
            } catch (IOException e) {
                throw DataFiles.failed(f, e);
            }
        }
        return ready != null;
    }

    @Override
    public final T next() {
        T x = hasNext() ? ready : null;
        if (x == null) {
            throw new NoSuchElementException();
        }
        ready = null;
        return x;
    }

    @Override
    public final void close() throws IOException {
        R r = in;
        in = null;
        if (r != null) {
            r.close();
        }
    }
}
