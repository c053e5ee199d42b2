package org.cresset.data.vision;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.base.DType;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.TensorDataset;
import org.junit.jupiter.api.Test;

class DigitsTest {
    @Test
    void theDataThatComesWithTheLibrary() {
        TensorDataset train = Digits.train();
        TensorDataset test = Digits.test();
        assertThat(train.input().shape().toArray()).containsExactly(1437, 1, 8, 8);
        assertThat(test.input().shape().toArray()).containsExactly(360, 1, 8, 8);
        assertThat(train.input().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(train.target().dtype()).isEqualTo(DType.INT64);
        assertThat(train.input().min().item()).isZero();
        assertThat(train.input().max().item()).isEqualTo(1);
        assertThat(train.get(0).input().get(0, 0).toFloatArray())
                .containsExactly(0, 0, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0, 0);
        assertThat(train.target().narrow(0, 0, 4).toLongArray()).containsExactly(0, 1, 2, 3);
        assertThat(test.target().min().item()).isZero();
        assertThat(test.target().max().item()).isEqualTo(9);
    }

    @Test
    void inBatches() {
        int seen = 0;
        for (Batch batch : DataLoader.of(Digits.test())
                .batchSize(100)
                .shuffle(true)
                .seed(1)
                .workers(1)
                .build()) {
            seen += (int) batch.size();
            assertThat(batch.input().size(2)).isEqualTo(8);
        }
        assertThat(seen).isEqualTo(360);
    }
}
