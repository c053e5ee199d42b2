package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.data.DataLoader;
import org.cresset.data.Dataset;
import org.cresset.data.RandomSampler;
import org.cresset.data.Subset;
import org.cresset.data.WeightedRandomSampler;
import org.cresset.random.Generator;
import org.cresset.registry.Operators;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One drawing of the {@code rng} pack, made with the public operation that users draw with. */
final class RandomStep {
    private static final Operators OPS = Operators.standard();

    private final JsonNode args;
    private final String op;
    private final TensorFile tensors;
    private final long seed;

    RandomStep(JsonNode step, TensorFile tensors, long seed) {
        this.op = step.get("op").asText();
        this.args = step.path("args");
        this.tensors = tensors;
        this.seed = seed;
    }

    String op() {
        return op;
    }

    /** The result, under the empty name, or the named parts of it. */
    Map<String, Tensor> run() {
        return switch (op) {
            case "module" -> module();
            case "random_split" -> split();
            default -> Map.of("", single());
        };
    }

    private Tensor single() {
        return switch (op) {
            case "rand", "randn" -> call(op, List.of(shape()), Map.of("dtype", dtype()));
            case "randint" ->
                call("randint", List.of(integer("low"), integer("high"), shape()), Map.of("dtype", dtype()));
            case "randperm" -> call("randperm", List.of(integer("n")), Map.of());
            case "raw64" -> {
                long[] bits = new long[Math.toIntExact(shape().getFirst())];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = Generator.defaultGenerator().random64();
                }
                yield Tensor.of(bits);
            }
            case "random_" -> fill();
            case "bernoulli_", "geometric_" -> fill("p");
            case "normal_", "log_normal_" -> fill("mean", "std");
            case "uniform_" -> fill("low", "high");
            case "exponential_" -> fill("rate");
            case "cauchy_" -> fill("median", "sigma");
            case "bernoulli" -> call("bernoulli", List.of(tensor("p")), Map.of());
            case "normal" -> call("normal", List.of(tensor("mean"), tensor("std")), Map.of());
            case "multinomial" ->
                call(
                        "multinomial",
                        List.of(
                                tensor("weights"),
                                integer("num_samples"),
                                args.get("replacement").asBoolean()),
                        Map.of());
            case "dropout", "dropout2d", "alpha_dropout" ->
                call("nn.functional." + op, List.of(tensor("x"), real("p")), Map.of("training", true));
            case "rrelu" ->
                call(
                        "nn.functional.rrelu",
                        List.of(tensor("x"), real("lower"), real("upper")),
                        Map.of("training", true));
            case "get_rng_state" -> {
                byte[] state = Generator.defaultGenerator().getState();
                yield Tensor.from(state, state.length);
            }
            case "loader" -> loader();
            case "random_sampler" ->
                Tensor.of(new RandomSampler(
                                        integer("items"),
                                        integer("num_samples"),
                                        args.get("replacement").asBoolean())
                                .order(Generator.ofSeed(seed)))
                        .unsqueeze(0);
            case "weighted_sampler" -> weighted();
            default -> throw CressetException.unsupported(op + ": unknown to the rng suite");
        };
    }

    private Tensor fill(String... parameters) {
        List<Object> values = new ArrayList<>();
        List<Long> shape = shape();
        boolean transposed = args.has("memory");
        values.add(
                transposed
                        ? Tensor.empty(dtype(), shape.get(1), shape.get(0)).t()
                        : Tensor.empty(
                                dtype(),
                                shape.stream().mapToLong(Long::longValue).toArray()));
        for (String p : parameters) {
            values.add(real(p));
        }
        return call("Tensor." + op, values, Map.of());
    }

    private Tensor loader() {
        List<Long> items = LongStream.range(0, integer("items")).boxed().toList();
        DataLoader.Builder<List<Long>> builder = DataLoader.of(Dataset.of(items), List::<Long>copyOf)
                .batchSize((int) integer("batch_size"))
                .shuffle(true)
                .dropLast(args.path("drop_last").asBoolean());
        if (args.get("generator").asText().startsWith("own")) {
            builder.generator(Generator.ofSeed(seed));
        }
        List<Tensor> epochs = new ArrayList<>();
        try (DataLoader<List<Long>> loader = builder.build()) {
            for (int e = 0; e < integer("epochs"); e++) {
                List<Long> order = new ArrayList<>();
                loader.forEach(order::addAll);
                epochs.add(Tensor.of(order.stream().mapToLong(Long::longValue).toArray()));
            }
        }
        return Tensor.stack(0, epochs.toArray(new Tensor[0]));
    }

    private Tensor weighted() {
        double[] weights = new double[args.get("weights").size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = args.get("weights").get(i).asDouble();
        }
        return Tensor.of(new WeightedRandomSampler(
                        weights, integer("num_samples"), args.get("replacement").asBoolean())
                .order(Generator.ofSeed(seed)));
    }

    private Map<String, Tensor> split() {
        List<Long> items = LongStream.range(0, integer("items")).boxed().toList();
        long[] lengths = {
            args.get("lengths").get(0).asLong(), args.get("lengths").get(1).asLong()
        };
        List<Subset<Long>> parts = Dataset.of(items).randomSplit(Generator.ofSeed(seed), lengths);
        return Map.of(
                "first",
                Tensor.of(parts.get(0).indices()),
                "second",
                Tensor.of(parts.get(1).indices()));
    }

    private Map<String, Tensor> module() {
        String type = args.get("type").asText();
        if (args.has("modules")) {
            List<Object> children = new ArrayList<>();
            for (String text : args.get("modules").asText().split("\\), *")) {
                children.add(construct(text));
            }
            return Modules.state(OPS.get("nn." + type).call(children, Map.of()));
        }
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        args.properties().forEach(e -> {
            if (!e.getKey().equals("type")) {
                kwargs.put(
                        e.getKey(),
                        e.getValue().isBoolean()
                                ? (Object) e.getValue().asBoolean()
                                : (Object) e.getValue().asLong());
            }
        });
        return Modules.state(OPS.get("nn." + type).call(List.of(), kwargs));
    }

    /** {@code "Linear(3,4"}, cut off before its closing bracket or not. */
    private static @Nullable Object construct(String text) {
        int open = text.indexOf('(');
        List<Object> numbers = new ArrayList<>();
        for (String n : text.substring(open + 1).replace(")", "").split(",")) {
            if (!n.isBlank()) {
                numbers.add(Long.valueOf(n.strip()));
            }
        }
        return OPS.get("nn." + text.substring(0, open).strip()).call(numbers, new HashMap<>());
    }

    private static Tensor call(String name, List<?> positional, Map<String, ?> named) {
        return Closeness.tensor(name, OPS.call(name, positional, named));
    }

    private List<Long> shape() {
        List<Long> shape = new ArrayList<>();
        args.get("shape").forEach(n -> shape.add(n.asLong()));
        return shape;
    }

    private DType dtype() {
        return DType.of(args.get("dtype").asText());
    }

    private long integer(String name) {
        return args.get(name).asLong();
    }

    private double real(String name) {
        return args.get(name).asDouble();
    }

    private Tensor tensor(String name) {
        return tensors.get(args.get(name).get("t").asText());
    }
}
