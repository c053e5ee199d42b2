package org.cresset.autograd;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * How {@link Func#vmap(Func.Many, Tensor[], int[], VmapOptions)} maps, with the names of {@code torch.func.vmap}.
 *
 * @param outDims where the batch goes in each result; one number stands for all
 * @param randomness what random numbers mean
 * @param chunkSize how many examples are computed at once; 0: all
 */
public record VmapOptions(int[] outDims, Randomness randomness, long chunkSize) {
    /** Results are stacked in dimension 0, random numbers are refused, all examples are computed at once. */
    public static final VmapOptions DEFAULT = new VmapOptions(new int[] {0}, Randomness.ERROR, 0);

    /** With other places for the batch. */
    public VmapOptions withOutDims(int... dims) {
        return new VmapOptions(dims, randomness, chunkSize);
    }

    /** With another meaning of random numbers. */
    public VmapOptions withRandomness(Randomness meaning) {
        return new VmapOptions(outDims, meaning, chunkSize);
    }

    /** With so many examples at once. */
    public VmapOptions withChunkSize(long examples) {
        return new VmapOptions(outDims, randomness, examples);
    }

    Tensor[] arrange(Tensor[] results) {
        if (outDims.length != 1 && outDims.length != results.length) {
            throw CressetException.value("vmap: " + outDims.length + " outDims for " + results.length
                    + " results; expected one, or one for each");
        }
        Tensor[] arranged = new Tensor[results.length];
        for (int i = 0; i < arranged.length; i++) {
            int dim = outDims[outDims.length == 1 ? 0 : i];
            arranged[i] = dim == 0 ? results[i] : results[i].movedim(0, dim);
        }
        return arranged;
    }
}
