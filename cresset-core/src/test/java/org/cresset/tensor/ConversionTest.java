package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.junit.jupiter.api.Test;

/** Between tensors and Java's arrays, memory, streams and images. */
class ConversionTest {
    @Test
    void arraysThereAndBack() {
        float[] f = {1.5f, -2, Float.NaN, 0};
        assertThat(Tensor.from(f, 2, 2).toFloatArray()).isEqualTo(f);
        double[] d = {Math.PI, -0.0};
        assertThat(Tensor.of(d).toDoubleArray()).isEqualTo(d);
        long[] l = {Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1};
        assertThat(Tensor.of(l).toLongArray()).isEqualTo(l);
        int[] i = {Integer.MIN_VALUE, 7};
        assertThat(Tensor.of(i).toIntArray()).isEqualTo(i);
        assertThat(Tensor.of(i).dtype()).isEqualTo(DType.INT32);
        boolean[] b = {true, false};
        assertThat(Tensor.of(b).toBooleanArray()).isEqualTo(b);
        assertThat(Tensor.from(new byte[] {-1, 1}, 2).toIntArray()).containsExactly(255, 1);
        assertThat(Tensor.of(new float[] {1, 2}, new float[] {3, 4}).shape()).isEqualTo(Shape.of(2, 2));
    }

    @Test
    void theArrayIsCopied() {
        float[] f = {1, 2};
        Tensor t = Tensor.of(f);
        f[0] = 9;
        assertThat(t.toFloatArray()).containsExactly(1, 2);
        t.toFloatArray()[0] = 9;
        assertThat(t.toFloatArray()).containsExactly(1, 2);
    }

    @Test
    void convertingOnTheWay() {
        Tensor t = Tensor.of(1.9, -1.9, 300.0);
        assertThat(t.toLongArray()).containsExactly(1, -1, 300);
        assertThat(t.toFloatArray()).containsExactly(1.9f, -1.9f, 300f);
        assertThat(t.to(DType.UINT8).toIntArray()[2]).isEqualTo(300 - 256);
        assertThat(Tensor.of(true, false).toDoubleArray()).containsExactly(1, 0);
        assertThat(Tensor.of(1, 2, 3).t().get(Index.from(1)).toIntArray()).containsExactly(2, 3);
    }

    @Test
    void shapesMustFitTheArray() {
        assertThatThrownBy(() -> Tensor.from(new float[3], 2, 2))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("3")
                .hasMessageContaining("(2, 2)");
        assertThatThrownBy(() -> Tensor.of(new float[] {1, 2}, new float[] {3})).isInstanceOf(CressetException.class);
    }

    @Test
    void oneElement() {
        assertThat(Tensor.of(2.5).item()).isEqualTo(2.5);
        assertThat(Tensor.of((1L << 60) + 1).reshape(1, 1).itemLong()).isEqualTo((1L << 60) + 1);
        assertThat(Tensor.of(0.5).itemBoolean()).isTrue();
        assertThatThrownBy(() -> Tensor.of(1.0, 2.0).item()).hasMessageContaining("2 elements");
    }

    @Test
    void streams() {
        assertThat(Tensor.arange(5).stream().sum()).isEqualTo(10);
        assertThat(Tensor.from(DoubleStream.of(1, 2, 3, 4), 2, 2).select(0, 1).toDoubleArray())
                .containsExactly(3, 4);
    }

    @Test
    void memoryOfEveryDtype() {
        try (Arena arena = Arena.ofConfined()) {
            for (DType t : DType.values()) {
                MemorySegment m = arena.allocate(6L * t.size(), 16);
                byte[] bytes = new byte[6 * t.size()];
                new Random(1).nextBytes(bytes);
                if (t == DType.BOOL) {
                    Arrays.fill(bytes, (byte) 1);
                }
                m.copyFrom(MemorySegment.ofArray(bytes));
                Tensor tensor = Tensor.from(m, t, 2, 3);
                m.fill((byte) 0);
                MemorySegment back = tensor.toSegment();
                assertThat(back.toArray(ValueLayout.JAVA_BYTE)).as("%s", t).isEqualTo(bytes);
                assertThat(back.isReadOnly()).isTrue();
            }
            assertThatThrownBy(() -> Tensor.from(arena.allocate(8), DType.FLOAT32, 3))
                    .isInstanceOf(CressetException.class);
        }
    }

    @Test
    void segmentsOfViewsHoldTheirElementsInOrder() {
        Tensor t = Tensor.of(1f, 2, 3, 4, 5, 6).reshape(2, 3);
        assertThat(t.t().toSegment().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(t.get(1).toSegment().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(4, 5, 6);
        assertThat(t.narrow(1, 0, 0).toSegment().byteSize()).isZero();
    }

    @Test
    void aSegmentOutlivesItsTensor() {
        List<MemorySegment> segments = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            segments.add(Tensor.full(Shape.of(50_000), i, DType.FLOAT32).toSegment());
        }
        Memory.trim();
        for (int i = 0; i < 200; i++) {
            Tensor.full(Shape.of(50_000), -1, DType.FLOAT32);
        }
        for (int i = 0; i < segments.size(); i++) {
            assertThat(segments.get(i).getAtIndex(ValueLayout.JAVA_FLOAT, 49_999))
                    .isEqualTo(i);
        }
    }

    @Test
    void imagesThereAndBack() {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        int[] pixels = {0xff0000, 0x00ff00, 0x0000ff, 0x123456, 0xffffff, 0x000000};
        image.setRGB(0, 0, 3, 2, pixels, 0, 3);
        Tensor t = Images.fromImage(image);
        assertThat(t.shape()).isEqualTo(Shape.of(3, 2, 3));
        assertThat(t.dtype()).isEqualTo(DType.UINT8);
        assertThat(t.get(null, 1, 0).toIntArray()).containsExactly(0x12, 0x34, 0x56);
        for (Tensor same :
                List.of(t, t.to(DType.FLOAT32).div(255), t.to(DType.FLOAT64).div(255))) {
            BufferedImage back = same.toImage();
            int[] read = back.getRGB(0, 0, 3, 2, null, 0, 3);
            assertThat(Arrays.stream(read).map(p -> p & 0xffffff).toArray()).isEqualTo(pixels);
        }
        int gray = Tensor.full(Shape.of(1, 1, 1), 0.5, DType.FLOAT32).toImage().getRGB(0, 0) & 0xffffff;
        assertThat(gray).isEqualTo(0x808080);
        assertThatThrownBy(() -> Tensor.zeros(2, 4, 4).toImage()).hasMessageContaining("(2, 4, 4)");
    }

    @Test
    void makingTensors() {
        assertThat(Tensor.linspace(0, 1, 5, DType.FLOAT64).toDoubleArray()).containsExactly(0, 0.25, 0.5, 0.75, 1);
        assertThat(Tensor.arange(1, 2, 0.3, DType.FLOAT64).numel()).isEqualTo(4);
        assertThat(Tensor.eye(2, DType.INT64).toLongArray()).containsExactly(1, 0, 0, 1);
        assertThat(Tensor.full(Shape.of(2), 7, DType.INT8).toIntArray()).containsExactly(7, 7);
        Tensor t = Tensor.zeros(2, 3).t();
        assertThat(t.onesLike().shape()).isEqualTo(t.shape());
        assertThat(t.fullLike(3).sum().item()).isEqualTo(18);
        assertThatThrownBy(() -> Tensor.arange(0, 5, 0, DType.INT64)).isInstanceOf(CressetException.class);
    }
}
