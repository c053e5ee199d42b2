package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Files that the reference library wrote, and files that a reader must refuse. */
class GoldenSafetensorsTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "checkpoints", "safetensors");

    private static JsonNode expected(String kind) throws IOException {
        Path file = PACK.resolve("expected.json");
        assumeTrue(
                Files.exists(file), "no golden files at " + PACK + "; set cresset.shared to the folder that has them");
        return new ObjectMapper().readTree(file.toFile()).path(kind);
    }

    @TestFactory
    List<DynamicTest> goodFilesAreRead() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode e : expected("good")) {
            String file = e.path("file").textValue();
            tests.add(DynamicTest.dynamicTest(file, () -> check(Safetensors.load(PACK.resolve(file)), e)));
        }
        return tests;
    }

    private static void check(Map<String, Tensor> tensors, JsonNode e) {
        List<String> names = new ArrayList<>();
        e.path("tensors").fieldNames().forEachRemaining(names::add);
        assertThat(tensors.keySet()).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            JsonNode want = e.path("tensors").path(name);
            Tensor t = tensors.get(name);
            String dtype = want.path("dtype").textValue();
            // Cresset has no numbers of 8 bits; float16 holds them exactly.
            assertThat(t.dtype()).hasToString(dtype.startsWith("float8") ? "float16" : dtype);
            assertThat(t.shape().toArray())
                    .isEqualTo(new ObjectMapper().convertValue(want.path("shape"), long[].class));
            Tensor real = t.dtype().isComplex() ? t.real() : t;
            double[] values = real.toDoubleArray();
            assertThat(values).hasSize(want.path("values").size());
            for (int i = 0; i < values.length; i++) {
                JsonNode v = want.path("values").get(i);
                if (v.isArray()) {
                    assertThat(values[i]).isEqualTo(v.get(0).doubleValue());
                    assertThat(t.imag().toDoubleArray()[i]).isEqualTo(v.get(1).doubleValue());
                } else {
                    assertThat(values[i]).isEqualTo(v.isBoolean() ? v.booleanValue() ? 1 : 0 : v.doubleValue());
                }
            }
        }
    }

    @TestFactory
    List<DynamicTest> hostileFilesAreRefused() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode e : expected("bad")) {
            Path file = PACK.resolve(e.path("file").textValue());
            String why = e.path("why").textValue();
            tests.add(DynamicTest.dynamicTest(why, () -> assertThatThrownBy(() -> Safetensors.load(file))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining(file.getFileName().toString())));
        }
        return tests;
    }

    private static double decode(StoredType type, int bits) {
        return new RawTensor(type, Shape.SCALAR, MemorySegment.ofArray(new byte[] {(byte) bits}))
                .widened()
                .item();
    }

    @Test
    void everyNumberOfEightBits() {
        for (int i = 0; i < 256; i++) {
            assertThat(Double.isNaN(decode(StoredType.FLOAT8_E5M2, i))).isEqualTo((i & 0x7f) > 0x7c);
            assertThat(Double.isNaN(decode(StoredType.FLOAT8_E4M3FN, i))).isEqualTo((i & 0x7f) == 0x7f);
            assertThat(Double.isNaN(decode(StoredType.FLOAT8_E4M3FNUZ, i))).isEqualTo(i == 0x80);
            assertThat(Double.isNaN(decode(StoredType.FLOAT8_E5M2FNUZ, i))).isEqualTo(i == 0x80);
        }
        assertThat(decode(StoredType.FLOAT8_E4M3FN, 0x7e)).isEqualTo(448);
        assertThat(decode(StoredType.FLOAT8_E4M3FN, 0x01)).isEqualTo(0x1p-9);
        assertThat(decode(StoredType.FLOAT8_E4M3FN, 0xb8)).isEqualTo(-1);
        assertThat(decode(StoredType.FLOAT8_E5M2, 0x7b)).isEqualTo(57344);
        assertThat(decode(StoredType.FLOAT8_E4M3FNUZ, 0x7f)).isEqualTo(240);
        assertThat(decode(StoredType.FLOAT8_E5M2FNUZ, 0x01)).isEqualTo(0x1p-17);
        assertThat(decode(StoredType.FLOAT8_E8M0FNU, 0x00)).isEqualTo(0x1p-127);
    }
}
