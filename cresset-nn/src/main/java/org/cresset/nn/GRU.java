package org.cresset.nn;

import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Gated recurrent units (Cho et al. 2014) over sequences, see {@link RNNBase}. As {@code nn.GRU}. */
public final class GRU extends RNNBase {
    /** The hidden states of all steps of the last layer, and the last one of all layers (layers x directions, N, hidden). */
    public record Result(Tensor output, Tensor h) {}

    /** The same for packed sequences. */
    public record PackedResult(PackedSequence output, Tensor h) {}

    /** One layer. */
    public GRU(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, 1, true, false, 0, false);
    }

    /** Layers over (N, L, inputSize) or (L, N, inputSize). */
    public GRU(long inputSize, long hiddenSize, long numLayers, boolean batchFirst) {
        this(inputSize, hiddenSize, numLayers, true, batchFirst, 0, false);
    }

    /** All options. */
    @Torch(
            "nn.GRU(input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False)")
    public GRU(
            long inputSize,
            long hiddenSize,
            long numLayers,
            boolean bias,
            boolean batchFirst,
            double dropout,
            boolean bidirectional) {
        super(Recurrent.Mode.GRU, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0);
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
