package org.cresset.nn;

import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Long short-term memory (Hochreiter and Schmidhuber 1997) over sequences, see {@link RNNBase}. As {@code nn.LSTM}. */
public final class LSTM extends RNNBase {
    /** Hidden and cell state, each (layers x directions, N, size). */
    public record State(Tensor h, Tensor c) {}

    /** The hidden states of all steps of the last layer, and the last state of all layers. */
    public record Result(Tensor output, State state) {}

    /** The same for packed sequences. */
    public record PackedResult(PackedSequence output, State state) {}

    /** One layer. */
    public LSTM(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, 1, true, false, 0, false, 0);
    }

    /** Layers over (N, L, inputSize) or (L, N, inputSize). */
    public LSTM(long inputSize, long hiddenSize, long numLayers, boolean batchFirst) {
        this(inputSize, hiddenSize, numLayers, true, batchFirst, 0, false, 0);
    }

    /** All options; {@code projSize} 0: no projection of the hidden state. */
    @Torch(
            "nn.LSTM(input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0)")
    public LSTM(
            long inputSize,
            long hiddenSize,
            long numLayers,
            boolean bias,
            boolean batchFirst,
            double dropout,
            boolean bidirectional,
            long projSize) {
        super(
                Recurrent.Mode.LSTM,
                inputSize,
                hiddenSize,
                numLayers,
                bias,
                batchFirst,
                dropout,
                bidirectional,
                projSize);
    }

    /** From zeros. */
    public Result forward(Tensor input) {
        return forward(input, null);
    }

    /** From a state; null: zeros. */
    @Torch("forward(input, hx=None)")
    public Result forward(Tensor input, @Nullable State hx) {
        return call(
                in -> {
                    State s = (State) in[1];
                    Tensor[] out = run((Tensor) Hook.given(in[0]), s == null ? null : s.h, s == null ? null : s.c);
                    return new Result(out[0], new State(out[1], out[2]));
                },
                input,
                hx);
    }

    /** Over packed sequences, from a state; null: zeros. */
    @Torch("forward(input, hx=None)")
    public PackedResult forward(PackedSequence input, @Nullable State hx) {
        return call(
                in -> {
                    State s = (State) in[1];
                    PackedSequence p = (PackedSequence) Hook.given(in[0]);
                    Tensor[] out = run(p, s == null ? null : s.h, s == null ? null : s.c);
                    return new PackedResult(packed(out[0], p), new State(out[1], out[2]));
                },
                input,
                hx);
    }
}
