package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing and reading safetensors, and what must never happen in between. */
class SafetensorsTest {
    @TempDir
    private Path folder;

    private static byte[] bytes(Tensor t) {
        return t.toSegment().toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"COMPLEX32", "COMPLEX128"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyDtypeComesBackBitForBit(DType dtype) {
        Random r = new Random(dtype.ordinal());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("matrix", Tensor.of(r.longs(15).toArray()).reshape(3, 5).to(dtype));
        tensors.put("transposed", tensors.get("matrix").t());
        tensors.put("scalar", Tensor.of(1L).squeeze().to(dtype));
        tensors.put("empty", Tensor.zeros(Shape.of(2, 0, 3), dtype));
        Path file = folder.resolve("all.safetensors");
        Safetensors.save(file, tensors);
        Map<String, Tensor> back = Safetensors.load(file);
        assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        tensors.forEach((name, t) -> {
            assertThat(back.get(name).dtype()).isEqualTo(dtype);
            assertThat(back.get(name).shape()).isEqualTo(t.shape());
            assertThat(bytes(back.get(name))).as(name).isEqualTo(bytes(t));
        });
    }

    @Test
    void theSameContentGivesTheSameBytes() throws IOException {
        Map<String, Tensor> one = new LinkedHashMap<>();
        one.put("b", Tensor.of(1, 2));
        one.put("a", Tensor.of(3.0));
        Map<String, Tensor> other = new LinkedHashMap<>();
        other.put("a", Tensor.of(3.0));
        other.put("b", Tensor.of(1, 2));
        Safetensors.save(folder.resolve("1"), one, Map.of("x", "1", "y", "2"));
        Safetensors.save(folder.resolve("2"), other, Map.of("y", "2", "x", "1"));
        assertThat(folder.resolve("1")).hasSameBinaryContentAs(folder.resolve("2"));
    }

    @Test
    void metadataAndNamesOfAnyKind() {
        Path file = folder.resolve("meta.safetensors");
        String odd = "layer.0/\"weight\" \u00e9\u4e2d\ud83d\ude00\n";
        Safetensors.save(file, Map.of(odd, Tensor.of(1f)), Map.of("key \"1\"", "value\n2"));
        try (SafetensorsFile f = Safetensors.open(file)) {
            assertThat(f.names()).containsExactly(odd);
            assertThat(f.metadata()).containsEntry("key \"1\"", "value\n2");
            assertThat(f.get(odd).item()).isEqualTo(1);
            assertThatThrownBy(() -> f.get("none"))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("\"none\"");
        }
    }

    @Test
    void tensorsOutliveTheFile() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.arange(1000)));
        Tensor w;
        try (SafetensorsFile f = Safetensors.open(file)) {
            w = f.get("w");
        }
        Files.delete(file);
        assertThat(w.sum().itemLong()).isEqualTo(499_500);
    }

    @Test
    void writingToALoadedTensorLeavesTheFileAlone() {
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.zeros(10)));
        Safetensors.load(file).get("w").add_(1);
        assertThat(Safetensors.load(file).get("w").sum().item()).isZero();
    }

    @Test
    void aFileIsReplacedWhileItsTensorsAreInUse() {
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.ones(1000)));
        Tensor old = Safetensors.load(file).get("w");
        Safetensors.save(file, Map.of("w", old.mul(2)));
        assertThat(old.sum().item()).isEqualTo(1000);
        assertThat(Safetensors.load(file).get("w").sum().item()).isEqualTo(2000);
    }

    @Test
    void whatCannotBeWrittenLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.ones(3)));
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(
                        () -> Safetensors.save(file, Map.of("z", Tensor.of(1.0).to(DType.COMPLEX128))))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("complex128");
        assertThatThrownBy(() -> AtomicFiles.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    throw new IOException("disk full");
                }))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("w.safetensors")
                .hasMessageContaining("disk full");
        assertThatThrownBy(() -> AtomicFiles.write(file, channel -> {
                    throw new IllegalStateException("a bug");
                }))
                .hasMessage("a bug");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void filesAreAsReadableAsOthers() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.ones(3)));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
        assertThatThrownBy(() -> Safetensors.save(plain.resolve("w.safetensors"), Map.of("w", Tensor.ones(3))))
                .hasMessageContaining("plain is a file and no directory");
    }

    @Test
    void filesThatMayNotBeWrittenToAreRead() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Safetensors.save(file, Map.of("w", Tensor.ones(3)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Tensor w = Safetensors.load(file).get("w");
        assertThat(w.add_(1).toFloatArray()).containsExactly(2, 2, 2);
    }

    @Test
    void missingFilesAndFoldersAreNamed() throws IOException {
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(CressetException.class);
        Path blocked = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> Safetensors.save(blocked.resolve("w"), Map.of("w", Tensor.ones(1))))
                .isInstanceOf(CressetException.class);
        Path nested = folder.resolve("new/folders/w.safetensors");
        Safetensors.save(nested, Map.of("w", Tensor.ones(1)));
        assertThat(nested).exists();
    }

    @Test
    void claimsOfTheHeaderAreChecked() throws IOException {
        Map<String, String> hostile = new LinkedHashMap<>();
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "needs 8 bytes");
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "begins at byte 4");
        hostile.put("{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}", "F99");
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "1.5");
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "-1");
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", "larger");
        hostile.put("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "lacks dtype");
        hostile.put("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", "lacks");
        hostile.put("{\"a\":7}", "lacks");
        hostile.put("{\"__metadata__\":[1]}", "metadata");
        hostile.put("{\"__metadata__\":{\"a\":1}}", "not a string");
        hostile.put("{\"a\":{},\"a\":{}}", "JSON");
        hostile.put("{} trailing", "JSON");
        hostile.put("{", "JSON");
        hostile.put("[]", "'{'");
        hostile.put("{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}", "JSON");
        for (Map.Entry<String, String> e : hostile.entrySet()) {
            Path file = folder.resolve("bad.safetensors");
            byte[] json = e.getKey().getBytes(StandardCharsets.UTF_8);
            Files.write(
                    file,
                    ByteBuffer.allocate(8 + json.length + 4)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(json.length)
                            .put(json)
                            .array());
            assertThatThrownBy(() -> Safetensors.open(file))
                    .as(e.getKey())
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("bad.safetensors")
                    .hasMessageContaining(e.getValue());
        }
    }

    @Test
    void damagedFilesAreRefusedOrReadButNeverCrash() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Safetensors.save(whole, Map.of("w", Tensor.ones(7), "v", Tensor.of(1, 2, 3)));
        byte[] good = Files.readAllBytes(whole);
        Random r = new Random(4);
        Path file = folder.resolve("damaged.safetensors");
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] b = good.clone();
            for (int k = r.nextInt(3); k >= 0; k--) {
                b[r.nextInt(b.length)] = (byte) r.nextInt(256);
            }
            Files.write(file, i % 3 == 0 ? b : Arrays.copyOf(b, r.nextInt(b.length)));
            try {
                Safetensors.load(file)
                        .values()
                        .forEach(t -> assertThat(t.toSegment().byteSize()).isLessThan(1000));
            } catch (CressetException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }
}
