package org.cresset.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.cresset.data.vision.ImageDecoder;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that Python's imaging library wrote, and what it reads from them. */
class FormatsTest {
    private static final int[] PIXELS = {0, 64, 128, 255, 0, 32, 64, 127, 255, 191, 127, 0};

    private static byte[] file(String name) throws IOException {
        try (InputStream in = FormatsTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    /** Four colours, in JPEG in squares of 16 x 16 pixels. */
    @ParameterizedTest
    @CsvSource({"l.webp, 1, 0", "t.tiff, 1, 0", "c.jpg, 16, 2", "cmyk.jpg, 16, 3"})
    void fourColours(String name, int square, int tolerance) throws IOException {
        Tensor image = ImageDecoder.decode(file(name), name);
        assertThat(image.shape().toArray()).containsExactly(3, 2L * square, 2L * square);
        for (int i = 0; i < PIXELS.length; i++) {
            long value = image.get(i / 4, i / 2 % 2 * square, i % 2 * square).itemLong();
            assertThat(Math.abs(value - PIXELS[i]))
                    .as(name + " " + i + ": " + value)
                    .isLessThanOrEqualTo(tolerance);
        }
    }

    @Test
    void formatsAreListedAndDamageIsNamed() throws IOException {
        assertThat(ImageDecoder.formats()).contains("webp", "tiff", "jpg", "png");
        for (String name : new String[] {"l.webp", "t.tiff", "cmyk.jpg"}) {
            byte[] whole = file(name);
            assertThatThrownBy(() -> ImageDecoder.decode(Arrays.copyOf(whole, whole.length / 3), "sample 9"))
                    .as(name)
                    .hasMessageContaining("sample 9");
        }
    }
}
