package org.cresset.io;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Writes values as a pickle of protocol 2, the newest that {@code torch.load(weights_only=True)} reads. */
final class Pickler {
    /** Where a tensor's elements will lie in the file. */
    interface Places {
        /** Of a tensor. */
        Place of(Tensor t);

        /** Of another tensor. */
        Place of(RawTensor t);
    }

    /**
     * A tensor's place.
     *
     * @param key of the storage
     * @param type of the elements
     * @param count of elements in the storage
     * @param offset in elements
     * @param stride in elements
     */
    record Place(String key, StoredType type, long count, long offset, long[] stride) {}

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, Integer> kept = new HashMap<>();
    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Places places;

    private Pickler(Places places) {
        this.places = places;
    }

    /** The pickle of a value. */
    static byte[] pickle(@Nullable Object value, Places places) {
        Pickler p = new Pickler(places);
        p.out.write(0x80);
        p.out.write(2);
        p.value(value);
        p.out.write('.');
        return p.out.toByteArray();
    }

    private void value(@Nullable Object value) {
        switch (value) {
            case null -> out.write('N');
            case Boolean b -> out.write(b ? 0x88 : 0x89);
            case Double d -> real(d);
            case Float f -> real(f);
            case BigInteger n -> integer(n);
            case Number n -> integer(BigInteger.valueOf(n.longValue()));
            case String s -> text(s);
            case byte[] b -> bytes(b);
            case ComplexNumber c -> {
                global("__builtin__", "complex");
                real(c.re());
                real(c.im());
                out.write(0x86);
                out.write('R');
            }
            case DType d -> global("torch", d.toString());
            case StoredType t -> global("torch", t.torchName());
            case TorchDevice d -> device(d.name());
            case Shape s -> {
                global("torch", "Size");
                sizes(s.toArray());
                out.write(0x85);
                out.write('R');
            }
            case Tensor t -> tensor(places.of(t), t.shape(), t.isLeaf() && t.requiresGrad());
            case RawTensor t -> tensor(places.of(t), t.shape(), false);
            default -> container(value);
        }
    }

    private void container(Object value) {
        if (!open.add(value)) {
            throw CressetException.value("save: a " + value.getClass().getSimpleName() + " contains itself");
        }
        if (open.size() > Graph.DEEPEST) {
            throw CressetException.value("save: containers are nested more than " + Graph.DEEPEST + " deep");
        }
        switch (value) {
            case OrderedDict d -> {
                global("collections", "OrderedDict");
                out.write(')');
                out.write('R');
                entries(d);
                if (!d.attributes().isEmpty()) {
                    value(d.attributes());
                    out.write('b');
                }
            }
            case Map<?, ?> m -> {
                out.write('}');
                entries(m);
            }
            case Tuple t -> tuple(t);
            case Set<?> s -> {
                global("__builtin__", "set");
                out.write(']');
                elements(s);
                out.write(0x85);
                out.write('R');
            }
            case List<?> l -> {
                out.write(']');
                elements(l);
            }
            default ->
                throw CressetException.type(
                        "save: a value of " + value.getClass().getName()
                                + "; expected tensors, numbers, strings, booleans, null, byte arrays, lists, sets and maps");
        }
        open.remove(value);
    }

    private void entries(Map<?, ?> m) {
        if (m.isEmpty()) {
            return;
        }
        out.write('(');
        m.forEach((k, v) -> {
            value(k);
            value(v);
        });
        out.write('u');
    }

    private void elements(Iterable<?> values) {
        out.write('(');
        values.forEach(this::value);
        out.write('e');
    }

    private void tuple(Tuple t) {
        if (t.size() > 3) {
            out.write('(');
        }
        t.forEach(this::value);
        out.write(
                switch (t.size()) {
                    case 0 -> ')';
                    case 1 -> 0x85;
                    case 2 -> 0x86;
                    case 3 -> 0x87;
                    default -> 't';
                });
    }

    private void sizes(long[] sizes) {
        out.write('(');
        for (long s : sizes) {
            integer(BigInteger.valueOf(s));
        }
        out.write('t');
    }

    private void device(String name) {
        global("torch", "device");
        int colon = name.indexOf(':');
        text(colon < 0 ? name : name.substring(0, colon));
        if (colon >= 0) {
            integer(new BigInteger(name.substring(colon + 1)));
        }
        out.write(colon < 0 ? 0x85 : 0x86);
        out.write('R');
    }

    private void tensor(Place p, Shape shape, boolean requiresGrad) {
        boolean typed = !p.type.storageClass().isEmpty(); // types that came late have bytes instead
        global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        out.write('(');
        out.write('(');
        text("storage");
        if (typed) {
            global("torch", p.type.storageClass());
        } else {
            global("torch.storage", "UntypedStorage");
        }
        text(p.key);
        text("cpu");
        integer(BigInteger.valueOf(typed ? p.count : p.count * p.type.size()));
        out.write('t');
        out.write('Q');
        integer(BigInteger.valueOf(p.offset));
        sizes(shape.toArray());
        sizes(p.stride);
        out.write(requiresGrad ? 0x88 : 0x89);
        global("collections", "OrderedDict"); // of hooks
        out.write(')');
        out.write('R');
        if (!typed) {
            global("torch", p.type.torchName());
        }
        out.write('t');
        out.write('R');
    }

    // ---- atoms ----

    /** Writes something once and refers to it afterwards. */
    private boolean recall(String what) {
        Integer index = kept.get(what);
        if (index == null) {
            return false;
        }
        if (index < 256) {
            out.write('h');
            out.write(index);
        } else {
            out.write('j');
            little(index, 4);
        }
        return true;
    }

    private void keep(String what) {
        int index = kept.size();
        kept.put(what, index);
        if (index < 256) {
            out.write('q');
            out.write(index);
        } else {
            out.write('r');
            little(index, 4);
        }
    }

    private void global(String module, String name) {
        String what = "c" + module + '\n' + name + '\n';
        if (!recall(what)) {
            out.writeBytes(what.getBytes(StandardCharsets.US_ASCII));
            keep(what);
        }
    }

    private void text(String s) {
        String what = "X" + s;
        if (!recall(what)) {
            byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
            out.write('X');
            little(utf8.length, 4);
            out.writeBytes(utf8);
            keep(what);
        }
    }

    private void bytes(byte[] b) {
        global("_codecs", "encode");
        text(new String(b, StandardCharsets.ISO_8859_1));
        text("latin1");
        out.write(0x86);
        out.write('R');
    }

    private void real(double d) {
        out.write('G');
        little(Long.reverseBytes(Double.doubleToRawLongBits(d)), 8);
    }

    private void integer(BigInteger n) {
        if (n.bitLength() < 32) {
            int i = n.intValue();
            if (i >= 0 && i < 256) {
                out.write('K');
                little(i, 1);
            } else {
                out.write('J');
                little(i, 4);
            }
            return;
        }
        byte[] big = n.toByteArray();
        if (big.length < 256) {
            out.write(0x8a);
            out.write(big.length);
        } else {
            out.write(0x8b);
            little(big.length, 4);
        }
        for (int i = big.length - 1; i >= 0; i--) {
            out.write(big[i]);
        }
    }

    private void little(long v, int n) {
        for (int i = 0; i < n; i++) {
            out.write((int) (v >> 8 * i));
        }
    }
}
