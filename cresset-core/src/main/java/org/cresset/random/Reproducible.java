package org.cresset.random;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Repeats;
import org.jspecify.annotations.Nullable;

/**
 * Blocks in which the same program computes the same bits, run after run and on any number of threads. As {@code
 * torch.use_deterministic_algorithms(True)} with {@code torch.manual_seed}, for a block instead of a process.
 *
 * {@snippet :
 * Reproducible.run(0, () -> {
 *     var net = new Net();
 *     new Trainer(net, net::forward, Functional::crossEntropy, new AdamW(net.parameters(), 1e-3)).fit(train, null, 10);
 * });
 * }
 *
 * Sums never depend on threads in Cresset, nor do scatters and the gradients of embeddings; a block takes away what is left:
 *
 * <ul>
 *   <li>The default generator is one of the block's own, begun with the block's seed; no other thread draws from it.
 *   <li>Foreign kernels, which may round differently for another number of rows, get parts that depend on shapes alone,
 *       where they otherwise get one for each thread.
 *   <li>What a data set or a function draws from the default generator while a {@code DataLoader} fetches a batch depends on
 *       the loader's seed and the batch, not on the number of workers or on which of them it is.
 *   <li>{@code empty} and its like have NaN in them, or the largest integer.
 *   <li>{@link Generator#seed()} throws.
 * </ul>
 *
 * A block holds for the thread that opened it and for structured tasks forked within, not for threads that the program
 * starts by itself. Another kind of processor may compute other bits, because foreign kernels choose by its instructions.
 */
public final class Reproducible {
    private Reproducible() {}

    /** Runs {@code body} reproducibly. Inside of another block it differs by its generator. */
    public static <T extends @Nullable Object, X extends Throwable> T call(
            long seed, ScopedValue.CallableOp<? extends T, X> body) throws X {
        return Workers.<T, X>cutAlike(() ->
                ScopedValue.where(Generator.SCOPED, Generator.ofSeed(seed)).<T, X>call(body));
    }

    /** Runs {@code body} reproducibly. */
    public static void run(long seed, Runnable body) {
        call(seed, () -> {
            body.run();
            return null;
        });
    }

    /** Whether this thread is in such a block. As {@code torch.are_deterministic_algorithms_enabled}. */
    public static boolean isOn() {
        return Generator.SCOPED.isBound();
    }

    /**
     * Runs {@code body} twice in blocks with one seed and compares all operands and results of the operations that this
     * thread runs, in forward and in backward, bit by bit.
     *
     * @param body makes all that it changes anew: model, optimizer, loader
     * @return what the first run returned
     * @throws CressetException by the first operation that differs, with its name, operands and line, whatever the cause:
     *     data that aren't the same, random numbers that aren't the block's, another course of the program
     */
    public static <T extends @Nullable Object, X extends Throwable> T check(
            long seed, ScopedValue.CallableOp<? extends T, X> body) throws X {
        int n = Workers.threads();
        return check(seed, new int[] {n, n}, body);
    }

    /**
     * As {@link #check(long, ScopedValue.CallableOp)}, with a run on each number of threads; for that it changes the number
     * of threads of the process, and puts it back.
     */
    public static <T extends @Nullable Object, X extends Throwable> T check(
            long seed, int[] threads, ScopedValue.CallableOp<? extends T, X> body) throws X {
        if (threads.length < 2) {
            throw CressetException.value("check: " + threads.length + " runs; expected at least 2 to compare");
        }
        int before = Workers.threads();
        try {
            Workers.setThreads(threads[0]);
            T result;
            Repeats first = Repeats.record();
            try (first) {
                result = call(seed, body);
            }
            for (int i = 1; i < threads.length; i++) {
                Workers.setThreads(threads[i]);
                try (Repeats again = first.again(i + 1)) {
                    call(seed, body);
                    again.finish();
                }
            }
            return result;
        } finally {
            Workers.setThreads(before);
        }
    }

    /** {@code t}, whose content nobody may rely on: the same always, where runs are to repeat. */
    public static Tensor unknown(Dense t) {
        if (isOn() && t.device() == Device.CPU) {
            DType d = t.dtype();
            Tensor filler =
                    Tensor.number(d.isDifferentiable() ? (Number) Double.NaN : Long.valueOf((long) d.maxValue()));
            Autograd.noGrad(() -> t.copy_(d == DType.BOOL ? filler.ne(0) : filler));
        }
        return t;
    }
}
