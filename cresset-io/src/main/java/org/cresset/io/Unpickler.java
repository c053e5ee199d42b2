package org.cresset.io;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a pickle describes: a loop over its instructions with a stack, as Python's manual of {@code pickletools} lists
 * them. It makes plain values and knows a few functions by name ({@link TorchGlobals}); it can neither find nor run anything
 * else, whatever the pickle says.
 */
final class Unpickler {
    private static final int NEWEST_PROTOCOL = 5;
    private static final int LONGEST_DECIMAL = 4300;

    /** Tuples can be made to have one hash, which makes large maps of them slow; no checkpoint has such. */
    private static final int MOST_TUPLE_KEYS = 4096;

    private final PickleInput in;
    private final TorchGlobals globals;
    private final ArrayList<@Nullable Object> stack = new ArrayList<>();
    private final ArrayList<Integer> marks = new ArrayList<>();
    private final Map<Long, @Nullable Object> memo = new HashMap<>();

    Unpickler(PickleInput in, TorchGlobals globals) {
        this.in = in;
        this.globals = globals;
    }

    /** Reads up to the end of one pickle and gives its value, which is a tree of moderate size and depth. */
    @Nullable
    Object read() {
        while (true) {
            int op = in.u1();
            if (op == '.') {
                Object value = pop();
                Graph.check(value, in.position());
                return value;
            }
            step(op);
        }
    }

    private void step(int op) {
        switch (op) {
            case 0x80 -> {
                int protocol = in.u1();
                if (protocol > NEWEST_PROTOCOL) {
                    throw new Malformed("it is of pickle protocol " + protocol + "; the newest known is 5");
                }
            }
            case 0x95 -> in.i8(); // a frame, whose length tells nothing new
            case '(' -> marks.add(stack.size());
            case '0' -> {
                if (stack.size() == floor() && !marks.isEmpty()) {
                    marks.removeLast();
                } else {
                    pop();
                }
            }
            case '1' -> toMark();
            case '2' -> push(top());
            case 'p' -> memo.put(decimal(in.line()).longValue(), top());
            case 'q' -> memo.put((long) in.u1(), top());
            case 'r' -> memo.put(in.i4() & 0xffffffffL, top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'g' -> recall(decimal(in.line()).longValue());
            case 'h' -> recall(in.u1());
            case 'j' -> recall(in.i4() & 0xffffffffL);
            case 'Q' -> push(globals.persistent(pop()));
            case 'c' -> {
                String module = in.line();
                push(globals.find(module, in.line()));
            }
            case 0x93 -> {
                if (pop() instanceof String name && pop() instanceof String module) {
                    push(globals.find(module, name));
                } else {
                    throw new Malformed("its pickle names a function by something that is no string");
                }
            }
            case 'R', 0x81 -> {
                Object args = pop();
                push(globals.call(pop(), args));
            }
            case 'b' -> build(pop());
            default -> {
                if (!atom(op) && !container(op)) {
                    throw new Malformed(String.format(
                            "at byte %d its pickle has the instruction 0x%02x, which no checkpoint needs",
                            in.position() - 1, op));
                }
            }
        }
    }

    private boolean atom(int op) {
        switch (op) {
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'I' -> {
                String s = in.line();
                push(s.equals("01") ? (Object) true : s.equals("00") ? (Object) false : narrow(decimal(s)));
            }
            case 'J' -> push((long) in.i4());
            case 'K' -> push((long) in.u1());
            case 'M' -> push((long) in.u2());
            case 'L' -> {
                String s = in.line();
                push(narrow(decimal(s.endsWith("L") ? s.substring(0, s.length() - 1) : s)));
            }
            case 0x8a -> push(integer(in.bytes(in.u1())));
            case 0x8b -> push(integer(in.bytes(in.i4())));
            case 'F' -> push(real(in.line()));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.i8())));
            case 'X' -> push(in.text(in.i4() & 0xffffffffL));
            case 0x8c -> push(in.text(in.u1()));
            case 0x8d -> push(in.text(in.i8()));
            case 'T' -> push(in.text(in.i4())); // strings of Python 2
            case 'U' -> push(in.text(in.u1()));
            case 'B' -> push(in.bytes(in.i4() & 0xffffffffL));
            case 'C' -> push(in.bytes(in.u1()));
            case 0x8e, 0x96 -> push(in.bytes(in.i8()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int op) {
        switch (op) {
            case ']' -> push(new ArrayList<@Nullable Object>());
            case 'l' -> push(new ArrayList<>(toMark()));
            case ')' -> push(Tuple.of());
            case 't' -> push(Tuple.of(toMark().toArray()));
            case 0x85 -> push(Tuple.of(pop()));
            case 0x86 -> {
                Object b = pop();
                push(Tuple.of(pop(), b));
            }
            case 0x87 -> {
                Object c = pop();
                Object b = pop();
                push(Tuple.of(pop(), b, c));
            }
            case '}' -> push(new LinkedHashMap<@Nullable Object, @Nullable Object>());
            case 'd' -> {
                Map<@Nullable Object, @Nullable Object> m = new LinkedHashMap<>();
                putAll(m, toMark());
                push(m);
            }
            case 0x8f -> push(new LinkedHashSet<@Nullable Object>());
            case 0x91 -> {
                Set<@Nullable Object> s = new LinkedHashSet<>();
                addAll(s, toMark());
                push(Collections.unmodifiableSet(s));
            }
            case 'a' -> {
                Object value = pop();
                list().add(value);
            }
            case 'e' -> {
                List<@Nullable Object> values = toMark();
                list().addAll(values);
            }
            case 's' -> {
                Object value = pop();
                Object key = pop();
                putAll(map(), Arrays.asList(key, value));
            }
            case 'u' -> {
                List<@Nullable Object> values = toMark();
                putAll(map(), values);
            }
            case 0x90 -> {
                List<@Nullable Object> values = toMark();
                addAll(set(), values);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    // ---- the stack ----

    /** What lies below the last mark is out of reach. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private void push(@Nullable Object value) {
        stack.add(value);
    }

    private @Nullable Object pop() {
        if (stack.size() <= floor()) {
            throw new Malformed("at byte " + in.position() + " its pickle takes more from the stack than is there");
        }
        return stack.removeLast();
    }

    private @Nullable Object top() {
        if (stack.size() <= floor()) {
            throw new Malformed("at byte " + in.position() + " its pickle looks at a stack that is empty");
        }
        return stack.getLast();
    }

    private List<@Nullable Object> toMark() {
        if (marks.isEmpty()) {
            throw new Malformed("at byte " + in.position() + " its pickle goes back to a mark that isn't there");
        }
        List<@Nullable Object> tail = stack.subList(marks.removeLast(), stack.size());
        List<@Nullable Object> copy = new ArrayList<>(tail);
        tail.clear();
        return copy;
    }

    private void recall(long index) {
        Object value = memo.get(index);
        if (value == null && !memo.containsKey(index)) {
            throw new Malformed("its pickle recalls value " + index + ", which it never kept");
        }
        push(value);
    }

    @SuppressWarnings("unchecked")
    private List<@Nullable Object> list() {
        if (top() instanceof ArrayList<?> l) {
            return (List<@Nullable Object>) l;
        }
        throw new Malformed("its pickle appends to something that is no list");
    }

    @SuppressWarnings("unchecked")
    private Map<@Nullable Object, @Nullable Object> map() {
        if (top() instanceof LinkedHashMap<?, ?> m) {
            return (Map<@Nullable Object, @Nullable Object>) m;
        }
        throw new Malformed("its pickle sets an item of something that is no dict");
    }

    @SuppressWarnings("unchecked")
    private Set<@Nullable Object> set() {
        if (top() instanceof LinkedHashSet<?> s) {
            return (Set<@Nullable Object>) s;
        }
        throw new Malformed("its pickle adds to something that is no set");
    }

    static void putAll(Map<@Nullable Object, @Nullable Object> to, List<?> keysAndValues) {
        if (keysAndValues.size() % 2 != 0) {
            throw new Malformed("its pickle gives a dict a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            to.put(key(keysAndValues.get(i), to.size()), keysAndValues.get(i + 1));
        }
    }

    static void addAll(Set<@Nullable Object> to, List<?> values) {
        for (Object v : values) {
            to.add(key(v, to.size()));
        }
    }

    private static @Nullable Object key(@Nullable Object o, int before) {
        if (o instanceof Tuple && before >= MOST_TUPLE_KEYS) {
            throw new Malformed("more than " + MOST_TUPLE_KEYS + " keys of one container in its pickle are tuples");
        }
        if (!Tuple.isKey(o)) {
            throw new Malformed("a " + (o == null ? "null" : o.getClass().getSimpleName())
                    + " in its pickle is a key; keys are numbers, strings or small tuples of such");
        }
        return o;
    }

    private void build(@Nullable Object state) {
        Object target = top();
        if (target instanceof OrderedDict d && state instanceof Map<?, ?> attributes) {
            d.attributes().putAll(attributes);
        } else {
            throw new Malformed("its pickle sets attributes of something that is no OrderedDict");
        }
    }

    // ---- numbers ----

    private static Object integer(byte[] littleEndian) {
        byte[] b = new byte[littleEndian.length];
        for (int i = 0; i < b.length; i++) {
            b[b.length - 1 - i] = littleEndian[i];
        }
        return b.length == 0 ? (Object) 0L : narrow(new BigInteger(b));
    }

    private static Object narrow(BigInteger n) {
        return n.bitLength() < 64 ? (Object) n.longValue() : n;
    }

    private static BigInteger decimal(String s) {
        try {
            if (s.length() <= LONGEST_DECIMAL) {
                return new BigInteger(s);
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new Malformed("its pickle has " + Malformed.quote(s) + " where a whole number belongs");
    }

    private static double real(String s) {
        try {
            return switch (s) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan" -> Double.NaN;
                default -> Double.parseDouble(s);
            };
        } catch (NumberFormatException e) {
            throw new Malformed("its pickle has " + Malformed.quote(s) + " where a number belongs");
        }
    }

    /** Bytes that a pickle of protocol 2 wrote as a string of characters up to 255. */
    static byte[] latin1(String s) {
        byte[] b = s.getBytes(StandardCharsets.ISO_8859_1);
        if (!new String(b, StandardCharsets.ISO_8859_1).equals(s)) {
            throw new Malformed("a string in it stands for bytes but has other characters");
        }
        return b;
    }
}
