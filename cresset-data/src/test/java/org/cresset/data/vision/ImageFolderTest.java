package org.cresset.data.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.cresset.data.Example;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFolderTest {
    @TempDir
    Path dir;

    private Path image(String name, int color) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(2, 1, color);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @BeforeEach
    void images() throws IOException {
        image("dogs/b.png", 0x0000ff);
        image("cats/deep/a.PNG", 0xff0000);
        image("cats/z.png", 0x00ff00);
        Files.writeString(dir.resolve("cats/notes.txt"), "not an image");
    }

    @Test
    void classesAreDirectories() {
        ImageFolder folder = new ImageFolder(dir);
        assertThat(folder.classes()).containsExactly("cats", "dogs");
        assertThat(folder.labels()).containsExactly(0, 0, 1);
        Example dog = folder.get(2);
        assertThat(dog.target().itemLong()).isEqualTo(1);
        assertThat(dog.input().shape().toArray()).containsExactly(3, 2, 3);
        assertThat(dog.input().get(2, 1, 2).item()).isEqualTo(1);
        assertThat(dog.input().sum().item()).isEqualTo(1);
    }

    @Test
    void damagedAndHostileImagesAreNamed() throws IOException {
        ImageFolder folder = new ImageFolder(dir);
        Path file = folder.file(2);
        byte[] png = Files.readAllBytes(file);
        for (int cut : new int[] {0, 4, 20, png.length - 24}) {
            Files.write(file, Arrays.copyOf(png, cut));
            assertThatThrownBy(() -> folder.get(2)).as("cut at " + cut).hasMessageContaining(file.toString());
        }
        ByteBuffer bomb = ByteBuffer.wrap(png.clone()).putInt(16, 1 << 20).putInt(20, 1 << 20);
        CRC32 crc = new CRC32();
        crc.update(bomb.array(), 12, 17);
        Files.write(file, bomb.putInt(29, (int) crc.getValue()).array());
        assertThatThrownBy(() -> folder.get(2))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("pixels");
        Files.delete(file);
        assertThatThrownBy(() -> folder.get(2)).hasMessageContaining("no such file");
    }

    /** Golden: what Python's imaging library reads as RGB. */
    @ParameterizedTest
    @CsvSource({"TYPE_BYTE_GRAY,png", "TYPE_USHORT_GRAY,png", "TYPE_BYTE_GRAY,bmp", "TYPE_3BYTE_BGR,png"})
    void greyValuesAreTakenAsTheyAre(String type, String format) throws Exception {
        int kind = BufferedImage.class.getField(type).getInt(null);
        BufferedImage image = new BufferedImage(2, 2, kind);
        int[] values = {0, 64, 128, 255};
        for (int i = 0; i < 4; i++) {
            for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                int v = kind == BufferedImage.TYPE_USHORT_GRAY ? values[i] * 257 : values[i];
                image.getRaster().setSample(i % 2, i / 2, band, v);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        Tensor decoded = ImageDecoder.decode(bytes.toByteArray(), "grey");
        assertThat(decoded.toIntArray()).containsExactly(0, 64, 128, 255, 0, 64, 128, 255, 0, 64, 128, 255);
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[] {1, 2, 3}, "sample 7"))
                .hasMessageContaining("sample 7: it is no image")
                .hasMessageContaining("png");
        byte[] half = Arrays.copyOf(bytes.toByteArray(), bytes.size() - (format.equals("png") ? 24 : 6));
        assertThatThrownBy(() -> ImageDecoder.decode(half, "sample 8")).hasMessageContaining("sample 8");
    }

    @Test
    void directoriesWithoutImages() throws IOException {
        Files.createDirectories(dir.resolve("birds"));
        assertThatThrownBy(() -> new ImageFolder(dir)).hasMessageContaining("birds: there is no image");
        assertThatThrownBy(() -> new ImageFolder(dir.resolve("birds"))).hasMessageContaining("no sub-directory");
        assertThatThrownBy(() -> new ImageFolder(dir.resolve("fish"))).hasMessageContaining("no such file");
    }
}
