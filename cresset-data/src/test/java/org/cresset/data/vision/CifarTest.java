package org.cresset.data.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cresset.data.TensorDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
    @TempDir
    Path dir;

    private static byte[] records(int n, int labels, int label) {
        byte[] all = new byte[n * (labels + 3072)];
        for (int i = 0; i < n; i++) {
            int at = i * (labels + 3072);
            all[at + labels - 1] = (byte) (label + i);
            all[at + labels + 1024] = (byte) 255;
        }
        return all;
    }

    @Test
    void tenAndHundred() throws IOException {
        for (int i = 1; i <= 5; i++) {
            Files.write(dir.resolve("data_batch_" + i + ".bin"), records(2, 1, i));
        }
        Files.write(dir.resolve("test.bin"), records(3, 2, 97));
        TensorDataset train = Cifar.train10(dir);
        assertThat(train.input().shape().toArray()).containsExactly(10, 3, 32, 32);
        assertThat(train.target().toLongArray()).containsExactly(1, 2, 2, 3, 3, 4, 4, 5, 5, 6);
        assertThat(train.get(9).input().get(1, 0, 0).item()).isEqualTo(1);
        assertThat(train.input().sum().item()).isEqualTo(10);
        assertThat(Cifar.test100(dir).target().toLongArray()).containsExactly(97, 98, 99);
    }

    @Test
    void damagedFiles() throws IOException {
        assertThatThrownBy(() -> Cifar.test10(dir)).hasMessageContaining("no file test_batch.bin");
        Path file = dir.resolve("test_batch.bin");
        Files.write(file, new byte[3000]);
        assertThatThrownBy(() -> Cifar.test10(dir))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("3000 bytes");
        Files.write(file, records(2, 1, 9));
        assertThatThrownBy(() -> Cifar.test10(dir)).hasMessageContaining("record 1 has label 10");
    }
}
