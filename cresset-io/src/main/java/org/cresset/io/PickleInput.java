package org.cresset.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bytes to read from beginning to end, from memory or a file; asking for more than there is makes a {@link Malformed}. */
final class PickleInput {
    private static final int WINDOW = 1 << 16;

    /** A string, or number, beyond this is no part of a checkpoint. */
    private static final long LARGEST = 1 << 29;

    private final @Nullable FileChannel channel;
    private final ByteBuffer buffer;
    private final long size;

    /** Where the buffer begins. */
    private long start;

    PickleInput(byte[] bytes) {
        channel = null;
        buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        size = bytes.length;
    }

    PickleInput(FileChannel channel) throws IOException {
        this.channel = channel;
        buffer = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        size = channel.size();
    }

    long position() {
        return start + buffer.position();
    }

    long size() {
        return size;
    }

    void position(long at) {
        start = at;
        buffer.limit(0);
    }

    private void need(int n) {
        if (buffer.remaining() >= n) {
            return;
        }
        if (n > size - position()) {
            throw new Malformed("it ends early, at byte " + size);
        }
        try {
            start += buffer.position();
            buffer.compact();
            while (channel != null && buffer.position() < n) {
                if (channel.read(buffer, start + buffer.position()) < 0) {
                    throw new Malformed("it ends early, at byte " + (start + buffer.position()));
                }
            }
            buffer.flip();
        } catch (IOException e) {
            throw new Malformed(AtomicFiles.reason(e));
        }
    }

    int u1() {
        need(1);
        return buffer.get() & 0xff;
    }

    int u2() {
        need(2);
        return buffer.getShort() & 0xffff;
    }

    int i4() {
        need(4);
        return buffer.getInt();
    }

    long i8() {
        need(8);
        return buffer.getLong();
    }

    /** {@code n} bytes; nothing is allocated before it is known that they are there. */
    byte[] bytes(long n) {
        if (n < 0 || n > size - position()) {
            throw new Malformed("at byte " + position() + " something claims to have " + Long.toUnsignedString(n)
                    + " bytes, but " + (size - position()) + " are left");
        }
        if (n > LARGEST) {
            throw new Malformed("at byte " + position() + " something has " + n + " bytes, more than Cresset reads");
        }
        byte[] out = new byte[(int) n];
        for (int at = 0; at < out.length; ) {
            int part = Math.min(out.length - at, Math.max(1, buffer.remaining()));
            need(1);
            part = Math.min(part, buffer.remaining());
            buffer.get(out, at, part);
            at += part;
        }
        return out;
    }

    String text(long n) {
        return utf8(bytes(n));
    }

    static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Malformed("a string in it is not UTF-8");
        }
    }

    /** The text up to the end of the line, which is left out. */
    String line() {
        StringBuilder b = new StringBuilder();
        for (int c = u1(); c != '\n'; c = u1()) {
            if (b.length() == 1000) {
                throw new Malformed("a line in it has more than 1000 characters");
            }
            b.append((char) c);
        }
        return b.toString();
    }
}
