package org.cresset.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.data.DataLoader;
import org.cresset.io.Safetensors;
import org.cresset.io.SafetensorsFile;
import org.cresset.nn.Module;
import org.cresset.optim.Optimizer;
import org.cresset.optim.schedule.LRScheduler;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run needs to go on as if it had never stopped: model, optimizer, schedule, place in the data, random
 * numbers, counts, and whatever else is included, in one safetensors file. Tensors have the prefixes {@code model.}, {@code
 * optimizer.}, {@code loader.} and so on; what isn't a tensor is JSON in the file's metadata.
 *
 * <p>{@link #save} writes at once; {@link #snapshot} copies, so that a {@link CheckpointWriter} can write while training goes
 * on. Neither may be called while another thread changes what is saved.
 */
public final class TrainingState {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRAINING = "training";

    private final Module model;
    private final Optimizer optimizer;
    private @Nullable LRScheduler schedule;
    private @Nullable DataLoader<?> loader;
    private @Nullable DataLoader<?> validation;
    private final Map<String, Stateful> others = new LinkedHashMap<>();

    /** The state of a model and its optimizer, and of the default generator. */
    public TrainingState(Module model, Optimizer optimizer) {
        this.model = model;
        this.optimizer = optimizer;
    }

    /** With a schedule. */
    public TrainingState schedule(@Nullable LRScheduler s) {
        schedule = s;
        return this;
    }

    /** With the order of the training set, and the place in it. */
    public TrainingState loader(@Nullable DataLoader<?> d) {
        loader = d;
        return this;
    }

    /** With the order of the validation set. */
    public TrainingState validation(@Nullable DataLoader<?> d) {
        validation = d;
        return this;
    }

    /**
     * With something else under a name of its own.
     *
     * @throws CressetException if the name is taken or contains a dot
     */
    public TrainingState include(String name, Stateful s) {
        if (name.contains(".") || others.putIfAbsent(name, s) != null) {
            throw CressetException.value(
                    "training state: the name \"" + name + "\" is taken or contains a dot; choose another one");
        }
        return this;
    }

    /**
     * The content of a file to be written: copies, which training doesn't change.
     *
     * @param tensors by the names in the file
     * @param metadata of the file
     */
    public record Snapshot(Map<String, Tensor> tensors, Map<String, String> metadata) {
        /** Writes the file. It appears whole or not at all. */
        public void save(Path file) {
            Safetensors.save(file, tensors, metadata);
        }
    }

    /** A copy of the state as it is now, with {@code counts}, which {@link #load} gives back. */
    public Snapshot snapshot(Map<String, ?> counts) {
        Snapshot now = collect(counts);
        Map<String, Tensor> copies = new LinkedHashMap<>();
        now.tensors.forEach((name, t) -> copies.put(name, copy(t)));
        return new Snapshot(copies, now.metadata);
    }

    /** A copy that no scope of the caller's takes away. */
    static Tensor copy(Tensor t) {
        Tensor copy = Autograd.noGrad(() -> t.detach().clone());
        copy.dense("snapshot").storage().keep();
        return copy;
    }

    /** Writes the state as it is now. The file appears whole or not at all. */
    public void save(Path file, Map<String, ?> counts) {
        collect(counts).save(file);
    }

    private Snapshot collect(Map<String, ?> counts) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.stateDict().forEach((k, v) -> tensors.put("model." + k, v));
        if (loader != null) {
            loader.stateDict().forEach((k, v) -> tensors.put("loader." + k, v));
        }
        if (validation != null) {
            validation.stateDict().forEach((k, v) -> tensors.put("validation." + k, v));
        }
        byte[] random = Generator.defaultGenerator().getState();
        tensors.put("random", Tensor.from(random, random.length));
        Map<String, @Nullable Object> rest = new LinkedHashMap<>();
        rest.put("counts", counts);
        rest.put("optimizer", StateTree.flatten("optimizer", optimizer.stateDict(), tensors));
        rest.put("schedule", schedule == null ? null : StateTree.flatten("schedule", schedule.stateDict(), tensors));
        Map<String, @Nullable Object> more = new LinkedHashMap<>();
        others.forEach((name, s) -> more.put(name, StateTree.flatten("other." + name, s.stateDict(), tensors)));
        rest.put("others", more);
        try {
            return new Snapshot(tensors, Map.of("format", "pt", TRAINING, JSON.writeValueAsString(rest)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Puts everything back into the state that a file has.
     *
     * @return the counts that were saved with it
     * @throws CressetException if the file is no training state, or one of another model, optimizer or set of included parts
     */
    public Map<String, Object> load(Path file) {
        try (SafetensorsFile f = Safetensors.open(file)) {
            String json = f.metadata().get(TRAINING);
            if (json == null) {
                throw CressetException.value(
                        file + ": no training state in it; resume from a file that a training run wrote");
            }
            Map<String, @Nullable Object> rest = object(JSON.readValue(json, Map.class));
            Map<String, @Nullable Object> more = object(rest.getOrDefault("others", Map.of()));
            if (!more.keySet().equals(others.keySet())) {
                throw CressetException.value(file + " is of another run than this one: it has the parts "
                        + more.keySet() + ", expected " + others.keySet());
            }
            try {
                model.loadStateDict(part("model.", f), true);
            } catch (CressetException e) {
                throw new CressetException(
                        e.kind(),
                        file + " is of another run than this one (" + e.getMessage()
                                + "); resume with that run's settings, or write to another directory",
                        e);
            }
            if (loader != null) {
                loader.loadStateDict(part("loader.", f));
            }
            Map<String, Tensor> order = part("validation.", f);
            if (validation != null && !order.isEmpty()) {
                validation.loadStateDict(order);
            }
            optimizer.loadStateDict(object(StateTree.restore(rest.get("optimizer"), f::get)));
            if (schedule != null && rest.get("schedule") != null) {
                schedule.loadStateDict(object(StateTree.restore(rest.get("schedule"), f::get)));
            }
            others.forEach((name, s) -> s.loadStateDict(object(StateTree.restore(more.get(name), f::get))));
            Generator.defaultGenerator().setState(StateTree.bytes(f.get("random")));
            return object(rest.get("counts"));
        } catch (JsonProcessingException e) {
            throw CressetException.value(file + ": its training state is not readable: " + e.getOriginalMessage());
        }
    }

    /** The tensors with a prefix, by the rest of their names. */
    private static Map<String, Tensor> part(String prefix, SafetensorsFile f) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : f.names()) {
            if (name.startsWith(prefix)) {
                tensors.put(name.substring(prefix.length()), f.get(name).clone());
            }
        }
        return tensors;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object o) {
        if (!(o instanceof Map<?, ?>)) {
            throw CressetException.value(
                    "resume: the training state lacks a part; resume from a file that a training run wrote");
        }
        return (Map<String, @Nullable Object>) o;
    }
}
