package org.cresset.base;

import org.jspecify.annotations.Nullable;

/**
 * Frees a step's leavings at once instead of when the garbage collector finds them: every storage that this thread allocates
 * while the scope is open goes back to the pool at {@link #close()}, but for those that {@link Storage#keep()} was called on
 * (gradients of leaf tensors and optimizer state are kept by themselves). Nobody needs one; trainers and servers use them.
 * Using a tensor after its scope has closed throws.
 *
 * <pre>{@code
 * try (var step = MemoryScope.open()) {
 *     loss = crossEntropy(net.forward(x), y);
 *     loss.backward();
 *     opt.step();
 * }
 * }</pre>
 */
public final class MemoryScope implements AutoCloseable {
    private static final ThreadLocal<MemoryScope> CURRENT = new ThreadLocal<>();
    private static volatile boolean everUsed;

    private final @Nullable MemoryScope outer;
    private final Thread owner = Thread.currentThread();
    private @Nullable Storage first;
    private boolean closed;

    private MemoryScope(@Nullable MemoryScope outer) {
        this.outer = outer;
    }

    /** Opens a scope on this thread; scopes may be nested. */
    public static MemoryScope open() {
        everUsed = true;
        MemoryScope s = new MemoryScope(CURRENT.get());
        CURRENT.set(s);
        return s;
    }

    static @Nullable MemoryScope current() {
        return everUsed ? CURRENT.get() : null;
    }

    void add(Storage s) {
        s.scope = this;
        s.scopeNext = first;
        first = s;
    }

    /** Frees what was allocated and not kept. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (Thread.currentThread() != owner || CURRENT.get() != this) {
            throw CressetException.runtime(
                    "MemoryScope.close: not the innermost scope of this thread; close scopes in the reverse order of opening");
        }
        closed = true;
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
        for (Storage s = first; s != null; ) {
            Storage next = s.scopeNext;
            s.scopeNext = null;
            if (s.scope == this) {
                s.scope = null;
                s.free();
            }
            s = next;
        }
        first = null;
    }
}
