package org.cresset.watch;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.Memory;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Records which operations run, how long they take and where, on all threads, in forward and in backward. As
 * {@code torch.profiler.profile}.
 *
 * {@snippet :
 * try (var p = Profiler.record()) {
 *     crossEntropy(net.forward(x), y).backward();
 *     System.out.println(p.table());
 *     p.writeTrace(Path.of("trace.json"));                   // for ui.perfetto.dev or chrome://tracing
 *     p.writeFlameGraph(Path.of("flame.svg"));
 * }
 * }
 */
public final class Profiler extends Watch {
    private final Where where;
    private final boolean shapes;
    private final long start = System.nanoTime();
    private final Map<Thread, Lane> lanes = new ConcurrentHashMap<>();

    /** What kind of thing was recorded. */
    public enum Kind {
        FORWARD,
        /** An operation that a derivative runs. */
        BACKWARD,
        /** The derivative of an operation as a whole. */
        DERIVATIVE,
        RANGE
    }

    /**
     * Something that ran.
     *
     * @param thread the thread's name
     * @param start in ns since recording began
     * @param total duration in ns
     * @param self duration in ns without what it called
     * @param allocated bytes of the results that aren't views
     * @param live bytes in use at the end, by all tensors
     * @param where as {@link Where} says; for backward that of the forward operation
     * @param depth how many recorded things it ran within
     * @param path the names of these, the outermost first, and its own
     */
    public record Event(
            String name,
            Kind kind,
            String thread,
            long start,
            long total,
            long self,
            long allocated,
            long live,
            String where,
            String shapes,
            int depth,
            List<String> path) {}

    /** Something that runs or ran; all that can be found out later is left for later. */
    private static final class Frame {
        final @Nullable Frame outer;
        final String name;
        final Kind kind;
        final String where;
        final String shapes;
        final long start;
        long end;
        long inner;
        long allocated;
        long live;

        Frame(@Nullable Frame outer, String name, Kind kind, String where, String shapes) {
            this.outer = outer;
            this.name = name;
            this.kind = kind;
            this.where = where;
            this.shapes = shapes;
            this.start = System.nanoTime();
        }

        Event event(String thread, long began) {
            ArrayDeque<String> path = new ArrayDeque<>();
            for (Frame f = this; f != null; f = f.outer) {
                path.push(f.name);
            }
            long total = end - start;
            return new Event(
                    name,
                    kind,
                    thread,
                    start - began,
                    total,
                    total - inner,
                    allocated,
                    live,
                    where,
                    shapes,
                    path.size() - 1,
                    List.copyOf(path));
        }
    }

    /** What runs on a thread, and what ended there. */
    private static final class Lane {
        final String thread;
        final List<Frame> ended = new ArrayList<>();

        @Nullable
        Frame running;

        Lane(Thread t) {
            thread = t.getName().isEmpty() ? "thread-" + t.threadId() : t.getName();
        }

        void push(String name, Kind kind, String where, String shapes) {
            running = new Frame(running, name, kind, where, shapes);
        }
    }

    private Profiler(Where where, boolean shapes) {
        this.where = where;
        this.shapes = shapes;
        begin();
    }

    /** Records until closed. */
    public static Profiler record() {
        return new Profiler(Where.NOWHERE, false);
    }

    /**
     * Records until closed.
     *
     * @param where says to which part of the program an operation belongs, as {@code ModulePaths} does
     * @param shapes whether to record the shapes and dtypes of operands
     */
    public static Profiler record(Where where, boolean shapes) {
        return new Profiler(where, shapes);
    }

    private Lane lane() {
        return lanes.computeIfAbsent(Thread.currentThread(), Lane::new);
    }

    private void pop(long allocated) {
        long now = System.nanoTime();
        Lane l = lane();
        Frame f = l.running;
        if (f == null) {
            return; // began before recording did
        }
        l.running = f.outer;
        if (f.outer != null) {
            f.outer.inner += now - f.start;
        }
        f.end = now;
        f.allocated = allocated;
        f.live = Memory.liveBytes();
        synchronized (l.ended) {
            l.ended.add(f);
        }
    }

    @Override
    protected void before(String op, @Nullable Tensor[] in) {
        Lane l = lane();
        Frame outer = l.running;
        boolean back = outer != null && (outer.kind == Kind.DERIVATIVE || outer.kind == Kind.BACKWARD);
        String place = outer != null && back ? outer.where : where.of(in);
        l.push(op, back ? Kind.BACKWARD : Kind.FORWARD, place, shapes ? operands(in) : "");
    }

    private static String operands(@Nullable Tensor[] in) {
        StringBuilder b = new StringBuilder();
        for (Tensor t : in) {
            b.append(b.isEmpty() ? "" : ", ").append(t == null ? "none" : t.dtype() + "" + t.shape());
        }
        return b.toString();
    }

    @Override
    protected void after(String op, @Nullable Tensor[] in, Tensor @Nullable [] out) {
        long bytes = 0;
        if (out != null) {
            for (Tensor t : out) {
                bytes += t instanceof Dense d && d.base() == null ? d.storage().bytes() : 0;
            }
        }
        pop(bytes);
    }

    @Override
    protected void beforeBackward(String op, @Nullable Object origin) {
        lane().push(op + " backward", Kind.DERIVATIVE, origin instanceof String s ? s : "", "");
    }

    @Override
    protected void afterBackward(String op) {
        pop(0);
    }

    @Override
    protected void enter(String range) {
        lane().push(range, Kind.RANGE, "", "");
    }

    @Override
    protected void leave(String range) {
        pop(0);
    }

    @Override
    protected @Nullable Object origin() {
        Frame f = lane().running;
        return f == null ? null : f.where;
    }

    // ---- what was recorded ----

    /** All that has ended so far, by start. */
    public List<Event> events() {
        List<Event> all = new ArrayList<>();
        for (Lane l : lanes.values()) {
            synchronized (l.ended) {
                l.ended.forEach(f -> all.add(f.event(l.thread, start)));
            }
        }
        all.sort(Comparator.comparingLong(Event::start).thenComparingInt(Event::depth));
        return all;
    }

    /** Bytes in use at a time, in ns since recording began. */
    public record MemorySample(long time, long live) {}

    /** Memory in use after each operation. */
    public List<MemorySample> memoryTimeline() {
        return events().stream()
                .map(e -> new MemorySample(e.start + e.total, e.live))
                .sorted(Comparator.comparingLong(MemorySample::time))
                .toList();
    }

    /** What {@link #table(OpTable.Order, boolean, int)} sorts by self time, at most 30 rows. */
    public String table() {
        return table(OpTable.Order.SELF, false, 30);
    }

    /** The operations with their calls, times and memory; {@code byPlace}: those of each place apart. */
    public String table(OpTable.Order order, boolean byPlace, int rows) {
        return OpTable.of(events(), byPlace).sorted(order).format(rows);
    }

    /** Writes the events in Chrome's trace format, which Perfetto reads, with memory in use as a counter. */
    public void writeTrace(Path file) {
        TraceFile.write(events(), file);
    }

    /** Writes a flame graph: a self-contained SVG in which widths are times. */
    public void writeFlameGraph(Path file) {
        FlameGraph.write(events(), file);
    }
}
