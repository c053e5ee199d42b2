package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** x + value a b and x + value a / b have the bits of one operation after the other, wherever operands lie. */
class AddScaledTest {
    private static void same(Tensor x, Tensor a, Tensor b) {
        Tensor product = Mixing.ScaledProduct.OP.on(new Elementwise.One(0.3), a, b);
        Tensor quotient = Mixing.ScaledQuotient.OP.on(new Elementwise.One(0.3), a, b);
        assertThat(x.addcmul(a, b, 0.3).toDoubleArray())
                .isEqualTo(x.add(product).toDoubleArray());
        assertThat(x.addcdiv(a, b, 0.3).toDoubleArray())
                .isEqualTo(x.add(quotient).toDoubleArray());
        assertThat(x.addcmul(a, b, 1).toDoubleArray()).isEqualTo(x.add(a.mul(b)).toDoubleArray());
        assertThat(x.addcdiv(a, b, 1).toDoubleArray()).isEqualTo(x.add(a.div(b)).toDoubleArray());
    }

    @Test
    void allLayouts() {
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Tensor wide = Tensor.randn(60, 310).to(t);
            Tensor x = wide.narrow(1, 0, 300).contiguous();
            Tensor a = x.flip(0).contiguous();
            Tensor b = x.neg().add(0.5);
            b.select(0, 3).fill_(0);
            a.select(1, 7).fill_(Double.NaN);
            for (int i = 0; i < 30; i++) { // until vector code comes into use
                same(x, a, b);
            }
            same(x.t(), a.t(), b.t());
            same(x, wide.narrow(1, 5, 300), b);
            same(x.select(1, 0).unsqueeze(1), a, b.select(0, 1));
            same(x, a.select(0, 2), b.select(0, 0).select(0, 0));
            same(x.narrow(0, 0, 0), a.narrow(0, 0, 0), b.narrow(0, 0, 0));
            same(
                    x.select(0, 0).select(0, 0),
                    a.select(0, 0).select(0, 0),
                    b.select(0, 0).select(0, 0));
        }
    }

    @Test
    void outerProducts() {
        Tensor x = Tensor.randn(70, 90);
        Tensor v = Tensor.randn(70);
        Tensor w = Tensor.randn(90);
        for (Tensor y : new Tensor[] {x, x.t().contiguous().t(), Tensor.number(2.5), x.select(0, 0)}) {
            Tensor expected = y.add(v.unsqueeze(1).mul(w));
            assertThat(y.addr(v, w, 1, 1).toDoubleArray()).isEqualTo(expected.toDoubleArray());
        }
    }

    @Test
    void inPlace() {
        Tensor x = Tensor.randn(5000);
        Tensor a = Tensor.randn(5000);
        Tensor expected = x.addcdiv(a, x, 2);
        x.addcdiv_(a, x, 2);
        assertThat(x.toFloatArray()).isEqualTo(expected.toFloatArray());
    }

    @Test
    void gradientOfAQuotient() {
        Tensor[] in = {
            Tensor.rand(1, 6).add(0.5),
            Tensor.rand(4, 6).add(0.5),
            Tensor.rand(4, 1).add(0.5)
        };
        for (Tensor t : in) {
            t.requiresGrad(true);
        }
        Tensor[] actual = Autograd.grad(in[0].addcdiv(in[1], in[2], 0.7).pow(2).sum(), in);
        Tensor[] expected =
                Autograd.grad(in[0].add(in[1].div(in[2]).mul(0.7)).pow(2).sum(), in);
        for (int i = 0; i < 3; i++) {
            assertThat(actual[i].shape()).isEqualTo(in[i].shape());
            assertThat(actual[i].sub(expected[i]).abs().max().item()).isLessThan(2e-5);
        }
    }
}
