package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A zip file that is read by its central directory, as PyTorch and NumPy write them. Java's own reader gives neither the
 * places of entries, which memory-mapping needs, nor an error for entries that overlap, occur twice, or lie about their size.
 */
final class ZipArchive {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final long MAX_32 = 0xffffffffL;

    /** Deflate makes nothing smaller than by this factor. */
    private static final long BEST_RATIO = 1032;

    private static final int PIECE = 1 << 20;

    /**
     * An entry.
     *
     * @param header where its local header is
     * @param place where its bytes begin
     * @param packed bytes in the file
     * @param size bytes when unpacked
     */
    record Entry(String name, long header, long place, long packed, long size, int crc, boolean deflated) {
        Entry at(long bytes) {
            return new Entry(name, header, bytes, packed, size, crc, deflated);
        }
    }

    private final FileChannel channel;
    private final long length;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    ZipArchive(FileChannel channel) throws IOException {
        this.channel = channel;
        this.length = channel.size();
        directory();
        List<Entry> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::header));
        for (int i = 1; i < byPlace.size(); i++) {
            Entry before = byPlace.get(i - 1);
            if (before.place + before.packed > byPlace.get(i).header) {
                throw new Malformed("its entries " + Malformed.quote(before.name) + " and "
                        + Malformed.quote(byPlace.get(i).name) + " overlap");
            }
        }
    }

    /** The names of all entries in the directory's order. */
    Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Nullable
    Entry entry(String name) {
        return entries.get(name);
    }

    // ---- the directory ----

    private void directory() throws IOException {
        ByteBuffer end = findEnd();
        long count = end.getShort(10) & 0xffff;
        long bytes = end.getInt(12) & MAX_32;
        long at = end.getInt(16) & MAX_32;
        long endAt = length - end.limit();
        if (count == 0xffff || bytes == MAX_32 || at == MAX_32) {
            ByteBuffer e64 = end64(endAt);
            if (e64 != null) {
                count = e64.getLong(32);
                bytes = e64.getLong(40);
                at = e64.getLong(48);
            }
        }
        if (at < 0 || bytes < 0 || at > endAt || bytes > endAt - at || count < 0 || count > bytes / CENTRAL_BYTES) {
            throw new Malformed(
                    "its zip directory of " + count + " entries doesn't fit the file's " + length + " bytes");
        }
        if (bytes > 1 << 30) {
            throw new Malformed("its zip directory has " + bytes + " bytes");
        }
        ByteBuffer b = read(at, (int) bytes);
        for (long i = 0; i < count; i++) {
            Entry e = central(b, at);
            e = e.at(place(e)); // looked at for all, so that no damaged name makes an entry look absent
            if (entries.put(e.name, e) != null) {
                throw new Malformed("its entry " + Malformed.quote(e.name) + " occurs twice");
            }
        }
        if (b.hasRemaining()) {
            throw new Malformed("its zip directory has more than the " + count + " entries that it claims");
        }
    }

    private ByteBuffer findEnd() throws IOException {
        int tail = (int) Math.min(length, END_BYTES + 0xffff);
        ByteBuffer b = read(length - tail, tail);
        for (int i = tail - END_BYTES; i >= 0; i--) {
            if (b.getInt(i) == END && (b.getShort(i + 20) & 0xffff) == tail - END_BYTES - i) {
                ByteBuffer end = b.slice(i, tail - i).order(ByteOrder.LITTLE_ENDIAN);
                if (end.getShort(4) != 0 || end.getShort(6) != 0 || end.getShort(8) != end.getShort(10)) {
                    throw new Malformed("it is one of several parts of a zip file");
                }
                return end;
            }
        }
        throw new Malformed("it is no zip file, or one that is cut off: there is no directory at its end");
    }

    private @Nullable ByteBuffer end64(long endAt) throws IOException {
        if (endAt < 20) {
            return null;
        }
        ByteBuffer locator = read(endAt - 20, 20);
        if (locator.getInt(0) != LOCATOR_64) {
            return null;
        }
        long at = locator.getLong(8);
        if (at < 0 || at > endAt - 20 - 56) {
            throw new Malformed("its zip directory's place is beyond the file");
        }
        ByteBuffer e = read(at, 56);
        if (e.getInt(0) != END_64) {
            throw new Malformed("its zip directory is damaged");
        }
        return e;
    }

    private Entry central(ByteBuffer b, long directory) {
        if (b.remaining() < CENTRAL_BYTES || b.getInt(b.position()) != CENTRAL) {
            throw new Malformed("its zip directory is damaged");
        }
        int p = b.position();
        int flags = b.getShort(p + 8);
        int method = b.getShort(p + 10) & 0xffff;
        int crc = b.getInt(p + 16);
        long packed = b.getInt(p + 20) & MAX_32;
        long size = b.getInt(p + 24) & MAX_32;
        int nameLength = b.getShort(p + 28) & 0xffff;
        int extraLength = b.getShort(p + 30) & 0xffff;
        int commentLength = b.getShort(p + 32) & 0xffff;
        long header = b.getInt(p + 42) & MAX_32;
        int rest = nameLength + extraLength + commentLength;
        if (b.remaining() - CENTRAL_BYTES < rest) {
            throw new Malformed("its zip directory is damaged");
        }
        byte[] raw = new byte[nameLength];
        b.get(p + CENTRAL_BYTES, raw);
        String name = PickleInput.utf8(raw);
        long[] large = {size, packed, header};
        extra64(b.slice(p + CENTRAL_BYTES + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN), large);
        b.position(p + CENTRAL_BYTES + rest);
        Entry e = new Entry(name, large[2], 0, large[1], large[0], crc, method == 8);
        check(e, flags, method, directory);
        return e;
    }

    /** Sizes that don't fit 32 bits. */
    private static void extra64(ByteBuffer extra, long[] values) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort();
            int n = extra.getShort() & 0xffff;
            if (n > extra.remaining()) {
                return;
            }
            int next = extra.position() + n;
            if (id == 1) {
                for (int i = 0; i < values.length; i++) {
                    if (values[i] == MAX_32 && next - extra.position() >= 8) {
                        values[i] = extra.getLong();
                    }
                }
            }
            extra.position(next);
        }
    }

    private static void check(Entry e, int flags, int method, long directory) {
        String name = Malformed.quote(e.name);
        List<String> steps = Arrays.asList(e.name.split("/", -1));
        if (e.name.isEmpty()
                || e.name.startsWith("/")
                || e.name.contains("\\")
                || e.name.contains("\0")
                || e.name.matches("[A-Za-z]:.*")
                || steps.contains("..")) {
            throw new Malformed("its entry " + name + " names a place outside the archive");
        }
        if ((flags & 1) != 0) {
            throw new Malformed("its entry " + name + " is encrypted");
        }
        if (method != 0 && method != 8) {
            throw new Malformed("its entry " + name + " is packed by method " + method
                    + "; zip files of tensors are stored or deflated");
        }
        boolean inside = e.header >= 0
                && e.packed >= 0
                && e.size >= 0
                && e.header <= directory
                && e.packed <= directory - e.header;
        if (!inside || (method == 0 ? e.size != e.packed : e.size / BEST_RATIO > e.packed + 1)) {
            throw new Malformed("its entry " + name + " claims " + e.size + " bytes (" + e.packed
                    + " in the file), which can't be");
        }
    }

    // ---- contents ----

    /** Where an entry's bytes begin. */
    private long place(Entry e) throws IOException {
        ByteBuffer b = read(e.header, LOCAL_BYTES);
        int nameLength = b.getShort(26) & 0xffff;
        long at = e.header + LOCAL_BYTES + nameLength + (b.getShort(28) & 0xffff);
        if (b.getInt(0) != LOCAL || at + e.packed > length) {
            throw new Malformed("its entry " + Malformed.quote(e.name) + " isn't where the directory says");
        }
        byte[] name = read(e.header + LOCAL_BYTES, nameLength).array();
        boolean later = (b.getShort(6) & 8) != 0; // sizes follow the data
        long size = b.getInt(22) & MAX_32;
        boolean sizeDiffers = !later && size != MAX_32 && size != e.size;
        if (!PickleInput.utf8(name).equals(e.name) || sizeDiffers || (b.getShort(8) == 8) != e.deflated) {
            throw new Malformed("its directory and its entry " + Malformed.quote(e.name) + " contradict each other");
        }
        return at;
    }

    /** A small entry. */
    byte[] bytes(Entry e, long most) throws IOException {
        if (e.size > most) {
            throw new Malformed(
                    "its entry " + Malformed.quote(e.name) + " has " + e.size + " bytes; expected at most " + most);
        }
        // Grows with what is really there.
        byte[] out = new byte[(int) Math.min(e.size, PIECE)];
        Sink sink = new Sink(out);
        unpack(e, sink);
        return sink.bytes;
    }

    private static final class Sink implements Target {
        private byte[] bytes;

        Sink(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void put(byte[] from, int n, long at) {
            if (at + n > bytes.length) {
                bytes = Arrays.copyOf(
                        bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(at + n, 2L * bytes.length)));
            }
            System.arraycopy(from, 0, bytes, (int) at, n);
        }

        @Override
        public void end(long size) {
            bytes = bytes.length == size ? bytes : Arrays.copyOf(bytes, (int) size);
        }
    }

    /** Unpacks an entry into memory of its size. */
    void copy(Entry e, MemorySegment to) throws IOException {
        unpack(e, (from, n, at) -> MemorySegment.copy(MemorySegment.ofArray(from), 0, to, at, n));
    }

    @FunctionalInterface
    private interface Target {
        void put(byte[] from, int n, long at);

        default void end(long size) {}
    }

    private void unpack(Entry e, Target to) throws IOException {
        long at = e.place;
        CRC32 crc = new CRC32();
        byte[] in = new byte[(int) Math.clamp(e.packed, 1, PIECE)];
        byte[] out = e.deflated ? new byte[PIECE / 8] : in;
        long done = 0;
        Inflater inflater = new Inflater(true);
        try {
            for (long left = e.packed; left > 0; ) {
                int n = (int) Math.min(left, in.length);
                readFully(at, ByteBuffer.wrap(in, 0, n));
                at += n;
                left -= n;
                if (!e.deflated) {
                    crc.update(in, 0, n);
                    to.put(in, n, done);
                    done += n;
                    continue;
                }
                inflater.setInput(in, 0, n);
                for (int m = inflater.inflate(out); m > 0; m = inflater.inflate(out)) {
                    if (m > e.size - done) {
                        throw new Malformed("its entry " + Malformed.quote(e.name) + " unpacks to more than the "
                                + e.size + " bytes that it claims");
                    }
                    crc.update(out, 0, m);
                    to.put(out, m, done);
                    done += m;
                }
            }
        } catch (DataFormatException x) {
            throw new Malformed("its entry " + Malformed.quote(e.name) + " can't be unpacked: " + x.getMessage());
        } finally {
            inflater.end();
        }
        if (done != e.size || (int) crc.getValue() != e.crc) {
            throw new Malformed("its entry " + Malformed.quote(e.name) + " is damaged: "
                    + (done != e.size ? done + " bytes instead of " + e.size : "its checksum doesn't match"));
        }
        to.end(done);
    }

    private ByteBuffer read(long at, int n) throws IOException {
        if (at < 0 || n > length - at) {
            throw new Malformed("it ends early, at byte " + length);
        }
        ByteBuffer b = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
        readFully(at, b);
        return b.flip();
    }

    private void readFully(long at, ByteBuffer b) throws IOException {
        int begin = b.position();
        while (b.hasRemaining()) {
            if (channel.read(b, at + b.position() - begin) < 0) {
                throw new Malformed("it ends early, at byte " + (at + b.position() - begin));
            }
        }
    }
}
