package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tensors print as PyTorch prints them. */
class PrintingTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    private static Tensor complex(DType part, double... reAndIm) {
        Tensor t = Tensor.zeros(Shape.of(reAndIm.length / 2), part.complex());
        Tensor parts = Tensor.from(reAndIm, reAndIm.length / 2, 2).to(part);
        t.real().copy_(parts.select(1, 0));
        t.imag().copy_(parts.select(1, 1));
        return t;
    }

    private static Tensor range(long n) {
        return Tensor.arange(0, n, 1, DType.FLOAT32);
    }

    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> t = new LinkedHashMap<>();
        t.put("scalar of 1.5", Tensor.scalar(1.5f));
        t.put("scalar of 3", Tensor.scalar(3));
        t.put("integer scalar", Tensor.of(7L).squeeze());
        t.put("true", Tensor.of(true).squeeze());
        t.put("nan", Tensor.scalar(NAN));
        t.put("whole floats", Tensor.of(1f, 2f, 3f));
        t.put("fractions", Tensor.of(1.5f, -2.25f, 1000f));
        t.put("small", Tensor.of(1e-5f, 1f));
        t.put("large", Tensor.of(1e10f, 1f));
        t.put("wide range", Tensor.of(100000f, 0.5f));
        t.put("not finite, whole", Tensor.of(NAN, 1f, INF, -INF));
        t.put("not finite, fractions", Tensor.of(NAN, 1.5f));
        t.put("not finite, wide", Tensor.of(NAN, 100f, 1f));
        t.put("only nan", Tensor.of(NAN, NAN));
        t.put("matrix", Tensor.arange(6).reshape(2, 3));
        t.put("cube", range(24).reshape(2, 3, 4));
        t.put("bools", Tensor.of(true, false).unsqueeze(0));
        t.put("empty", Tensor.zeros(0));
        t.put("empty matrix", Tensor.zeros(2, 0));
        t.put("empty integers", Tensor.zeros(Shape.of(0), DType.INT64));
        t.put("empty doubles", Tensor.zeros(Shape.of(2, 0), DType.FLOAT64));
        t.put("double", Tensor.of(1.0, 2.0));
        t.put("int", Tensor.of(1, 2));
        t.put("bfloat16", Tensor.of(1f, 2f).to(DType.BFLOAT16));
        t.put("half", Tensor.of(1.5f, 2f).to(DType.FLOAT16));
        t.put("byte", Tensor.zeros(Shape.of(3), DType.UINT8));
        t.put("long vector", Tensor.arange(1001));
        t.put("long vector of floats", range(1001));
        t.put("several lines", Tensor.arange(100));
        t.put("several lines of fractions", range(100).div(7));
        t.put("large matrix", Tensor.zeros(50, 50));
        t.put("long rows", range(2000).reshape(2, 1000));
        t.put("rank 4", Tensor.zeros(1, 2, 2, 5));
        t.put("large rank 3", Tensor.arange(2000).reshape(10, 10, 20));
        t.put("requires a gradient", Tensor.ones(2).requiresGrad(true));
        t.put("complex", complex(DType.FLOAT32, 1, 2, 3.5, -1));
        t.put("whole complex", complex(DType.FLOAT32, 1, 0));
        t.put("complex scalar", complex(DType.FLOAT32, 2.5, 1).squeeze());
        t.put("complex doubles", complex(DType.FLOAT64, 1, 0, 2, 0));
        t.put("complex of both sizes", complex(DType.FLOAT32, 100.5, 1, 1, -20.25));
        t.put("tiny", Tensor.of(1e-8f, 2e-8f));
        t.put("wide integers", Tensor.of(123456789L, 1));
        t.put("signs", Tensor.of(-1L, 10, 100));
        t.put("beyond 1e8", Tensor.of(1e8f, 2e8f));
        t.put("1e8", Tensor.of(1e8f));
        t.put("12345.678", Tensor.of(12345.678f));
        t.put("zeros", Tensor.of(0f, 0f));
        t.put("negative zero", Tensor.of(-0f));
        t.put("zero and fraction", Tensor.of(0f, 0.5f));
        t.put("denormal", Tensor.of(1e-40f));
        t.put("columns", Tensor.of(0.1234567f, 100.5f, 3f, 4f).reshape(2, 2));
        t.put("many bools", Tensor.ones(Shape.of(30), DType.BOOL));
        t.put("meta", Dense.empty(Shape.of(2, 3), DType.FLOAT32, Device.META));
        t.put("meta integers", Dense.empty(Shape.of(2), DType.INT64, Device.META));
        return t;
    }

    private static Map<String, String> golden() throws IOException {
        try (InputStream in = PrintingTest.class.getResourceAsStream("printing.txt")) {
            Map<String, String> texts = new LinkedHashMap<>();
            for (String section : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^=== ")) {
                int end = section.indexOf('\n');
                if (!section.startsWith("#")) {
                    texts.put(
                            section.substring(0, end),
                            section.substring(end + 1).stripTrailing());
                }
            }
            return texts;
        }
    }

    @TestFactory
    List<DynamicTest> asPyTorch() throws IOException {
        Map<String, Tensor> tensors = tensors();
        Map<String, String> golden = golden();
        assertThat(tensors.keySet()).isEqualTo(golden.keySet());
        return golden.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(
                        e.getKey(), () -> assertThat(tensors.get(e.getKey())).hasToString(e.getValue())))
                .toList();
    }

    @Test
    void recordedTensorsNameTheirOperation() {
        Tensor x = Tensor.ones(2).requiresGrad(true);
        assertThat(x.mul(2)).hasToString("tensor([2., 2.], grad_fn=<mul>)");
    }

    @Test
    void viewsPrintTheirOwnElements() {
        assertThat(Tensor.arange(6).reshape(2, 3).t().get(1)).hasToString("tensor([1, 4])");
    }
}
