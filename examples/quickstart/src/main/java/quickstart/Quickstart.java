package quickstart;

import static org.cresset.nn.functional.Functional.crossEntropy;

import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.vision.Digits;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.optim.AdamW;
import org.cresset.tensor.Tensor;

/** A net of two layers that learns to read the bundled digits. */
public final class Quickstart {
    static final class Net extends Module {
        final Linear hidden = new Linear(64, 64);
        final Linear out = new Linear(64, 10);

        Tensor forward(Tensor x) {
            return out.forward(hidden.forward(x.flatten(1)).relu());
        }
    }

    private Quickstart() {}

    /** Trains for five epochs and prints the accuracy on unseen digits. */
    public static void main(String[] args) {
        Tensor.manualSeed(0);
        var net = new Net();
        var optimizer = new AdamW(net.parameters(), 3e-3);
        var batches = DataLoader.of(Digits.train()).batchSize(64).shuffle(true).seed(0).build();
        for (int epoch = 0; epoch < 5; epoch++) {
            for (Batch b : batches) {
                optimizer.zeroGrad();
                crossEntropy(net.forward(b.input()), b.target()).backward();
                optimizer.step();
            }
        }
        net.eval();
        Batch test = DataLoader.of(Digits.test()).batchSize(360).build().iterator().next();
        Tensor right = net.forward(test.input()).argmax(1).eq(test.target());
        System.out.println("accuracy: " + right.toFloatArray().length + " digits, " + right.sum().item() + " right");
    }
}
