package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** A recurrent net of {@code tanh} or {@code relu} units (Elman 1990) over sequences, see {@link RNNBase}. As {@code nn.RNN}. */
public final class RNN extends RNNBase {
    /** The hidden states of all steps of the last layer, and the last one of all layers (layers x directions, N, hidden). */
    public record Result(Tensor output, Tensor h) {}

    /** The same for packed sequences. */
    public record PackedResult(PackedSequence output, Tensor h) {}

    /** One layer of {@code tanh} units. */
    public RNN(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, 1, "tanh", true, false, 0, false);
    }

    /** Layers over (N, L, inputSize) or (L, N, inputSize). */
    public RNN(long inputSize, long hiddenSize, long numLayers, boolean batchFirst) {
        this(inputSize, hiddenSize, numLayers, "tanh", true, batchFirst, 0, false);
    }

    /** All options; {@code nonlinearity} is tanh or relu. */
    @Torch(
            "nn.RNN(input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False)")
    public RNN(
            long inputSize,
            long hiddenSize,
            long numLayers,
            String nonlinearity,
            boolean bias,
            boolean batchFirst,
            double dropout,
            boolean bidirectional) {
        super(mode(nonlinearity), inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0);
    }

    static Recurrent.Mode mode(String nonlinearity) {
        return switch (nonlinearity) {
            case "tanh" -> Recurrent.Mode.RNN_TANH;
            case "relu" -> Recurrent.Mode.RNN_RELU;
            default ->
                throw CressetException.value("RNN: unknown nonlinearity '" + nonlinearity + "'; expected tanh or relu");
        };
    }

    /** From zeros. */
    public Result forward(Tensor input) {
        return forward(input, null);
    }

    /** From a hidden state; null: zeros. */
    @Torch("forward(input, hx=None)")
    public Result forward(Tensor input, @Nullable Tensor hx) {
        return call(
                in -> {
                    Tensor[] out = run((Tensor) Hook.given(in[0]), (Tensor) in[1], null);
                    return new Result(out[0], out[1]);
                },
                input,
                hx);
    }

    /** Over packed sequences, from a hidden state; null: zeros. */
    @Torch("forward(input, hx=None)")
    public PackedResult forward(PackedSequence input, @Nullable Tensor hx) {
        return call(
                in -> {
                    PackedSequence p = (PackedSequence) Hook.given(in[0]);
                    Tensor[] out = run(p, (Tensor) in[1], null);
                    return new PackedResult(packed(out[0], p), out[1]);
                },
                input,
                hx);
    }
}
