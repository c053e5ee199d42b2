package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.cresset.base.CressetException;

/**
 * What holds for every operation whatever it computes: mapping over a batch is a loop, forward and reverse derivatives are
 * transposes of each other, second derivatives are differences of first ones, all forms and memory layouts give one result,
 * shapes come without values. The operations and their arguments are those of {@code conformance/opinfo}; a case is one
 * check of one sample, its name {@code operation/sample/check}.
 */
public final class TransformsSuite implements Suite {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> WIDE = Set.of("float32", "float64", "complex64", "int64", "bool");
    private static final Set<String> SMOOTH = Set.of("float32", "float64", "complex64");

    private final Set<String> only;
    private final int perKind;

    private interface Check {
        void run(Sample s);
    }

    /** All operations, all samples. */
    public TransformsSuite() {
        this(Set.of(), Integer.MAX_VALUE);
    }

    /**
     * A part.
     *
     * @param only the entries of the pack, by the stems of their files; none for all
     * @param perKind how many samples of each entry and dtype
     */
    public TransformsSuite(Set<String> only, int perKind) {
        this.only = new TreeSet<>(only);
        this.perKind = perKind;
    }

    @Override
    public String name() {
        return "transforms";
    }

    @Override
    public Report run(Path pack, Consumer<Case> sink) {
        Tally tally = new Tally(name(), sink);
        try {
            for (JsonNode entry :
                    JSON.readTree(pack.resolve("index.json").toFile()).get("entries")) {
                if (only.isEmpty() || only.contains(entry.get("file").asText())) {
                    runEntry(pack.resolve("data"), entry, tally);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tally.report();
    }

    private void runEntry(Path data, JsonNode entry, Tally tally) throws IOException {
        String file = entry.get("file").asText();
        OpinfoCall call = new OpinfoCall(entry.get("call"));
        if (!call.exists()) {
            tally.add(new Case(
                    file, Outcome.UNSUPPORTED, entry.get("call").get("path").asText() + " does not exist"));
            return;
        }
        PackValues values = new PackValues(new TensorFile(data.resolve(file + ".safetensors")));
        TreeMap<String, Integer> seen = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(data.resolve(file + ".jsonl"))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                if (!line.has("error")
                        && seen.merge(line.get("dtype").asText() + line.path("src"), 1, Integer::sum) <= perKind) {
                    runSample(file, new Sample(entry, line, call, values), tally);
                }
            }
        }
    }

    private static void runSample(String file, Sample s, Tally tally) {
        String dtype = s.line.get("dtype").asText();
        String name = file + "/" + s.line.get("i").asInt();
        if (!works(s)) {
            return;
        }
        if (WIDE.contains(dtype)) {
            check(name, "vmap", s, tally, VmapCheck::run);
        }
        if (SMOOTH.contains(dtype)) {
            check(name, "jvp", s, tally, DerivativeChecks::first);
            check(name, "second", s, tally, DerivativeChecks::second);
        }
        check(name, "meta", s, tally, FormChecks::meta);
        check(name, "inplace", s, tally, FormChecks::inPlace);
        check(name, "method", s, tally, FormChecks::method);
        check(name, "out", s, tally, x -> FormChecks.out(x, x.takesOut()));
        check(name, "layouts", s, tally, FormChecks::layouts);
    }

    /** Whether the plain call gives what it should; if not, {@link OpinfoSuite} tells. */
    private static boolean works(Sample s) {
        try {
            Arguments a = s.arguments();
            s.check("result", s.call(a), a);
            return true;
        } catch (CressetException | Mismatch e) {
            return false;
        }
    }

    private static void check(String name, String kind, Sample s, Tally tally, Check check) {
        boolean[] skipped = {false};
        Case c = Tally.attempt(name + "/" + kind, () -> {
            try {
                check.run(s);
            } catch (Sample.Skip e) {
                skipped[0] = true;
            }
        });
        if (!skipped[0]) {
            tally.add(c);
            tally.count(kind + "_passed", c.outcome() == Outcome.PASSED ? 1 : 0);
            tally.count(kind + "_total", 1);
        }
    }
}
