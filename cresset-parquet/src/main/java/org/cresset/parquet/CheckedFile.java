package org.cresset.parquet;

import dev.hardwood.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** Refuses the reads that only damage leads to, so that a reader which goes round in circles comes to an end. */
final class CheckedFile implements InputFile {
    /** A whole file is read about once; what is small is read again now and then. */
    private static final long MOST_TIMES = 4;

    private static final long SMALL = 1L << 20;

    private final InputFile file;
    private final AtomicLong read = new AtomicLong();

    CheckedFile(InputFile file) {
        this.file = file;
    }

    @Override
    public void open() throws IOException {
        file.open();
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
        long size = file.length();
        if (offset < 0 || length <= 0 || offset > size - length) {
            throw new IOException(length + " bytes at " + offset + " are not in a file of " + size);
        }
        if (read.addAndGet(length) > MOST_TIMES * size + SMALL) {
            throw new IOException("its parts lead in circles");
        }
        return file.readRange(offset, length);
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
