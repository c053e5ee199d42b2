package org.cresset.cli;

import java.nio.file.Path;
import java.util.Collection;
import org.cresset.tensor.Tensor;
import org.cresset.train.Curve;
import org.cresset.train.Trainer;

/** What {@code cresset shell} adds to Java. */
public final class Shell {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 12;

    private Shell() {}

    /** Draws numbers as a curve in the terminal. */
    public static void plot(double... values) {
        show(Curve.of(values));
    }

    /** Draws the elements of a tensor. */
    public static void plot(Tensor values) {
        show(Curve.of(values));
    }

    /** Draws numbers, epoch results (their losses) or tensors of one element. */
    public static void plot(Collection<?> values) {
        show(Curve.of(values));
    }

    /** Draws the losses of a run by its directory. */
    public static void plot(Path run) {
        show(Curve.of(run.resolve(Trainer.LOG), "loss"));
    }

    private static void show(Curve c) {
        boolean plain = !System.out.charset().newEncoder().canEncode('⠁');
        System.out.println(c.text(WIDTH, HEIGHT, plain));
    }
}
