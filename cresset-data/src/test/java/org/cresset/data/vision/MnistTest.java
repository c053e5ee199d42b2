package org.cresset.data.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.cresset.base.CressetException;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
    private static final String IMAGES = "train-images-idx3-ubyte";
    private static final String LABELS = "train-labels-idx1-ubyte";

    @TempDir
    Path dir;

    private static byte[] idx(int magic, int[] sizes, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(4 + 4 * sizes.length + bytes).putInt(magic);
        for (int s : sizes) {
            b.putInt(s);
        }
        for (int i = 0; i < bytes; i++) {
            b.put((byte) (i * 5));
        }
        return b.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream z = new GZIPOutputStream(out)) {
            z.write(content);
        }
        return out.toByteArray();
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(dir.resolve(name), content);
    }

    private void expectRefusal(String file, String... words) {
        assertThatThrownBy(() -> Mnist.train(dir))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining(dir.resolve(file).toString())
                .hasMessageContainingAll(words)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void plainAndCompressed() throws IOException {
        write(IMAGES, idx(0x803, new int[] {3, 2, 4}, 24));
        write(LABELS + ".gz", gzip(idx(0x801, new int[] {3}, 3)));
        TensorDataset data = Mnist.train(dir);
        assertThat(data.input().shape().toArray()).containsExactly(3, 1, 2, 4);
        assertThat(data.target().toLongArray()).containsExactly(0, 5, 10);
        assertThat(data.input().select(0, 1).toFloatArray()[1]).isEqualTo(45 / 255f);
        Batch batch = DataLoader.of(data).batchSize(2).build().iterator().next();
        assertThat(batch.input().toFloatArray()[9]).isEqualTo(45 / 255f);
    }

    @Test
    void damagedFilesAreNamedInOneSentence() throws IOException {
        expectRefusal("", "no file " + IMAGES);
        write(LABELS, idx(0x801, new int[] {3}, 3));
        write(IMAGES, idx(0xd03, new int[] {3, 2, 4}, 24));
        expectRefusal(IMAGES, "00000d03");
        write(IMAGES, idx(0x803, new int[] {3, 2, 4}, 23));
        expectRefusal(IMAGES, "23 of the 24");
        write(IMAGES, idx(0x803, new int[] {3, 2, 4}, 25));
        expectRefusal(IMAGES, "goes on");
        write(IMAGES, idx(0x803, new int[] {3, 2, 4}, 24));
        write(LABELS, idx(0x801, new int[] {4}, 4));
        expectRefusal(LABELS, "4 labels", "3 images");
        write(LABELS, idx(0x803, new int[] {3, 1, 1}, 3));
        expectRefusal(LABELS, "1 dimension");
        write(LABELS, new byte[] {0, 0});
        expectRefusal(LABELS, "ends too early");
    }

    @Test
    void hostileHeadersCostNothing() throws IOException {
        write(LABELS, idx(0x801, new int[] {3}, 3));
        write(IMAGES, idx(0x803, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 2}, 0));
        expectRefusal(IMAGES, "more than");
        write(IMAGES, idx(0x803, new int[] {-1, 28, 28}, 0));
        expectRefusal(IMAGES, "-1");
        write(IMAGES, idx(0x803, new int[] {2_000_000, 28, 28}, 10));
        expectRefusal(IMAGES, "10 of the 1568000000");
    }

    @Test
    void aCutCompressedFileIsToldToo() throws IOException {
        byte[] z = gzip(idx(0x803, new int[] {30, 20, 40}, 24_000));
        write(IMAGES + ".gz", Arrays.copyOf(z, z.length / 2));
        write(LABELS, idx(0x801, new int[] {30}, 30));
        expectRefusal(IMAGES + ".gz", "ends too early");
        write(IMAGES + ".gz", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        expectRefusal(IMAGES + ".gz", "can't be read");
    }
}
