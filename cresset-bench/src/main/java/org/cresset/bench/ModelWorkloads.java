package org.cresset.bench;

import static org.cresset.nn.functional.Functional.crossEntropy;
import static org.cresset.nn.functional.Functional.maxPool2d;

import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Autograd;
import org.cresset.nn.Conv2d;
import org.cresset.nn.Layer;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.nn.ReLU;
import org.cresset.nn.Sequential;
import org.cresset.optim.Adam;
import org.cresset.optim.AdamW;
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
                }),
                new Workload("resnet18_step", 1, () -> {
                    Sequential net = Nets.resnet18();
                    return step(
                            net,
                            net::forward,
                            Tensor.randn(8, 3, 128, 128),
                            Tensor.randint(0, 1000, 8),
                            new SGD(net.parameters(), SGD.options().lr(0.01).momentum(0.9)));
                }),
                new Workload("resnet18_infer", 1, () -> {
                    Sequential net = Nets.resnet18();
                    return infer(net, net::forward, Tensor.randn(1, 3, 224, 224));
                }),
                new Workload("lstm_step", 1, () -> {
                    Layer net = new Nets.LastStep();
                    return step(
                            net,
                            net::forward,
                            Tensor.randn(32, 64, 64),
                            Tensor.randint(0, 10, 32),
                            new Adam(net.parameters(), 1e-3));
                }),
                new Workload("embedding_step", 1, () -> {
                    Layer net = new Nets.Bag();
                    return step(
                            net,
                            net::forward,
                            Tensor.randint(0, 100_000, 512, 20),
                            Tensor.randint(0, 2, 512),
                            new SGD(net.parameters(), SGD.options().lr(0.1)));
                }),
                new Workload("gpt_step", 1, () -> {
                    TransformerNet net = gpt();
                    return step(
                            net,
                            net::forward,
                            Tensor.randint(0, 512, 16, 128),
                            Tensor.randint(0, 512, 16, 128),
                            new AdamW(net.parameters(), 1e-3));
                }),
                new Workload("gpt_decode", 64, ModelWorkloads::decode),
                new Workload("bert_infer", 1, () -> {
                    TransformerNet net = new TransformerNet(12, 768, 12, 30522, 512, false, 2);
                    return infer(net, net::forward, Tensor.randint(0, 30522, 1, 128));
                }),
                new Workload("bert_mini_step", 1, () -> {
                    TransformerNet net = new TransformerNet(4, 256, 4, 30522, 512, false, 2);
                    return step(
                            net,
                            net::forward,
                            Tensor.randint(0, 30522, 16, 64),
                            Tensor.randint(0, 2, 16),
                            new AdamW(net.parameters(), 1e-3));
                }));
    }

    private static TransformerNet gpt() {
        return new TransformerNet(4, 128, 4, 512, 128, true, 0);
    }

    private static Runnable infer(Module net, UnaryOperator<Tensor> forward, Tensor x) {
        net.eval();
        return () -> Autograd.noGrad(() -> {
            Tensor _ = forward.apply(x);
        });
    }

    /** 64 tokens after 64, each the most probable one. */
    private static Runnable decode() {
        TransformerNet net = gpt();
        net.eval();
        Tensor prompt = Tensor.randint(0, 512, 1, 64);
        return () -> Autograd.noGrad(() -> {
            var caches = net.caches();
            Tensor ids = last(net.forward(prompt, 0, caches));
            for (int i = 0; i < 63; i++) {
                ids = last(net.forward(ids, 64 + i, caches));
            }
            ids.itemLong();
        });
    }

    private static Tensor last(Tensor scores) {
        return scores.narrow(1, scores.size(1) - 1, 1).argmax(-1);
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
            Tensor out = forward.apply(x);
            Tensor loss = crossEntropy(out.reshape(-1, out.size(-1)), y.flatten());
            loss.backward();
            optimizer.step();
            loss.item();
        };
    }
}
