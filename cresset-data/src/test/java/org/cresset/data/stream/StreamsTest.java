package org.cresset.data.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.cresset.base.CressetException;
import org.cresset.data.Batch;
import org.cresset.data.DataFiles;
import org.cresset.data.DataLoader;
import org.cresset.data.Example;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsTest {
    @TempDir
    Path dir;

    private static <T> List<T> drain(Iterable<T> stream) {
        List<T> all = new ArrayList<>();
        stream.forEach(all::add);
        return all;
    }

    @Test
    void linesOfSeveralFiles() throws IOException {
        Path a = Files.writeString(dir.resolve("a.txt"), "one\ntwo\n");
        Path empty = Files.writeString(dir.resolve("b.txt"), "");
        Path c = dir.resolve("c.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(c))) {
            out.write("dr\u00fc\u00fcben".getBytes(StandardCharsets.UTF_8));
        }
        TextLines lines = new TextLines(a, empty, c);
        assertThat(drain(lines))
                .containsExactly("one", "two", "dr\u00fc\u00fcben")
                .isEqualTo(drain(lines));
        Files.write(a, new byte[] {'x', '\n', (byte) 0xff});
        assertThatThrownBy(() -> drain(lines)).hasMessageContaining("a.txt").hasMessageContaining("UTF-8");
        Files.delete(a);
        assertThatThrownBy(() -> drain(lines)).hasMessageContaining("a.txt: there is no such file");
    }

    @Test
    void jsonLines() throws IOException {
        Path file = Files.writeString(dir.resolve("x.jsonl"), "{\"n\": 1}\n\n[2]\n");
        assertThat(drain(new JsonLines(file).map(v -> v.findValues("n").size())))
                .containsExactly(1, 0);
        Files.writeString(file, "{}\n{\"n\": \n");
        assertThatThrownBy(() -> drain(new JsonLines(file)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("x.jsonl: line 2 is no JSON value");
        Files.writeString(file, "{} {}\n");
        assertThatThrownBy(() -> drain(new JsonLines(file))).hasMessageContaining("line 1");
    }

    private static byte[] record(byte[] data) {
        ByteBuffer b = ByteBuffer.allocate(16 + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length);
        b.putInt(TfRecord.checksum(b.array(), 8)).put(data).putInt(TfRecord.checksum(data, data.length));
        return b.array();
    }

    @Test
    void theChecksumIsCrc32cAsItIsStored() {
        // CRC-32C of "123456789" is e3069283; rotated right by 15 and increased by the format's constant.
        byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(TfRecord.checksum(check, 9)).isEqualTo(Integer.rotateRight(0xe3069283, 15) + 0xa282ead8);
    }

    @Test
    void tfRecords() throws IOException {
        byte[] first = record(new byte[] {1, 2, 3});
        byte[] second = record(new byte[0]);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        Path file = Files.write(dir.resolve("x.tfrecord"), both);
        assertThat(drain(new TfRecord(file))).containsExactly(new byte[] {1, 2, 3}, new byte[0]);
        for (int cut = 1; cut < both.length; cut++) {
            Files.write(file, Arrays.copyOf(both, cut));
            if (cut == first.length) {
                assertThat(drain(new TfRecord(file))).hasSize(1);
            } else {
                assertThatThrownBy(() -> drain(new TfRecord(file)))
                        .as("cut at " + cut)
                        .hasMessageContaining("it ends within");
            }
        }
        for (int i = 0; i < first.length; i++) {
            byte[] damaged = first.clone();
            damaged[i] ^= 4;
            Files.write(file, damaged);
            assertThatThrownBy(() -> drain(new TfRecord(file)))
                    .hasMessageContaining("x.tfrecord")
                    .hasMessageContaining("record 0")
                    .hasMessageContaining("checksum");
        }
    }

    /** The example {"f": [1.5, -2], "i": [3, -1], "b": ["hi"]}, lists packed. */
    private static final byte[] EXAMPLE = HexFormat.of()
            .parseHex("0a38" + "0a11" + "0a0166" + "120c" + "120a" + "0a08" + "0000c03f" + "000000c0"
                    + "0a14" + "0a0169" + "120f" + "1a0d" + "0a0b" + "03" + "ffffffffffffffffff01"
                    + "0a0d" + "0a0162" + "1208" + "0a06" + "0a02" + "6869" + "0a00");

    @Test
    void features() {
        Features f = Features.parse(EXAMPLE);
        assertThat(f.names()).containsExactlyInAnyOrder("f", "i", "b");
        assertThat(f.tensor("f").toFloatArray()).containsExactly(1.5f, -2);
        assertThat(f.tensor("i").toLongArray()).containsExactly(3, -1);
        assertThat(f.bytes("b")).containsExactly("hi".getBytes(StandardCharsets.UTF_8), new byte[0]);
        assertThatThrownBy(() -> f.tensor("b")).hasMessageContaining("\"b\"");
        assertThatThrownBy(() -> f.bytes("q")).hasMessageContaining("\"q\"");
        for (int cut = 1; cut < EXAMPLE.length; cut++) {
            byte[] part = Arrays.copyOf(EXAMPLE, cut);
            assertThatThrownBy(() -> Features.parse(part)).as("cut at " + cut).isInstanceOf(CressetException.class);
        }
    }

    private static byte[] tar(String... namesAndContents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                byte[] content = namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(namesAndContents[i]);
                entry.setSize(content.length);
                out.putArchiveEntry(entry);
                out.write(content);
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void samplesInArchivesThroughALoader() throws IOException {
        Path a = Files.write(
                dir.resolve("a.tar"), tar("x.v1/0.txt", "5", "x.v1/0.CLS", "1", "1.txt", "6", "1.cls", "0"));
        Path b = Files.write(dir.resolve("b.tar"), tar("README", "no sample", "2.txt", "7", "2.cls", "1"));
        WebDataset data = new WebDataset(a, b);
        assertThat(drain(data).stream().map(WebDataset.Sample::key)).containsExactly("x.v1/0", "1", "2");
        for (int workers : new int[] {0, 2}) {
            DataLoader<Batch> loader = DataLoader.of(data.map(s -> new Example(
                            Tensor.scalar(Float.parseFloat(s.text("txt"))),
                            Tensor.from(new long[] {Long.parseLong(s.text("cls"))}))))
                    .batchSize(2)
                    .workers(workers)
                    .build();
            List<Batch> batches = drain(loader);
            assertThat(batches).hasSize(2);
            assertThat(batches.get(0).input().toFloatArray()).containsExactly(5, 6);
            assertThat(batches.get(0).target().toLongArray()).containsExactly(1, 0);
            assertThat(batches.get(1).input().toFloatArray()).containsExactly(7);
        }
        assertThatThrownBy(() -> drain(data).get(0).bytes("jpg")).hasMessageContaining("\"jpg\"");
    }

    @Test
    void rowsOfTables() throws IOException {
        Path a = Files.writeString(
                dir.resolve("t-0.csv"), "\uFEFFx, y ,name\n1,2.5,\"Smith, Jo\"\n\n-3,,\"two\nlines\"\n");
        Path b = Files.writeString(dir.resolve("t-1.csv"), "name,x\nlast,7\n");
        Path[] files = DataFiles.list(dir, "t-*.csv");
        assertThat(files).containsExactly(a, b);
        List<CsvLines.Row> rows = drain(new CsvLines(files));
        assertThat(rows.stream().map(r -> r.text("name"))).containsExactly("Smith, Jo", "two\nlines", "last");
        assertThat(rows.get(0).numbers("y", "x").toFloatArray()).containsExactly(2.5f, 1);
        assertThat(rows.get(1).number("y")).isNaN();
        assertThat(rows.get(2).number("x")).isEqualTo(7);
        assertThatThrownBy(() -> rows.get(2).text("y"))
                .hasMessageContaining("t-1.csv")
                .hasMessageContaining("[name, x]");
        assertThatThrownBy(() -> rows.get(0).number("name")).hasMessageContaining("line 2, column \"name\"");
        for (String bad : List.of("", "a,b\n1,2\n3\n", "a\n\"never closed\n")) {
            Path file = Files.writeString(dir.resolve("bad.csv"), bad);
            assertThatThrownBy(() -> drain(new CsvLines(file)))
                    .as(bad)
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("bad.csv");
        }
        Path semicolons = Files.writeString(dir.resolve("s.csv"), "a;b\n1;2\n");
        assertThat(drain(new CsvLines(';', List.of(semicolons))).get(0).number("b"))
                .isEqualTo(2);
        assertThatThrownBy(() -> DataFiles.list(dir, "*.tar")).hasMessageContaining("no file *.tar");
    }

    @Test
    void filesInRandomOrderAndInParts() throws IOException {
        Path[] files = new Path[6];
        for (int i = 0; i < files.length; i++) {
            files[i] = Files.writeString(dir.resolve("part" + i), "a" + i + "\nb" + i + "\n");
        }
        TextLines lines = new TextLines(files);
        DataLoader<List<String>> loader = DataLoader.<String, List<String>>of(lines.shuffleFiles(), List::copyOf)
                .batchSize(12)
                .seed(2)
                .build();
        List<String> first = drain(loader).get(0);
        List<String> second = drain(loader).get(0);
        assertThat(first).containsExactlyInAnyOrderElementsOf(drain(lines)).isNotEqualTo(drain(lines));
        assertThat(second).isNotEqualTo(first);
        for (int i = 0; i < 12; i += 2) {
            assertThat(first.get(i).substring(1)).isEqualTo(first.get(i + 1).substring(1));
        }
        assertThat(drain(lines.part(1, 4))).containsExactly("a1", "b1", "a5", "b5");
        assertThatThrownBy(() -> lines.part(0, 7)).hasMessageContaining("6 files for 7 parts");
    }

    @Test
    void damagedArchives() throws IOException {
        byte[] whole = tar("0.txt", "a".repeat(1000), "1.txt", "b");
        Path file = dir.resolve("cut.tar");
        for (int cut : new int[] {100, 600, 1500, 1600}) {
            Files.write(file, Arrays.copyOf(whole, cut));
            assertThat(catchThrowable(() -> drain(new WebDataset(file))))
                    .as("cut at " + cut)
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("cut.tar");
        }
        Files.write(file, tar("0.txt", "a", "0.txt", "b"));
        assertThatThrownBy(() -> drain(new WebDataset(file))).hasMessageContaining("two parts");
    }
}
