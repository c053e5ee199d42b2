package org.cresset.data.stream;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** The named values of a {@code tf.train.Example}. */
public final class Features {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Map<String, Object> values;

    private Features(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Reads a serialized {@code tf.train.Example}.
     *
     * @throws CressetException of kind VALUE for bytes that are none
     */
    public static Features parse(byte[] example) {
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            for (ByteBuffer features : messages(ByteBuffer.wrap(example), 1)) {
                for (ByteBuffer entry : messages(features, 1)) {
                    String name = "";
                    for (ByteBuffer key : messages(entry.duplicate(), 1)) {
                        name = StandardCharsets.UTF_8.decode(key).toString();
                    }
                    for (ByteBuffer feature : messages(entry, 2)) {
                        values.put(name, value(feature));
                    }
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CressetException(
                    CressetException.Kind.VALUE, "parse: the record is no tf.train.Example, or damaged", e);
        }
        return new Features(values);
    }

    /** One of the three lists: bytes (field 1), floats (2), integers (3). */
    private static Object value(ByteBuffer feature) {
        for (ByteBuffer list : messages(feature.duplicate(), 2)) {
            return floats(list);
        }
        for (ByteBuffer list : messages(feature.duplicate(), 3)) {
            return longs(list);
        }
        List<byte[]> all = new ArrayList<>();
        for (ByteBuffer list : messages(feature, 1)) {
            for (ByteBuffer bytes : messages(list, 1)) {
                byte[] b = new byte[bytes.remaining()];
                bytes.get(b);
                all.add(b);
            }
        }
        return all;
    }

    private static float[] floats(ByteBuffer list) {
        float[] out = new float[list.remaining() / 4];
        int n = 0;
        while (list.hasRemaining()) {
            int wire = (int) varint(list) & 7;
            ByteBuffer run = wire == BYTES ? slice(list) : little(list);
            do {
                if (run.remaining() < 4) {
                    throw new IllegalArgumentException("half a float");
                }
                out[n++] = run.getFloat();
            } while (wire == BYTES && run.hasRemaining());
        }
        return Arrays.copyOf(out, n);
    }

    private static long[] longs(ByteBuffer list) {
        long[] out = new long[list.remaining()];
        int n = 0;
        while (list.hasRemaining()) {
            int wire = (int) varint(list) & 7;
            ByteBuffer run = wire == BYTES ? slice(list) : list;
            do {
                out[n++] = varint(run);
            } while (wire == BYTES && run.hasRemaining());
        }
        return Arrays.copyOf(out, n);
    }

    private static ByteBuffer little(ByteBuffer b) {
        return b.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The parts of a message that have a field number and a length. */
    private static List<ByteBuffer> messages(ByteBuffer message, int field) {
        List<ByteBuffer> found = new ArrayList<>();
        while (message.hasRemaining()) {
            long tag = varint(message);
            switch ((int) tag & 7) {
                case VARINT -> varint(message);
                case FIXED64 -> message.position(message.position() + 8);
                case FIXED32 -> message.position(message.position() + 4);
                case BYTES -> {
                    ByteBuffer part = slice(message);
                    if (tag >>> 3 == field) {
                        found.add(part);
                    }
                }
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            }
        }
        return found;
    }

    private static ByteBuffer slice(ByteBuffer b) {
        long length = varint(b);
        if (length < 0 || length > b.remaining()) {
            throw new IllegalArgumentException("a length of " + length);
        }
        ByteBuffer part = b.slice(b.position(), (int) length);
        b.position(b.position() + (int) length);
        return little(part);
    }

    private static long varint(ByteBuffer b) {
        long v = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = b.get();
            v |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return v;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }

    /** The names. */
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    /** The floats or integers of a name, float32 or int64 of rank 1. */
    public Tensor tensor(String name) {
        return switch (values.get(name)) {
            case float[] f -> Tensor.of(f);
            case long[] l -> Tensor.of(l);
            case null, default -> throw missing("tensor", name, "numbers");
        };
    }

    /** The byte strings of a name. */
    public List<byte[]> bytes(String name) {
        if (values.get(name) instanceof List<?> list) {
            List<byte[]> all = new ArrayList<>();
            for (Object b : list) {
                all.add(((byte[]) b).clone());
            }
            return all;
        }
        throw missing("bytes", name, "bytes");
    }

    private CressetException missing(String op, String name, String what) {
        return CressetException.value(
                op + ": there are no " + what + " named \"" + name + "\" in the example; it has " + values.keySet());
    }
}
