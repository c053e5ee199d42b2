import org.cresset.autograd.CustomFunction;
import org.cresset.autograd.GradCheck;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

// A function with a derivative written by hand, checked against finite differences.
class Cube extends CustomFunction {
    @Override
    protected Tensor[] forward(Call call, Tensor[] inputs) {
        call.saveForBackward(inputs[0]);
        return new Tensor[] {inputs[0].mul(inputs[0]).mul(inputs[0])};
    }

    @Override
    protected Tensor[] backward(Call call, Tensor[] gradOutputs) {
        return new Tensor[] {call.savedTensors()[0].square().mul(3).mul(gradOutputs[0])};
    }
}

void main() {
    var cube = new Cube();
    Tensor x = Tensor.of(1.0, -2.0, 0.5).to(DType.FLOAT64).requiresGrad(true);
    cube.apply(x).sum().backward();
    IO.println("gradient: " + x.grad());
    GradCheck.gradcheck(in -> cube.applyAll(in), x);
    GradCheck.gradgradcheck(in -> cube.applyAll(in), x);
    IO.println("first and second derivative agree with finite differences");
}
