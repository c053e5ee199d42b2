package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a pack. Reads safetensors by itself and not through the library's reader, which other packs put to the test:
 * an error in that one must not make golden data look right.
 */
public final class TensorFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Entry(DType dtype, long[] shape, long begin, long end) {}

    private final MemorySegment data;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Maps a file into memory for as long as this object is in use. */
    public TensorFile(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            long n = all.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            byte[] header = all.asSlice(8, n).toArray(ValueLayout.JAVA_BYTE);
            data = all.asSlice(8 + n);
            JsonNode root = JSON.readTree(new String(header, StandardCharsets.UTF_8));
            root.properties().forEach(e -> {
                if (!e.getKey().equals("__metadata__")) {
                    entries.put(e.getKey(), entry(e.getValue()));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(JsonNode e) {
        long[] shape = new long[e.get("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = e.get("shape").get(i).asLong();
        }
        JsonNode at = e.get("data_offsets");
        return new Entry(
                dtype(e.get("dtype").asText()),
                shape,
                at.get(0).asLong(),
                at.get(1).asLong());
    }

    private static DType dtype(String name) {
        return switch (name) {
            case "F64" -> DType.FLOAT64;
            case "F32" -> DType.FLOAT32;
            case "F16" -> DType.FLOAT16;
            case "BF16" -> DType.BFLOAT16;
            case "C64" -> DType.COMPLEX64;
            case "I64" -> DType.INT64;
            case "I32" -> DType.INT32;
            case "I16" -> DType.INT16;
            case "I8" -> DType.INT8;
            case "U8" -> DType.UINT8;
            case "BOOL" -> DType.BOOL;
            default -> throw CressetException.unsupported("tensor file: dtype " + name);
        };
    }

    /** The keys in the file's order. */
    public Set<String> keys() {
        return entries.keySet();
    }

    /** Whether there is a tensor of that key. */
    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /** A new tensor of the dtype and shape in the file. */
    public Tensor get(String key) {
        return get(key, null);
    }

    /** A new tensor; {@code logical} complex for numbers that are stored as a last dimension of 2. */
    public Tensor get(String key, @Nullable DType logical) {
        Entry e = entries.get(key);
        if (e == null) {
            throw new IllegalArgumentException("no tensor " + key);
        }
        long[] shape = e.shape;
        DType dtype = logical == null ? e.dtype : logical;
        if (dtype.isComplex() && !e.dtype.isComplex()) {
            shape = new long[e.shape.length - 1];
            System.arraycopy(e.shape, 0, shape, 0, shape.length);
        }
        return Tensor.from(data.asSlice(e.begin, e.end - e.begin), dtype, shape);
    }
}
