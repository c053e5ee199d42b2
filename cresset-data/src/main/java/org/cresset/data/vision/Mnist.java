package org.cresset.data.vision;

import java.nio.file.Path;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.data.DataFiles;
import org.cresset.data.TensorDataset;
import org.cresset.tensor.Tensor;

/**
 * MNIST and the sets that come in its form (Fashion-MNIST, KMNIST), from a directory with the four files under their
 * original names ({@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, {@code t10k-...}), plain or {@code
 * .gz}: inputs (N, 1, H, W) float32 from 0 to 1, targets (N) int64. In memory pixels are bytes; floats are made batch
 * by batch.
 */
public final class Mnist {
    private Mnist() {}

    /**
     * The training part.
     *
     * @throws CressetException of kind VALUE, in one sentence that names the file, for files that are missing or
     *     damaged or don't belong together
     */
    public static TensorDataset train(Path directory) {
        return read(directory, "train");
    }

    /** The test part; throws as {@link #train}. */
    public static TensorDataset test(Path directory) {
        return read(directory, "t10k");
    }

    private static TensorDataset read(Path directory, String part) {
        Path imageFile = DataFiles.find(directory, part + "-images-idx3-ubyte");
        Path labelFile = DataFiles.find(directory, part + "-labels-idx1-ubyte");
        Tensor images = IdxFile.read(imageFile);
        Tensor labels = IdxFile.read(labelFile);
        if (images.dim() != 3) {
            throw DataFiles.bad(imageFile, "its shape is " + images.shape() + ", images need 3 dimensions");
        }
        if (labels.dim() != 1) {
            throw DataFiles.bad(labelFile, "its shape is " + labels.shape() + ", labels need 1 dimension");
        }
        if (images.size(0) != labels.size(0)) {
            throw DataFiles.bad(
                    labelFile,
                    "it has " + labels.size(0) + " labels for the " + images.size(0) + " images of "
                            + imageFile.getFileName());
        }
        return new TensorDataset(images.unsqueeze(1), labels.to(DType.INT64)).prepared(Transforms::toFloat);
    }
}
