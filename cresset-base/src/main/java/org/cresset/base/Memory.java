package org.cresset.base;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.cresset.base.spi.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * The memory of tensors: off the Java heap, pooled by size. Nothing has to be closed. What no tensor refers to any more is
 * found by the garbage collector and used again; where the pool would grow past a soft limit, which follows what is really
 * alive, it asks for a collection first.
 *
 * <p>System properties, read once: {@code cresset.memory.max} (hard limit in bytes, or with K, M, G; by default 80 % of the
 * machine's), {@code cresset.memory.soft} (the first soft limit), {@code cresset.memory.debug} ({@code true}: remembers
 * where each storage was made, for {@link #report()}).
 */
public final class Memory {
    private static final boolean DEBUG = Boolean.getBoolean("cresset.memory.debug");
    private static final long MINIMUM_SOFT = size("cresset.memory.soft", 256L << 20);
    private static final long WORTH_COLLECTING = 32L << 20;

    /** Bytes from the system from which on it is likely that the limit will be asked for: it is looked up meanwhile. */
    private static final long WORTH_KNOWING = 64L << 20;

    private static final int USUAL_ROUNDS = 4;
    private static final int PATIENT_ROUNDS = 100;
    private static final int STRIPES = 4;
    private static final Stripe[] POOL = new Stripe[STRIPES];
    private static final AtomicLong RESERVED = new AtomicLong();
    private static final AtomicLong PEAK = new AtomicLong();
    private static final Object GROWING = new Object();

    static {
        for (int i = 0; i < STRIPES; i++) {
            POOL[i] = new Stripe();
        }
    }

    private static volatile long softLimit = MINIMUM_SOFT;

    /** What was alive after the last collection. */
    private static volatile long survivors;

    private static volatile long hardLimit = size("cresset.memory.max", 0);

    private Memory() {}

    /** Asked for late: finding out how much memory the machine has takes longer than many a program's first step. */
    private static long machineLimit() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os) {
            return os.getTotalMemorySize() / 5 * 4;
        }
        return Long.MAX_VALUE;
    }

    private static long size(String property, long otherwise) {
        String s = System.getProperty(property);
        if (s == null || s.isBlank()) {
            return otherwise;
        }
        int unit = "KMG".indexOf(Character.toUpperCase(s.charAt(s.length() - 1)));
        String digits = unit < 0 ? s : s.substring(0, s.length() - 1);
        try {
            return Long.parseLong(digits.strip()) << (10 * (unit + 1));
        } catch (NumberFormatException e) {
            throw CressetException.value(property + ": \"" + s + "\" is not a size; write for example 512M or 8G");
        }
    }

    /**
     * Memory of {@code bytes}, with unknown content, for a tensor.
     *
     * @throws CressetException of kind MEMORY if the hard limit does not allow it; the message holds {@link #report()}
     */
    public static Storage allocate(long bytes) {
        if (bytes <= Chunk.LARGEST && !DEBUG) {
            return Chunk.Open.allocate(bytes);
        }
        int c = SizeClasses.of(bytes);
        Stripe stripe = POOL[(int) Thread.currentThread().threadId() & (STRIPES - 1)];
        Block b = stripe.take(c);
        if (b == null) {
            b = fresh(c, stripe);
        }
        Storage s = new Storage(b.segment, bytes, Device.CPU);
        Handle h = new Handle(s, bytes, b, b.stripe, DEBUG ? new Throwable("allocated") : null);
        b.user = h;
        s.handle = h;
        MemoryScope scope = MemoryScope.current();
        if (scope != null) {
            scope.add(s);
        }
        return s;
    }

    /** A new chunk of slots of one size. */
    static Chunk chunk(int slotBytes) {
        int c = SizeClasses.of(Chunk.BYTES);
        Stripe stripe = POOL[(int) Thread.currentThread().threadId() & (STRIPES - 1)];
        Block b = stripe.take(c);
        if (b == null) {
            b = fresh(c, stripe);
        }
        Chunk chunk = new Chunk(b, slotBytes);
        b.user = new Handle(chunk, Chunk.BYTES, b, b.stripe, null);
        return chunk;
    }

    /** A block of a class of which the stripe has none left. */
    private static Block fresh(int c, Stripe stripe) {
        boolean large = Stripe.isLarge(c);
        if (!large && stripe.hasRoom(c)) {
            return stripe.carve(c);
        }
        Block other = elsewhere(c);
        long bytes = large ? SizeClasses.bytes(c) : Stripe.SLAB_BYTES;
        if (other == null && collectionDue(bytes)) {
            synchronized (GROWING) { // one thread collects; those that waited look again
                other = elsewhere(c);
                if (other == null && collectionDue(bytes)) {
                    other = collect(c, bytes);
                }
            }
        }
        if (other != null) {
            return other;
        }
        if (!large) {
            return stripe.carve(c);
        }
        grow(bytes);
        return stripe.add(NativeMemory.allocate(bytes), c);
    }

    /** Whether to look for garbage before {@code bytes} more are taken from the system. */
    private static boolean collectionDue(long bytes) {
        long then = RESERVED.get() + bytes;
        if (hardLimit > 0 && then > hardLimit) {
            return true;
        }
        // Sizes that nothing uses any more may fill the pool up to the limit; then garbage decides alone.
        return then > softLimit && liveBytes() - survivors >= WORTH_COLLECTING;
    }

    private static @Nullable Block elsewhere(int c) {
        for (Stripe s : POOL) {
            Block b = s.take(c);
            if (b != null) {
                return b;
            }
        }
        return null;
    }

    /** Finds dead storages; gives a block of class {@code c} if that freed one, else makes room for {@code bytes} more. */
    private static @Nullable Block collect(int c, long bytes) {
        System.gc();
        // The collector hands its findings to the queues a little later; the first to arrive tells that it is at it. On
        // a
        // busy machine that can take long: before an error it gets more time, and a second chance.
        for (int i = 0; i < PATIENT_ROUNDS; i++) {
            Block b = findings(c);
            if (b != null) {
                adapt(bytes);
                return b;
            }
            if (i == PATIENT_ROUNDS / 2) {
                System.gc();
            }
            if (i >= USUAL_ROUNDS - 1) {
                for (Stripe s : POOL) {
                    RESERVED.addAndGet(-s.trim());
                }
                if (RESERVED.get() + bytes <= limit()) {
                    break;
                }
            }
        }
        adapt(bytes);
        if (RESERVED.get() + bytes > limit()) {
            throw new CressetException(
                    CressetException.Kind.MEMORY,
                    "out of memory: " + human(bytes) + " more would pass the limit of " + human(limit())
                            + " (Memory.setLimit or -Dcresset.memory.max); smaller batches, a MemoryScope around each"
                            + " step or noGrad for inference need less\n" + report());
        }
        return null;
    }

    /** Takes in what the collector found within a few milliseconds; a block of class {@code c} if there is one now. */
    private static @Nullable Block findings(int c) {
        try {
            for (Stripe s : POOL) {
                while (s.await(1)) {
                    Thread.onSpinWait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return elsewhere(c);
    }

    /** The soft limit is twice what survived the collection. */
    private static void adapt(long bytes) {
        survivors = liveBytes();
        softLimit = Math.max(MINIMUM_SOFT, 2 * (survivors + bytes));
    }

    static void grow(long bytes) {
        long now = RESERVED.addAndGet(bytes);
        PEAK.accumulateAndGet(now, Math::max);
        if (now > WORTH_KNOWING && now - bytes <= WORTH_KNOWING && hardLimit <= 0) {
            Background.thread("cresset-memory-limit", Memory::limit).start();
        }
    }

    static void release(Handle h) {
        h.block.stripe.release(h);
    }

    /** Bytes of all blocks that storages use now, including those not yet known to be unreachable. */
    public static long liveBytes() {
        long sum = 0;
        for (Stripe s : POOL) {
            sum += s.live();
        }
        return sum;
    }

    /** Bytes taken from the operating system. */
    public static long reservedBytes() {
        return RESERVED.get();
    }

    /** The most that was ever taken from the operating system at a time, in bytes. */
    public static long peakBytes() {
        return PEAK.get();
    }

    /** Sets the hard limit in bytes, past which allocation throws. */
    public static void setLimit(long bytes) {
        hardLimit = bytes;
    }

    /** The hard limit in bytes. */
    public static long limit() {
        if (hardLimit <= 0) {
            hardLimit = machineLimit();
        }
        return hardLimit;
    }

    /** Collects garbage and gives unused memory back to the operating system. */
    public static void trim() {
        synchronized (GROWING) {
            System.gc();
            try {
                for (Stripe s : POOL) {
                    while (s.await(2)) {
                        Thread.onSpinWait();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            for (Stripe s : POOL) {
                RESERVED.addAndGet(-s.trim());
            }
            adapt(0);
        }
    }

    /** What is alive, in lines of text; in debug mode by the place where it was allocated, largest first. */
    public static String report() {
        List<Handle> users = new ArrayList<>();
        for (Stripe s : POOL) {
            users.addAll(s.users());
        }
        StringBuilder b = new StringBuilder();
        b.append(users.size())
                .append(" storages use ")
                .append(human(liveBytes()))
                .append("; taken from the system: ")
                .append(human(RESERVED.get()))
                .append(", at most ")
                .append(human(PEAK.get()))
                .append("; limit ")
                .append(human(limit()))
                .append('\n');
        if (!DEBUG) {
            return b.append("(-Dcresset.memory.debug=true tells where they were allocated)\n")
                    .toString();
        }
        Map<String, long[]> bySite = new HashMap<>();
        for (Handle h : users) {
            long[] entry = bySite.computeIfAbsent(site(h.site), k -> new long[2]);
            entry[0]++;
            entry[1] += h.bytes;
        }
        bySite.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, long[]> e) -> -e.getValue()[1]))
                .limit(40)
                .forEach(e -> b.append("  ")
                        .append(human(e.getValue()[1]))
                        .append(" in ")
                        .append(e.getValue()[0])
                        .append(" at ")
                        .append(e.getKey())
                        .append('\n'));
        return b.toString();
    }

    /** The first frame outside Cresset's own packages, or the outermost one. */
    private static String site(@Nullable Throwable trace) {
        if (trace == null) {
            return "unknown";
        }
        StackTraceElement[] frames = trace.getStackTrace();
        for (StackTraceElement f : frames) {
            if (!f.getClassName().startsWith("org.cresset.")) {
                return f.toString();
            }
        }
        return frames.length == 0 ? "unknown" : frames[frames.length - 1].toString();
    }

    private static String human(long bytes) {
        if (bytes == Long.MAX_VALUE) {
            return "unlimited";
        }
        return bytes < 10 << 10
                ? bytes + " bytes"
                : bytes < 10L << 20
                        ? (bytes >> 10) + " KiB"
                        : bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
    }
}
