package org.cresset.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints on a thread of its own, one after the other, while training goes on. At most one waits while another is
 * being written, so that copies don't pile up where the disk is slow: then {@link #submit} waits. An error of an earlier write
 * is thrown by the next call.
 */
public final class CheckpointWriter implements AutoCloseable {
    private static final Runnable END = () -> {};

    private final ArrayBlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private boolean closed;

    /** Starts the thread. */
    public CheckpointWriter() {
        thread = Thread.ofPlatform().name("cresset-checkpoints").daemon().start(this::work);
    }

    private void work() {
        try {
            for (Runnable r = waiting.take(); r != END; r = waiting.take()) {
                try {
                    if (failure == null) { // later ones may build on what is missing now
                        r.run();
                    }
                } catch (RuntimeException | Error e) { // also of memory; nobody would take from the queue any more
                    failure = e;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Writes a snapshot to a file, later.
     *
     * @throws CressetException if an earlier write failed
     */
    public void submit(Path file, TrainingState.Snapshot snapshot) {
        submit(() -> snapshot.save(file));
    }

    /**
     * Writes a snapshot to a file, later, and also keeps it and the {@code keep - 1} before it under names with a number:
     * {@code last.safetensors} as {@code last-00000012.safetensors}.
     *
     * @throws CressetException if an earlier write failed
     */
    public void submit(Path file, TrainingState.Snapshot snapshot, long number, int keep) {
        submit(() -> {
            snapshot.save(file);
            retain(file, number, keep);
        });
    }

    /** Runs something that writes, later, after what was submitted before. */
    public void submit(Runnable write) {
        check();
        if (closed) {
            throw CressetException.runtime("checkpoint writer: closed; nothing more can be written");
        }
        put(write);
    }

    private void put(Runnable r) {
        try {
            waiting.put(r);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CressetException(
                    CressetException.Kind.RUNTIME, "interrupted while waiting for a checkpoint to be written", e);
        }
    }

    private void check() {
        Throwable f = failure;
        if (f != null) {
            failure = null;
            if (f instanceof Error e) {
                throw e;
            }
            throw (RuntimeException) f;
        }
    }

    /** Waits until everything is written and ends the thread; throws what went wrong. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            put(END);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        check();
    }

    // ---- the last ones ----

    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** The kept file of a number. */
    static Path numbered(Path file, long number) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling(String.format(
                Locale.ROOT,
                "%s-%08d%s",
                stem(file),
                number,
                name.substring(stem(file).length())));
    }

    static void retain(Path file, long number, int keep) {
        if (keep < 1) {
            return;
        }
        Path copy = numbered(file, number);
        try {
            Files.deleteIfExists(copy);
            try {
                Files.createLink(copy, file); // the next write puts another file in the place of this one
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            List<Path> kept = kept(file);
            for (Path old : kept.subList(0, Math.max(0, kept.size() - keep))) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            throw new CressetException(CressetException.Kind.RUNTIME, "can't keep " + copy + ": " + e.getMessage(), e);
        }
    }

    /** The kept files, oldest first. */
    static List<Path> kept(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        String pattern = Pattern.quote(stem(file)) + "-[0-9]{8,}"
                + Pattern.quote(name.substring(stem(file).length()));
        try (Stream<Path> files = Files.list(file.toAbsolutePath().resolveSibling("."))) {
            return files.filter(f -> String.valueOf(f.getFileName()).matches(pattern))
                    .sorted()
                    .toList();
        }
    }
}
