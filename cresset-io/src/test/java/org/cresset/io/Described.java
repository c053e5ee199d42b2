package org.cresset.io;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;

/** Values from files as text, so that two of them can be compared with all their bits. */
final class Described {
    private Described() {}

    static String of(Object o) {
        return switch (o) {
            case null -> "None";
            case Tensor t -> t.dtype() + "" + t.shape() + (t.requiresGrad() ? "*" : "") + Arrays.toString(bits(t));
            case RawTensor r ->
                r.type() + "" + r.shape() + Arrays.toString(r.bytes().toArray(ValueLayout.JAVA_BYTE));
            case byte[] b -> "b" + Arrays.toString(b);
            case OrderedDict d -> "OrderedDict" + entries(d) + entries(d.attributes());
            case Map<?, ?> m -> entries(m);
            case Tuple t -> "(" + elements(t) + ")";
            case List<?> l -> "[" + elements(l) + "]";
            case Set<?> s -> "{" + elements(s) + "}";
            case String s -> '"' + s + '"';
            case Shape s -> "Size" + s;
            default -> o.getClass().getSimpleName() + " " + o;
        };
    }

    private static byte[] bits(Tensor t) {
        return t.detach().contiguous().toSegment().toArray(ValueLayout.JAVA_BYTE);
    }

    private static String entries(Map<?, ?> m) {
        StringJoiner j = new StringJoiner(", ", "{", "}");
        m.forEach((k, v) -> j.add(of(k) + ": " + of(v)));
        return j.toString();
    }

    private static String elements(Iterable<?> values) {
        StringJoiner j = new StringJoiner(", ");
        values.forEach(v -> j.add(of(v)));
        return j.toString();
    }
}
