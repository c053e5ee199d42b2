package org.cresset.amp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.op.Elementwise;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.Precision;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Regions in which each operation runs in the precision that suits it, as {@code torch.autocast} for the CPU: products and
 * convolutions in bfloat16 or float16, losses and what is as delicate in float32, the rest as its operands come. Parameters
 * stay in float32, and so do their gradients.
 *
 * {@snippet :
 * Tensor loss = Autocast.autocast(BFLOAT16, () -> crossEntropy(net.forward(x), y));
 * loss.backward();                                           // outside of the region, as PyTorch advises
 * }
 *
 * <p>A region holds for the thread that opened it and for structured tasks forked within. Regions nest; in one that is
 * {@link #disabled} operations run as they would without. What a parameter was converted to is kept until the outermost
 * region ends, so that a layer used several times converts its weights once.
 */
public final class Autocast implements Interpreter {
    private final DType dtype;
    private final @Nullable Cache cache;

    private Autocast(DType dtype, @Nullable Cache cache) {
        this.dtype = dtype;
        this.cache = cache;
    }

    // ---- regions ----

    /**
     * Runs {@code body} with autocast to a dtype.
     *
     * @param dtype BFLOAT16 or FLOAT16
     * @throws CressetException (value) for another dtype
     */
    public static <T extends @Nullable Object> T autocast(DType dtype, Supplier<T> body) {
        return autocast(dtype, true, body);
    }

    /** Runs {@code body} with autocast to bfloat16. */
    public static <T extends @Nullable Object> T autocast(Supplier<T> body) {
        return autocast(DType.BFLOAT16, true, body);
    }

    /** Runs {@code body} with autocast to a dtype, BFLOAT16 or FLOAT16. */
    public static void autocast(DType dtype, Runnable body) {
        autocast(dtype, true, () -> {
            body.run();
            return null;
        });
    }

    /** Runs {@code body} with autocast to a dtype; {@code keep}: whether converted parameters are kept for their next use. */
    public static <T extends @Nullable Object> T autocast(DType dtype, boolean keep, Supplier<T> body) {
        if (dtype != DType.BFLOAT16 && dtype != DType.FLOAT16) {
            throw CressetException.value("autocast: dtype " + dtype + "; expected bfloat16 or float16");
        }
        Context c = Context.current();
        Cache shared = c.autocast() == null ? null : c.autocast().cache;
        boolean outermost = keep && shared == null;
        Cache own = !keep ? null : outermost ? new Cache() : shared;
        try {
            return c.withAutocast(new Autocast(dtype, own)).call(body);
        } finally {
            if (outermost && own != null) {
                own.clear();
            }
        }
    }

    /** Runs {@code body} without autocast: operations take their operands as they come. As {@code autocast(enabled=False)}. */
    public static <T extends @Nullable Object> T disabled(Supplier<T> body) {
        return Context.current().withAutocast(null).call(body);
    }

    /** Runs {@code body} with autocast as it was where {@code then} was the current region; null: without. */
    public static <T extends @Nullable Object> T restored(@Nullable Autocast then, Supplier<T> body) {
        Context plain = Context.current().withAutocast(null);
        return plain.call(then == null ? body : () -> autocast(then.dtype, then.cache != null, body));
    }

    /** Whether autocast is on here. As {@code torch.is_autocast_enabled}. */
    public static boolean isEnabled() {
        return Context.current().autocast() != null;
    }

    /** The dtype of the innermost region. */
    public DType dtype() {
        return dtype;
    }

    // ---- as interpreter ----

    /** Brings the operands to what the operation wants; whatever it is made of runs without autocast. */
    @Override
    public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] inputs) {
        Context c = Context.current();
        Interpreter transform = c.transform();
        Precision p = op.precision(attrs);
        if (p == Precision.INHERITED) {
            return transform == null ? op.eagerly(c, attrs, inputs) : transform.bind(op, attrs, inputs);
        }
        if (p == Precision.ANY && transform == null && op instanceof Elementwise) {
            return op.eagerly(c, attrs, inputs);
        }
        return c.withAutocast(null).call(() -> op.all(attrs, p.bring(this, inputs)));
    }

    /** Changes in place take their operands as they come. */
    @Override
    public void change(Op op, Object attrs, @Nullable Tensor[] in) {
        Context.current().withAutocast(null).call(() -> InPlace.apply(op, attrs, in));
    }

    /** {@code t} in another dtype; once for each leaf, where conversions are kept. */
    public Tensor convert(Tensor t, DType to) {
        Context c = Context.current();
        Context plain = c.autocast() == null ? c : c.withAutocast(null);
        if (cache != null
                && to == dtype
                && c.transform() == null
                && t.dtype() == DType.FLOAT32
                && t instanceof Dense d
                && ofLeaf(d)) {
            return cache.get(d, to, plain);
        }
        return plain.call(() -> t.to(to));
    }

    /** Whether this is a leaf that requires a gradient, or a view of one. */
    private static boolean ofLeaf(Dense d) {
        Dense base = d.base();
        return d.requiresGrad() && d.isLeaf() || base != null && base.requiresGrad() && base.isLeaf();
    }

    /** What parameters, and views of them, were converted to. */
    private static final class Cache {
        private final Map<Key, Entry> entries = new HashMap<>();

        private record Entry(Tensor converted, int version, Storage storage) {}

        synchronized Tensor get(Dense t, DType to, Context plain) {
            Key key = new Key(t, to, plain.grad());
            Entry e = entries.get(key);
            if (e == null || e.version != t.storage().version() || e.storage.isFreed()) {
                Tensor converted = plain.call(() -> t.to(to));
                e = new Entry(
                        converted,
                        t.storage().version(),
                        converted.dense("autocast").storage());
                entries.put(key, e);
            }
            return e.converted;
        }

        synchronized void clear() {
            entries.clear();
        }
    }

    /** A stretch of memory looked at in one way; whether the conversion was recorded matters too. */
    private static final class Key {
        private final Storage storage;
        private final Shape shape;
        private final long[] strides;
        private final long offset;
        private final DType to;
        private final boolean recorded;

        Key(Dense t, DType to, boolean grad) {
            storage = t.storage();
            shape = t.shape();
            strides = t.strides();
            offset = t.storageOffset();
            this.to = to;
            recorded = grad && t.requiresGrad();
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Key k
                    && storage == k.storage
                    && offset == k.offset
                    && to == k.to
                    && recorded == k.recorded
                    && shape.equals(k.shape)
                    && Arrays.equals(strides, k.strides);
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(storage) * 31 + shape.hashCode()) * 31 + Long.hashCode(offset);
        }
    }
}
