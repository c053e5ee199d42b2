package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.None;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The checker catches what is wrong and lets pass what is right. */
class GradCheckTest {
    private static Tensor matrix() {
        return Tensor.from(new double[] {0.3, -0.7, 1.1, 0.4, 0.9, -1.3}, 2, 3).requiresGrad(true);
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    @Test
    void rightDerivativesPass() {
        Tensor row = Tensor.of(0.5, 1.5, -0.5).requiresGrad(true);
        Func.Many f = in -> new Tensor[] {in[0].mul(in[1]).sin(), in[0].matmul(in[1])};
        GradCheck.gradcheck(f, matrix(), row);
        GradCheck.gradgradcheck(f, matrix(), row);
        GradCheck.DEFAULT.forward(f, matrix(), row);
    }

    @Test
    void aLostFactorIsNamedWithBothValues() {
        // x * x with one of the factors cut off: the derivative is x instead of 2 x.
        assertThatThrownBy(() -> GradCheck.gradcheck(in -> one(in[0].mul(in[0].detach())), matrix()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("input 0")
                .hasMessageContaining("[0, 0]")
                .hasMessageContaining("numeric 0.59999")
                .hasMessageContaining("analytic 0.3");
    }

    @Test
    void theElementThatIsWrongIsNamed() {
        Tensor keep = Tensor.of(true, true, true, true, false, true).reshape(2, 3);
        Func.Many f = in -> one(Tensor.where(keep, in[0], in[0].detach()));
        assertThatThrownBy(() -> GradCheck.gradcheck(f, matrix()))
                .hasMessageContaining("at [1, 1] by input 0")
                .hasMessageContaining("analytic 0.0");
    }

    @Test
    void aWrongSecondDerivativeIsCaught() {
        // Right to first order only: the derivative's own dependence on x is cut off.
        Func.Many f = in -> one(Bend.OP.on(None.NONE, in[0]));
        assertThatCode(() -> GradCheck.gradcheck(f, matrix())).doesNotThrowAnyException();
        assertThatThrownBy(() -> GradCheck.gradgradcheck(f, matrix())).hasMessageContaining("gradgradcheck");
    }

    @Test
    void aWrongForwardDerivativeIsCaught() {
        Func.Many f = in -> one(Bend.Wrong.OP.on(None.NONE, in[0]));
        assertThatThrownBy(() -> GradCheck.DEFAULT.forward(f, matrix())).hasMessageContaining("forward");
    }

    @Test
    void complexNumbersCountAsTwoParts() {
        Tensor re = Tensor.of(0.3, -0.8);
        Tensor im = Tensor.of(0.9, 0.2);
        Tensor z = Tensor.number(1).mul(re).to(DType.COMPLEX128);
        z.imag().copy_(im);
        z.requiresGrad(true);
        GradCheck.gradcheck(in -> new Tensor[] {in[0].mul(in[0]).exp(), in[0].abs(), in[0].conj()}, z);
        GradCheck.gradgradcheck(in -> one(in[0].mul(in[0])), z);
        GradCheck.DEFAULT.forward(in -> one(in[0].sin()), z);
        assertThatThrownBy(() -> GradCheck.gradcheck(in -> one(in[0].mul(in[0].detach())), z))
                .hasMessageContaining("(real part)");
    }

    @Test
    void whatCannotBeCheckedIsRefused() {
        Tensor single = Tensor.of(1f).requiresGrad(true);
        assertThatThrownBy(() -> GradCheck.gradcheck(in -> one(in[0].exp()), single))
                .hasMessageContaining("float32")
                .hasMessageContaining("float64");
        assertThatThrownBy(() -> GradCheck.gradcheck(in -> one(in[0].exp()), Tensor.of(1.0)))
                .hasMessageContaining("requiresGrad");
    }

    @Test
    void tolerancesAreAdjustable() {
        Func.Many slightlyOff = in -> one(in[0].mul(in[0].detach().mul(1e-3).add(1)));
        Tensor x = Tensor.of(1.0).requiresGrad(true);
        assertThatThrownBy(() -> new GradCheck(1e-6, 1e-6, 0).backward(slightlyOff, x))
                .isInstanceOf(CressetException.class);
        assertThatCode(() -> new GradCheck(1e-6, 1e-2, 0).backward(slightlyOff, x))
                .doesNotThrowAnyException();
    }
}
