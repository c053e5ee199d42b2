package org.cresset.op;

import java.util.List;
import org.cresset.emit.GammaLanes;
import org.cresset.emit.Lanes;
import org.cresset.emit.Special;
import org.cresset.tensor.Tensor;

/** The gamma function and its logarithmic derivatives. */
public final class GammaFunctions {
    private GammaFunctions() {}

    /** The logarithm of the magnitude of gamma. */
    public static final class Lgamma extends Unary {
        public static final Lgamma OP = new Lgamma();

        private Lgamma() {
            super("lgamma", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return GammaLanes.lgamma(l, x);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.digamma();
        }
    }

    /** The logarithmic derivative of gamma. */
    public static final class Digamma extends Unary {
        public static final Digamma OP = new Digamma();

        private Digamma() {
            super("digamma", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return GammaLanes.digamma(l, x);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.polygamma(1);
        }
    }

    /** The derivative of digamma. */
    public static final class Trigamma extends Unary {
        public static final Trigamma OP = new Trigamma();

        private Trigamma() {
            super("trigamma", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return GammaLanes.trigamma(l, x);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.polygamma(2);
        }
    }

    /** The n-th derivative of digamma for n from 2 on; the numbers are n and (-1)^(n+1) n!. */
    public static final class Polygamma extends Unary {
        public static final Polygamma OP = new Polygamma();

        private Polygamma() {
            super("polygamma", Promotion.TO_FLOAT, Saves.INPUTS, 2);
        }

        /** The numbers for n. */
        public static Two order(int n) {
            double factorial = Math.rint(Math.exp(Special.lgamma(n + 1)));
            return new Two(n, n % 2 == 0 ? -factorial : factorial);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            return GammaLanes.polygamma(l, x, numbers.get(0), numbers.get(1));
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return x.polygamma((int) ((Two) attrs).a() + 1);
        }
    }
}
