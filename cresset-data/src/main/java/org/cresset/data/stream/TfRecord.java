package org.cresset.data.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32C;
import org.cresset.data.DataFiles;
import org.jspecify.annotations.Nullable;

/**
 * The records of TFRecord files, plain or {@code .gz}, one file after the other. Both checksums of each record are
 * checked. {@link Features#parse} reads records that are {@code tf.train.Example}s.
 */
public final class TfRecord extends FileStream<byte[]> {
    private static final int HEADER = 12;
    private static final int MASK = 0xa282ead8;

    /** The records of these files; what is wrong with one is told, with its name and place, when its turn comes. */
    public TfRecord(Path... files) {
        super(List.of(files));
    }

    @Override
    protected Iterator<byte[]> read(List<Path> some) {
        return new Records(some);
    }

    /** The checksum that the format stores for bytes. */
    static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static final class Records extends FileIterator<InputStream, byte[]> {
        private long record;

        Records(List<Path> files) {
            super(files);
        }

        @Override
        InputStream open(Path file) throws IOException {
            record = 0;
            return DataFiles.open(file);
        }

        @Override
        byte @Nullable [] read(Path file, InputStream in) throws IOException {
            byte[] header = in.readNBytes(HEADER);
            if (header.length == 0) {
                return null;
            }
            ByteBuffer b = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            if (header.length < HEADER) {
                throw DataFiles.bad(file, "it ends within the header of record " + record);
            }
            // Checked before the length is believed, so damage costs no memory.
            if (checksum(header, 8) != b.getInt(8)) {
                throw DataFiles.bad(
                        file,
                        "the length of record " + record + " has a wrong checksum; the file is damaged or no"
                                + " TFRecord file");
            }
            long length = b.getLong(0);
            if (length < 0 || length > Integer.MAX_VALUE - 16) {
                throw DataFiles.bad(
                        file, "record " + record + " claims to have " + Long.toUnsignedString(length) + " bytes");
            }
            byte[] data = in.readNBytes((int) length);
            byte[] crc = in.readNBytes(4);
            if (data.length < length || crc.length < 4) {
                throw DataFiles.bad(file, "it ends within record " + record);
            }
            if (checksum(data, data.length)
                    != ByteBuffer.wrap(crc).order(ByteOrder.LITTLE_ENDIAN).getInt()) {
                throw DataFiles.bad(file, "record " + record + " has a wrong checksum");
            }
            record++;
            return data;
        }
    }
}
