package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.jspecify.annotations.Nullable;

/** Reads what {@code torch.save} wrote, in today's format (a zip file) or the one before version 1.6. */
final class TorchReader {
    private static final int NEWEST_VERSION = 10;
    private static final long LARGEST_PICKLE = 1 << 29;

    /** A pickle of up to so many bytes may be packed as it likes, a larger one by this factor. */
    private static final long ALWAYS_FINE = 1 << 24;

    private static final long DENSEST = 100;
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;

    private TorchReader() {}

    /** The value in a file; with {@code mapped} its tensors are views of the mapped file where that can be. */
    static @Nullable Object read(Path file, boolean mapped) {
        Optional<Object> value = Malformed.named(file, "PyTorch checkpoint", () -> {
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
                return Optional.ofNullable(isZip(c) ? zip(file, c, mapped) : legacy(c));
            }
        });
        return value.orElse(null);
    }

    private static boolean isZip(FileChannel c) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(4);
        c.read(b, 0);
        return b.getInt(0) == 0x504b0304 || b.getInt(0) == 0x504b0506;
    }

    // ---- zip ----

    private static @Nullable Object zip(Path file, FileChannel c, boolean mapped) throws IOException {
        ZipArchive zip = new ZipArchive(c);
        String root = root(zip);
        if (zip.entry(root + "constants.pkl") != null) {
            throw new Malformed("it is a TorchScript program; save model.state_dict() with torch.save instead");
        }
        String version = text(zip, root + "version");
        if (version == null || !version.matches("[0-9]{1,9}") || Integer.parseInt(version) > NEWEST_VERSION) {
            throw new Malformed(
                    version == null
                            ? "it has no entry " + Malformed.quote(root + "version")
                            : "it is of version " + Malformed.quote(version) + "; the newest known is "
                                    + NEWEST_VERSION);
        }
        String order = text(zip, root + "byteorder");
        if (order != null && !order.equals("little") && !order.equals("big")) {
            throw new Malformed("its byte order is " + Malformed.quote(order));
        }
        boolean big = "big".equals(order);
        TorchTensors.Source source = (key, bytes) -> {
            ZipArchive.Entry e = zip.entry(root + "data/" + key);
            if (e == null || e.size() != bytes) {
                throw new Malformed("storage " + Malformed.quote(key)
                        + (e == null ? " is missing" : " has " + e.size() + " bytes; its tensors expect " + bytes));
            }
            return bytes > 0 && mapped && !big && !e.deflated() ? map(file, zip, e) : copy(zip, e);
        };
        ZipArchive.Entry e = require(zip, root + "data.pkl");
        if (e.deflated() && e.size() > ALWAYS_FINE && e.size() / DENSEST > e.packed()) {
            throw new Malformed("its pickle would unpack from " + e.packed() + " to " + e.size()
                    + " bytes, as none of tensors and plain values does");
        }
        byte[] pickle = zip.bytes(e, LARGEST_PICKLE);
        return new Unpickler(new PickleInput(pickle), new TorchGlobals(new TorchTensors(source, big))).read();
    }

    /** The folder in which everything lies; its name is free. */
    private static String root(ZipArchive zip) {
        for (String name : zip.names()) {
            if (name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - "/data.pkl".length()) {
                return name.substring(0, name.indexOf('/') + 1);
            }
        }
        throw new Malformed("it is a zip file without a data.pkl");
    }

    private static ZipArchive.Entry require(ZipArchive zip, String name) {
        ZipArchive.Entry e = zip.entry(name);
        if (e == null) {
            throw new Malformed("it has no entry " + Malformed.quote(name));
        }
        return e;
    }

    private static @Nullable String text(ZipArchive zip, String name) throws IOException {
        ZipArchive.Entry e = zip.entry(name);
        return e == null ? null : PickleInput.utf8(zip.bytes(e, 64)).strip();
    }

    private static Storage copy(ZipArchive zip, ZipArchive.Entry e) throws IOException {
        Storage memory = allocate(e.size());
        zip.copy(e, memory.segment());
        return memory;
    }

    /** Memory that outlives the scope of the caller: it is shared by tensors that are made later. */
    private static Storage allocate(long bytes) {
        Storage memory = Memory.allocate(bytes);
        memory.keep();
        return memory;
    }

    private static Storage map(Path file, ZipArchive zip, ZipArchive.Entry e) throws IOException {
        MemorySegment m = FileMemory.map(file, e.place(), e.size());
        if (m.address() % 16 == 0) {
            return Storage.wrap(m, m);
        }
        return copy(zip, e); // kernels read whole elements at their natural alignment
    }

    // ---- before 1.6 ----

    private static @Nullable Object legacy(FileChannel c) throws IOException {
        PickleInput in = new PickleInput(c);
        TorchTensors none = new TorchTensors(null, false);
        if (!LEGACY_MAGIC.equals(legacyMagic(in, none))) {
            in.position(0);
            boolean pickle = in.size() > 0 && in.u1() == 0x80;
            throw new Malformed(
                    pickle
                            ? "it is a pickle of something else than torch.save's"
                            : "it has neither the beginning of a zip file nor PyTorch's magic number");
        }
        Object protocol = plain(in, none);
        if (!Long.valueOf(LEGACY_PROTOCOL).equals(protocol)) {
            throw new Malformed("its protocol version is " + protocol + "; expected " + LEGACY_PROTOCOL);
        }
        Object system = plain(in, none);
        boolean big = system instanceof Map<?, ?> m && Boolean.FALSE.equals(m.get("little_endian"));
        long object = in.position();
        plain(in, none); // a first time to learn where it ends; the storages come behind
        Object keys = plain(in, none);
        Map<String, Long> places = places(in, keys, none);
        TorchTensors.Source source = (key, bytes) -> {
            Storage memory = allocate(bytes);
            Long at = places.get(key);
            if (at == null) {
                throw new Malformed("storage " + Malformed.quote(key) + " is missing");
            }
            read(c, at, memory.segment(), bytes);
            return memory;
        };
        in.position(object);
        return plain(in, new TorchTensors(source, big));
    }

    private static @Nullable Object legacyMagic(PickleInput in, TorchTensors none) {
        try {
            return plain(in, none);
        } catch (Malformed e) {
            return null; // the file is something else
        }
    }

    private static @Nullable Object plain(PickleInput in, TorchTensors tensors) {
        return new Unpickler(in, new TorchGlobals(tensors)).read();
    }

    /** Where each storage's elements begin. */
    private static Map<String, Long> places(PickleInput in, @Nullable Object keys, TorchTensors tensors) {
        if (!(keys instanceof List<?> list)) {
            throw new Malformed("the list of its storages is none");
        }
        Map<String, Long> sizes = tensors.sizes();
        Map<String, Long> places = new HashMap<>();
        for (Object key : list) {
            Long bytes = key instanceof String s ? sizes.get(s) : null;
            if (bytes == null) {
                throw new Malformed("its storage " + Malformed.quote(String.valueOf(key)) + " belongs to no tensor");
            }
            String name = String.valueOf(key);
            long count = in.i8();
            if (count != bytes / tensors.elementSize(name)) {
                throw new Malformed("storage " + Malformed.quote(name) + " has " + count
                        + " elements; its tensors expect " + bytes / tensors.elementSize(name));
            }
            if (bytes > in.size() - in.position()) {
                throw new Malformed("storage " + Malformed.quote(name) + " has " + bytes + " bytes, but only "
                        + (in.size() - in.position()) + " are left");
            }
            if (places.put(name, in.position()) != null) {
                throw new Malformed("storage " + Malformed.quote(name) + " occurs twice");
            }
            in.position(in.position() + bytes);
        }
        return places;
    }

    static void read(FileChannel c, long at, MemorySegment to, long bytes) throws IOException {
        for (long done = 0; done < bytes; ) {
            ByteBuffer b = to.asSlice(done, Math.min(bytes - done, 1 << 28)).asByteBuffer();
            int n = c.read(b, at + done);
            if (n < 0) {
                throw new Malformed("it ends early, at byte " + (at + done));
            }
            done += n;
        }
    }
}
