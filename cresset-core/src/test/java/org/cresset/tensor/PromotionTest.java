package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The dtype of what two operands give, against a table that PyTorch printed. */
class PromotionTest {
    /** A cell of the table. Cresset has no complex32, so the cells with it are left out. */
    private record Cell(String kind, String first, String second, String result) {}

    private static List<Cell> table() throws IOException {
        List<Cell> cells = new ArrayList<>();
        String kind = "";
        String[] columns = {};
        try (InputStream in = PromotionTest.class.getResourceAsStream("promotion.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] words = line.split(" ");
                if (line.startsWith("#")) {
                    continue;
                }
                if (List.of("tensor", "scalar", "number").contains(words[0])) {
                    kind = words[0];
                    columns = Arrays.copyOfRange(words, 1, words.length);
                    continue;
                }
                for (int i = 0; i < columns.length; i++) {
                    if (!words[i + 1].equals("complex32")) {
                        cells.add(new Cell(kind, words[0], columns[i], words[i + 1]));
                    }
                }
            }
        }
        return cells;
    }

    private static Tensor second(Cell c) {
        return switch (c.kind) {
            case "tensor" -> Tensor.ones(Shape.of(3), DType.of(c.second));
            case "scalar" -> Tensor.ones(Shape.SCALAR, DType.of(c.second));
            default ->
                switch (c.second) {
                    case "bool" -> Dense.wrapped(true);
                    case "int" -> Tensor.number(1);
                    case "float" -> Tensor.number(1.5);
                    default -> Dense.wrappedComplex(0, 1);
                };
        };
    }

    @TestFactory
    List<DynamicTest> agreesWithPyTorch() throws IOException {
        return table().stream()
                .map(c -> DynamicTest.dynamicTest(c.kind + " " + c.first + " + " + c.second, () -> {
                    Tensor a = Tensor.ones(Shape.of(3), DType.of(c.first));
                    assertThat(a.add(second(c)).dtype()).hasToString(c.result);
                    assertThat(second(c).add(a).dtype()).hasToString(c.result);
                }))
                .toList();
    }

    @Test
    void theTableIsWhole() throws IOException {
        assertThat(table()).hasSize(12 * 12 + 12 * 12 - 2 + 12 * 4 - 1);
    }

    @Test
    void functionsOfRealNumbersTakeIntegersToFloat32() {
        assertThat(Tensor.of(1, 2).exp().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.of(true).sqrt().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.of(1, 2).div(2).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.of(1.0).exp().dtype()).isEqualTo(DType.FLOAT64);
    }

    @Test
    void sumsOfIntegersAreInt64AndComparisonsBool() {
        assertThat(Tensor.of(true, true).sum().itemLong()).isEqualTo(2);
        assertThat(Tensor.of(true, true).sum().dtype()).isEqualTo(DType.INT64);
        assertThat(Tensor.from(new byte[] {(byte) 200, 100}, 2).sum().itemLong())
                .isEqualTo(300);
        assertThat(Tensor.of(1.0).lt(Tensor.of(2)).dtype()).isEqualTo(DType.BOOL);
    }
}
