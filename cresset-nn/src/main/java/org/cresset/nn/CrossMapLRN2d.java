package org.cresset.nn;

import java.util.Objects;
import org.cresset.autograd.CustomFunction;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Local response normalization of (N, C, H, W) as {@code nn.CrossMapLRN2d} computes it, kept for old models. Its running sum
 * over channels never lets go of the first one, and its gradient takes windows that lie elsewhere; both are reproduced.
 */
public final class CrossMapLRN2d extends Layer {
    private final long size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** Over a number of channels, with PyTorch's defaults. */
    public CrossMapLRN2d(long size) {
        this(size, 1e-4, 0.75, 1);
    }

    /** All options. */
    @Torch("nn.CrossMapLRN2d(size, alpha=0.0001, beta=0.75, k=1)")
    public CrossMapLRN2d(long size, double alpha, double beta, double k) {
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    protected Tensor compute(Tensor input) {
        if (input.dim() != 4) {
            throw CressetException.value("CrossMapLRN2d: input " + input.shape() + "; expected (N, C, H, W)");
        }
        return new Normalization().apply(input);
    }

    private interface Window {
        boolean contains(long channel, long other);
    }

    /** For each channel the sum over the others in its window: (N, C, H, W) to the same. */
    private static Tensor sum(Tensor x, Window window) {
        int c = Math.toIntExact(x.size(1));
        float[] ones = new float[c * c];
        for (int i = 0; i < c; i++) {
            for (int j = 0; j < c; j++) {
                ones[i * c + j] = window.contains(i, j) ? 1 : 0;
            }
        }
        return Tensor.from(ones, c, c)
                .to(x.dtype())
                .matmul(x.flatten(2))
                .reshape(x.shape().toArray());
    }

    private final class Normalization extends CustomFunction {
        @Override
        protected Tensor[] forward(Call call, Tensor[] inputs) {
            Tensor x = inputs[0];
            long reach = (size - 1) / 2 + 1;
            Tensor squares = sum(x.square(), (c, j) -> Math.abs(c - j) < reach || j == 0 && c >= reach);
            Tensor scale = squares.mul(alpha / size).add(k);
            Tensor y = scale.pow(-beta).mul(x);
            call.saveForBackward(x, y);
            call.set(scale);
            return new Tensor[] {y};
        }

        @Override
        protected @Nullable Tensor[] backward(Call call, Tensor[] gradOutputs) {
            Tensor g = gradOutputs[0];
            Tensor x = call.savedTensors()[0];
            Tensor y = call.savedTensors()[1];
            Tensor scale = (Tensor) Objects.requireNonNull(call.get());
            long low = (long) (size - (size - 1) / 2.0);
            Tensor ratio = sum(g.mul(y).div(scale), (c, j) -> j >= c - low && j <= c + size - 1 - low);
            return new Tensor[] {scale.pow(-beta).mul(g).sub(x.mul(ratio).mul(2 * alpha * beta / size))};
        }
    }

    @Override
    protected String describe() {
        return size + ", alpha=" + alpha + ", beta=" + beta + ", k=" + k;
    }
}
