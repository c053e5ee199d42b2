package org.cresset.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.FlatIndex;
import org.cresset.op.Gathering;
import org.cresset.op.Positions;
import org.jspecify.annotations.Nullable;

/** Python's square brackets: numbers and slices as views, tensors of positions or masks as copies. */
final class Indexing {
    private Indexing() {}

    /** A view by the basic parts of an index, and the tensors that index its dimensions (null: whole). */
    private record Basic(Tensor view, List<@Nullable Tensor> tensors) {
        boolean advanced() {
            return tensors.stream().anyMatch(t -> t != null);
        }
    }

    static Tensor get(Tensor x, @Nullable Object... parts) {
        Basic b = basic(x, parts);
        return b.advanced() ? index(b.view, b.tensors.toArray(new Tensor[0])) : b.view;
    }

    static void set(Tensor x, Tensor value, @Nullable Object... parts) {
        Tensor masked = unknown(x, value.to(x.dtype()), false, parts);
        if (masked != null) {
            x.copy_(masked);
            return;
        }
        Basic b = basic(x, parts);
        if (!b.advanced()) {
            b.view.copy_(drop(value, b.view.dim()));
            return;
        }
        Tensor[] t = b.tensors.toArray(new Tensor[0]);
        b.view.copy_(put(b.view, t, value.to(x.dtype()), false));
    }

    /** Leading dimensions of size 1 that the target hasn't are dropped, as an assignment does. */
    private static Tensor drop(Tensor value, int rank) {
        Tensor v = value;
        while (v.dim() > rank && v.size(0) == 1) {
            v = v.squeeze(0);
        }
        return v;
    }

    private static Basic basic(Tensor x, @Nullable Object[] parts) {
        int used = 0;
        boolean ellipsis = false;
        for (Object p : parts) {
            if (p instanceof Index.Ellipsis) {
                if (ellipsis) {
                    throw CressetException.index("get: an index can have one ellipsis only");
                }
                ellipsis = true;
            } else if (p instanceof Tensor t && (t.dtype() == DType.BOOL || t.dtype() == DType.UINT8)) {
                used += t.dim();
            } else if (!(p instanceof Index.NewAxis) && !(p instanceof Boolean)) {
                used++;
            }
        }
        if (used > x.dim()) {
            throw CressetException.index("get: " + used + " indices for a tensor of shape " + x.shape() + " with "
                    + x.dim() + " dimensions");
        }
        Tensor view = x;
        List<@Nullable Tensor> tensors = new ArrayList<>();
        int d = 0;
        for (Object p : parts) {
            switch (p) {
                case null -> d = keep(tensors, d);
                case Index.Ellipsis e -> {
                    for (int i = 0; i < x.dim() - used; i++) {
                        d = keep(tensors, d);
                    }
                }
                case Index.NewAxis n -> {
                    view = view.unsqueeze(d);
                    d = keep(tensors, d);
                }
                case Index.Slice s -> {
                    view = view.slice(d, s.start(), s.stop(), s.step() == null ? 1 : s.step());
                    d = keep(tensors, d);
                }
                case Boolean b -> {
                    view = view.unsqueeze(d);
                    tensors.add(b ? Tensor.of(0L) : Tensor.of(new long[0]));
                    d++;
                }
                case Number n -> view = view.select(d, n.longValue());
                case Iterable<?> numbers -> {
                    tensors.add(positions(numbers));
                    d++;
                }
                case Tensor t
                when t.dtype() == DType.BOOL || t.dtype() == DType.UINT8 -> {
                    if (t.dim() == 0) {
                        view = view.unsqueeze(d);
                        tensors.add(t.itemBoolean() ? Tensor.of(0L) : Tensor.of(new long[0]));
                        d++;
                    } else {
                        fits(t, view, d);
                        Tensor where = Gathering.nonzero(t);
                        for (int i = 0; i < t.dim(); i++) {
                            tensors.add(where.select(1, i));
                            d++;
                        }
                    }
                }
                case Tensor t -> {
                    if (t.dtype() != DType.INT64
                            && t.dtype() != DType.INT32
                            && t.dtype() != DType.INT16
                            && t.dtype() != DType.INT8) {
                        throw CressetException.index(
                                "get: an index of " + t.dtype() + "; expected int64, int32 or bool");
                    }
                    tensors.add(t);
                    d++;
                }
                default ->
                    throw CressetException.type("get: a " + p.getClass().getSimpleName()
                            + " can't be an index; expected a number, an Index, a tensor or null");
            }
        }
        return new Basic(view, tensors);
    }

    private static int keep(List<@Nullable Tensor> tensors, int d) {
        tensors.add(null);
        return d + 1;
    }

    /**
     * How tensors index: the dimensions with those in front that the indices speak of, these as one; the flat positions in
     * it; and where the result's new dimensions go.
     */
    private record Plan(Tensor rows, long[] order, Tensor flat, Shape common, int place, int indexed) {
        /** The dimensions that aren't indexed. */
        long[] rest() {
            return Arrays.copyOfRange(rows.shape().dims(), 1, rows.dim());
        }
    }

    private static Plan plan(Tensor x, @Nullable Tensor[] tensors) {
        List<Integer> dims = new ArrayList<>();
        for (int d = 0; d < tensors.length; d++) {
            if (tensors[d] != null) {
                dims.add(d);
            }
        }
        boolean adjacent = dims.getLast() - dims.getFirst() == dims.size() - 1;
        Tensor[] given = dims.stream().map(d -> tensors[d]).toArray(Tensor[]::new);
        Shape common = common(given);
        long[] order = new long[x.dim()];
        int k = 0;
        for (int d : dims) {
            order[k++] = d;
        }
        for (int d = 0; d < x.dim(); d++) {
            if (!dims.contains(d)) {
                order[k++] = d;
            }
        }
        Tensor flat = given[0].to(DType.INT64);
        long product = x.size(dims.getFirst());
        for (int i = 1; i < given.length; i++) {
            long n = x.size(dims.get(i));
            flat = FlatIndex.of(flat, product, given[i].to(DType.INT64), n);
            product *= n;
        }
        Tensor positions = flat.expand(common.toArray()).reshape(-1);
        Tensor front = x.permute(order);
        Tensor rows = dims.size() == 1 ? front : front.flatten(0, dims.size() - 1);
        return new Plan(rows, order, positions, common, adjacent ? dims.getFirst() : 0, dims.size());
    }

    private static Shape common(Tensor[] given) {
        try {
            return Broadcast.shapes("index", given);
        } catch (CressetException e) {
            throw new CressetException(CressetException.Kind.INDEX, String.valueOf(e.getMessage()), e);
        }
    }

    private static long[] join(long[] a, long[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    static Tensor index(Tensor x, @Nullable Tensor[] tensors) {
        Plan p = plan(x, tensors);
        Tensor taken =
                Scattering.select(p.rows, 0, p.flat, Positions.WRAPPED).reshape(join(p.common.toArray(), p.rest()));
        if (p.place == 0) {
            return taken;
        }
        long[] from = new long[p.common.rank()];
        long[] to = new long[from.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = i;
            to[i] = p.place + i;
        }
        return taken.movedim(from, to);
    }

    /** {@code x} with the elements that an index speaks of replaced by values, or increased by them. */
    static Tensor changed(Tensor x, Tensor values, boolean accumulate, @Nullable Object... parts) {
        if (values.dtype() != x.dtype()) {
            throw CressetException.runtime("index_put: the tensor is " + x.dtype() + ", the values " + values.dtype()
                    + "; expected the same dtype");
        }
        Tensor masked = unknown(x, values, accumulate, parts);
        if (masked != null) {
            return masked;
        }
        Basic b = basic(x, parts);
        return b.advanced()
                ? put(b.view, b.tensors.toArray(new Tensor[0]), values, accumulate)
                        .reshape(x.shape().toArray())
                : accumulate
                        ? x.add(values)
                        : values.expand(x.shape().toArray()).clone();
    }

    /** {@link #changed} where the only index is a mask whose values can't be read; null if it isn't so. */
    private static @Nullable Tensor unknown(Tensor x, Tensor values, boolean accumulate, @Nullable Object[] parts) {
        int d = 0;
        while (d < parts.length && parts[d] == null) {
            d++;
        }
        for (int i = d + 1; i < parts.length; i++) {
            if (parts[i] != null) {
                return null;
            }
        }
        boolean mask = d < parts.length
                && parts[d] instanceof Tensor t
                && (t.dtype() == DType.BOOL || t.dtype() == DType.UINT8)
                && !t.hasValues()
                && d + t.dim() <= x.dim();
        if (!mask) {
            return null;
        }
        Tensor t = (Tensor) parts[d];
        fits(t, x, d);
        return Positioned.put(x, t, d, drop(values, x.dim() - t.dim() + 1), accumulate);
    }

    private static void fits(Tensor mask, Tensor x, int d) {
        for (int i = 0; i < mask.dim(); i++) {
            if (mask.size(i) != x.size(d + i)) {
                throw CressetException.index("get: a mask of shape " + mask.shape() + " doesn't match shape "
                        + x.shape() + " from dimension " + d + " on");
            }
        }
    }

    /** {@code x} with the indexed elements replaced by (or increased by) values. */
    private static Tensor put(Tensor x, @Nullable Tensor[] tensors, Tensor values, boolean accumulate) {
        Plan p = plan(x, tensors);
        long[] rest = p.rest();
        long[] resultDims = join(p.common.toArray(), rest);
        int n = resultDims.length;
        Tensor v = values;
        if (p.place > 0) { // values come in the result's order of dimensions
            long[] shape = new long[n];
            long[] order = new long[n];
            int c = p.common.rank();
            for (int i = 0; i < n; i++) {
                boolean middle = i >= p.place && i < p.place + c;
                int source = middle ? i - p.place : i < p.place ? c + i : i;
                shape[i] = resultDims[source];
                order[source] = i;
            }
            v = drop(values, n).expand(shape).permute(order);
        } else {
            v = drop(values, n).expand(resultDims);
        }
        Tensor source = v.reshape(join(new long[] {p.flat.numel()}, rest));
        Tensor changed = Scattering.slices(
                "index_put", p.rows, 0, p.flat, source, accumulate ? "sum" : null, true, Positions.WRAPPED);
        long[] sizes = new long[x.dim()];
        long[] back = new long[x.dim()];
        for (int i = 0; i < back.length; i++) {
            sizes[i] = x.size((int) p.order[i]);
            back[(int) p.order[i]] = i;
        }
        return changed.reshape(sizes).permute(back);
    }

    /** Python's list as an index; also Kotlin's ranges. */
    private static Tensor positions(Iterable<?> numbers) {
        List<Long> all = new ArrayList<>();
        for (Object o : numbers) {
            if (!(o instanceof Number n) || o instanceof Double || o instanceof Float) {
                throw CressetException.index("get: " + o + " in a list of positions; expected integers");
            }
            all.add(n.longValue());
        }
        return Tensor.of(all.stream().mapToLong(Long::longValue).toArray());
    }
}
