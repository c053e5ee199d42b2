package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** One step of an {@link RNN}. As {@code nn.RNNCell}. */
public final class RNNCell extends RNNCellBase {
    /** With bias and tanh. */
    public RNNCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true, "tanh");
    }

    /** All options; {@code nonlinearity} is tanh or relu. */
    @Torch("nn.RNNCell(input_size, hidden_size, bias=True, nonlinearity='tanh')")
    public RNNCell(long inputSize, long hiddenSize, boolean bias, String nonlinearity) {
        super(RNN.mode(nonlinearity), inputSize, hiddenSize, bias);
    }

    /** The hidden state after (N, inputSize) or (inputSize), from one of (N, hiddenSize) or (hiddenSize); null: zeros. */
    @Torch("forward(input, hx=None)")
    public Tensor forward(Tensor input, @Nullable Tensor hx) {
        return call(in -> step((Tensor) Hook.given(in[0]), (Tensor) in[1], null)[0], input, hx);
    }
}
