package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cresset.base.CressetException;
import org.cresset.base.Memory;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named tensors through every format. */
class CheckpointTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt", "a.pth", "a.bin", "a.ckpt", "a.npz"})
    void namedTensorsComeBackWhateverTheFileIsCalledThen(String name) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", Tensor.of(1f, 2f, 3f, 4f).reshape(2, 2));
        tensors.put("steps", Tensor.of(5L));
        Checkpoint.save(folder.resolve(name), tensors);
        Path renamed = Files.move(folder.resolve(name), folder.resolve("renamed"));
        assertThat(Described.of(new TreeMap<>(Checkpoint.load(renamed))))
                .isEqualTo(Described.of(new TreeMap<>(tensors)));
    }

    @Test
    void whatIsNoDictOfTensorsIsRefusedWithAWayOut() {
        assertThatThrownBy(() -> Checkpoint.save(folder.resolve("a.txt"), Map.of()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(".safetensors");
        TorchFile.save(folder.resolve("a.pt"), Map.of("epoch", 3L, "model", Map.of()));
        assertThatThrownBy(() -> Checkpoint.load(folder.resolve("a.pt"))).hasMessageContaining("TorchFile.load");
        TorchFile.save(folder.resolve("b.pt"), List.of());
        assertThatThrownBy(() -> Checkpoint.load(folder.resolve("b.pt"))).hasMessageContaining("TorchFile.load");
    }

    @Test
    void fiveGibibytesOpenAtOnce() throws IOException {
        Path file = folder.resolve("large.safetensors");
        long numbers = 5 * GIB / 4;
        String json = "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + numbers + "],\"data_offsets\":[0," + 4 * numbers
                + "]},\"b\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[" + 4 * numbers + "," + (4 * numbers + 8)
                + "]}} ";
        json += " ".repeat(-json.length() & 7);
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length())
                    .array());
            f.write(json.getBytes(StandardCharsets.US_ASCII));
            long data = f.getFilePointer();
            f.setLength(data + 4 * numbers + 8); // a file with a hole: it takes no room on the disk
            f.seek(data + 4 * numbers);
            f.write(42);
        }
        Safetensors.save(folder.resolve("small.safetensors"), Map.of("a", Tensor.of(1f))); // classes are loaded now
        Safetensors.load(folder.resolve("small.safetensors"));
        for (boolean writable : new boolean[] {true, false}) {
            assertThat(file.toFile().setWritable(writable)).isTrue();
            long before = resident();
            long reserved = Memory.reservedBytes();
            long start = System.nanoTime();
            Map<String, Tensor> tensors = Safetensors.load(file);
            assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
            assertThat(tensors.get("a").numel()).isEqualTo(numbers);
            assertThat(tensors.get("a").narrow(0, numbers - 3, 3).toDoubleArray())
                    .containsExactly(0, 0, 0);
            assertThat(tensors.get("b").itemLong()).isEqualTo(42);
            assertThat(resident() - before).isLessThan(200L << 20);
            assertThat(Memory.reservedBytes() - reserved).isLessThan(64L << 20);
        }
    }

    /** Bytes of this process that are in memory. */
    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }
}
