package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing files of PyTorch's format and reading them back. */
class TorchFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("values.pt");
    }

    private Object roundTrip(Object value) {
        TorchFile.save(file(), value);
        Object mapped = TorchFile.map(file());
        Object loaded = TorchFile.load(file());
        assertThat(Described.of(mapped)).isEqualTo(Described.of(loaded));
        return loaded;
    }

    @Test
    void plainValuesComeBack() {
        Map<Object, Object> m = new LinkedHashMap<>();
        m.put("null", null);
        m.put("booleans", List.of(true, false));
        m.put(
                "whole",
                List.of(0L, 1L, -1L, 255L, 256L, 65536L, -129L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, -(1L << 31)));
        m.put("large", new BigInteger("-123456789012345678901234567890"));
        m.put("huge", BigInteger.TWO.pow(5000));
        m.put("real", Arrays.asList(0.1, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE));
        m.put("text", List.of("", "größe", "重み", "\u0000", "😀"));
        m.put(
                "tuples",
                List.of(Tuple.of(), Tuple.of(1L), Tuple.of(1L, 2L), Tuple.of(1L, "b", null), Tuple.of(1L, 2L, 3L, 4L)));
        m.put("bytes", new byte[] {0, 1, -1, -128});
        m.put("set", new LinkedHashSet<>(List.of(3L, "x")));
        m.put("complex", new ComplexNumber(1, -2));
        m.put("types", List.of(DType.BFLOAT16, StoredType.UINT64, Shape.of(2, 3), new TorchDevice("cuda:1")));
        m.put(7L, "a number as a key");
        m.put(Tuple.of(1L, Tuple.of("a", 2.5)), "a tuple as a key");
        OrderedDict d = new OrderedDict(Map.of("weight", 1L));
        d.attributes().put("_metadata", new OrderedDict(Map.of("", Map.of("version", 2L))));
        m.put("ordered", d);
        m.put("nothing", List.of(List.of(), Map.of(), new OrderedDict()));
        assertThat(Described.of(roundTrip(m))).isEqualTo(Described.of(m));
    }

    @Test
    void otherNumbersComeAsPythonWouldHaveThem() {
        assertThat(roundTrip(List.of(1, (short) 2, (byte) 3, 1.5f))).isEqualTo(List.of(1L, 2L, 3L, 1.5));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyDtypeComesBackBitForBit(DType dtype) {
        Random r = new Random(dtype.ordinal());
        List<Tensor> tensors = new ArrayList<>();
        Tensor matrix = Tensor.of(r.longs(15).toArray()).reshape(3, 5).to(dtype);
        tensors.add(matrix);
        tensors.add(matrix.t());
        tensors.add(matrix.select(0, 1));
        tensors.add(Tensor.of(1L).squeeze().to(dtype));
        tensors.add(Tensor.zeros(Shape.of(2, 0, 3), dtype));
        assertThat(Described.of(roundTrip(tensors))).isEqualTo(Described.of(tensors));
    }

    @ParameterizedTest
    @EnumSource(
            value = StoredType.class,
            names = {"UINT(16|32|64)", "FLOAT8.+"},
            mode = EnumSource.Mode.MATCH_ANY)
    void elementsThatCressetDoesNotComputeWithComeBack(StoredType type) {
        byte[] bytes = new byte[4 * type.size()];
        new Random(type.ordinal()).nextBytes(bytes);
        RawTensor t = new RawTensor(type, Shape.of(2, 2), MemorySegment.ofArray(bytes));
        assertThat(Described.of(roundTrip(Map.of("t", t)))).isEqualTo(Described.of(Map.of("t", t)));
    }

    @Test
    void parametersRequireAGradient() {
        Tensor t = Tensor.of(1f, 2f).requiresGrad(true);
        List<?> back = (List<?>) roundTrip(List.of(t, t.mul(2), t.detach()));
        assertThat(back.stream().map(b -> ((Tensor) b).requiresGrad())).containsExactly(true, false, false);
    }

    @Test
    void viewsShareMemoryAndOnlyTheirPartIsWritten() throws IOException {
        Tensor large = Tensor.arange(1_000_000).to(DType.FLOAT32);
        Tensor a = large.narrow(0, 1000, 6).reshape(2, 3);
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("t", a.t());
        m.put("row", a.select(0, 1));
        m.put("again", a);
        Map<?, ?> back = (Map<?, ?>) roundTrip(m);
        assertThat(Described.of(back)).isEqualTo(Described.of(m));
        ((Tensor) back.get("again")).fill_(7);
        assertThat(((Tensor) back.get("row")).toDoubleArray()).containsExactly(7, 7, 7);
        assertThat(((Dense) back.get("t")).strides()).containsExactly(1, 3);
        assertThat(Files.size(file())).isLessThan(4000);
    }

    @Test
    void changingAMappedTensorDoesNotChangeTheFile() throws IOException {
        TorchFile.save(file(), Tensor.of(1f, 2f));
        byte[] before = Files.readAllBytes(file());
        ((Tensor) TorchFile.map(file())).fill_(9);
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(file().toFile().setReadOnly()).isTrue();
        Tensor t = (Tensor) TorchFile.map(file());
        assertThat(t.fill_(9).toDoubleArray()).containsExactly(9, 9);
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void theSameContentGivesTheSameBytes() throws IOException {
        TorchFile.save(file(), List.of(Tensor.of(1f, 2f), "x"));
        byte[] before = Files.readAllBytes(file());
        TorchFile.save(file(), List.of(Tensor.of(1f, 2f), "x"));
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void aValueThatCantBeWrittenLeavesTheOldFile() throws IOException {
        TorchFile.save(file(), List.of(1L));
        byte[] before = Files.readAllBytes(file());
        assertThatThrownBy(() -> TorchFile.save(file(), List.of(new Random())))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("java.util.Random");
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertThatThrownBy(() -> TorchFile.save(file(), self)).hasMessageContaining("contains itself");
        assertThatThrownBy(() -> TorchFile.save(file(), nested(300))).hasMessageContaining("nested more than 256");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    private static Object nested(int n) {
        Object o = 1L;
        for (int i = 0; i < n; i++) {
            o = List.of(o);
        }
        return o;
    }

    @Test
    void deepButReasonableNestingComesBack() {
        assertThat(Described.of(roundTrip(nested(200)))).isEqualTo(Described.of(nested(200)));
    }

    @Test
    void manyEntriesComeBack() {
        Map<String, Tensor> m = new LinkedHashMap<>();
        for (int i = 0; i < 70_000; i++) {
            m.put("p" + i, Tensor.of((float) i));
        }
        TorchFile.save(file(), m);
        Map<?, ?> back = (Map<?, ?>) TorchFile.load(file());
        assertThat(back).hasSize(70_000);
        assertThat(((Tensor) back.get("p69999")).item()).isEqualTo(69999);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> TorchFile.load(folder.resolve("none.pt")))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("none.pt")
                .hasMessageContaining("no such file");
    }
}
