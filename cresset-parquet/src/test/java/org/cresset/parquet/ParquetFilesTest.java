package org.cresset.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.cresset.base.CressetException;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.Example;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden files of seven rows in groups of three, written by fastparquet. */
@Timeout(120)
class ParquetFilesTest {
    @TempDir
    Path dir;

    private Path golden(String name) throws IOException {
        Path file = dir.resolve(name);
        try (InputStream in = ParquetFilesTest.class.getResourceAsStream(name)) {
            Files.write(file, Objects.requireNonNull(in).readAllBytes());
        }
        return file;
    }

    private static <T> List<T> drain(Iterable<T> rows) {
        List<T> all = new ArrayList<>();
        rows.forEach(all::add);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet"})
    void allColumnsOfEachCompression(String name) throws IOException {
        List<ParquetRow> rows = drain(new ParquetFiles(golden(name)));
        assertThat(rows).hasSize(7);
        assertThat(rows.get(0).values().keySet())
                .containsExactly("id", "small", "x", "y", "flag", "name", "maybe", "blob", "note");
        for (int i = 0; i < 7; i++) {
            ParquetRow r = rows.get(i);
            assertThat(r.integer("id")).isEqualTo(i);
            assertThat(r.integer("small")).isEqualTo(3 * i);
            assertThat(r.number("x")).isCloseTo(-1 + i / 3.0, within(1e-6));
            assertThat(r.number("y")).isEqualTo(i / 2.0);
            assertThat(r.integer("flag")).isEqualTo(i % 2 == 0 ? 1 : 0);
            assertThat(r.bytes("blob")).containsExactly(i, 255 - i);
            assertThat(r.value("note")).isEqualTo(i == 3 ? null : "n" + i);
        }
        assertThat(rows.stream().map(r -> r.text("name")))
                .containsExactly("zero", "eins", "zwei", "drei", "vier", "fünf", "sechs");
        assertThat(rows.get(0).number("maybe")).isEqualTo(1.5);
        assertThat(rows.get(1).number("maybe")).isNaN();
        assertThat(rows.get(2).numbers("y", "maybe").toFloatArray()).containsExactly(1, 2.5f);
    }

    @Test
    void someColumnsOfSeveralFilesThroughALoader() throws IOException {
        ParquetFiles files = new ParquetFiles(golden("snappy.parquet"), golden("zstd.parquet")).columns("y", "id");
        assertThat(drain(files).get(0).values()).containsOnlyKeys("y", "id");
        for (int workers : new int[] {0, 2}) {
            List<Batch> batches = drain(DataLoader.of(
                            files.map(r -> new Example(r.numbers("y"), Tensor.from(new long[] {r.integer("id")}))))
                    .batchSize(5)
                    .workers(workers)
                    .build());
            assertThat(batches).hasSize(3);
            assertThat(batches.get(1).target().flatten().toLongArray()).containsExactly(5, 6, 0, 1, 2);
            assertThat(batches.get(2).input().flatten().toFloatArray()).containsExactly(1.5f, 2, 2.5f, 3);
        }
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        Path file = golden("snappy.parquet");
        ParquetRow row = drain(new ParquetFiles(file)).get(3);
        assertThatThrownBy(() -> row.value("z"))
                .hasMessageContaining("snappy.parquet, row 3: there is no column \"z\"");
        assertThatThrownBy(() -> row.number("name"))
                .hasMessageContaining("column \"name\" holds a String and no number");
        assertThatThrownBy(() -> row.text("note")).hasMessageContaining("column \"note\" holds null and no text");
        assertThatThrownBy(() -> drain(new ParquetFiles(file).columns("id", "z")))
                .hasMessageContaining("snappy.parquet: there is no column \"z\", only [id, ");
        assertThatThrownBy(() -> drain(new ParquetFiles(dir.resolve("none")))).hasMessageContaining("no such file");
        Files.writeString(dir.resolve("text"), "this is no table");
        assertThatThrownBy(() -> drain(new ParquetFiles(dir.resolve("text"))))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("text: it is no Parquet file, or damaged");
    }

    /** Damage gives an error with the file's name or other values, and never a hang or an error of another kind. */
    @Test
    void damagedFiles() throws IOException {
        Path file = golden("uncompressed.parquet");
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            byte[] bad = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int k = 0; i % 3 != 0 && k < 3; k++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, bad);
            Throwable t = catchThrowable(() -> drain(new ParquetFiles(file)));
            if (t != null) {
                assertThat(t).isInstanceOf(CressetException.class).hasMessageContaining("uncompressed.parquet");
            }
        }
    }

    @Test
    void listsAreTensors() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("flat", List.of(1L, 2L));
        values.put("deep", List.of(List.of(1, 2.5f), List.of(3.0, 4L)));
        values.put("ragged", List.of(List.of(1), List.of(2, 3)));
        values.put("mixed", List.of(List.of(1), 2));
        ParquetRow row = new ParquetRow("here", values);
        assertThat(row.tensor("flat").toLongArray()).containsExactly(1, 2);
        assertThat(row.tensor("deep").shape().toArray()).containsExactly(2, 2);
        assertThat(row.tensor("deep").toFloatArray()).containsExactly(1, 2.5f, 3, 4);
        assertThatThrownBy(() -> row.tensor("ragged")).hasMessageContaining("of one length");
        assertThatThrownBy(() -> row.tensor("mixed")).hasMessageContaining("of one depth");
    }
}
