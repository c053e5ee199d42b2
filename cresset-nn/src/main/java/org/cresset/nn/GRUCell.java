package org.cresset.nn;

import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** One step of a {@link GRU}. As {@code nn.GRUCell}. */
public final class GRUCell extends RNNCellBase {
    /** With bias. */
    public GRUCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true);
    }

    /** All options. */
    @Torch("nn.GRUCell(input_size, hidden_size, bias=True)")
    public GRUCell(long inputSize, long hiddenSize, boolean bias) {
        super(Recurrent.Mode.GRU, inputSize, hiddenSize, bias);
    }

    /** The hidden state after (N, inputSize) or (inputSize), from one of (N, hiddenSize) or (hiddenSize); null: zeros. */
    @Torch("forward(input, hx=None)")
    public Tensor forward(Tensor input, @Nullable Tensor hx) {
        return call(in -> step((Tensor) Hook.given(in[0]), (Tensor) in[1], null)[0], input, hx);
    }
}
