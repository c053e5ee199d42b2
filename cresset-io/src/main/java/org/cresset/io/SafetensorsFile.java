package org.cresset.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * An open safetensors file. Tensors are views of the mapped file: opening reads the header only, and pages come in when they
 * are looked at. Closing does not take memory away from tensors that are still in use.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final long LARGEST_HEADER = 100_000_000;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(16).build());
    }

    private final Path path;
    private final MemorySegment data;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private record Entry(String name, StoredType type, Shape shape, long begin, long end) {}

    SafetensorsFile(Path path) {
        this.path = path;
        try (FileChannel c = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = c.size();
            if (size < 8) {
                throw bad("it has " + size + " bytes, too few for a header");
            }
            long n = read(c, 0, 8).getLong();
            if (n < 0 || n > LARGEST_HEADER || n > size - 8) {
                throw bad("its header claims " + Long.toUnsignedString(n) + " bytes, but the file has " + size);
            }
            long length = size - 8 - n;
            header(read(c, 8, (int) n), length);
            // Tensors keep the mapping alive; the collector takes it away with the last of them.
            data = length == 0 ? MemorySegment.NULL : FileMemory.map(path, 8 + n, length);
        } catch (IOException e) {
            throw new CressetException(
                    CressetException.Kind.VALUE, "can't read " + path + ": " + AtomicFiles.reason(e), e);
        }
    }

    private static ByteBuffer read(FileChannel c, long at, int n) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            if (c.read(b, at + b.position()) < 0) {
                throw new IOException("the file ends early");
            }
        }
        return b.flip();
    }

    private CressetException bad(String why) {
        return CressetException.value(path + " is no safetensors file: " + why);
    }

    private void header(ByteBuffer bytes, long length) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw bad("its header is not UTF-8");
        }
        if (!text.startsWith("{")) {
            throw bad("its header doesn't begin with '{'");
        }
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw bad("its header is not JSON: " + e.getOriginalMessage());
        }
        List<Entry> found = new ArrayList<>();
        root.properties().forEach(p -> {
            if (p.getKey().equals("__metadata__")) {
                metadata(p.getValue());
            } else {
                found.add(entry(p.getKey(), p.getValue()));
            }
        });
        List<Entry> inOrder = new ArrayList<>(found);
        inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long expected = 0;
        for (Entry e : inOrder) {
            if (e.begin != expected) {
                throw bad("tensor \"" + e.name + "\" begins at byte " + e.begin + " where " + expected
                        + " was expected: tensors must neither overlap nor leave gaps");
            }
            expected = e.end;
        }
        if (expected != length) {
            throw bad("its tensors take " + expected + " bytes, but " + length + " follow the header");
        }
        found.forEach(e -> entries.put(e.name, e));
    }

    private void metadata(JsonNode m) {
        if (!m.isObject()) {
            throw bad("its metadata is not an object");
        }
        m.properties().forEach(p -> {
            if (!p.getValue().isTextual()) {
                throw bad("its metadata \"" + p.getKey() + "\" is not a string");
            }
            metadata.put(p.getKey(), p.getValue().textValue());
        });
    }

    private Entry entry(String name, JsonNode n) {
        JsonNode dtype = n.path("dtype");
        JsonNode shape = n.path("shape");
        JsonNode offsets = n.path("data_offsets");
        if (!dtype.isTextual() || !shape.isArray() || !offsets.isArray() || offsets.size() != 2) {
            throw bad("tensor \"" + name + "\" lacks dtype, shape or data_offsets");
        }
        StoredType t = StoredType.ofSafetensors(dtype.textValue());
        if (t == null) {
            throw bad("tensor \"" + name + "\" has dtype " + Malformed.quote(dtype.textValue())
                    + ", which Cresset doesn't know");
        }
        if (shape.size() > 63) {
            throw bad("tensor \"" + name + "\" has " + shape.size() + " dimensions");
        }
        long[] dims = new long[shape.size()];
        long begin = number(name, offsets.get(0));
        long end = number(name, offsets.get(1));
        long bytes;
        Shape sizes;
        try {
            bytes = t.size();
            for (int d = 0; d < dims.length; d++) {
                dims[d] = number(name, shape.get(d));
                bytes = Math.multiplyExact(bytes, dims[d]);
            }
            sizes = Shape.of(dims);
        } catch (ArithmeticException e) {
            throw bad("tensor \"" + name + "\" is larger than any file");
        }
        if (end < begin || end - begin != bytes) {
            throw bad("tensor \"" + name + "\" of shape " + shape + " needs " + bytes + " bytes, but its offsets are "
                    + begin + " to " + end);
        }
        return new Entry(name, t, sizes, begin, end);
    }

    private long number(String name, JsonNode n) {
        if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0) {
            throw bad("tensor \"" + name + "\" has " + n + " where a size or offset belongs");
        }
        return n.longValue();
    }

    /** The names of the tensors, in the header's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The file's metadata. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /**
     * A tensor, which shares memory with the mapped file; writing to it does not change the file. Elements of types that
     * Cresset has no dtype for come in {@link StoredType#widened()}: floats of 8 bits as float16, unsigned integers as the
     * next larger signed ones.
     *
     * @throws CressetException if there is none of that name, or a uint64 in it doesn't fit int64
     */
    public Tensor get(String name) {
        Entry e = entries.get(name);
        if (e == null) {
            throw CressetException.value(path + ": no tensor \"" + name + "\"; it has " + entries.keySet());
        }
        DType dtype = e.type.dtype();
        if (e.end == e.begin) {
            return Dense.empty(e.shape, e.type.widened());
        }
        MemorySegment m = data.asSlice(e.begin, e.end - e.begin);
        if (dtype == null) {
            return new RawTensor(e.type, e.shape, m).widened();
        }
        Dense t = Dense.over(Storage.wrap(m, data), e.shape, e.shape.contiguousStrides(), 0, dtype);
        // Kernels read whole elements at their natural alignment; other writers don't pad their headers.
        return m.address() % dtype.size() == 0 ? t : aligned(m, e.shape, dtype);
    }

    private static Tensor aligned(MemorySegment m, Shape shape, DType dtype) {
        Dense copy = Dense.empty(shape, dtype);
        MemorySegment.copy(m, 0, copy.segment(), 0, m.byteSize());
        return copy;
    }

    /** Ends the use of this object; tensors stay valid. */
    @Override
    public void close() {
        entries.clear();
    }
}
