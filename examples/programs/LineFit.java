import org.cresset.tensor.Tensor;

// Fits y = 3x - 1 by gradient descent written out by hand: what autograd does, and nothing else.
void main() {
    Tensor.manualSeed(0);
    Tensor x = Tensor.randn(100, 1);
    Tensor y = x.mul(3).sub(1).add(Tensor.randn(100, 1).mul(0.1));

    Tensor w = Tensor.zeros(1).requiresGrad(true);
    Tensor b = Tensor.zeros(1).requiresGrad(true);
    for (int step = 0; step < 200; step++) {
        Tensor loss = x.mul(w).add(b).sub(y).square().mean();
        loss.backward();
        org.cresset.autograd.Autograd.noGrad(() -> {
            w.sub_(w.grad().mul(0.1));
            b.sub_(b.grad().mul(0.1));
        });
        w.setGrad(null);
        b.setGrad(null);
    }
    IO.println("w = " + w.item() + ", b = " + b.item());
}
