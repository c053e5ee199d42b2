package org.cresset.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call.
 *
 * @param args positional ones
 * @param kwargs those passed by name
 */
record Arguments(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) {
    private static final Pattern STEP = Pattern.compile("\\[(\\d+)]|\\.(\\w+)");

    /** The argument of a path such as {@code args[0][2]} or {@code kwargs.weight}. */
    @Nullable
    Object at(String path) {
        @Nullable Object at = path.startsWith("kwargs") ? kwargs : args;
        Matcher m = STEP.matcher(path);
        while (m.find()) {
            at = switch (at) {
                case List<?> l when m.group(1) != null -> l.get(Integer.parseInt(m.group(1)));
                case Map<?, ?> named -> named.get(m.group(2));
                case null, default -> throw new Mismatch("no argument " + path);
            };
        }
        return at;
    }

    /** The tensor of a path. */
    Tensor tensor(String path) {
        return Closeness.tensor(path, at(path));
    }

    /** The positional argument, else that of the name, else null. */
    @Nullable
    Object find(int position, String name) {
        return position < args.size() ? args.get(position) : kwargs.get(name);
    }

    /** All tensors among the arguments by their paths. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> found = new LinkedHashMap<>();
        collect("args", args, found);
        kwargs.forEach((name, value) -> collect("kwargs." + name, value, found));
        return found;
    }

    /** The same arguments with every tensor of {@link #tensors} replaced by what {@code f} gives for its path and itself. */
    Arguments map(BiFunction<String, Tensor, Tensor> f) {
        List<@Nullable Object> mapped = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            mapped.add(mapped("args[" + i + "]", args.get(i), f));
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        kwargs.forEach((name, value) -> named.put(name, mapped("kwargs." + name, value, f)));
        return new Arguments(mapped, named);
    }

    private static @Nullable Object mapped(String path, @Nullable Object value, BiFunction<String, Tensor, Tensor> f) {
        if (value instanceof Tensor t) {
            return f.apply(path, t);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> all = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                all.add(mapped(path + "[" + i + "]", list.get(i), f));
            }
            return all;
        }
        return value;
    }

    private static void collect(String path, @Nullable Object value, Map<String, Tensor> found) {
        if (value instanceof Tensor t) {
            found.put(path, t);
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                collect(path + "[" + i + "]", list.get(i), found);
            }
        }
    }
}
