package org.cresset.nn;

import org.cresset.amp.Autocast;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What recurrent cells have in common: one step for (N, inputSize) or (inputSize). */
abstract class RNNCellBase extends Module {
    /** (gates x hiddenSize, inputSize). */
    @Key("weight_ih")
    public final Tensor weightIh;

    /** (gates x hiddenSize, hiddenSize). */
    @Key("weight_hh")
    public final Tensor weightHh;

    /** (gates x hiddenSize), or null. */
    @Key("bias_ih")
    public final @Nullable Tensor biasIh;

    /** (gates x hiddenSize), or null. */
    @Key("bias_hh")
    public final @Nullable Tensor biasHh;

    private final Recurrent.Mode mode;

    RNNCellBase(Recurrent.Mode mode, long inputSize, long hiddenSize, boolean bias) {
        this.mode = mode;
        double bound = hiddenSize > 0 ? 1 / Math.sqrt(hiddenSize) : 0;
        long gates = mode.gates * hiddenSize;
        weightIh = parameter(Tensor.empty(DType.FLOAT32, gates, inputSize).uniform_(-bound, bound));
        weightHh = parameter(Tensor.empty(DType.FLOAT32, gates, hiddenSize).uniform_(-bound, bound));
        biasIh = bias ? parameter(Tensor.empty(DType.FLOAT32, gates).uniform_(-bound, bound)) : null;
        biasHh = bias ? parameter(Tensor.empty(DType.FLOAT32, gates).uniform_(-bound, bound)) : null;
    }

    /** The new hidden and, for an LSTM, cell state. */
    final Tensor[] step(Tensor input, @Nullable Tensor h, @Nullable Tensor c) {
        if (input.dim() != 1 && input.dim() != 2) {
            throw CressetException.value(
                    "expected an input of 1 or 2 dimensions, got " + input.dim() + ": " + input.shape());
        }
        for (Tensor s : new Tensor[] {h, c}) {
            if (s != null && s.dim() != 1 && s.dim() != 2) {
                throw CressetException.value("expected states of 1 or 2 dimensions, got " + s.shape());
            }
        }
        boolean batched = input.dim() == 2;
        Tensor x = batched ? input : input.unsqueeze(0);
        Shape state = Shape.of(x.size(0), weightHh.size(1));
        Tensor h0 = first(h, state, x, batched);
        Tensor c0 = mode == Recurrent.Mode.LSTM ? first(c, state, x, batched) : null;
        boolean lowered = Autocast.isEnabled(); // for products, not for the layer
        Tensor[] out = Recurrent.layer(
                new Recurrent.Attrs(mode, new long[] {x.size(0)}, false),
                lowered ? Functional.linear(x, weightIh, biasIh) : x,
                lowered ? null : weightIh,
                lowered ? null : biasIh,
                h0,
                c0,
                weightHh,
                biasHh,
                null);
        Tensor[] made = new Tensor[out.length - 1];
        for (int i = 0; i < made.length; i++) {
            made[i] = batched ? out[i + 1] : out[i + 1].squeeze(0);
        }
        return made;
    }

    private Tensor first(@Nullable Tensor given, Shape shape, Tensor x, boolean batched) {
        if (given == null) {
            return Tensor.zeros(shape, x.dtype());
        }
        Tensor s = batched ? given : given.unsqueeze(0);
        if (!s.shape().equals(shape)) {
            throw CressetException.runtime("expected a state of shape " + shape + ", got " + given.shape());
        }
        return s;
    }

    @Override
    protected String describe() {
        return weightIh.size(1) + ", " + weightHh.size(1) + (biasIh == null ? ", bias=False" : "");
    }
}
