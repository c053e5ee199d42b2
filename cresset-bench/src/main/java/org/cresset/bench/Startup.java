package org.cresset.bench;

import org.cresset.nn.Sequential;
import org.cresset.nn.functional.Functional;
import org.cresset.optim.Adam;
import org.cresset.tensor.Tensor;

/** A whole short process: builds a net, trains one step, prints the loss. */
final class Startup {
    private Startup() {}

    public static void main(String[] args) {
        Sequential net = ModelWorkloads.mlp();
        Adam optimizer = new Adam(net.parameters(), 1e-3);
        Tensor loss = Functional.crossEntropy(net.forward(Tensor.randn(128, 784)), Tensor.randint(0, 10, 128));
        loss.backward();
        optimizer.step();
        System.out.println(loss.item());
    }
}
