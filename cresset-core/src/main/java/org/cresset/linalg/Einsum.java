package org.cresset.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * Sums of products in Einstein's notation. Labels get numbers: letters first, then the dimensions that an ellipsis stands for.
 * Every operand is brought to one order of all labels; operands are then multiplied from the left, each product a batched
 * matrix product that sums over the labels which nothing later needs.
 */
final class Einsum {
    private static final int LETTERS = 52;

    private final String equation;
    private final Tensor[] operands;
    private final List<int[]> labels = new ArrayList<>();
    private int[] output = {};
    private int ellipsis;

    private Einsum(String equation, Tensor[] operands) {
        this.equation = equation;
        this.operands = operands;
    }

    static Tensor run(String equation, Tensor... operands) {
        Einsum e = new Einsum(equation, operands);
        e.parse();
        return e.contract();
    }

    private CressetException problem(String what) {
        StringBuilder b = new StringBuilder("einsum: \"" + equation + "\" with");
        for (Tensor t : operands) {
            b.append(' ').append(t.dtype()).append(t.shape());
        }
        return CressetException.runtime(b.append(": ").append(what).toString());
    }

    private void parse() {
        if (operands.length == 0) {
            throw problem("expected at least one operand");
        }
        String e = equation.replace(" ", "");
        int arrow = e.indexOf("->");
        String[] terms = (arrow < 0 ? e : e.substring(0, arrow)).split(",", -1);
        if (terms.length != operands.length) {
            throw problem("the equation has " + terms.length + " operands, given are " + operands.length);
        }
        int[][] counts = new int[terms.length][];
        for (int i = 0; i < terms.length; i++) {
            counts[i] = letters(terms[i]);
            boolean dots = Arrays.stream(counts[i]).anyMatch(l -> l < 0);
            int named = counts[i].length - (dots ? 1 : 0);
            int more = operands[i].dim() - named;
            if (more < 0 || more > 0 && !dots) {
                throw problem(
                        "operand " + i + " has " + operands[i].dim() + " dimensions, its subscripts name " + named);
            }
            ellipsis = Math.max(ellipsis, more);
        }
        for (int i = 0; i < terms.length; i++) {
            labels.add(spread(counts[i], operands[i].dim() - counts[i].length + 1));
        }
        output = arrow < 0 ? implied() : spread(letters(e.substring(arrow + 2)), ellipsis);
        for (int a = 0; a < output.length; a++) {
            int label = output[a];
            for (int b = 0; b < a; b++) {
                if (output[b] == label) {
                    throw problem("a subscript appears twice in the output");
                }
            }
            if (label < LETTERS
                    && labels.stream().noneMatch(l -> Arrays.stream(l).anyMatch(x -> x == label))) {
                throw problem("an output subscript appears in no operand");
            }
        }
    }

    /** Numbers of letters; -1 for the ellipsis. */
    private int[] letters(String term) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            if (term.startsWith("...", i)) {
                if (out.contains(-1)) {
                    throw problem("an ellipsis appears twice in one operand");
                }
                out.add(-1);
                i += 2;
            } else if (c >= 'A' && c <= 'Z') {
                out.add(c - 'A');
            } else if (c >= 'a' && c <= 'z') {
                out.add(26 + c - 'a');
            } else {
                throw problem("unexpected '" + c + "'; subscripts are letters, \"...\", \",\" and \"->\"");
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    /** With the ellipsis written out as its last {@code n} dimensions. */
    private int[] spread(int[] term, int n) {
        List<Integer> out = new ArrayList<>();
        for (int l : term) {
            for (int d = 0; l < 0 && d < n; d++) {
                out.add(LETTERS + ellipsis - n + d);
            }
            if (l >= 0) {
                out.add(l);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The ellipsis, then letters that appear once, in alphabetical order. */
    private int[] implied() {
        List<Integer> out = new ArrayList<>();
        for (int d = 0; d < ellipsis; d++) {
            out.add(LETTERS + d);
        }
        for (int l = 0; l < LETTERS; l++) {
            int label = l;
            if (labels.stream()
                            .flatMapToInt(Arrays::stream)
                            .filter(x -> x == label)
                            .count()
                    == 1) {
                out.add(l);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    private Tensor contract() {
        // The order of all labels: the output's, then those that are summed over.
        List<Integer> order = new ArrayList<>();
        for (int l : output) {
            order.add(l);
        }
        for (int[] term : labels) {
            for (int l : term) {
                if (!order.contains(l)) {
                    order.add(l);
                }
            }
        }
        int n = order.size();
        long[] sizes = new long[n];
        Arrays.fill(sizes, 1);
        int[] last = new int[n];
        Tensor[] aligned = new Tensor[operands.length];
        for (int i = 0; i < operands.length; i++) {
            aligned[i] = align(operands[i], labels.get(i), order);
            for (int d = 0; d < n; d++) {
                long size = aligned[i].size(d);
                if (size != 1) {
                    if (sizes[d] != 1 && sizes[d] != size) {
                        throw problem("a subscript has sizes " + sizes[d] + " and " + size);
                    }
                    sizes[d] = size;
                }
                if (contains(labels.get(i), order.get(d))) {
                    last[d] = i;
                }
            }
        }
        Tensor result = sumOwn(aligned[0], last, 0, output.length);
        for (int i = 1; i < aligned.length; i++) {
            result = multiply(result, aligned[i], last, i, output.length);
        }
        long[] shape = new long[output.length];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = result.size(d);
        }
        return result.reshape(shape);
    }

    private static boolean contains(int[] labels, int label) {
        return Arrays.stream(labels).anyMatch(l -> l == label);
    }

    /** One dimension for each label in order, of size 1 where the operand lacks it; repeated labels mean a diagonal. */
    private Tensor align(Tensor t, int[] term, List<Integer> order) {
        List<Integer> have = new ArrayList<>();
        Tensor x = t;
        int at = 0;
        for (int label : term) {
            int before = have.indexOf(label);
            if (before < 0) {
                have.add(label);
                at++;
                continue;
            }
            if (x.size(before) != x.size(at)) {
                throw problem("a subscript has sizes " + x.size(before) + " and " + x.size(at) + " in one operand");
            }
            x = x.diagonal(0, before, at).movedim(-1, before);
        }
        int n = order.size();
        long[] permutation = new long[have.size()];
        long[] shape = new long[n];
        int k = 0;
        for (int d = 0; d < n; d++) {
            int place = have.indexOf(order.get(d));
            shape[d] = place < 0 ? 1 : x.size(place);
            if (place >= 0) {
                permutation[k++] = place;
            }
        }
        return x.permute(permutation).reshape(shape);
    }

    /** Sums over labels that no later operand has. */
    private static Tensor sumOwn(Tensor t, int[] last, int i, int kept) {
        List<Long> dims = new ArrayList<>();
        for (int d = kept; d < t.dim(); d++) {
            if (last[d] <= i && t.size(d) != 1) {
                dims.add((long) d);
            }
        }
        return dims.isEmpty()
                ? t
                : t.sum(dims.stream().mapToLong(Long::longValue).toArray(), true, t.dtype());
    }

    /** Multiplies, summing over labels that only these two have left. */
    private static Tensor multiply(Tensor a, Tensor b, int[] last, int i, int kept) {
        int n = a.dim();
        List<Integer> batch = new ArrayList<>();
        List<Integer> left = new ArrayList<>();
        List<Integer> right = new ArrayList<>();
        List<Integer> sum = new ArrayList<>();
        Tensor x = a;
        Tensor y = b;
        for (int d = 0; d < n; d++) {
            boolean inA = x.size(d) != 1;
            boolean inB = y.size(d) != 1;
            boolean done = d >= kept && last[d] <= i;
            if (done && inA != inB) {
                long[] dim = {d};
                x = inA ? x.sum(dim, true, x.dtype()) : x;
                y = inB ? y.sum(dim, true, y.dtype()) : y;
                inA = false;
                inB = false;
            }
            (inA && inB ? done ? sum : batch : inA ? left : right).add(d);
        }
        long[] result = new long[n];
        List<Integer> order = new ArrayList<>();
        for (List<Integer> part : List.of(batch, left, right, sum)) {
            order.addAll(part);
        }
        long[] shape = new long[n];
        for (int k = 0; k < n; k++) {
            int d = order.get(k);
            shape[k] = sum.contains(d) ? 1 : x.size(d) == 1 ? y.size(d) : x.size(d);
            result[d] = k;
        }
        Tensor p = x.permute(longs(batch, left, sum, right)).reshape(count(x, batch), count(x, left), count(x, sum));
        Tensor q = y.permute(longs(batch, sum, right, left)).reshape(count(y, batch), count(y, sum), count(y, right));
        return p.bmm(q).reshape(shape).permute(result);
    }

    private static long count(Tensor t, List<Integer> dims) {
        long n = 1;
        for (int d : dims) {
            n *= t.size(d);
        }
        return n;
    }

    @SafeVarargs
    private static long[] longs(List<Integer>... parts) {
        return Arrays.stream(parts)
                .flatMap(List::stream)
                .mapToLong(Integer::longValue)
                .toArray();
    }
}
