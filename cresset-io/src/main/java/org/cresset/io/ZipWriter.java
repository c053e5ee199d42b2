package org.cresset.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes a zip file of entries that are not packed and begin at multiples of 64 bytes, so that they can be mapped. */
final class ZipWriter {
    private static final int ALIGNMENT = 64;
    private static final long MAX_32 = 0xffffffffL;
    private static final int PIECE = 1 << 24;
    private static final int UTF_8 = 0x0800;

    /** 1 January 1980, the earliest date that there is: the same content gives the same bytes. */
    private static final int DATE = 0x21;

    private final FileChannel channel;
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private long count;

    ZipWriter(FileChannel channel) {
        this.channel = channel;
    }

    void add(String name, byte[] content) throws IOException {
        add(name, MemorySegment.ofArray(content));
    }

    void add(String name, MemorySegment content) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        long header = channel.position();
        long size = content.byteSize();
        boolean large = size >= MAX_32;
        int extra64 = large ? 20 : 0;
        long data = header + 30 + utf8.length + extra64 + 4;
        int padding = (int) (-data & ALIGNMENT - 1);
        ByteBuffer b = little(30 + utf8.length + extra64 + 4 + padding);
        b.putInt(0x04034b50).putShort((short) (large ? 45 : 20)).putShort((short) UTF_8);
        b.putShort((short) 0).putShort((short) 0).putShort((short) DATE).putInt(0);
        b.putInt((int) Math.min(size, MAX_32)).putInt((int) Math.min(size, MAX_32));
        b.putShort((short) utf8.length)
                .putShort((short) (extra64 + 4 + padding))
                .put(utf8);
        if (large) {
            b.putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
        }
        b.putShort((short) 0x4246).putShort((short) padding); // PyTorch's name for such padding
        write(b.clear());
        CRC32 crc = new CRC32();
        for (long at = 0; at < size; at += PIECE) {
            ByteBuffer piece = content.asSlice(at, Math.min(PIECE, size - at)).asByteBuffer();
            crc.update(piece.duplicate());
            write(piece);
        }
        ByteBuffer sum = little(4).putInt((int) crc.getValue()).flip();
        channel.write(sum, header + 14);
        entry(utf8, header, size, (int) crc.getValue());
    }

    private void entry(byte[] name, long header, long size, int crc) {
        boolean largeSize = size >= MAX_32;
        boolean largePlace = header >= MAX_32;
        int extra = (largeSize ? 16 : 0) + (largePlace ? 8 : 0);
        extra += extra > 0 ? 4 : 0;
        ByteBuffer b = little(46 + name.length + extra);
        short version = (short) (extra > 0 ? 45 : 20);
        b.putInt(0x02014b50).putShort(version).putShort(version).putShort((short) UTF_8);
        b.putShort((short) 0).putShort((short) 0).putShort((short) DATE).putInt(crc);
        b.putInt((int) Math.min(size, MAX_32)).putInt((int) Math.min(size, MAX_32));
        b.putShort((short) name.length).putShort((short) extra).putShort((short) 0);
        b.putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) Math.min(header, MAX_32));
        b.put(name);
        if (extra > 0) {
            b.putShort((short) 1).putShort((short) (extra - 4));
            if (largeSize) {
                b.putLong(size).putLong(size);
            }
            if (largePlace) {
                b.putLong(header);
            }
        }
        directory.writeBytes(b.array());
        count++;
    }

    /** Writes the directory. */
    void finish() throws IOException {
        long at = channel.position();
        long bytes = directory.size();
        write(ByteBuffer.wrap(directory.toByteArray()));
        boolean large = at >= MAX_32 || count >= 0xffff;
        if (large) {
            long end = channel.position();
            ByteBuffer b = little(76);
            b.putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 45)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0);
            b.putLong(count).putLong(count).putLong(bytes).putLong(at);
            b.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
            write(b.flip());
        }
        ByteBuffer b = little(22);
        short n = (short) Math.min(count, 0xffff);
        b.putInt(0x06054b50).putInt(0).putShort(n).putShort(n);
        b.putInt((int) bytes).putInt((int) Math.min(at, MAX_32)).putShort((short) 0);
        write(b.flip());
    }

    private static ByteBuffer little(int n) {
        return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void write(ByteBuffer b) throws IOException {
        while (b.hasRemaining()) {
            channel.write(b);
        }
    }
}
