package org.cresset.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors in files of any format that Cresset knows: a model's weights, mostly. Reading looks at the content, writing at
 * the name: {@code .safetensors}, {@code .pt}, {@code .pth}, {@code .bin}, {@code .ckpt} (PyTorch's), {@code .npz}.
 */
public final class Checkpoint {
    private Checkpoint() {}

    /**
     * The tensors of a file by name. Of a PyTorch file the value must be a dict of tensors, as {@code model.state_dict()} is;
     * {@link TorchFile#load} reads others. Elements that Cresset has no dtype for come in {@link StoredType#widened()}.
     *
     * @throws CressetException if the file can't be read, is damaged, or is of no known format
     */
    public static Map<String, Tensor> load(Path file) {
        return switch (format(file)) {
            case "safetensors" -> Safetensors.load(file);
            case "npz" -> Npz.load(file);
            default -> tensors(file, TorchFile.load(file));
        };
    }

    /**
     * Writes tensors by name in the format of the file's extension. The file appears whole or not at all.
     *
     * @throws CressetException for another extension, or if the file can't be written
     */
    public static void save(Path file, Map<String, ? extends Tensor> tensors) {
        String name = String.valueOf(file.getFileName());
        switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
            case "safetensors" -> Safetensors.save(file, new LinkedHashMap<>(tensors));
            case "pt", "pth", "bin", "ckpt" -> TorchFile.save(file, new OrderedDict(tensors));
            case "npz" -> Npz.save(file, tensors);
            default ->
                throw CressetException.value(
                        "save: " + file + " has none of the extensions .safetensors, .pt, .pth, .bin, .ckpt and .npz");
        }
    }

    private static String format(Path file) {
        return Malformed.named(file, "checkpoint", () -> {
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
                ByteBuffer b = ByteBuffer.allocate(9);
                while (b.hasRemaining() && c.read(b) >= 0) {}
                if (b.position() == 9 && b.get(8) == '{') {
                    return "safetensors";
                }
                boolean zip = b.position() >= 4 && b.getInt(0) == 0x504b0304;
                return zip && isNpz(c) ? "npz" : "pt";
            }
        });
    }

    private static boolean isNpz(FileChannel c) throws IOException {
        return new ZipArchive(c).names().stream().allMatch(n -> n.endsWith(".npy"));
    }

    private static Map<String, Tensor> tensors(Path file, @Nullable Object value) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        if (!(value instanceof Map<?, ?> m)) {
            throw CressetException.value(file + " holds no dict of tensors but "
                    + (value == null ? "None" : "a " + value.getClass().getSimpleName())
                    + "; TorchFile.load gives it as it is");
        }
        m.forEach((k, v) -> {
            if (k instanceof String name && v instanceof Tensor t) {
                all.put(name, t);
            } else if (k instanceof String name && v instanceof RawTensor r) {
                all.put(name, r.widened());
            } else {
                throw CressetException.value(file + " holds a dict with more than tensors: "
                        + Malformed.quote(String.valueOf(k)) + " is "
                        + (v == null ? "None" : "a " + v.getClass().getSimpleName())
                        + "; TorchFile.load gives it as it is");
            }
        });
        return all;
    }
}
