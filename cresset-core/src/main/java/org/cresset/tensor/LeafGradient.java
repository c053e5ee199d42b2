package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code backward} accumulates for a leaf: a tensor, rows of a table that are to stay rows (an embedding with
 * {@code sparse}), or rows that stand for a tensor which is zero elsewhere and is made when somebody asks for it. Memory that
 * nobody else has asked for goes back to the pool as soon as the gradient is taken away.
 */
public final class LeafGradient {
    private final Dense leaf;
    private @Nullable Tensor tensor;
    private @Nullable SparseRows rows;
    private boolean rowsAreSparse;
    private boolean shared;

    LeafGradient(Dense leaf) {
        this.leaf = leaf;
    }

    /** The gradient for the library's own loops, which keep no reference to it; null where there is none or a sparse one. */
    public synchronized @Nullable Tensor tensor() {
        return rowsAreSparse ? null : dense();
    }

    /** As {@link #tensor()}, but a sparse gradient becomes a tensor, too. */
    public synchronized @Nullable Tensor dense() {
        if (rows != null) {
            replace(rows.toDense(leaf.size(0)), false);
        }
        return tensor;
    }

    /** The rows of a sparse gradient, as {@link #tensor()}. */
    public synchronized @Nullable SparseRows sparse() {
        return rowsAreSparse ? rows : null;
    }

    /**
     * The rows outside of which the gradient is zero, of whatever kind it is; null where that isn't known or there is no
     * gradient.
     */
    public synchronized @Nullable SparseRows rows() {
        return rows;
    }

    /**
     * All elements that may differ from zero, to be changed in place or measured; of rows with each index once. Null where
     * there is no gradient.
     */
    public synchronized @Nullable Tensor nonzero() {
        if (rows == null) {
            return tensor;
        }
        SparseRows once = rows.coalesce();
        if (once != rows) {
            putRows(once.keep(), rowsAreSparse);
        }
        return rows.values();
    }

    /** The gradient of whatever kind as a tensor of the leaf's shape, for somebody who may keep it; null: none. */
    public synchronized @Nullable Tensor asTensor() {
        return rowsAreSparse && rows != null ? rows.toDense(leaf.size(0)) : toKeep();
    }

    /** As {@link #tensor()}, for somebody who may keep it. */
    synchronized @Nullable Tensor toKeep() {
        Tensor t = tensor();
        shared |= t != null;
        return t;
    }

    /** As {@link #sparse()}, for somebody who may keep them. */
    synchronized @Nullable SparseRows sparseToKeep() {
        SparseRows r = sparse();
        shared |= r != null;
        return r;
    }

    /** Makes a tensor that the caller may keep the gradient; null: none. */
    public synchronized void set(@Nullable Tensor g) {
        replace(g, true);
    }

    /** Makes a tensor that nothing else refers to the gradient. */
    public synchronized void own(Tensor g) {
        replace(g, false);
    }

    /** Makes a copy of rows a sparse gradient; null: no gradient. */
    public synchronized void setSparse(@Nullable SparseRows from) {
        if (from == null) {
            replace(null, true);
            return;
        }
        requireFits(from);
        putRows(from.copied(), true);
    }

    /**
     * Adds rows to the gradient, whatever it is.
     *
     * @param sparse whether the sum of nothing and of sparse gradients with them is sparse; others become the gradient's own
     */
    public synchronized void add(SparseRows more, boolean sparse) {
        requireFits(more);
        if (rows != null && (rowsAreSparse && sparse || 2 * (rows.count() + more.count()) < leaf.size(0))) {
            putRows(rows.and(more).keep(), rowsAreSparse && sparse);
        } else if (dense() instanceof Tensor all) {
            more.addTo(all);
        } else {
            putRows(sparse ? more.copied() : more.keep(), sparse);
        }
    }

    private void requireFits(SparseRows r) {
        Tensor v = r.values();
        boolean fits = leaf.dim() > 0 && v.dim() == leaf.dim() && v.dtype() == leaf.dtype();
        for (int d = 1; fits && d < leaf.dim(); d++) {
            fits = v.size(d) == leaf.size(d);
        }
        if (!fits) {
            throw CressetException.runtime(
                    "grad: rows of " + v.dtype() + v.shape() + " don't fit a tensor of " + leaf.dtype() + leaf.shape());
        }
    }

    /** Rows whose memory is kept already. */
    private void putRows(SparseRows r, boolean sparse) {
        replace(null, true);
        rows = r;
        rowsAreSparse = sparse;
        shared = false;
    }

    private void replace(@Nullable Tensor g, boolean nowShared) {
        if (rows != null) {
            if (!shared) {
                rows.free();
            }
            rows = null;
            rowsAreSparse = false;
        }
        if (g != null && g == tensor) {
            shared |= nowShared;
            return;
        }
        if (g instanceof Dense d) {
            if (!g.shape().equals(leaf.shape()) || g.dtype() != leaf.dtype()) {
                throw CressetException.runtime("grad: a gradient of " + g.dtype() + g.shape()
                        + " doesn't fit a tensor of " + leaf.dtype() + leaf.shape());
            }
            d.storage().keep();
        }
        if (!shared && tensor instanceof Dense old && !(g instanceof Dense d && d.storage() == old.storage())) {
            old.storage().free();
        }
        tensor = g;
        shared = nowShared;
    }
}
