package org.cresset.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.cresset.amp.Autocast;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.op.Recurrent;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What recurrent nets have in common: layers in one or both directions over sequences (L, N, inputSize), or (N, L, inputSize)
 * with {@code batchFirst}, or (L, inputSize). Parameters of layer k are {@code weight_ih_lk}, {@code weight_hh_lk}, {@code
 * bias_ih_lk}, {@code bias_hh_lk}, {@code weight_hr_lk}, those of the other direction end with {@code _reverse}.
 */
abstract class RNNBase extends Module {
    private final Recurrent.Mode mode;
    private final long inputSize;
    private final long hiddenSize;
    private final long numLayers;
    private final boolean bias;
    private final boolean batchFirst;
    private final double dropout;
    private final boolean bidirectional;
    private final long projSize;

    RNNBase(
            Recurrent.Mode mode,
            long inputSize,
            long hiddenSize,
            long numLayers,
            boolean bias,
            boolean batchFirst,
            double dropout,
            boolean bidirectional,
            long projSize) {
        String name = getClass().getSimpleName();
        if (inputSize < 1 || hiddenSize < 1 || numLayers < 1) {
            throw CressetException.value(name + ": input size " + inputSize + ", hidden size " + hiddenSize + " and "
                    + numLayers + " layers; expected at least 1 of each");
        }
        if (!(dropout >= 0 && dropout <= 1)) {
            throw CressetException.value(name + ": dropout " + dropout + "; expected a probability");
        }
        if (projSize < 0 || projSize >= hiddenSize) {
            throw CressetException.value(
                    name + ": projection size " + projSize + "; expected less than the hidden size, " + hiddenSize);
        }
        this.mode = mode;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        this.numLayers = numLayers;
        this.bias = bias;
        this.batchFirst = batchFirst;
        this.dropout = dropout;
        this.bidirectional = bidirectional;
        this.projSize = projSize;
        double bound = 1 / Math.sqrt(hiddenSize);
        long gates = mode.gates * hiddenSize;
        for (long k = 0; k < numLayers; k++) {
            for (int d = 0; d < directions(); d++) {
                String suffix = suffix(k, d);
                weight("weight_ih" + suffix, bound, gates, k == 0 ? inputSize : outSize() * directions());
                weight("weight_hh" + suffix, bound, gates, outSize());
                if (bias) {
                    weight("bias_ih" + suffix, bound, gates);
                    weight("bias_hh" + suffix, bound, gates);
                }
                if (projSize > 0) {
                    weight("weight_hr" + suffix, bound, projSize, hiddenSize);
                }
            }
        }
    }

    private void weight(String name, double bound, long... shape) {
        registerParameter(name, Tensor.empty(DType.FLOAT32, shape).uniform_(-bound, bound));
    }

    private static String suffix(long layer, int direction) {
        return "_l" + layer + (direction == 1 ? "_reverse" : "");
    }

    private int directions() {
        return bidirectional ? 2 : 1;
    }

    private long outSize() {
        return projSize > 0 ? projSize : hiddenSize;
    }

    private Tensor weight(String name) {
        return Objects.requireNonNull(registered(name), name);
    }

    /** States of all steps, last hidden state, and for an LSTM last cell state. */
    final Tensor[] run(Tensor input, @Nullable Tensor h, @Nullable Tensor c) {
        if (input.dim() != 2 && input.dim() != 3) {
            throw CressetException.value(
                    "expected an input of 2 or 3 dimensions, got " + input.dim() + ": " + input.shape());
        }
        boolean batched = input.dim() == 3;
        for (Tensor s : new Tensor[] {h, c}) {
            if (s != null && s.dim() != input.dim()) {
                throw CressetException.runtime("for an input of shape " + input.shape()
                        + " the states should have as many dimensions, got " + s.shape());
            }
        }
        int batchDim = batchFirst ? 0 : 1;
        Tensor x = batched ? input : input.unsqueeze(batchDim);
        check(x);
        Tensor steps = batchFirst ? x.transpose(0, 1) : x;
        long length = steps.size(0);
        long batch = steps.size(1);
        if (length == 0) {
            throw CressetException.runtime("expected sequences with at least one step, got " + input.shape());
        }
        long[] sizes = new long[Math.toIntExact(length)];
        Arrays.fill(sizes, batch);
        Tensor[] out = layers(
                Autocast.isEnabled() ? steps.reshape(length * batch, x.size(2)) : steps,
                sizes,
                h == null || batched ? h : h.unsqueeze(1),
                c == null || batched ? c : c.unsqueeze(1));
        Tensor y = out[0].reshape(length, batch, out[0].size(1));
        y = batchFirst ? y.transpose(0, 1) : y;
        out[0] = batched ? y : y.squeeze(batchDim);
        for (int i = 1; i < out.length; i++) {
            out[i] = batched ? out[i] : out[i].squeeze(1);
        }
        return out;
    }

    /** The same for packed sequences; states come and go in the order that the sequences had before packing. */
    final Tensor[] run(PackedSequence input, @Nullable Tensor h, @Nullable Tensor c) {
        if (input.data().dim() != 2) {
            throw CressetException.runtime(
                    "expected packed data of 2 dimensions, got " + input.data().shape());
        }
        check(input.data());
        Tensor sorted = input.sortedIndices();
        Tensor unsorted = input.unsortedIndices();
        Tensor[] out = layers(
                input.data(),
                input.batchSizes().toLongArray(),
                h == null || sorted == null ? h : h.indexSelect(1, sorted),
                c == null || sorted == null ? c : c.indexSelect(1, sorted));
        for (int i = 1; i < out.length; i++) {
            out[i] = unsorted == null ? out[i] : out[i].indexSelect(1, unsorted);
        }
        return out;
    }

    static PackedSequence packed(Tensor data, PackedSequence like) {
        return new PackedSequence(data, like.batchSizes(), like.sortedIndices(), like.unsortedIndices());
    }

    private void check(Tensor x) {
        DType own = weight("weight_ih_l0").dtype();
        if (x.dtype() != own) {
            throw CressetException.value("an input of " + x.dtype() + " for weights of " + own
                    + "; convert the input, or the module with to()");
        }
        if (x.size(-1) != inputSize) {
            throw CressetException.runtime("expected an input with " + inputSize + " features, got shape " + x.shape());
        }
    }

    private Tensor checked(String what, @Nullable Tensor state, long batch, long width, Tensor like) {
        Shape want = Shape.of(numLayers * directions(), batch, width);
        if (state == null) {
            return Tensor.zeros(want, like.dtype());
        }
        if (!state.shape().equals(want)) {
            throw CressetException.runtime("expected a " + what + " state of shape " + want + ", got " + state.shape());
        }
        return state;
    }

    private Tensor[] layers(Tensor rows, long[] sizes, @Nullable Tensor h, @Nullable Tensor c) {
        boolean lstm = mode == Recurrent.Mode.LSTM;
        Tensor h0 = checked("hidden", h, sizes[0], outSize(), rows);
        Tensor c0 = lstm ? checked("cell", c, sizes[0], hiddenSize, rows) : null;
        List<Tensor> lastH = new ArrayList<>();
        List<Tensor> lastC = new ArrayList<>();
        Tensor x = rows;
        for (long k = 0; k < numLayers; k++) {
            Tensor[] states = new Tensor[directions()];
            for (int d = 0; d < states.length; d++) {
                long i = k * directions() + d;
                Tensor[] out = layer(
                        x,
                        new Recurrent.Attrs(mode, sizes, d == 1),
                        suffix(k, d),
                        h0.select(0, i),
                        c0 == null ? null : c0.select(0, i));
                states[d] = out[0];
                lastH.add(out[1]);
                if (lstm) {
                    lastC.add(out[2]);
                }
            }
            x = states.length == 1 ? states[0] : Tensor.cat(1, states);
            if (dropout > 0 && isTraining() && k < numLayers - 1) {
                x = Functional.dropout(x, dropout, true);
            }
        }
        Tensor hn = Tensor.stack(0, lastH.toArray(new Tensor[0]));
        return lstm ? new Tensor[] {x, hn, Tensor.stack(0, lastC.toArray(new Tensor[0]))} : new Tensor[] {x, hn};
    }

    private Tensor[] layer(Tensor x, Recurrent.Attrs attrs, String suffix, Tensor h, @Nullable Tensor c) {
        Tensor inner = null;
        Tensor outer = null;
        if (bias) {
            outer = weight("bias_ih" + suffix);
            inner = weight("bias_hh" + suffix);
            if (mode != Recurrent.Mode.GRU) { // both are added to the same gates
                outer = outer.add(inner);
                inner = null;
            }
        }
        Tensor in = weight("weight_ih" + suffix);
        boolean lowered = Autocast.isEnabled(); // for products, not for the layer
        return Recurrent.layer(
                attrs,
                lowered ? Functional.linear(x, in, outer).to(h.dtype()) : x,
                lowered ? null : in,
                lowered ? null : outer,
                h,
                c,
                weight("weight_hh" + suffix),
                inner,
                projSize > 0 ? weight("weight_hr" + suffix) : null);
    }

    @Override
    protected String describe() {
        return inputSize + ", " + hiddenSize + (projSize == 0 ? "" : ", proj_size=" + projSize)
                + (numLayers == 1 ? "" : ", num_layers=" + numLayers) + (bias ? "" : ", bias=False")
                + (batchFirst ? ", batch_first=True" : "") + (dropout == 0 ? "" : ", dropout=" + dropout)
                + (bidirectional ? ", bidirectional=True" : "");
    }
}
