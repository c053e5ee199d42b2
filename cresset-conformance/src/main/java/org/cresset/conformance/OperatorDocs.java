package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.registry.Operators;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The table of operators: what the registry has, with what was found out by running the samples of {@code
 * conformance/opinfo}, and what that pack has and the registry has not.
 */
public final class OperatorDocs {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> DTYPES =
            List.of("float32", "float64", "float16", "bfloat16", "complex64", "int64", "bool");
    private static final Map<String, String> SHORT = Map.of(
            "float32",
            "f32",
            "float64",
            "f64",
            "float16",
            "f16",
            "bfloat16",
            "bf16",
            "complex64",
            "c64",
            "int64",
            "i64");

    /** What is known of a name by its samples. */
    private static final class Facts {
        final Set<String> dtypes = new TreeSet<>(java.util.Comparator.comparingInt(DTYPES::indexOf));
        boolean gradient;
        boolean second;
        boolean forward;
        boolean mapped;
        boolean looped;

        @Nullable
        String limit;
    }

    private final Map<String, Facts> facts = new TreeMap<>();
    private final Map<String, String> missing = new TreeMap<>();

    private OperatorDocs() {}

    /**
     * The table in Markdown.
     *
     * @param pack the folder {@code conformance/opinfo}
     */
    public static String markdown(Path pack) {
        OperatorDocs docs = new OperatorDocs();
        try {
            for (JsonNode entry :
                    JSON.readTree(pack.resolve("index.json").toFile()).get("entries")) {
                docs.probe(pack.resolve("data"), entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return docs.table();
    }

    private static String name(JsonNode entry) {
        String path = entry.get("call").get("path").asText();
        return path.startsWith("torch.") ? path.substring(6) : path;
    }

    private void probe(Path data, JsonNode entry) throws IOException {
        String file = entry.get("file").asText();
        OpinfoCall call = new OpinfoCall(entry.get("call"));
        String name = name(entry);
        if (!call.exists()) {
            missing.put(name, "not written yet");
            return;
        }
        Facts f = facts.computeIfAbsent(name.startsWith("Tensor.") ? name.substring(7) : name, n -> new Facts());
        f.limit = Limits.needsValues(entry.get("name").asText());
        PackValues values = new PackValues(new TensorFile(data.resolve(file + ".safetensors")));
        Set<String> seen = new LinkedHashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(data.resolve(file + ".jsonl"))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                boolean kind =
                        seen.add(line.path("dtype").asText() + line.path("src") + line.has("grad2") + line.has("grad"));
                if (!line.has("error") && kind) {
                    probe(f, new Sample(entry, line, call, values));
                }
            }
        }
    }

    private static void probe(Facts f, Sample s) {
        if (!holds(() -> {
            Arguments a = s.arguments();
            s.check("result", s.call(a), a);
        })) {
            return;
        }
        String dtype = s.line.get("dtype").asText();
        f.dtypes.add(dtype);
        if (s.line.has("grad") && dtype.equals("float32")) {
            f.gradient |= holds(() -> s.gradients(false));
            f.forward |= holds(() -> DerivativeChecks.first(s));
        }
        f.second |= s.line.has("grad2") && holds(() -> s.gradients(true));
        long before = Func.looped();
        if (dtype.equals("float32") || dtype.equals("int64")) {
            f.mapped |= holds(() -> VmapCheck.run(s));
            f.looped |= Func.looped() > before;
        }
    }

    private static boolean holds(Runnable check) {
        try {
            check.run();
            return true;
        } catch (CressetException | Mismatch | Sample.Skip e) {
            return false;
        }
    }

    private String table() {
        StringBuilder b = new StringBuilder();
        b.append("# Operators\n\n");
        b.append(
                "Made by `./cresset operators PACK > docs/operators.md` from the registry and from what running PyTorch's\n");
        b.append(
                "samples (`conformance/opinfo`) found: a dtype is listed if samples of it give PyTorch's results. Java says\n");
        b.append(
                "where a method is; *by name* is a form that only `Operators` has, since Java has another way to say it.\n");
        b.append(
                "Gradient: 1 backward, 2 backward of backward. Every operation can be called in place (`name_`) where the\n");
        b.append(
                "result fits, and with `out=`. vmap: *rule* for all at once, *loop* for one example after the other.\n");
        b.append("Names without samples in the pack have no entries.\n\n");
        b.append("| PyTorch | Java | dtypes | gradient | jvp | vmap |\n| --- | --- | --- | --- | --- | --- |\n");
        Operators all = Operators.standard();
        Set<String> names = new TreeSet<>(all.names());
        for (String name : names) {
            Facts f = facts.get(name.startsWith("Tensor.") ? name.substring(7) : name);
            b.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(java(all.methods(name)))
                    .append(" | ");
            if (f == null) {
                b.append(" | | | |\n");
                continue;
            }
            b.append(f.dtypes.stream().map(t -> SHORT.getOrDefault(t, t)).collect(Collectors.joining(" ")))
                    .append(" | ")
                    .append(f.gradient ? f.second ? "1, 2" : "1" : f.second ? "2" : "")
                    .append(" | ")
                    .append(f.forward ? "yes" : "")
                    .append(" | ")
                    .append(f.limit != null ? f.limit : !f.mapped ? "" : f.looped ? "loop" : "rule")
                    .append(" |\n");
        }
        b.append("\n## Not there\n\n");
        if (missing.isEmpty()) {
            b.append("Every operation of the pack is there.\n");
        } else {
            b.append("| PyTorch | why |\n| --- | --- |\n");
            missing.forEach((name, why) ->
                    b.append("| `").append(name).append("` | ").append(why).append(" |\n"));
        }
        b.append(
                "\nPyTorch's sparse, quantized and device-specific operators are not part of the pack and not here.\n");
        return b.toString();
    }

    private static String java(List<Method> methods) {
        Set<String> names = new LinkedHashSet<>();
        for (Method m : methods) {
            Class<?> c = m.getDeclaringClass();
            if (c.isAssignableFrom(Tensor.class)) {
                names.add("`Tensor." + m.getName() + "`");
            } else if (c.getPackageName().endsWith("nn.functional")) {
                names.add("`Functional." + m.getName() + "`");
            } else if (Modifier.isPublic(c.getModifiers())) {
                names.add("`" + c.getSimpleName() + "." + m.getName() + "`");
            }
        }
        return names.isEmpty() ? "*by name*" : String.join(", ", new ArrayList<>(names));
    }
}
