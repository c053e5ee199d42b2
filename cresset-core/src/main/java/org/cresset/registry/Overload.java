package org.cresset.registry;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.registry.Signature.Kind;
import org.cresset.registry.Signature.Parameter;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One signature with the Java method or constructor behind it. */
final class Overload {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final Signature signature;
    private final MethodHandle handle;
    private final int javaCount;

    /** Whether a number may come first. */
    private final boolean numberFirst;

    /** Whether there is a parameter called input, which then isn't another name of self. */
    private final boolean takesInput;

    /** For each parameter of the signature its place among the Java parameters; -1: accepted and without effect here. */
    private final int[] place;

    /** For each parameter of the signature. */
    private final @Nullable Converter[] converters;

    private Overload(Signature signature, MethodHandle handle, List<JavaParameter> java, String where) {
        this.signature = signature;
        this.javaCount = java.size();
        this.handle = handle.asType(MethodType.genericMethodType(javaCount)).asSpreader(Object[].class, javaCount);
        List<Parameter> parameters = signature.parameters();
        numberFirst = parameters.stream().anyMatch(p -> p.type().equals("Scalar"));
        takesInput = parameters.stream().anyMatch(p -> p.name().equals("input"));
        place = new int[parameters.size()];
        converters = new Converter[place.length];
        int placed = 0;
        for (int i = 0; i < place.length; i++) {
            place[i] = javaCount == place.length
                    ? i
                    : named(java, parameters.get(i).name(), i);
            if (place[i] >= 0) {
                JavaParameter p = java.get(place[i]);
                converters[i] = strict(parameters.get(i)) && p.raw == Tensor.class
                        ? Converters.strict(p.type)
                        : Converters.of(p.raw, p.type);
                placed++;
            }
        }
        if (placed != javaCount) {
            throw new IllegalStateException(signature + " doesn't describe the parameters of " + where);
        }
    }

    /** Whether a number can't stand for a tensor. */
    private static boolean strict(Parameter p) {
        boolean first = p.name().equals("self") || p.name().equals("input");
        return p.type().equals("Tensor") || first && p.type().isEmpty();
    }

    private record JavaParameter(String name, Class<?> raw, AnnotatedType type) {}

    private static int named(List<JavaParameter> java, String name, int i) {
        for (int j = 0; j < java.size(); j++) {
            if (snake(java.get(j).name).equals(name.toLowerCase(Locale.ROOT))
                    || i == 0 && j == 0 && java.get(0).name.equals("self")) {
                return j;
            }
        }
        return -1;
    }

    /** {@code roundingMode} as {@code rounding_mode}. */
    static String snake(String camel) {
        StringBuilder b = new StringBuilder();
        for (char c : camel.toCharArray()) {
            if (Character.isUpperCase(c)) {
                b.append('_');
            }
            b.append(c);
        }
        return b.toString().toLowerCase(Locale.ROOT);
    }

    /** A method that {@code owner} declares or, if it is static, inherits. */
    static Overload of(Signature signature, Class<?> owner, Method m) {
        boolean isStatic = Modifier.isStatic(m.getModifiers());
        try {
            // Through the owner: a static method that it inherits from a class nobody else sees is still its own
            // member.
            MethodType type = MethodType.methodType(m.getReturnType(), m.getParameterTypes());
            MethodHandle h = isStatic
                    ? LOOKUP.findStatic(owner, m.getName(), type)
                    : LOOKUP.findVirtual(owner, m.getName(), type);
            return new Overload(signature, h.asFixedArity(), parameters(m, isStatic ? null : owner), m.toString());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(m + " isn't accessible for the registry", e);
        }
    }

    /** A constructor. */
    static Overload of(Signature signature, Constructor<?> c) {
        try {
            return new Overload(
                    signature, LOOKUP.unreflectConstructor(c).asFixedArity(), parameters(c, null), c.toString());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(c + " isn't accessible for the registry", e);
        }
    }

    private static List<JavaParameter> parameters(Executable e, @Nullable Class<?> receiver) {
        List<JavaParameter> all = new ArrayList<>();
        if (receiver != null) {
            // What a family interface declares is called on tensors.
            Class<?> self = receiver.isAssignableFrom(Tensor.class) ? Tensor.class : receiver;
            all.add(new JavaParameter("self", self, e.getAnnotatedReturnType()));
        }
        for (java.lang.reflect.Parameter p : e.getParameters()) {
            all.add(new JavaParameter(p.getName(), p.getType(), p.getAnnotatedType()));
        }
        return all;
    }

    Signature signature() {
        return signature;
    }

    /** Arguments in the order of the signature; {@code problem} says why they don't fit. */
    record Bound(
            Overload overload,
            int rank,
            @Nullable Object[] values,
            @Nullable String problem) {
        @Nullable
        Object call() {
            if (problem != null) {
                throw CressetException.type(overload.signature.name() + ": " + problem);
            }
            return overload.invoke(values);
        }
    }

    private Bound misfit(String problem) {
        return new Bound(this, Converter.NEVER, new Object[0], problem);
    }

    Bound bind(List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        List<Parameter> parameters = signature.parameters();
        @Nullable Object[] values = new Object[place.length];
        int next = 0;
        int used = 0;
        int rank = 0;
        for (int i = 0; i < place.length; i++) {
            Parameter p = parameters.get(i);
            String key = key(p, i, kwargs, takesInput);
            boolean byName = kwargs.containsKey(key);
            if (p.kind() == Kind.VARIADIC && !byName) {
                List<?> rest = args.subList(Math.min(next, args.size()), args.size());
                next = args.size();
                List<?> only = rest.size() == 1 ? Lists.parts(rest.getFirst()) : null;
                values[i] = only != null ? only : rest.isEmpty() ? p.defaultValue() : rest;
            } else if (p.kind() == Kind.POSITIONAL && next < args.size()) {
                if (byName) {
                    return misfit(p.name() + " is given twice");
                }
                values[i] = args.get(next++);
            } else if (byName) {
                used++;
                values[i] = kwargs.get(key);
            } else if (p.required()) {
                return misfit(p.name() + " is missing");
            } else {
                values[i] = p.defaultValue();
            }
            Converter c = converters[i];
            int r = c == null ? 0 : c.rank(values[i]);
            if (r == Converter.NEVER) {
                return misfit(p.name() + " can't be " + Operator.describe(values[i]));
            }
            rank += r;
        }
        if (next < args.size()) {
            return misfit("takes " + next + " positional arguments, got " + args.size());
        }
        if (used < kwargs.size()) {
            return misfit("there is an unknown keyword among " + kwargs.keySet());
        }
        if (numberFirst && !anyTensor(values)) {
            return misfit("one argument must be a tensor");
        }
        return new Bound(this, rank, values, null);
    }

    private static boolean anyTensor(@Nullable Object[] values) {
        for (Object v : values) {
            if (v instanceof Tensor) {
                return true;
            }
        }
        return false;
    }

    /** PyTorch calls the first parameter self or input and takes NumPy's names for some others. */
    private static String key(Parameter p, int i, Map<String, ? extends @Nullable Object> kwargs, boolean takesInput) {
        String name = p.name();
        if (kwargs.isEmpty() || kwargs.containsKey(name)) {
            return name;
        }
        return switch (name) {
            case "dim" -> "axis";
            case "keepdim" -> "keepdims";
            case "self" -> takesInput ? name : "input";
            default -> i == 0 && name.equals("input") ? "self" : name;
        };
    }

    private @Nullable Object invoke(@Nullable Object[] values) {
        @Nullable Object[] java = new Object[javaCount];
        for (int i = 0; i < values.length; i++) {
            Converter c = converters[i];
            if (c != null) {
                try {
                    java[place[i]] = c.convert(values[i]);
                } catch (CressetException e) {
                    String where = signature.name() + ": "
                            + signature.parameters().get(i).name() + ": ";
                    throw new CressetException(e.kind(), where + e.getMessage());
                }
            }
        }
        try {
            return (Object) handle.invokeExact(java);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(signature.name() + " threw a checked exception", e);
        }
    }
}
