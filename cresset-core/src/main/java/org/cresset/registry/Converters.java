package org.cresset.registry;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The converter for each type of parameter. */
final class Converters {
    private Converters() {}

    /** The converter for a parameter of a Java method. */
    static Converter of(Class<?> raw, AnnotatedType type) {
        Converter c = plain(raw, type);
        return type.isAnnotationPresent(Nullable.class) ? new OrNull(c) : c;
    }

    /** A tensor only, or null where that is allowed. */
    static Converter strict(AnnotatedType type) {
        Converter c = new Instance(Tensor.class);
        return type.isAnnotationPresent(Nullable.class) ? new OrNull(c) : c;
    }

    private static Converter plain(Class<?> raw, AnnotatedType type) {
        if (raw.isArray()) {
            Class<?> component = raw.getComponentType();
            Converter element = component.isPrimitive() || !(type instanceof AnnotatedArrayType a)
                    ? plain(component, type)
                    : of(component, a.getAnnotatedGenericComponentType());
            Converter bare = element instanceof OrNull(Converter other) ? other : element;
            boolean numbers = bare instanceof Scalars && bare != Scalars.TENSOR;
            Converter strict = element == Scalars.TENSOR ? new Instance(Tensor.class) : element;
            return new Lists(Lists.Target.ARRAY, strict, component, numbers);
        }
        if (raw == List.class) {
            return new Lists(Lists.Target.LIST, listElement(type), Object.class, false);
        }
        if (raw == Shape.class) {
            return new Lists(Lists.Target.SHAPE, Scalars.LONG, long.class, true);
        }
        if (raw == Tensor.class) {
            return Scalars.TENSOR;
        }
        if (raw == Number.class) {
            return Scalars.NUMBER;
        }
        if (raw == long.class || raw == Long.class) {
            return Scalars.LONG;
        }
        if (raw == int.class || raw == Integer.class) {
            return Scalars.INT;
        }
        if (raw == double.class || raw == Double.class) {
            return Scalars.DOUBLE;
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return Scalars.BOOLEAN;
        }
        if (raw == DType.class || raw == Device.class || raw.isEnum()) {
            return new Constant(raw);
        }
        if (raw == UnaryOperator.class || raw == BinaryOperator.class) {
            return new Callable(raw == UnaryOperator.class);
        }
        return raw.isRecord() ? Options.of(raw) : new Instance(raw);
    }

    private static Converter listElement(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType p) {
            AnnotatedType element = p.getAnnotatedActualTypeArguments()[0];
            if (element.getType() instanceof Class<?> c) {
                return c == Tensor.class ? new Instance(Tensor.class) : of(c, element);
            }
        }
        return new Instance(Object.class);
    }

    /** Null, or what another converter takes. */
    private record OrNull(Converter other) implements Converter {
        @Override
        public int rank(@Nullable Object v) {
            return v == null ? 0 : other.rank(v);
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return v == null ? null : other.convert(v);
        }
    }

    /** What is of a class already; the general {@code Object} comes last among overloads. */
    private record Instance(Class<?> type) implements Converter {
        @Override
        public int rank(@Nullable Object v) {
            return type == Object.class ? 8 : type.isInstance(v) ? 0 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            return v;
        }
    }

    /** A dtype, a device or a constant of an enum, by itself or by PyTorch's name. */
    private record Constant(Class<?> type) implements Converter {
        @Override
        public int rank(@Nullable Object v) {
            return type.isInstance(v) ? 0 : v instanceof String ? 1 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            if (!(v instanceof String s)) {
                return v;
            }
            if (type == DType.class) {
                return DType.of(s);
            }
            if (type == Device.class) {
                return Device.of(s);
            }
            for (Object c : type.getEnumConstants()) {
                if (((Enum<?>) c).name().equalsIgnoreCase(s)) {
                    return c;
                }
            }
            throw CressetException.value("\"" + s + "\" is none of " + List.of(type.getEnumConstants()));
        }
    }

    /** A function of one or two tensors, given as such, as an operator or by an operator's name. */
    private record Callable(boolean unary) implements Converter {
        @Override
        public int rank(@Nullable Object v) {
            return v instanceof Operator
                            || v instanceof String
                            || v instanceof UnaryOperator
                            || v instanceof BinaryOperator
                    ? 0
                    : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            if (!(v instanceof Operator) && !(v instanceof String)) {
                return v;
            }
            Operator op = v instanceof Operator o ? o : Operators.standard().get((String) v);
            if (unary) {
                return (UnaryOperator<Tensor>) x -> (Tensor) op.call(x);
            }
            return (BinaryOperator<Tensor>) (x, y) -> (Tensor) op.call(x, y);
        }
    }

    /** A record given by a map from PyTorch's names of its components, or by a tuple of them. */
    private record Options(Class<?> type, Overload constructor) implements Converter {
        static Options of(Class<?> type) {
            List<Signature.Parameter> parameters = new ArrayList<>();
            List<Class<?>> classes = new ArrayList<>();
            for (RecordComponent c : type.getRecordComponents()) {
                boolean required = c.getType().isPrimitive();
                parameters.add(new Signature.Parameter(
                        Overload.snake(c.getName()), Signature.Kind.POSITIONAL, required, null));
                classes.add(c.getType());
            }
            try {
                return new Options(
                        type,
                        Overload.of(
                                new Signature(type.getSimpleName(), parameters),
                                type.getDeclaredConstructor(classes.toArray(new Class<?>[0]))));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e); // every record has its canonical constructor
            }
        }

        @Override
        public int rank(@Nullable Object v) {
            boolean tuple = v instanceof List<?> parts
                    && constructor.bind(parts, Map.of()).problem() == null;
            return type.isInstance(v) ? 0 : v instanceof Map || tuple ? 1 : NEVER;
        }

        @Override
        public @Nullable Object convert(@Nullable Object v) {
            if (v instanceof List<?> parts) {
                return constructor.bind(parts, Map.of()).call();
            }
            if (!(v instanceof Map<?, ?> map)) {
                return v;
            }
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> named = (Map<String, @Nullable Object>) map;
            return constructor.bind(List.of(), named).call();
        }
    }
}
