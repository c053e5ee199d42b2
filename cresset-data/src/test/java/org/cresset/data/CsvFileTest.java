package org.cresset.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cresset.base.CressetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFileTest {
    @TempDir
    Path dir;

    private Path file(String content) throws IOException {
        return Files.writeString(dir.resolve("table.csv"), content);
    }

    @Test
    void columnsByName() throws IOException {
        CsvFile table = CsvFile.read(
                file("\uFEFFlength, width ,kind\r\n1.5,2,\"iris, blue\"\n-3e2,,rose\n\n4,5,\"iris, blue\"\n"));
        assertThat(table.columns()).containsExactly("length", "width", "kind");
        assertThat(table.rows()).isEqualTo(3);
        assertThat(table.numbers("width", "length").toFloatArray()).containsExactly(2, 1.5f, Float.NaN, -300, 5, 4);
        assertThat(table.classes("kind")).containsExactly("iris, blue", "rose");
        assertThat(table.labels("kind").toLongArray()).containsExactly(0, 1, 0);
        TensorDataset data = new TensorDataset(table.numbers("length"), table.labels("kind"));
        assertThat(data.get(2).input().item()).isEqualTo(4);
    }

    @Test
    void withoutHeader() throws IOException {
        CsvFile table = CsvFile.read(file("1;2\n3;4"), ';', false);
        assertThat(table.columns()).containsExactly("0", "1");
        assertThat(table.numbers("1").toFloatArray()).containsExactly(2, 4);
    }

    @Test
    void whatIsWrongIsToldWithItsLine() throws IOException {
        assertThatThrownBy(() -> CsvFile.read(file("a,b\n1,2\n3\n")))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("table.csv: line 3 has 1 values");
        CsvFile table = CsvFile.read(file("a,b\n1,2\n3,x\n"));
        assertThatThrownBy(() -> table.numbers("b")).hasMessageContaining("line 3, column \"b\": \"x\" is no number");
        assertThatThrownBy(() -> table.text("c")).hasMessageContaining("no column \"c\", only [a, b]");
        assertThatThrownBy(() -> CsvFile.read(file("a,a\n"))).hasMessageContaining("two columns");
        assertThatThrownBy(() -> CsvFile.read(file(""))).hasMessageContaining("empty");
        assertThatThrownBy(() -> CsvFile.read(file("a,b\n1,\"2\n"))).hasMessageContaining("table.csv");
        assertThatThrownBy(() -> CsvFile.read(dir.resolve("none.csv"))).hasMessageContaining("no such file");
        Files.write(dir.resolve("cut.csv.gz"), "no gzip at all".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> CsvFile.read(dir.resolve("cut.csv.gz"))).hasMessageContaining("cut.csv.gz");
    }
}
