package org.cresset.registry;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.CressetException;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * All operations by PyTorch's names, for importers, notebooks and conformance runs:
 *
 * <pre>{@code
 * Operators.standard().call("add", List.of(x, y), Map.of("alpha", 2))
 * Operators.standard().get("nn.functional.conv2d").call(x, w)
 * }</pre>
 *
 * Names may begin with {@code torch.}; {@code torch.Tensor.add} is the method, which is the function of that name unless
 * there is one for tensors only. What is annotated with {@link Torch} is found by reflection when the registry is first used;
 * an operation's signatures are read when it is first asked for. Safe for use by several threads.
 */
public final class Operators {
    private record Candidate(String signature, Class<?> owner, Method method) {}

    private static final class Standard {
        static final Operators INSTANCE = of(sources());

        private static List<OperatorSource> sources() {
            List<OperatorSource> all = new ArrayList<>();
            all.add(new CoreOperators());
            ServiceLoader.load(OperatorSource.class, Operators.class.getClassLoader())
                    .forEach(all::add);
            return all;
        }
    }

    private final List<OperatorSource> sources;
    private final Map<String, List<Candidate>> candidates;
    private final Map<String, Operator> operators = new ConcurrentHashMap<>();

    private Operators(List<OperatorSource> sources, Map<String, List<Candidate>> candidates) {
        this.sources = sources;
        this.candidates = candidates;
    }

    /** What the core and all modules on the path offer. */
    public static Operators standard() {
        return Standard.INSTANCE;
    }

    /** What some sources offer. */
    public static Operators of(List<OperatorSource> sources) {
        Map<String, List<Candidate>> found = new TreeMap<>();
        for (OperatorSource source : sources) {
            for (Class<?> c : source.functions()) {
                scan(c, found);
            }
        }
        return new Operators(List.copyOf(sources), found);
    }

    private static void scan(Class<?> c, Map<String, List<Candidate>> found) {
        List<Method> methods = new ArrayList<>(List.of(c.getDeclaredMethods()));
        for (Class<?> s = c.getSuperclass(); s != null && s != Object.class; s = s.getSuperclass()) {
            for (Method m : s.getDeclaredMethods()) {
                if (Modifier.isStatic(m.getModifiers())) {
                    methods.add(m);
                }
            }
        }
        for (Method m : methods) {
            Torch torch = m.getAnnotation(Torch.class);
            if (torch != null && !m.isBridge()) {
                for (String signature : torch.value()) {
                    found.computeIfAbsent(Signature.nameOf(signature), n -> new ArrayList<>())
                            .add(new Candidate(signature, c, m));
                }
            }
        }
    }

    /** The names of all functions and methods, without those of constructors, which are known by asking only. */
    public SortedSet<String> names() {
        return new TreeSet<>(candidates.keySet());
    }

    /** The Java methods behind a name of {@link #names}, in the order in which they are declared. */
    public List<Method> methods(String name) {
        return candidates.getOrDefault(name, List.of()).stream()
                .map(Candidate::method)
                .distinct()
                .toList();
    }

    /** The operation of a name, or null. */
    public @Nullable Operator find(String name) {
        String n = name.startsWith("torch.") ? name.substring(6) : name;
        Operator known = operators.get(n);
        if (known != null) {
            return known;
        }
        Operator made = make(n);
        if (made == null && n.startsWith("Tensor.")) {
            made = make(n.substring(7));
        }
        if (made != null) {
            operators.put(n, made);
        }
        return made;
    }

    private @Nullable Operator make(String name) {
        List<Candidate> all = candidates.get(name);
        List<Overload> overloads = new ArrayList<>();
        if (all != null) {
            for (Candidate c : all) {
                overloads.add(Overload.of(Signature.parse(c.signature), c.owner, c.method));
            }
            return new Operator(name, overloads);
        }
        for (OperatorSource source : sources) {
            Class<?> type = source.type(name);
            if (type != null) {
                return constructor(name, type);
            }
        }
        return name.endsWith("_") && !name.endsWith("__") ? inPlace(name) : null;
    }

    /** Any operation can be had in place. */
    private @Nullable Operator inPlace(String name) {
        Operator plain = find(name.substring(0, name.length() - 1));
        return plain == null ? null : plain.inPlace(name);
    }

    /** Of the constructors that carry the name, or of the only one there is. */
    private static @Nullable Operator constructor(String name, Class<?> type) {
        List<Overload> overloads = new ArrayList<>();
        if (type.getConstructors().length == 1 && !type.getConstructors()[0].isAnnotationPresent(Torch.class)) {
            Constructor<?> only = type.getConstructors()[0];
            overloads.add(Overload.of(Signature.of(name, only), only));
        }
        for (Constructor<?> c : type.getConstructors()) {
            Torch torch = c.getAnnotation(Torch.class);
            if (torch != null) {
                for (String signature : torch.value()) {
                    if (Signature.nameOf(signature).equals(name)) {
                        overloads.add(Overload.of(Signature.parse(signature), c));
                    }
                }
            }
        }
        return overloads.isEmpty() ? null : new Operator(name, overloads);
    }

    /** What a bridge leads to, if it only makes a public method of a class that isn't public callable; else null. */
    private static @Nullable Method hidden(Method bridge) {
        for (Class<?> c = bridge.getDeclaringClass().getSuperclass(); c != null; c = c.getSuperclass()) {
            try {
                Method m = c.getDeclaredMethod(bridge.getName(), bridge.getParameterTypes());
                return m.getReturnType() == bridge.getReturnType() && !Modifier.isAbstract(m.getModifiers()) ? m : null;
            } catch (NoSuchMethodException e) {
                continue;
            }
        }
        return null;
    }

    /**
     * A public method of a class, {@code forward} of a module for example, with the object as first argument; in all its
     * overloads, with the parameters that {@link Torch} gives it or else those of Java, of which the last ones that may be null
     * may be left out. Methods that {@link Torch} gives this name win over those that Java calls so.
     *
     * @throws CressetException of kind UNSUPPORTED if there is none
     */
    public static Operator method(Class<?> type, String method) {
        List<Method> named = new ArrayList<>();
        List<Method> annotated = new ArrayList<>();
        for (Method m : type.getMethods()) {
            Method declared = m.isBridge() ? hidden(m) : m;
            if (declared == null || Modifier.isStatic(m.getModifiers())) {
                continue;
            }
            Torch torch = declared.getAnnotation(Torch.class);
            if (torch != null && Signature.nameOf(torch.value()[0]).equals(method)) {
                annotated.add(declared);
            } else if (m.getName().equals(method)) {
                named.add(declared);
            }
        }
        List<Overload> overloads = new ArrayList<>();
        for (Method m : annotated.isEmpty() ? named : annotated) {
            Torch torch = m.getAnnotation(Torch.class);
            Signature s = torch == null ? Signature.of(method, m) : Signature.parse(torch.value()[0]);
            overloads.add(Overload.of(s.withSelf(), type, m));
        }
        if (overloads.isEmpty()) {
            throw CressetException.unsupported(type.getSimpleName() + ": has no public method " + method);
        }
        return new Operator(type.getSimpleName() + "." + method, overloads);
    }

    /**
     * The operation of a name.
     *
     * @throws CressetException of kind UNSUPPORTED if there is none
     */
    public Operator get(String name) {
        Operator op = find(name);
        if (op == null) {
            throw CressetException.unsupported(name + ": no operation of that name exists");
        }
        return op;
    }

    /** Calls an operation by name; see {@link Operator#call(List, Map)}. */
    public @Nullable Object call(
            String name, List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        return get(name).call(args, kwargs);
    }
}
