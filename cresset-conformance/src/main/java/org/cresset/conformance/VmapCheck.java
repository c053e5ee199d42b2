package org.cresset.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Mapping a call over a batch against one call for each example. */
final class VmapCheck {
    private static final int SIZE = 3;

    private final Sample sample;
    private final Arguments arguments;
    private final Map<String, Tensor> tensors;
    private int compared;

    private VmapCheck(Sample sample) {
        this.sample = sample;
        arguments = sample.wideArguments();
        tensors = Sample.tensors(arguments);
        tensors.keySet().removeIf(path -> Limits.decides(sample.op(), path, arguments));
    }

    static void run(Sample sample) {
        Sample.require(!sample.isUndetermined(), "random");
        Sample.require(!sample.line.has("mutated"), "changes its arguments");
        Sample.require(Limits.needsValues(sample.op(), sample.arguments()) == null, "needs values");
        new VmapCheck(sample).run();
    }

    private void run() {
        List<String> all = List.copyOf(tensors.keySet());
        Sample.require(!all.isEmpty(), "no tensors");
        map(all, 0);
        map(all.subList(0, 1), -1);
        if (all.size() > 1) {
            map(all.subList(1, all.size()), 1);
        }
        Sample.require(compared > 0, "no batch of examples of one kind");
    }

    /** Maps over the tensors at some paths, the batch being dimension {@code dim} where there are that many. */
    private void map(List<String> paths, int dim) {
        List<Tensor[]> examples = new ArrayList<>();
        Tensor[] expected = loop(paths, false, examples);
        if (expected == null) { // turned round, positions may have lost their meaning
            examples.clear();
            expected = loop(paths, true, examples);
        }
        if (expected == null) {
            return;
        }
        Tensor[] inputs = new Tensor[paths.size()];
        int[] dims = new int[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            Tensor[] column = new Tensor[SIZE];
            for (int b = 0; b < SIZE; b++) {
                column[b] = examples.get(b)[i];
            }
            dims[i] = Math.min(dim, column[0].dim());
            inputs[i] = Tensor.stack(dims[i], column);
        }
        String what = "vmap over " + String.join(", ", paths) + " in dimension " + dim;
        Tensor[] got = Func.vmap(sample.function(arguments, paths), inputs, dims);
        if (got.length != expected.length) {
            throw new Mismatch(what + " gives " + got.length + " tensors, expected " + expected.length);
        }
        for (int i = 0; i < got.length; i++) {
            Closeness.sameKind(
                    what + ": result " + i,
                    got[i],
                    expected[i].dtype(),
                    expected[i].shape().toString());
            Closeness.near(what + ": result " + i, got[i], expected[i], 1e-9);
        }
        compared++;
    }

    /** The results of one call for each example, stacked; null if a call fails or the results differ in shape. */
    private Tensor @Nullable [] loop(List<String> paths, boolean same, List<Tensor[]> examples) {
        List<Tensor[]> results = new ArrayList<>();
        for (int b = 0; b < SIZE; b++) {
            Tensor[] in = new Tensor[paths.size()];
            for (int i = 0; i < in.length; i++) {
                in[i] = example(arguments.tensor(paths.get(i)), b, same);
            }
            examples.add(in);
            try {
                results.add(sample.function(arguments, paths).apply(in));
            } catch (CressetException e) {
                return null;
            }
        }
        Tensor[] stacked = new Tensor[results.getFirst().length];
        for (int i = 0; i < stacked.length; i++) {
            Tensor[] column = new Tensor[SIZE];
            for (int b = 0; b < SIZE; b++) {
                if (i >= results.get(b).length) {
                    return null;
                }
                column[b] = results.get(b)[i];
                if (!column[b].shape().equals(column[0].shape())) {
                    return null;
                }
            }
            stacked[i] = Tensor.stack(0, column);
        }
        return stacked;
    }

    /** Example b: scaled, which keeps domains, order and definiteness; positions and truth values are turned round. */
    private static Tensor example(Tensor t, int b, boolean same) {
        if (b == 0) {
            return t;
        }
        if (t.dtype().isDifferentiable()) {
            return t.mul(b == 1 ? 0.75 : 0.5);
        }
        if (same || t.dim() == 0 || b == 2) {
            return t.clone();
        }
        long[] dims = new long[t.dim()];
        for (int d = 0; d < dims.length; d++) {
            dims[d] = d;
        }
        return t.flip(dims);
    }
}
