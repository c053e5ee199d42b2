package org.cresset.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What comes before the elements in a file of NumPy's: a magic string, a version, and a dict as Python would print it.
 *
 * @param descr NumPy's type string
 * @param fortranOrder whether the first index changes fastest
 * @param shape the sizes
 */
record NpyHeader(String descr, boolean fortranOrder, Shape shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST = 100_000;

    /** Reads a header; the elements follow in the input. */
    static NpyHeader read(PickleInput in) {
        for (byte b : MAGIC) {
            if (in.position() >= in.size() || in.u1() != (b & 0xff)) {
                throw new Malformed("it doesn't begin with NumPy's magic string");
            }
        }
        int version = in.u1();
        int minor = in.u1();
        if (version < 1 || version > 3 || minor != 0) {
            throw new Malformed("it is of version " + version + "." + minor + "; known are 1.0, 2.0 and 3.0");
        }
        long length = version == 1 ? in.u2() : in.i4() & 0xffffffffL;
        if (length > LONGEST) {
            throw new Malformed("its header claims " + length + " bytes");
        }
        Object value = new Literal(PickleInput.utf8(in.bytes(length))).whole();
        if (!(value instanceof Map<?, ?> m) || !m.keySet().equals(Set.of("descr", "fortran_order", "shape"))) {
            throw new Malformed("its header is no dict of exactly descr, fortran_order and shape");
        }
        if (!(m.get("descr") instanceof String descr)) {
            throw new Malformed("its elements are records, which tensors can't hold");
        }
        if (!(m.get("fortran_order") instanceof Boolean fortran)) {
            throw new Malformed("its fortran_order is neither True nor False");
        }
        if (!(m.get("shape") instanceof Tuple sizes) || sizes.size() > 64) {
            throw new Malformed("its shape is no tuple of at most 64 sizes");
        }
        long[] dims = new long[sizes.size()];
        for (int i = 0; i < dims.length; i++) {
            if (!(sizes.get(i) instanceof Long n) || n < 0) {
                throw new Malformed("its shape has " + sizes.get(i) + " where a size belongs");
            }
            dims[i] = n;
        }
        return new NpyHeader(descr, fortran, TorchGlobals.shape(dims));
    }

    /** Python literals: strings, whole numbers, True, False, None, and tuples, lists and dicts of such. */
    private static final class Literal {
        private static final int DEEPEST = 6;

        private final String text;
        private int at;
        private int depth;

        Literal(String text) {
            this.text = text;
        }

        @Nullable
        Object whole() {
            Object v = value();
            if (peek() != 0) {
                throw bad();
            }
            return v;
        }

        private Malformed bad() {
            return new Malformed("its header is no Python dict of plain values at character " + at);
        }

        /** The next character that isn't a space, or 0. */
        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean take(char c) {
            boolean there = peek() == c;
            at += there ? 1 : 0;
            return there;
        }

        private void expect(char c) {
            if (!take(c)) {
                throw bad();
            }
        }

        private @Nullable Object value() {
            if (++depth > DEEPEST) {
                throw bad();
            }
            char c = peek();
            Object v =
                    switch (c) {
                        case '{' -> dict();
                        case '(' -> tuple();
                        case '[' -> list('[', ']', new ArrayList<>());
                        case '\'', '"' -> string();
                        default -> c == '-' || Character.isDigit(c) ? number() : word();
                    };
            depth--;
            return v;
        }

        private Map<String, @Nullable Object> dict() {
            Map<String, @Nullable Object> m = new TreeMap<>();
            expect('{');
            while (!take('}')) {
                String key = string();
                expect(':');
                if (m.containsKey(key)) {
                    throw bad();
                }
                m.put(key, value());
                if (!take(',') && peek() != '}') {
                    throw bad();
                }
            }
            return m;
        }

        private @Nullable Object tuple() {
            List<@Nullable Object> l = new ArrayList<>();
            list('(', ')', l);
            boolean parenthesised =
                    l.size() == 1 && !text.substring(0, at - 1).stripTrailing().endsWith(",");
            return parenthesised ? l.getFirst() : Tuple.of(l.toArray());
        }

        private List<@Nullable Object> list(char open, char close, List<@Nullable Object> to) {
            expect(open);
            while (!take(close)) {
                to.add(value());
                if (!take(',') && peek() != close) {
                    throw bad();
                }
            }
            return to;
        }

        private String string() {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || text.substring(at, end).contains("\\")) {
                throw bad();
            }
            String s = text.substring(at + 1, end);
            at = end + 1;
            return s;
        }

        private Long number() {
            int begin = at;
            at++;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            String digits = text.substring(begin, at);
            if (at < text.length() && text.charAt(at) == 'L') { // Python 2
                at++;
            }
            try {
                return Long.valueOf(digits);
            } catch (NumberFormatException e) {
                throw new Malformed("its header has " + Malformed.quote(digits) + " where a size belongs");
            }
        }

        private @Nullable Boolean word() {
            for (String w : List.of("True", "False", "None")) {
                if (text.startsWith(w, at)) {
                    at += w.length();
                    return w.equals("None") ? null : (Boolean) w.equals("True");
                }
            }
            throw bad();
        }
    }
}
