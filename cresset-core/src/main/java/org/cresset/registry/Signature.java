package org.cresset.registry;

import java.lang.reflect.Executable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * A name with its parameters, as written in {@link org.cresset.tensor.Torch}.
 *
 * @param name without {@code torch.}, for example {@code add} or {@code nn.functional.conv2d}
 * @param parameters in order
 */
public record Signature(String name, List<Parameter> parameters) {
    /** How an argument may be passed. */
    public enum Kind {
        /** By position or by name. */
        POSITIONAL,
        /** All further positional arguments, or one list of them. */
        VARIADIC,
        /** By name. */
        KEYWORD
    }

    /**
     * A parameter.
     *
     * @param name PyTorch's name
     * @param kind how it may be passed
     * @param required whether it has no default
     * @param defaultValue its default as null, Boolean, Long, Double, String or List
     * @param type {@code "Tensor"} where a number won't do for a tensor, {@code "Scalar"} where it will do for the first one if
     *     there is a tensor elsewhere, {@code "Numbers"} where there need be none,
     *     empty for what is usual: a number does for any tensor but the first
     */
    public record Parameter(
            String name,
            Kind kind,
            boolean required,
            @Nullable Object defaultValue,
            String type) {
        Parameter(String name, Kind kind, boolean required, @Nullable Object defaultValue) {
            this(name, kind, required, defaultValue, "");
        }
    }

    /** Reads {@code "pad(input, pad, mode='constant', value=None)"}; a type may stand after a name, {@code "other: Tensor"}. */
    public static Signature parse(String text) {
        int open = text.indexOf('(');
        if (open < 1 || !text.endsWith(")")) {
            throw CressetException.value("signature: \"" + text + "\"; expected name(parameters)");
        }
        List<Parameter> parameters = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Kind kind = Kind.POSITIONAL;
        for (String part : Literals.split(text.substring(open + 1, text.length() - 1))) {
            if (part.equals("*")) {
                kind = Kind.KEYWORD;
                continue;
            }
            int equals = part.indexOf('=');
            boolean variadic = part.startsWith("*");
            String name = equals < 0 ? part : part.substring(0, equals).strip();
            name = variadic ? name.substring(1) : name;
            int colon = name.indexOf(':');
            String type = colon < 0 ? "" : name.substring(colon + 1).strip();
            name = colon < 0 ? name : name.substring(0, colon);
            if (!names.add(name)) {
                throw CressetException.value("signature: \"" + text + "\" has " + name + " twice");
            }
            Object value = equals < 0 ? null : Literals.parse(part.substring(equals + 1));
            parameters.add(new Parameter(
                    name,
                    variadic ? Kind.VARIADIC : kind,
                    equals < 0 && !variadic,
                    variadic && equals < 0 ? List.of() : value,
                    type));
            if (variadic) {
                kind = Kind.KEYWORD;
            }
        }
        return new Signature(text.substring(0, open), List.copyOf(parameters));
    }

    /** What a Java method or constructor without annotation takes, by its own names; what may be null has that as default. */
    static Signature of(String name, Executable e) {
        List<Parameter> parameters = new ArrayList<>();
        for (java.lang.reflect.Parameter p : e.getParameters()) {
            boolean variadic = p.isVarArgs();
            boolean required = !variadic && !p.getAnnotatedType().isAnnotationPresent(Nullable.class);
            parameters.add(new Parameter(
                    Overload.snake(p.getName()),
                    variadic ? Kind.VARIADIC : Kind.POSITIONAL,
                    required,
                    variadic ? List.of() : null));
        }
        return new Signature(name, parameters);
    }

    /** With the receiver as first parameter, if it doesn't begin so already. */
    Signature withSelf() {
        if (!parameters.isEmpty() && parameters.getFirst().name.equals("self")) {
            return this;
        }
        List<Parameter> all = new ArrayList<>(parameters);
        all.addFirst(new Parameter("self", Kind.POSITIONAL, true, null));
        return new Signature(name, all);
    }

    /** The name alone, without reading the rest. */
    static String nameOf(String text) {
        int open = text.indexOf('(');
        return open < 0 ? text : text.substring(0, open);
    }

    @Override
    public String toString() {
        StringBuilder b = new StringBuilder(name).append('(');
        boolean keywords = false;
        for (Parameter p : parameters) {
            b.append(b.charAt(b.length() - 1) == '(' ? "" : ", ");
            if (p.kind == Kind.KEYWORD && !keywords) {
                b.append("*, ");
            }
            keywords |= p.kind != Kind.POSITIONAL;
            b.append(p.kind == Kind.VARIADIC ? "*" : "").append(p.name);
            if (!p.required && p.kind != Kind.VARIADIC) {
                b.append('=').append(p.defaultValue == null ? "None" : p.defaultValue);
            }
        }
        return b.append(')').toString();
    }
}
