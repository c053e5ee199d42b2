package org.cresset.nn;

import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** One step of an {@link LSTM}. As {@code nn.LSTMCell}. */
public final class LSTMCell extends RNNCellBase {
    /** With bias. */
    public LSTMCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true);
    }

    /** All options. */
    @Torch("nn.LSTMCell(input_size, hidden_size, bias=True)")
    public LSTMCell(long inputSize, long hiddenSize, boolean bias) {
        super(Recurrent.Mode.LSTM, inputSize, hiddenSize, bias);
    }

    /** The state after (N, inputSize) or (inputSize), from one of (N, hiddenSize) or (hiddenSize); null: zeros. */
    @Torch("forward(input, hx=None)")
    public LSTM.State forward(Tensor input, LSTM.@Nullable State hx) {
        return call(
                in -> {
                    LSTM.State s = (LSTM.State) in[1];
                    Tensor[] out = step((Tensor) Hook.given(in[0]), s == null ? null : s.h(), s == null ? null : s.c());
                    return new LSTM.State(out[0], out[1]);
                },
                input,
                hx);
    }
}
