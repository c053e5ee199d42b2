import org.cresset.autograd.Func;
import org.cresset.tensor.Tensor;

// Functions of functions: gradients, Hessians, forward derivatives and batches, composed freely.
void main() {
    Tensor x = Tensor.of(1f, 2f, 3f);
    IO.println("gradient of sum(x^3): " + Func.grad(v -> v.pow(3).sum()).apply(x));
    IO.println("its Hessian:\n" + Func.hessian(v -> v.pow(3).sum()).apply(x));

    // The gradient for every row of a batch, without a loop.
    Tensor rows = Tensor.arange(6).reshape(2, 3).to(org.cresset.base.DType.FLOAT32);
    IO.println("per example:\n" + Func.vmap(Func.grad(v -> v.pow(3).sum())).apply(rows));

    var forward = Func.jvp(in -> new Tensor[] {in[0].sin()}, new Tensor[] {x}, new Tensor[] {Tensor.ones(3)});
    IO.println("derivative along ones: " + forward.tangents()[0]);
}
