package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Anomaly detection tells which line of the forward pass went wrong. */
class AnomalyTest {
    private static final String HERE = AnomalyTest.class.getSimpleName() + ".java";

    private static Tensor culprit(Tensor x) {
        return x.sqrt();
    }

    @Test
    void aNanNamesTheForwardLine() {
        Tensor x = Tensor.of(0.0, 1.0).requiresGrad(true);
        Throwable error = catchThrowable(() -> Autograd.detectAnomaly(() -> {
            // The gradient 0 times the infinite derivative of the root at 0.
            culprit(x).mul(0).sum().backward();
        }));
        assertThat(error).isInstanceOf(CressetException.class).hasMessageContaining("sqrt");
        assertThat(error.getCause().getStackTrace())
                .anyMatch(f -> HERE.equals(f.getFileName()) && f.getMethodName().equals("culprit"));
    }

    @Test
    void otherErrorsInBackwardShowItToo() {
        Tensor x = Tensor.of(1.0, 2.0).requiresGrad(true);
        Throwable error = catchThrowable(() -> Autograd.detectAnomaly(() -> {
            Tensor y = culprit(x);
            y.add_(1);
            y.sum().backward();
        }));
        assertThat(error).hasMessageContaining("changed in place");
        assertThat(error.getSuppressed()).isNotEmpty();
        assertThat(error.getSuppressed()[0].getStackTrace())
                .anyMatch(f -> HERE.equals(f.getFileName()) && f.getMethodName().equals("culprit"));
    }

    @Test
    void withoutItNanPassesAndErrorsCarryNoLine() {
        Tensor x = Tensor.of(0.0).requiresGrad(true);
        culprit(x).mul(0).sum().backward();
        assertThat(x.grad()).isNotNull();
        assertThat(x.grad().item()).isNaN();
        Tensor y = culprit(Tensor.of(1.0).requiresGrad(true));
        y.add_(1);
        assertThatThrownBy(() -> y.sum().backward())
                .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    }
}
