package org.cresset.io;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Writes what {@code torch.load} reads: a zip file of a pickle and the memory that its tensors share. */
final class TorchWriter {
    private static final String VERSION = "3\n";

    /** Of a storage the stretch that tensors use, as elements of one type. */
    private static final class Part {
        private final String key;
        private final Storage storage;
        private final StoredType type;
        private long begin = Long.MAX_VALUE;
        private long end;

        Part(String key, Storage storage, StoredType type) {
            this.key = key;
            this.storage = storage;
            this.type = type;
        }

        void add(Dense t) {
            long last = t.storageOffset();
            for (int d = 0; d < t.dim(); d++) {
                last += (t.size(d) - 1) * t.stride(d);
            }
            if (t.numel() > 0) {
                begin = Math.min(begin, t.storageOffset());
                end = Math.max(end, last + 1);
            }
        }

        long count() {
            return Math.max(0, end - begin);
        }

        MemorySegment bytes() {
            return count() == 0
                    ? MemorySegment.NULL
                    : storage.segment().asSlice(begin * type.size(), count() * type.size());
        }
    }

    private final Map<Storage, List<Part>> parts = new IdentityHashMap<>();
    private final Map<String, Part> byKey = new LinkedHashMap<>();
    private final Map<String, MemorySegment> raw = new LinkedHashMap<>();

    private TorchWriter() {}

    static void write(Path file, @Nullable Object value) {
        TorchWriter w = new TorchWriter();
        // Twice: how much of each storage is used is known when all tensors have been met.
        Pickler.pickle(value, w.places(true));
        w.raw.clear();
        byte[] pickle = Pickler.pickle(value, w.places(false));
        String root = root(file) + "/";
        AtomicFiles.write(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            zip.add(root + "data.pkl", pickle);
            zip.add(root + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            for (Part p : w.byKey.values()) {
                zip.add(root + "data/" + p.key, p.bytes());
            }
            for (Map.Entry<String, MemorySegment> e : w.raw.entrySet()) {
                zip.add(root + "data/" + e.getKey(), e.getValue());
            }
            zip.add(root + "version", VERSION.getBytes(StandardCharsets.US_ASCII));
            zip.finish();
        });
        Reference.reachabilityFence(w); // the pool takes memory back when nothing refers to its storage
    }

    private static String root(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : "archive";
    }

    private Pickler.Places places(boolean measuring) {
        return new Pickler.Places() {
            @Override
            public Pickler.Place of(Tensor t) {
                Dense d = t.dense("save");
                Part p = part(d.storage(), StoredType.of(d.dtype()));
                if (measuring) {
                    p.add(d);
                }
                long offset = p.count() == 0 || d.numel() == 0 ? 0 : d.storageOffset() - p.begin;
                return new Pickler.Place(p.key, p.type, p.count(), offset, d.strides());
            }

            @Override
            public Pickler.Place of(RawTensor t) {
                String key = "raw" + raw.size();
                raw.put(key, t.bytes());
                long n = t.shape().numel();
                return new Pickler.Place(key, t.type(), n, 0, t.shape().contiguousStrides());
            }
        };
    }

    /** Memory seen as two types is written twice: a storage in a file has one. */
    private Part part(Storage storage, StoredType type) {
        List<Part> of = parts.computeIfAbsent(storage, s -> new ArrayList<>());
        for (Part p : of) {
            if (p.type == type) {
                return p;
            }
        }
        Part p = new Part(Integer.toString(byKey.size()), storage, type);
        of.add(p);
        byKey.put(p.key, p);
        return p;
    }
}
