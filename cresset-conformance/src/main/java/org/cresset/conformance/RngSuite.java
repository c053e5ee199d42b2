package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** Random numbers, bit for bit: {@code conformance/rng}. */
public final class RngSuite implements Suite {
    /** What the C library's logarithm and sine may differ by in double precision. */
    private static final long DOUBLE_ULPS = 4;

    private static final Set<String> THROUGH_LIBM = Set.of("randn", "normal_", "exponential_");

    @Override
    public String name() {
        return "rng";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        try (Stream<Path> files = Files.list(pack)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                runFile(file, tally);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tally.report();
    }

    private static void runFile(Path file, Tally tally) throws IOException {
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        String stem = file.getFileName().toString().replace(".json", "");
        TensorFile tensors = new TensorFile(file.resolveSibling(stem + ".safetensors"));
        Set<String> portable = new HashSet<>();
        root.get("portable").forEach(k -> portable.add(k.asText()));
        long seed = root.get("seed").asLong();
        for (JsonNode c : root.get("cases")) {
            tally.run(stem + "/" + c.get("name").asText(), () -> {
                Generator.defaultGenerator().manualSeed(seed);
                for (JsonNode step : c.get("steps")) {
                    runStep(new RandomStep(step, tensors, seed), step.get("out"), tensors, portable);
                }
            });
        }
    }

    private static void runStep(RandomStep step, JsonNode out, TensorFile tensors, Set<String> portable) {
        Map<String, Tensor> results = step.run();
        long ulps = THROUGH_LIBM.contains(step.op()) ? DOUBLE_ULPS : 0;
        if (out.isTextual()) {
            compare(Objects.requireNonNull(results.get("")), out.asText(), tensors, portable, ulps);
            return;
        }
        out.properties().forEach(e -> {
            Tensor got = results.get(e.getKey());
            if (got == null) {
                throw new Mismatch(step.op() + " gives no " + e.getKey() + ", only " + results.keySet());
            }
            compare(got, e.getValue().asText(), tensors, portable, ulps);
        });
    }

    private static void compare(Tensor got, String key, TensorFile tensors, Set<String> portable, long ulps) {
        DType logical = got.dtype().isComplex() ? got.dtype() : null;
        for (String version : portable.contains(key) ? List.of(key, key + "/portable") : List.of(key)) {
            Tensor want = tensors.get(version, logical);
            Closeness.sameKind(key, got, want.dtype(), want.shape().toString());
            if (same(got, want, want.dtype() == DType.FLOAT64 ? ulps : 0)) {
                return;
            }
        }
        Closeness.close(key, got, tensors.get(key, logical), 0, 0, null);
        throw new Mismatch(key + ": the bits differ");
    }

    private static boolean same(Tensor got, Tensor want, long ulps) {
        if (ulps == 0 || got.toSegment().mismatch(want.toSegment()) < 0) {
            return got.toSegment().mismatch(want.toSegment()) < 0;
        }
        double[] g = got.toDoubleArray();
        double[] w = want.toDoubleArray();
        for (int i = 0; i < w.length; i++) {
            if (Math.abs(g[i] - w[i]) > ulps * Math.ulp(w[i])) {
                return false;
            }
        }
        return true;
    }
}
