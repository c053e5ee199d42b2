package org.cresset.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * Everything that a run needs to go on as if it had never stopped: model, optimizer, schedule, data order, random numbers and
 * counts, in one safetensors file. Tensors have the prefixes {@code model.}, {@code optimizer.}, {@code loader.} and {@code
 * validation.}; what isn't a tensor is JSON in the file's metadata.
 */
final class TrainingState {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TENSOR = "tensor:";

    private final Module model;
    private final Optimizer optimizer;
    private final @Nullable LRScheduler schedule;
    private final DataLoader<?> loader;
    private final @Nullable DataLoader<?> validation;

    TrainingState(
            Module model,
            Optimizer optimizer,
            @Nullable LRScheduler schedule,
            DataLoader<?> loader,
            @Nullable DataLoader<?> validation) {
        this.model = model;
        this.optimizer = optimizer;
        this.schedule = schedule;
        this.loader = loader;
        this.validation = validation;
    }

    void save(Path file, Map<String, Object> counts) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.stateDict().forEach((k, v) -> tensors.put("model." + k, v));
        loader.stateDict().forEach((k, v) -> tensors.put("loader." + k, v));
        if (validation != null) {
            validation.stateDict().forEach((k, v) -> tensors.put("validation." + k, v));
        }
        tensors.put(
                "random",
                Tensor.from(
                        Generator.defaultGenerator().getState(),
                        Generator.defaultGenerator().getState().length));
        Map<String, @Nullable Object> rest = new LinkedHashMap<>();
        rest.put("counts", counts);
        rest.put("optimizer", flatten("optimizer", optimizer.stateDict(), tensors));
        rest.put("schedule", schedule == null ? null : flatten("schedule", schedule.stateDict(), tensors));
        try {
            Safetensors.save(file, tensors, Map.of("format", "pt", "training", JSON.writeValueAsString(rest)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Restores everything; gives the counts. */
    Map<String, Object> load(Path file) {
        try (SafetensorsFile f = Safetensors.open(file)) {
            String json = f.metadata().get("training");
            if (json == null) {
                throw CressetException.value(
                        file + ": no training state in it; resume from a file that a training run wrote");
            }
            Map<String, @Nullable Object> rest = object(JSON.readValue(json, Map.class));
            try {
                model.loadStateDict(part("model.", f), true);
            } catch (CressetException e) {
                throw new CressetException(
                        e.kind(),
                        file + " is of another run than this one (" + e.getMessage()
                                + "); resume with that run's settings, or write to another directory",
                        e);
            }
            loader.loadStateDict(part("loader.", f));
            Map<String, Tensor> order = part("validation.", f);
            if (validation != null && !order.isEmpty()) {
                validation.loadStateDict(order);
            }
            optimizer.loadStateDict(object(restore(rest.get("optimizer"), f)));
            if (schedule != null && rest.get("schedule") != null) {
                schedule.loadStateDict(object(restore(rest.get("schedule"), f)));
            }
            Generator.defaultGenerator().setState(bytes(f.get("random")));
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

    private static byte[] bytes(Tensor t) {
        long[] values = t.toLongArray();
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object o) {
        if (!(o instanceof Map<?, ?>)) {
            throw CressetException.value(
                    "resume: the training state lacks a part; resume from a file that a training run wrote");
        }
        return (Map<String, @Nullable Object>) o;
    }

    /** A tree in which tensors are replaced with their names. */
    private static @Nullable Object flatten(String path, @Nullable Object o, Map<String, Tensor> tensors) {
        return switch (o) {
            case Tensor t -> {
                tensors.put(path, t);
                yield TENSOR + path;
            }
            case Map<?, ?> m -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                m.forEach((k, v) -> copy.put(String.valueOf(k), flatten(path + "." + k, v, tensors)));
                yield copy;
            }
            case List<?> l -> {
                List<@Nullable Object> copy = new ArrayList<>();
                for (int i = 0; i < l.size(); i++) {
                    copy.add(flatten(path + "." + i, l.get(i), tensors));
                }
                yield copy;
            }
            case null -> null;
            default -> o;
        };
    }

    private static @Nullable Object restore(@Nullable Object o, SafetensorsFile f) {
        return switch (o) {
            case String s
            when s.startsWith(TENSOR) -> f.get(s.substring(TENSOR.length())).clone();
            case Map<?, ?> m -> {
                Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
                // Parameters are numbered; JSON made their numbers text.
                m.forEach((k, v) -> copy.put(isNumber(k) ? (Object) Long.valueOf((String) k) : k, restore(v, f)));
                yield copy;
            }
            case List<?> l -> {
                List<@Nullable Object> copy = new ArrayList<>();
                l.forEach(v -> copy.add(restore(v, f)));
                yield copy;
            }
            case null -> null;
            default -> o;
        };
    }

    private static boolean isNumber(Object k) {
        return k instanceof String s && !s.isEmpty() && s.chars().allMatch(Character::isDigit);
    }
}
