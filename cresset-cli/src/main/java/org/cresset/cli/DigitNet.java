package org.cresset.cli;

import static org.cresset.nn.functional.Functional.dropout;
import static org.cresset.nn.functional.Functional.maxPool2d;

import org.cresset.nn.BatchNorm2d;
import org.cresset.nn.Conv2d;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.tensor.Tensor;

/** A small convolutional net for grey images of one square size in ten classes: (N, 1, S, S) to (N, 10). */
final class DigitNet extends Module {
    private final Conv2d conv1 = new Conv2d(1, 32, 3, 1, 1);
    private final BatchNorm2d norm1 = new BatchNorm2d(32);
    private final Conv2d conv2 = new Conv2d(32, 64, 3, 1, 1);
    private final BatchNorm2d norm2 = new BatchNorm2d(64);
    private final Conv2d conv3 = new Conv2d(64, 64, 3, 1, 1);
    private final BatchNorm2d norm3 = new BatchNorm2d(64);
    private final Linear fc1;
    private final Linear fc2 = new Linear(128, 10);

    DigitNet(long size) {
        fc1 = new Linear(64 * (size / 2) * (size / 2) / (size > 16 ? 4 : 1), 128);
    }

    /** The size of images that a state dict of this net is for. */
    static long sizeFor(long features) {
        return switch ((int) features) {
            case 64 * 4 * 4 -> 8;
            case 64 * 7 * 7 -> 28;
            default -> -1;
        };
    }

    Tensor forward(Tensor x) {
        boolean large = x.size(2) > 16;
        Tensor y = norm1.forward(conv1.forward(x)).relu();
        y = maxPool2d(norm2.forward(conv2.forward(y)).relu(), 2);
        y = norm3.forward(conv3.forward(y)).relu();
        y = (large ? maxPool2d(y, 2) : y).flatten(1);
        y = fc1.forward(y).relu();
        return fc2.forward(dropout(y, 0.3, isTraining(), false));
    }
}
