package org.cresset.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.base.Storage;
import org.cresset.op.Custom;
import org.cresset.op.View;
import org.cresset.tensor.Dense;
import org.cresset.tensor.LeafGradient;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Walks the recorded graph from outputs to inputs. Nodes come in falling order of their sequence numbers, so every consumer
 * of a node is done before it; the order, and with it every rounding, depends on the graph alone.
 */
final class Engine {
    private final boolean retainGraph;
    private final boolean createGraph;
    private final Context context = Context.current();
    private final Map<Node, Pending> pending = new IdentityHashMap<>();
    private final PriorityQueue<Pending> queue = new PriorityQueue<>();
    private final @Nullable Map<Node, List<int[]>> captures;
    private final @Nullable Tensor[] captured;
    private final @Nullable Set<Node> needed;

    /** Gradients that have reached a node so far. */
    private static final class Pending implements Comparable<Pending> {
        final Node node;
        final int order;
        final @Nullable Tensor[] grads;
        /** Which of the gradients nothing else refers to, so that they may be changed or kept as they are. */
        final boolean[] owned;

        Pending(Node node, int order) {
            this.node = node;
            this.order = order;
            this.grads = new Tensor[node.outputs.length];
            this.owned = new boolean[grads.length];
        }

        /** The latest node first, then in the order in which they were reached. */
        @Override
        public int compareTo(Pending other) {
            int later = Long.compare(other.node.sequence, node.sequence);
            return later != 0 ? later : Integer.compare(order, other.order);
        }
    }

    /** Accumulates into leaves; with {@code inputs}, gives the gradients of these alone. */
    Engine(boolean retainGraph, boolean createGraph, Tensor @Nullable [] inputs, Tensor[] roots) {
        this.retainGraph = retainGraph;
        this.createGraph = createGraph;
        this.captured = new Tensor[inputs == null ? 0 : inputs.length];
        if (inputs == null) {
            captures = null;
            needed = null;
            return;
        }
        captures = new IdentityHashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            Dense d = inputs[i].dense("grad");
            Node e = d.edge();
            if (e == null) {
                throw CressetException.runtime("grad: input " + i + ", " + d.dtype() + d.shape()
                        + ", does not require a gradient; call requiresGrad(true) before it is used");
            }
            captures.computeIfAbsent(e, k -> new ArrayList<>())
                    .add(new int[] {e.leaf == null ? d.outputIndex() : 0, i});
        }
        needed = reaching(roots, captures.keySet());
    }

    /** The nodes between the roots and the targets. */
    private static Set<Node> reaching(Tensor[] roots, Set<Node> targets) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Node> todo = new ArrayDeque<>();
        for (Tensor r : roots) {
            Node e = r.dense("grad").edge();
            if (e != null && seen.add(e)) {
                todo.add(e);
            }
        }
        while (!todo.isEmpty()) {
            for (Node e : todo.poll().edges) {
                if (e != null && seen.add(e)) {
                    todo.add(e);
                }
            }
        }
        List<Node> upwards = new ArrayList<>(seen);
        upwards.sort(Comparator.comparingLong(n -> n.sequence));
        Set<Node> reach = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Node n : upwards) {
            boolean hit = targets.contains(n);
            for (Node e : n.edges) {
                hit |= e != null && reach.contains(e);
            }
            if (hit) {
                reach.add(n);
            }
        }
        return reach;
    }

    @Nullable
    Tensor[] run(Tensor[] roots, @Nullable Tensor[] gradients) {
        Context inside = context.withGrad(createGraph);
        inside.run(() -> {
            for (int i = 0; i < roots.length; i++) {
                Dense root = roots[i].dense("backward");
                Node e = root.edge();
                if (e == null) {
                    throw CressetException.runtime("backward: output " + i + ", " + root.dtype() + root.shape()
                            + ", does not require a gradient and was not computed from anything that does");
                }
                add(e, e.leaf == null ? root.outputIndex() : 0, start(root, gradients[i]), gradients[i] == null);
            }
            for (Pending p = queue.poll(); p != null; p = queue.poll()) {
                pending.remove(p.node);
                step(p);
            }
        });
        return captured;
    }

    private static Tensor start(Dense root, @Nullable Tensor gradient) {
        if (gradient == null) {
            if (root.numel() != 1) {
                throw CressetException.runtime(
                        "backward: the gradient can be left out for one-element outputs only, not for " + root.shape()
                                + "; pass one of that shape or reduce with sum()");
            }
            return Tensor.ones(root.shape(), root.dtype());
        }
        if (!gradient.shape().equals(root.shape())) {
            throw CressetException.runtime(
                    "backward: a gradient of shape " + gradient.shape() + " for an output of shape " + root.shape());
        }
        return gradient;
    }

    private void step(Pending p) {
        Node node = p.node;
        node.runHooks(p.grads);
        List<int[]> places = captures == null ? null : captures.get(node);
        if (places != null) {
            for (int[] c : places) {
                captured[c[1]] = p.grads[c[0]];
            }
        }
        if (node.leaf != null) {
            if (captures == null) {
                accumulate(node.leaf, p.grads[0], p.owned[0] && !node.hasHooks());
            }
            return;
        }
        if (needed != null && places != null && !leadsFurther(node)) {
            return;
        }
        @Nullable Tensor[] results;
        Vjp.Rows @Nullable [] rows;
        try {
            Vjp v = node.vjp(p.grads);
            if (captures == null && !createGraph) {
                v.allowRows(node.edges);
            }
            if (node.origins == null && !Watch.isOn()) {
                node.operation().backward(v);
            } else {
                Watch.aroundBackward(
                        node.operation(), node.origins, () -> node.operation().backward(v));
            }
            results = v.results();
            rows = v.rows();
        } catch (RuntimeException e) {
            if (node.site != null) {
                e.addSuppressed(node.site);
            }
            throw e;
        }
        if (context.checkNan()) {
            refuseNan(node, results);
        }
        for (int i = 0; rows != null && i < rows.length; i++) {
            if (rows[i] != null) {
                accumulate(node, i, rows[i]);
            }
        }
        for (int i = 0; i < results.length; i++) {
            Node e = node.edges[i];
            if (e != null && results[i] != null && (needed == null || needed.contains(e))) {
                add(
                        e,
                        node.edgeOutputs[i],
                        results[i],
                        fresh(results, i, p.grads, node) || handedOn(results[i], p, places != null));
            }
        }
        if (!createGraph && places == null && !node.hasHooks()) {
            freeGradients(p, results);
        }
        if (!retainGraph) {
            node.release();
        }
    }

    /** Gives back the memory of gradients that only this engine knew and that no result shares. */
    private static void freeGradients(Pending p, @Nullable Tensor[] results) {
        for (int k = 0; k < p.grads.length; k++) {
            if (p.owned[k] && p.grads[k] instanceof Dense d) {
                Storage s = d.storage();
                boolean goesOn = false;
                for (Tensor r : results) {
                    goesOn |= r instanceof Dense o && o.storage() == s;
                }
                if (!goesOn && !p.node.saves(s)) {
                    s.free();
                }
            }
        }
    }

    private boolean leadsFurther(Node node) {
        for (Node e : node.edges) {
            if (e != null && needed != null && needed.contains(e)) {
                return true;
            }
        }
        return false;
    }

    /** Whether gradient i was made by the rule just run and by nothing else: no other gradient or saved tensor shares it. */
    private static boolean fresh(@Nullable Tensor[] results, int i, @Nullable Tensor[] grads, Node node) {
        if (!(results[i] instanceof Dense d)
                || node.op instanceof Custom // whose author may have kept it
                || d.requiresGrad()
                || d.base() != null && !wholeMemory(d)
                || d.storage().isWrapped()) {
            return false;
        }
        Storage s = d.storage();
        for (int k = 0; k < results.length; k++) {
            if (k != i && results[k] instanceof Dense o && o.storage() == s) {
                return false;
            }
        }
        for (Tensor g : grads) {
            if (g instanceof Dense o && o.storage() == s) {
                return false;
            }
        }
        return !node.saves(s);
    }

    /** Whether a gradient that was this node's alone went on as another view of the same memory. */
    private static boolean handedOn(Tensor result, Pending p, boolean captured) {
        return p.node.op instanceof View
                && p.owned[0]
                && !captured
                && !p.node.hasHooks()
                && result instanceof Dense d
                && !d.requiresGrad()
                && wholeMemory(d);
    }

    private static boolean wholeMemory(Dense d) {
        return d.storageOffset() == 0 && d.isDense();
    }

    private void add(Node node, int output, Tensor g, boolean owned) {
        Pending p = pending.get(node);
        if (p == null) {
            p = new Pending(node, pending.size());
            pending.put(node, p);
            queue.add(p);
        }
        Tensor before = p.grads[output];
        if (before == null) {
            p.grads[output] = g;
            p.owned[output] = owned;
        } else if (p.owned[output] && !createGraph && before.dtype() == g.dtype()) {
            before.add_(g);
            if (owned && g instanceof Dense d) {
                d.storage().free();
            }
        } else {
            p.grads[output] = before.add(g);
            p.owned[output] = true;
        }
    }

    private void accumulate(Dense leaf, @Nullable Tensor g, boolean owned) {
        if (g == null) {
            return;
        }
        LeafGradient gradient = leaf.gradient();
        Tensor before = gradient.dense();
        if (before == null) {
            boolean keep = owned && g instanceof Dense d && wholeMemory(d);
            if (createGraph) {
                gradient.set(g);
            } else {
                gradient.own(keep ? g : g.detach().clone());
            }
        } else if (createGraph) {
            gradient.set(before.add(g));
        } else {
            before.add_(g);
            if (owned && g instanceof Dense d) {
                d.storage().free();
            }
        }
    }

    private void accumulate(Node node, int input, Vjp.Rows rows) {
        if (context.checkNan()) {
            @Nullable Tensor[] one = new Tensor[input + 1];
            one[input] = rows.rows().values();
            refuseNan(node, one);
        }
        Dense leaf = node.edges[input].leaf;
        if (leaf != null) {
            leaf.gradient().add(rows.rows(), rows.sparse());
        }
    }

    private static void refuseNan(Node node, @Nullable Tensor[] results) {
        for (int i = 0; i < results.length; i++) {
            if (results[i] != null && results[i].isnan().any().itemBoolean()) {
                CressetException e = CressetException.runtime(node.name() + ": the gradient of input " + i
                        + " contains NaN; the cause shows where it was recorded");
                if (node.site != null) {
                    e.initCause(node.site);
                }
                throw e;
            }
        }
    }
}
