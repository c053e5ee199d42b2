package org.cresset.nn.utils;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.nn.PackedSequence;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Sequences of different lengths, padded and packed. Static members are reached through {@link Utils}. */
abstract class SequenceUtils extends ParameterUtils {
    SequenceUtils() {}

    /** Sequences as one tensor, and how long each is. */
    public record Padded(Tensor data, Tensor lengths) {}

    /**
     * Packs (L, N, ...), or (N, L, ...) with {@code batchFirst}, of which sequence i has {@code lengths[i]} steps. As {@code
     * pack_padded_sequence}.
     *
     * @param enforceSorted whether lengths that do not descend are an error
     */
    @Torch("nn.utils.rnn.pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True)")
    public static PackedSequence packPaddedSequence(
            Tensor input, Tensor lengths, boolean batchFirst, boolean enforceSorted) {
        long[] given = lengths.toLongArray();
        Tensor x = batchFirst ? input.transpose(0, 1) : input;
        if (lengths.dim() != 1 || x.dim() < 2 || given.length != x.size(1)) {
            throw CressetException.runtime("pack_padded_sequence: " + given.length + " lengths for an input of shape "
                    + input.shape() + "; expected one for each of its sequences");
        }
        Integer[] order = IntStream.range(0, given.length).boxed().toArray(Integer[]::new);
        if (!enforceSorted) {
            Arrays.sort(order, Comparator.comparingLong((Integer i) -> -given[i]));
        }
        long[] sorted = new long[order.length];
        long[] inverse = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = order[i];
            inverse[order[i]] = i;
            long here = given[order[i]];
            if (here < 1 || here > x.size(0)) {
                throw CressetException.runtime("pack_padded_sequence: length " + here + "; expected from 1 to "
                        + x.size(0) + " for an input of shape " + input.shape());
            }
            if (i > 0 && here > given[order[i - 1]]) {
                throw CressetException.runtime("pack_padded_sequence: lengths " + Arrays.toString(given)
                        + " don't descend; sort the sequences, or pass enforceSorted = false");
            }
        }
        Tensor chosen = enforceSorted ? x : x.indexSelect(1, Tensor.of(sorted));
        int steps = given.length == 0 ? 0 : Math.toIntExact(given[order[0]]);
        long[] sizes = new long[steps];
        Tensor[] parts = new Tensor[steps];
        for (int t = 0; t < steps; t++) {
            long limit = t;
            sizes[t] = Arrays.stream(given).filter(l -> l > limit).count();
            parts[t] = chosen.select(0, t).narrow(0, 0, sizes[t]);
        }
        return new PackedSequence(
                Tensor.cat(0, parts),
                Tensor.of(sizes),
                enforceSorted ? null : Tensor.of(sorted),
                enforceSorted ? null : Tensor.of(inverse));
    }

    /** Packs sequences (L, ...), longest first. As {@code pack_sequence}. */
    @Torch("nn.utils.rnn.pack_sequence(sequences, enforce_sorted=True)")
    public static PackedSequence packSequence(List<Tensor> sequences, boolean enforceSorted) {
        long[] lengths = sequences.stream().mapToLong(s -> s.size(0)).toArray();
        return packPaddedSequence(padSequence(sequences, false, 0, "right"), Tensor.of(lengths), false, enforceSorted);
    }

    /**
     * The sequences of a packed one as (L, N, ...) or, with {@code batchFirst}, (N, L, ...), in the order from before packing.
     * As {@code pad_packed_sequence}.
     *
     * @param totalLength how long to make them; null: as the longest
     */
    @Torch("nn.utils.rnn.pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None)")
    public static Padded padPackedSequence(
            PackedSequence sequence,
            boolean batchFirst,
            double paddingValue,
            @org.jspecify.annotations.Nullable Long totalLength) {
        long[] sizes = sequence.batchSizes().toLongArray();
        long length = totalLength == null ? sizes.length : totalLength;
        if (length < sizes.length) {
            throw CressetException.value("pad_packed_sequence: total length " + length + "; expected at least "
                    + sizes.length + ", the length of the longest sequence");
        }
        long batch = sizes.length == 0 ? 0 : sizes[0];
        long[] lengths = new long[(int) batch];
        Tensor[] steps = new Tensor[(int) length];
        long at = 0;
        long[] shape = sequence.data().shape().toArray();
        for (int t = 0; t < length; t++) {
            long n = t < sizes.length ? sizes[t] : 0;
            shape[0] = batch - n;
            Tensor rest =
                    Tensor.full(Shape.of(shape), paddingValue, sequence.data().dtype());
            steps[t] = n == 0
                    ? rest
                    : n == batch
                            ? sequence.data().narrow(0, at, n)
                            : Tensor.cat(0, sequence.data().narrow(0, at, n), rest);
            at += n;
            for (int b = 0; b < n; b++) {
                lengths[b]++;
            }
        }
        Tensor data = Tensor.stack(batchFirst ? 1 : 0, steps);
        Tensor order = sequence.unsortedIndices();
        Tensor counts = Tensor.of(lengths);
        return order == null
                ? new Padded(data, counts)
                : new Padded(data.indexSelect(batchFirst ? 0 : 1, order), counts.indexSelect(0, order));
    }

    /** Sequences (L, ...) as one tensor (longest, N, ...) or (N, longest, ...). As {@code pad_sequence}. */
    @Torch("nn.utils.rnn.pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side='right')")
    public static Tensor padSequence(
            List<Tensor> sequences, boolean batchFirst, double paddingValue, String paddingSide) {
        if (!paddingSide.matches("left|right")) {
            throw CressetException.runtime(
                    "pad_sequence: padding side '" + paddingSide + "'; expected 'left' or 'right'");
        }
        long longest = sequences.stream().mapToLong(s -> s.size(0)).max().orElse(0);
        Tensor[] padded = new Tensor[sequences.size()];
        for (int i = 0; i < padded.length; i++) {
            Tensor s = sequences.get(i);
            long[] shape = s.shape().toArray();
            shape[0] = longest - shape[0];
            if (shape[0] == 0) {
                padded[i] = s;
                continue;
            }
            Tensor rest = Tensor.full(Shape.of(shape), paddingValue, s.dtype());
            padded[i] = paddingSide.equals("right") ? Tensor.cat(0, s, rest) : Tensor.cat(0, rest, s);
        }
        return Tensor.stack(batchFirst ? 0 : 1, padded);
    }

    /** The sequences of a padded tensor, each of its own length. As {@code unpad_sequence}. */
    @Torch("nn.utils.rnn.unpad_sequence(padded_sequences, lengths, batch_first=False)")
    public static List<Tensor> unpadSequence(Tensor paddedSequences, Tensor lengths, boolean batchFirst) {
        Tensor x = batchFirst ? paddedSequences : paddedSequences.transpose(0, 1);
        List<Tensor> all = new ArrayList<>();
        long[] l = lengths.toLongArray();
        for (int i = 0; i < l.length; i++) {
            all.add(x.select(0, i).narrow(0, 0, l[i]));
        }
        return all;
    }
}
