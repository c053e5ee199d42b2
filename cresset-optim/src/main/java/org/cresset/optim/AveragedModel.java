package org.cresset.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.nn.Module;
import org.cresset.nn.RunningStatistics;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * A second set of a model's parameters and buffers that averages those of the training steps, as
 * {@code torch.optim.swa_utils.AveragedModel}. Tensors go by their names in the model.
 */
public final class AveragedModel {
    private static final FusedUpdate LERP = new FusedUpdate("average", 0, 1, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(FusedUpdate.lerp(l, in.get(0), in.get(1), in.get(2)));
        }
    });

    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> buffers;
    private final Weight weight;
    private final boolean useBuffers;
    private long averaged;

    /** How much a new value counts, given how many there were before; the average keeps the rest. */
    @FunctionalInterface
    public interface Weight {
        /** From 0 to 1. */
        double of(long averaged);
    }

    /**
     * Copies of a model's tensors, to be averaged with weights of one's own.
     *
     * @param useBuffers whether buffers are averaged like parameters, or copied at each update
     */
    public AveragedModel(
            Map<String, ? extends Tensor> parameters,
            Map<String, ? extends Tensor> buffers,
            Weight weight,
            boolean useBuffers) {
        this.parameters = copies(parameters);
        this.buffers = copies(buffers);
        this.weight = weight;
        this.useBuffers = useBuffers;
    }

    /** Equal weights for all updates: stochastic weight averaging. */
    public static AveragedModel swa(
            Map<String, ? extends Tensor> parameters, Map<String, ? extends Tensor> buffers, boolean useBuffers) {
        return new AveragedModel(parameters, buffers, n -> 1.0 / (n + 1), useBuffers);
    }

    /**
     * An exponential moving average: {@code average = decay average + (1 - decay) value}.
     *
     * @throws CressetException if decay isn't from 0 to 1
     */
    public static AveragedModel ema(
            Map<String, ? extends Tensor> parameters,
            Map<String, ? extends Tensor> buffers,
            double decay,
            boolean useBuffers) {
        if (!(decay >= 0 && decay <= 1)) {
            throw CressetException.value("AveragedModel.ema: decay is " + decay + "; expected a number from 0 to 1");
        }
        return new AveragedModel(parameters, buffers, n -> 1 - decay, useBuffers);
    }

    /** Equal weights for all updates of a model: stochastic weight averaging. Buffers are copied. */
    public static AveragedModel swa(Module model) {
        return swa(model.namedParameters(), model.namedBuffers(), false);
    }

    /**
     * An exponential moving average of a model: {@code average = decay average + (1 - decay) value}. Buffers are copied.
     *
     * @throws CressetException if decay isn't from 0 to 1
     */
    public static AveragedModel ema(Module model, double decay) {
        return ema(model.namedParameters(), model.namedBuffers(), decay, false);
    }

    private static Map<String, Tensor> copies(Map<String, ? extends Tensor> tensors) {
        Map<String, Tensor> m = new LinkedHashMap<>();
        Autograd.noGrad(() -> tensors.forEach((name, t) -> {
            Tensor copy = t.clone();
            copy.dense("AveragedModel").storage().keep();
            m.put(name, copy);
        }));
        return m;
    }

    /**
     * Takes in the model's present values; the first time they are copied.
     *
     * @throws CressetException if a tensor is missing or has another shape
     */
    public void updateParameters(
            Map<String, ? extends Tensor> nowParameters, Map<String, ? extends Tensor> nowBuffers) {
        Autograd.noGrad(() -> {
            update(parameters, nowParameters, true);
            update(buffers, nowBuffers, useBuffers);
        });
        averaged++;
    }

    /** Takes in a model's present values; the first time they are copied. */
    public void updateParameters(Module model) {
        updateParameters(model.namedParameters(), model.namedBuffers());
    }

    private void update(Map<String, Tensor> averages, Map<String, ? extends Tensor> now, boolean average) {
        averages.forEach((name, t) -> {
            Tensor value = now.get(name);
            if (value == null || !value.shape().equals(t.shape())) {
                throw CressetException.value("AveragedModel.updateParameters: " + name + " is "
                        + (value == null ? "missing" : "of shape " + value.shape()) + "; expected shape " + t.shape());
            }
            if (!average || averaged == 0) {
                t.copy_(value);
            } else if (t.dtype().isDifferentiable()) {
                LERP.run(t.dense("AveragedModel"), value.dense("AveragedModel"), new Dense[0], weight.of(averaged));
            } else {
                Tensor exact = t.to(DType.FLOAT64);
                t.copy_(exact.lerp_(value.to(DType.FLOAT64), weight.of(averaged))
                        .trunc()
                        .to(t.dtype()));
            }
        });
    }

    /** Number of updates so far. */
    public long nAveraged() {
        return averaged;
    }

    /** The averages of the parameters. */
    public Map<String, Tensor> parameters() {
        return Map.copyOf(parameters);
    }

    /** The averages, or last values, of the buffers. */
    public Map<String, Tensor> buffers() {
        return Map.copyOf(buffers);
    }

    /** Copies the averages into the model's tensors. */
    public void copyTo(Map<String, ? extends Tensor> modelParameters, Map<String, ? extends Tensor> modelBuffers) {
        Autograd.noGrad(() -> {
            copy(parameters, modelParameters);
            copy(buffers, modelBuffers);
        });
    }

    /** Copies the averages into a model. */
    public void copyTo(Module model) {
        copyTo(model.namedParameters(), model.namedBuffers());
    }

    /**
     * Computes a model's running statistics anew, for weights that it wasn't trained with: runs it in training mode, recording
     * nothing, over all inputs, which count alike. As {@code torch.optim.swa_utils.update_bn}.
     *
     * @param inputs batches
     * @param model with layers that are {@link RunningStatistics}; without any nothing is done
     * @param forward how a batch goes through the model
     */
    public static void updateBn(Iterable<? extends Tensor> inputs, Module model, UnaryOperator<Tensor> forward) {
        List<RunningStatistics> layers = new ArrayList<>();
        for (Module m : model.namedModules().values()) {
            if (m instanceof RunningStatistics r) {
                layers.add(r);
            }
        }
        if (layers.isEmpty()) {
            return;
        }
        boolean training = model.isTraining();
        try {
            for (RunningStatistics r : layers) {
                r.resetRunningStats();
                r.cumulative(true);
            }
            model.train();
            Autograd.noGrad(() -> {
                for (Tensor batch : inputs) {
                    Tensor _ = forward.apply(batch); // what it leaves in the layers is what counts
                }
            });
        } finally {
            layers.forEach(r -> r.cumulative(false));
            model.train(training);
        }
    }

    private static void copy(Map<String, Tensor> from, Map<String, ? extends Tensor> to) {
        to.forEach((name, t) -> {
            Tensor average = from.get(name);
            if (average == null) {
                throw CressetException.value("AveragedModel.copyTo: no average of " + name);
            }
            t.copy_(average);
        });
    }

    /** As PyTorch's: {@code n_averaged}, and all tensors with the prefix {@code module.}. */
    public Map<String, Tensor> stateDict() {
        Map<String, Tensor> m = new LinkedHashMap<>();
        m.put("n_averaged", Dense.number(averaged, DType.INT64));
        parameters.forEach((name, t) -> m.put("module." + name, t));
        buffers.forEach((name, t) -> m.put("module." + name, t));
        return m;
    }

    /**
     * Takes over what {@link #stateDict()} or PyTorch's AveragedModel gave.
     *
     * @throws CressetException if a tensor is missing
     */
    public void loadStateDict(Map<String, ? extends Tensor> state) {
        Tensor n = state.get("n_averaged");
        if (n == null) {
            throw CressetException.value("AveragedModel.loadStateDict: no n_averaged in " + state.keySet());
        }
        averaged = n.itemLong();
        Autograd.noGrad(() -> {
            load(parameters, state);
            load(buffers, state);
        });
    }

    private static void load(Map<String, Tensor> to, Map<String, ? extends Tensor> state) {
        to.forEach((name, t) -> {
            Tensor saved = state.get("module." + name);
            if (saved == null) {
                throw CressetException.value("AveragedModel.loadStateDict: no module." + name + " in the state dict");
            }
            t.copy_(saved);
        });
    }
}
