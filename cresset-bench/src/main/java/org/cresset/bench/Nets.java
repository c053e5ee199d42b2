package org.cresset.bench;

import java.util.ArrayList;
import java.util.List;
import org.cresset.nn.AdaptiveAvgPool2d;
import org.cresset.nn.BatchNorm2d;
import org.cresset.nn.Conv2d;
import org.cresset.nn.EmbeddingBag;
import org.cresset.nn.Flatten;
import org.cresset.nn.Identity;
import org.cresset.nn.LSTM;
import org.cresset.nn.Layer;
import org.cresset.nn.Linear;
import org.cresset.nn.MaxPool2d;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.tensor.Tensor;

/** Nets of the workloads that are more than a chain of layers. */
final class Nets {
    private Nets() {}

    /** Two convolutions and what goes around them (He et al. 2016). */
    private static final class Residual extends Layer {
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final Layer skip;

        Residual(long in, long width, long stride) {
            conv1 = new Conv2d(in, width, 3, stride, 1, false);
            bn1 = new BatchNorm2d(width);
            conv2 = new Conv2d(width, width, 3, 1, 1, false);
            bn2 = new BatchNorm2d(width);
            skip = stride == 1 && in == width
                    ? new Identity()
                    : new Sequential(new Conv2d(in, width, 1, stride, 0, false), new BatchNorm2d(width));
        }

        @Override
        protected Tensor compute(Tensor x) {
            Tensor y = bn1.forward(conv1.forward(x)).relu();
            return bn2.forward(conv2.forward(y)).add(skip.forward(x)).relu();
        }
    }

    /** ResNet-18: (N, 3, H, W) to (N, 1000). */
    static Sequential resnet18() {
        List<Layer> layers = new ArrayList<>(
                List.of(new Conv2d(3, 64, 7, 2, 3, false), new BatchNorm2d(64), new ReLU(), new MaxPool2d(3, 2, 1)));
        long in = 64;
        for (long width : new long[] {64, 128, 256, 512}) {
            layers.add(new Residual(in, width, in == width ? 1 : 2));
            layers.add(new Residual(width, width, 1));
            in = width;
        }
        layers.add(new AdaptiveAvgPool2d(1));
        layers.add(new Flatten());
        layers.add(new Linear(512, 1000));
        return new Sequential(layers.toArray(new Layer[0]));
    }

    /** The last step of an LSTM, classified: (N, L, 64) to (N, 10). */
    static final class LastStep extends Layer {
        private final LSTM lstm = new LSTM(64, 128, 1, true);
        private final Linear head = new Linear(128, 10);

        @Override
        protected Tensor compute(Tensor x) {
            return head.forward(lstm.forward(x).output().select(1, -1));
        }
    }

    /** Bags of words, classified: (N, M) indices to (N, 2). */
    static final class Bag extends Layer {
        private final EmbeddingBag bag = new EmbeddingBag(100_000, 64, "mean");
        private final Linear head = new Linear(64, 2);

        @Override
        protected Tensor compute(Tensor x) {
            return head.forward(bag.forward(x));
        }
    }
}
