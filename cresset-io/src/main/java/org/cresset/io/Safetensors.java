package org.cresset.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** The safetensors format of Hugging Face: a JSON header and raw tensors, which nothing has to be executed to read. */
public final class Safetensors {
    private static final int PIECE = 1 << 28;

    private Safetensors() {}

    /** Opens a file without reading its tensors. */
    public static SafetensorsFile open(Path file) {
        return new SafetensorsFile(file);
    }

    /** All tensors of a file, in its order. */
    public static Map<String, Tensor> load(Path file) {
        try (SafetensorsFile f = open(file)) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            f.names().forEach(n -> all.put(n, f.get(n)));
            return all;
        }
    }

    /** Writes tensors with PyTorch's metadata. */
    public static void save(Path file, Map<String, Tensor> tensors) {
        save(file, tensors, Map.of("format", "pt"));
    }

    /** Writes tensors and metadata; the same content gives the same bytes. The file appears whole or not at all. */
    public static void save(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        // Large elements first, so that each lies at a multiple of its size.
        order.sort(Comparator.comparingInt(
                        (Map.Entry<String, Tensor> e) -> -e.getValue().dtype().size())
                .thenComparing(Map.Entry::getKey));
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", new TreeMap<>(metadata));
        }
        long at = 0;
        for (Map.Entry<String, Tensor> e : order) {
            Tensor t = e.getValue();
            long end = at + t.numel() * t.dtype().size();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", name(t.dtype()));
            entry.put("shape", t.shape().toArray());
            entry.put("data_offsets", new long[] {at, end});
            header.put(e.getKey(), entry);
            at = end;
        }
        byte[] json;
        try {
            json = new ObjectMapper().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        AtomicFiles.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(padded.length)
                    .flip();
            write(channel, length);
            write(channel, ByteBuffer.wrap(padded));
            for (Map.Entry<String, Tensor> e : order) {
                write(channel, e.getValue());
            }
        });
    }

    private static void write(FileChannel channel, Tensor t) throws IOException {
        Dense d = t.detach().contiguous().dense("save");
        long bytes = d.numel() * d.dtype().size();
        MemorySegment m = d.segment().asSlice(d.byteOffset(), bytes);
        for (long at = 0; at < bytes; at += PIECE) {
            write(channel, m.asSlice(at, Math.min(PIECE, bytes - at)).asByteBuffer());
        }
        Reference.reachabilityFence(d); // the pool takes memory back when its tensor is gone
    }

    private static void write(FileChannel channel, ByteBuffer b) throws IOException {
        while (b.hasRemaining()) {
            channel.write(b);
        }
    }

    private static String name(DType t) {
        String name = StoredType.of(t).safetensorsName();
        if (name.isEmpty()) {
            throw CressetException.unsupported(
                    "save: the safetensors format has no " + t + "; convert to complex64, or use TorchFile");
        }
        return name;
    }
}
