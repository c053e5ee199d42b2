package org.cresset.data.vision;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.data.DataFiles;
import org.cresset.data.TensorDataset;
import org.cresset.tensor.Tensor;

/**
 * CIFAR-10 and CIFAR-100 from a directory with the files of their binary versions, plain or {@code .gz}: inputs (N, 3,
 * 32, 32) float32 from 0 to 1, targets (N) int64. In memory pixels are bytes; floats are made batch by batch. All
 * methods throw a {@link CressetException} of kind VALUE, in one sentence that names the file, for files that are
 * missing or damaged.
 */
public final class Cifar {
    private static final int PIXELS = 3 * 32 * 32;

    private Cifar() {}

    /** The training part of CIFAR-10: {@code data_batch_1.bin} to {@code data_batch_5.bin}. */
    public static TensorDataset train10(Path directory) {
        List<TensorDataset> parts = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            parts.add(read(DataFiles.find(directory, "data_batch_" + i + ".bin"), 1, 10));
        }
        return scaled(
                Tensor.cat(0, parts.stream().map(TensorDataset::input).toArray(Tensor[]::new)),
                Tensor.cat(0, parts.stream().map(TensorDataset::target).toArray(Tensor[]::new)));
    }

    /** The test part of CIFAR-10: {@code test_batch.bin}. */
    public static TensorDataset test10(Path directory) {
        return scaled(read(DataFiles.find(directory, "test_batch.bin"), 1, 10));
    }

    /** The training part of CIFAR-100 with its fine labels: {@code train.bin}. */
    public static TensorDataset train100(Path directory) {
        return scaled(read(DataFiles.find(directory, "train.bin"), 2, 100));
    }

    /** The test part of CIFAR-100 with its fine labels: {@code test.bin}. */
    public static TensorDataset test100(Path directory) {
        return scaled(read(DataFiles.find(directory, "test.bin"), 2, 100));
    }

    private static TensorDataset scaled(TensorDataset bytes) {
        return scaled(bytes.input(), bytes.target());
    }

    private static TensorDataset scaled(Tensor images, Tensor labels) {
        return new TensorDataset(images, labels).prepared(Transforms::toFloat);
    }

    /** Records of {@code labels} bytes, of which the last one counts, and the pixels. */
    private static TensorDataset read(Path file, int labels, int classes) {
        byte[] content;
        try (InputStream in = DataFiles.open(file)) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw DataFiles.failed(file, e);
        }
        int record = labels + PIXELS;
        if (content.length == 0 || content.length % record != 0) {
            throw DataFiles.bad(
                    file,
                    "it has " + content.length + " bytes, which is no whole number of records of " + record
                            + "; it is cut off or of another kind");
        }
        int n = content.length / record;
        byte[] pixels = new byte[n * PIXELS];
        byte[] targets = new byte[n];
        for (int i = 0; i < n; i++) {
            targets[i] = content[i * record + labels - 1];
            if (Byte.toUnsignedInt(targets[i]) >= classes) {
                throw DataFiles.bad(
                        file,
                        "record " + i + " has label " + Byte.toUnsignedInt(targets[i]) + ", there are only " + classes
                                + " classes");
            }
            System.arraycopy(content, i * record + labels, pixels, i * PIXELS, PIXELS);
        }
        return new TensorDataset(
                Tensor.from(pixels, n, 3, 32, 32), Tensor.from(targets, n).to(DType.INT64));
    }
}
