package org.cresset.optim;

import org.cresset.tensor.Tensor;

/**
 * A line search for a point where the loss has fallen enough and its slope has flattened enough (the strong Wolfe
 * conditions): steps grow until such a point lies between two of them, then the interval shrinks by cubic interpolation. Makes
 * the same decisions as {@code torch.optim.LBFGS}, so that it evaluates the loss at the same points.
 */
final class StrongWolfe {
    private static final double FALL = 1e-4;
    private static final double FLATTENING = 0.9;

    private final Objective objective;
    private final Tensor direction;
    private final double tolerance;
    private final long maxIterations;
    private long evaluations;

    StrongWolfe(Objective objective, Tensor direction, double tolerance, long maxIterations) {
        this.objective = objective;
        this.direction = direction;
        this.tolerance = tolerance;
        this.maxIterations = maxIterations;
    }

    /** The function to search along. */
    interface Objective {
        Value at(double t);
    }

    record Value(double loss, Tensor grad) {}

    /** Where the search ended, and after how many evaluations. */
    record Point(double t, double loss, Tensor grad, long evaluations) {}

    /** A point on the line: distance, loss, gradient and slope. */
    private record At(double t, double loss, Tensor grad, double slope) {}

    private At evaluate(double t) {
        Value v = objective.at(t);
        evaluations++;
        return new At(t, v.loss(), v.grad(), LBFGS.dot(v.grad(), direction));
    }

    /** Searches from distance {@code t}, given loss, gradient and slope at 0. */
    Point search(double t, double loss, Tensor grad, double slope) {
        At start = new At(0, loss, grad, slope);
        At previous = start;
        At now = evaluate(t);
        for (long i = 0; i < maxIterations; i++) {
            if (now.loss > loss + FALL * now.t * slope || i > 1 && now.loss >= previous.loss) {
                return zoom(previous, now, start, i);
            }
            if (Math.abs(now.slope) <= -FLATTENING * slope) {
                return point(now);
            }
            if (now.slope >= 0) {
                return zoom(previous, now, start, i);
            }
            double next = interpolate(previous, now, now.t + 0.01 * (now.t - previous.t), now.t * 10);
            previous = now;
            now = evaluate(next);
        }
        return point(start.loss <= now.loss ? start : now);
    }

    private Point point(At p) {
        return new Point(p.t, p.loss, p.grad, evaluations);
    }

    /** Shrinks the interval between two points, {@code i} iterations after the beginning. */
    private Point zoom(At first, At second, At start, long i) {
        boolean lowIsFirst = first.loss <= second.loss; // decides between equal losses
        At low = lowIsFirst ? first : second;
        At high = lowIsFirst ? second : first;
        boolean insufficient = false;
        double reach = LBFGS.largest(direction);
        for (long k = i; k < maxIterations && Math.abs(high.t - low.t) * reach >= tolerance; k++) {
            double min = Math.min(low.t, high.t);
            double max = Math.max(low.t, high.t);
            double t = interpolate(low, high, min, max);
            double margin = 0.1 * (max - min);
            if (Math.min(max - t, t - min) >= margin) {
                insufficient = false;
            } else if (insufficient || t >= max || t <= min) { // too near to an end again, or at it: move inwards
                t = Math.abs(t - max) < Math.abs(t - min) ? max - margin : min + margin;
                insufficient = false;
            } else {
                insufficient = true;
            }
            At now = evaluate(t);
            if (now.loss > start.loss + FALL * t * start.slope || now.loss >= low.loss) {
                high = now;
                if (lowIsFirst ? low.loss > high.loss : high.loss <= low.loss) {
                    high = low;
                    low = now;
                    lowIsFirst = !lowIsFirst;
                }
                continue;
            }
            if (Math.abs(now.slope) <= -FLATTENING * start.slope) {
                return point(now);
            }
            if (now.slope * (high.t - low.t) >= 0) {
                high = low;
            }
            low = now;
        }
        return point(low);
    }

    /** The minimum of the cubic through two points with their slopes, held between bounds; their middle if it has none. */
    private static double interpolate(At p, At q, double min, double max) {
        double d1 = p.slope + q.slope - 3 * (p.loss - q.loss) / (p.t - q.t);
        double square = d1 * d1 - p.slope * q.slope;
        if (!(square >= 0)) {
            return (min + max) / 2;
        }
        double d2 = Math.sqrt(square);
        double t = p.t <= q.t
                ? q.t - (q.t - p.t) * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2))
                : p.t - (p.t - q.t) * ((p.slope + d2 - d1) / (p.slope - q.slope + 2 * d2));
        return Math.min(Math.max(t, min), max);
    }
}
