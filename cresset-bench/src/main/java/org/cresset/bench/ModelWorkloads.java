package org.cresset.bench;

import static org.cresset.nn.functional.Functional.crossEntropy;
import static org.cresset.nn.functional.Functional.maxPool2d;

import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.nn.Conv2d;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.optim.Adam;
import org.cresset.optim.Optimizer;
import org.cresset.optim.SGD;
import org.cresset.tensor.Tensor;

/** Training steps of whole nets. */
final class ModelWorkloads {
    private ModelWorkloads() {}

    static List<Workload> all() {
        return List.of(
                new Workload("mlp_step", 1, () -> {
                    Sequential net = mlp();
                    return step(
                            net,
                            net::forward,
                            Tensor.randn(128, 784),
                            Tensor.randint(0, 10, 128),
                            new Adam(net.parameters(), 1e-3));
                }),
                new Workload("lenet_step", 1, () -> {
                    LeNet net = new LeNet();
                    return step(
                            net,
                            net::forward,
                            Tensor.randn(64, 1, 28, 28),
                            Tensor.randint(0, 10, 64),
                            new SGD(net.parameters(), SGD.options().lr(0.01).momentum(0.9)));
                }));
    }

    /** 784-512-512-10. */
    static Sequential mlp() {
        return new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10));
    }

    /** Two convolutions and two linear layers: (N, 1, 28, 28) to (N, 10). */
    private static final class LeNet extends Module {
        private final Conv2d conv1 = new Conv2d(1, 32, 3);
        private final Conv2d conv2 = new Conv2d(32, 64, 3);
        private final Linear fc1 = new Linear(9216, 128);
        private final Linear fc2 = new Linear(128, 10);

        Tensor forward(Tensor x) {
            Tensor y = maxPool2d(conv2.forward(conv1.forward(x).relu()).relu(), 2);
            return fc2.forward(fc1.forward(y.flatten(1)).relu());
        }
    }

    private static Runnable step(Module net, UnaryOperator<Tensor> forward, Tensor x, Tensor y, Optimizer optimizer) {
        net.train();
        return () -> {
            optimizer.zeroGrad();
            Tensor loss = crossEntropy(forward.apply(x), y);
            loss.backward();
            optimizer.step();
            loss.item();
        };
    }
}
