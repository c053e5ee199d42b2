package org.cresset.autograd;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Compares derivatives with central finite differences, as {@code torch.autograd.gradcheck}: for those who write operations
 * of their own. Checked are the inputs that require a gradient; they must be float64 or complex128, since differences of
 * fewer digits tell little. The function should be smooth where it is looked at.
 *
 * <p>Complex numbers count as their two parts: the gradient of a real L by z is dL/dRe z + i dL/dIm z.
 *
 * @param eps how far an element is moved to either side
 * @param atol the absolute difference that is let pass
 * @param rtol the difference that is let pass as a fraction of the numeric value
 */
public record GradCheck(double eps, double atol, double rtol) {
    /** PyTorch's tolerances. */
    public static final GradCheck DEFAULT = new GradCheck(1e-6, 1e-5, 1e-3);

    /**
     * Checks backward with the usual tolerances. As {@code torch.autograd.gradcheck}.
     *
     * @throws CressetException naming the first element that differs
     */
    public static void gradcheck(Func.Many f, Tensor... inputs) {
        DEFAULT.backward(f, inputs);
    }

    /**
     * Checks the derivative of backward with the usual tolerances. As {@code torch.autograd.gradgradcheck}.
     *
     * @throws CressetException naming the first element that differs
     */
    public static void gradgradcheck(Func.Many f, Tensor... inputs) {
        DEFAULT.backwardTwice(f, inputs);
    }

    /**
     * Compares what backward gives with finite differences, for each pair of an element of an input and one of an output.
     *
     * @throws CressetException naming the first element that differs, with both values
     */
    public void backward(Func.Many f, Tensor... inputs) {
        compareBackward("gradcheck", f, inputs);
    }

    /**
     * As {@link #backward}, for the function that maps inputs and gradients of the outputs, which are drawn at random, to
     * gradients of the inputs.
     *
     * @throws CressetException naming the first element that differs, with both values
     */
    public void backwardTwice(Func.Many f, Tensor... inputs) {
        int n = inputs.length;
        Tensor[] outputs = differentiable(f.apply(copies(inputs)));
        Tensor[] all = Arrays.copyOf(inputs, n + outputs.length);
        SplittableRandom random = new SplittableRandom(0);
        for (int i = 0; i < outputs.length; i++) {
            Tensor o = outputs[i];
            double[] v = new double[parts(o)];
            for (int k = 0; k < v.length; k++) {
                v[k] = random.nextDouble(-1, 1);
            }
            all[n + i] = filled(o.shape(), o.dtype(), v).requiresGrad(true);
        }
        compareBackward(
                "gradgradcheck", in -> gradients(f, Arrays.copyOf(in, n), Arrays.copyOfRange(in, n, in.length)), all);
    }

    /** The gradients of those inputs that require one, recorded. */
    private static Tensor[] gradients(Func.Many f, Tensor[] in, Tensor[] outputGradients) {
        Tensor[] wanted = requiring(in);
        @Nullable Tensor[] g = Autograd.grad(differentiable(f.apply(in)), wanted, outputGradients, true, true, true);
        Tensor[] present = new Tensor[g.length];
        for (int i = 0; i < g.length; i++) {
            Tensor t = g[i];
            present[i] = t == null ? wanted[i].detach().zerosLike() : t;
        }
        return present;
    }

    /**
     * Compares forward mode, {@link Func#jvp}, with finite differences.
     *
     * @throws CressetException naming the first element that differs, with both values
     */
    public void forward(Func.Many f, Tensor... inputs) {
        Tensor[] in = copies(inputs);
        for (int i = 0; i < in.length; i++) {
            if (!checked(inputs, i, "forward gradcheck")) {
                continue;
            }
            int size = parts(in[i]);
            for (int e = 0; e < size; e++) {
                Tensor[] primals = new Tensor[in.length];
                Tensor[] tangents = new Tensor[in.length];
                for (int k = 0; k < in.length; k++) {
                    primals[k] = in[k].detach();
                    double[] direction = new double[primals[k].dtype().isDifferentiable() ? parts(primals[k]) : 0];
                    if (k == i) {
                        direction[e] = 1;
                    }
                    tangents[k] = primals[k].dtype().isDifferentiable()
                            ? filled(primals[k].shape(), primals[k].dtype(), direction)
                            : primals[k].zerosLike();
                }
                Func.Jvp j = Func.jvp(f, primals, tangents);
                Tensor[] outputs = j.outputs();
                double[][] numeric = difference(f, in, i, e);
                int o = 0;
                for (int k = 0; k < outputs.length; k++) {
                    if (outputs[k].dtype().isDifferentiable()) {
                        double[] analytic = values(j.tangents()[k]);
                        for (int r = 0; r < analytic.length; r++) {
                            compare("forward gradcheck", in[i], i, e, outputs[k], o, r, numeric[o][r], analytic[r]);
                        }
                        o++;
                    }
                }
            }
        }
    }

    private void compareBackward(String name, Func.Many f, Tensor... inputs) {
        Tensor[] in = copies(inputs);
        Tensor[] outputs = differentiable(f.apply(in));
        Tensor[] wanted = requiring(in);
        if (wanted.length == 0) {
            throw CressetException.value(name + ": no input requires a gradient; call requiresGrad(true) on some");
        }
        double[][][][] analytic =
                new double[outputs.length][][][]; // output, element of it, wanted input, element of it
        for (int o = 0; o < outputs.length; o++) {
            analytic[o] = rows(outputs[o], wanted);
        }
        int w = 0;
        for (int i = 0; i < in.length; i++) {
            if (!checked(inputs, i, name)) {
                continue;
            }
            int size = parts(in[i]);
            for (int e = 0; e < size; e++) {
                double[][] numeric = difference(f, in, i, e);
                for (int o = 0; o < outputs.length; o++) {
                    for (int r = 0; r < numeric[o].length; r++) {
                        compare(name, in[i], i, e, outputs[o], o, r, numeric[o][r], analytic[o][r][w][e]);
                    }
                }
            }
            w++;
        }
    }

    /** The gradient of each element of an output by all inputs. */
    private static double[][][] rows(Tensor output, Tensor[] wanted) {
        int size = parts(output);
        double[][][] rows = new double[size][wanted.length][];
        for (int r = 0; r < size; r++) {
            @Nullable Tensor[] g = new Tensor[wanted.length];
            if (output.requiresGrad()) {
                double[] unit = new double[size];
                unit[r] = 1;
                Tensor direction = filled(output.shape(), output.dtype(), unit);
                g = Autograd.grad(new Tensor[] {output}, wanted, new Tensor[] {direction}, true, false, true);
            }
            for (int w = 0; w < wanted.length; w++) {
                Tensor t = g[w];
                rows[r][w] = t == null ? new double[parts(wanted[w])] : values(t);
            }
        }
        return rows;
    }

    /** How each output moves with element {@code e} of input {@code i}. */
    private double[][] difference(Func.Many f, Tensor[] in, int i, int e) {
        double[][] up = moved(f, in, i, e, eps);
        double[][] down = moved(f, in, i, e, -eps);
        for (int o = 0; o < up.length; o++) {
            for (int r = 0; r < up[o].length; r++) {
                up[o][r] = (up[o][r] - down[o][r]) / (2 * eps);
            }
        }
        return up;
    }

    private static double[][] moved(Func.Many f, Tensor[] in, int i, int e, double by) {
        Tensor[] copy = copies(in);
        Dense d = copy[i].dense("gradcheck");
        long at = d.byteOffset() + 8L * e;
        double old = d.segment().get(ValueLayout.JAVA_DOUBLE, at);
        d.segment().set(ValueLayout.JAVA_DOUBLE, at, old + by);
        Tensor[] outputs = differentiable(f.apply(copy));
        double[][] v = new double[outputs.length][];
        for (int o = 0; o < v.length; o++) {
            v[o] = values(outputs[o]);
        }
        return v;
    }

    private void compare(
            String name, Tensor input, int i, int e, Tensor output, int o, int r, double numeric, double analytic) {
        boolean close = Math.abs(analytic - numeric) <= atol + rtol * Math.abs(numeric);
        if (!close) {
            throw CressetException.runtime(name + ": the derivative of output " + o + ", " + output.dtype()
                    + output.shape() + ", at " + element(output, r) + " by input " + i + ", " + input.dtype()
                    + input.shape() + ", at " + element(input, e) + ": numeric " + numeric + ", analytic " + analytic);
        }
    }

    /** The place of part {@code k} in words. */
    private static String element(Tensor t, int k) {
        boolean complex = t.dtype().isComplex();
        long flat = complex ? k / 2 : k;
        long[] index = new long[t.dim()];
        for (int d = index.length - 1; d >= 0; d--) {
            index[d] = flat % t.size(d);
            flat /= t.size(d);
        }
        return Arrays.toString(index) + (!complex ? "" : k % 2 == 0 ? " (real part)" : " (imaginary part)");
    }

    /** Whether the derivative by an input is looked at. */
    private static boolean checked(Tensor[] inputs, int i, String name) {
        Tensor t = inputs[i];
        if (!t.requiresGrad()) {
            return false;
        }
        if (t.dtype() != DType.FLOAT64 && t.dtype() != DType.COMPLEX128) {
            throw CressetException.value(name + ": input " + i + " is " + t.dtype() + t.shape()
                    + "; finite differences need float64 or complex128");
        }
        return true;
    }

    private static Tensor[] requiring(Tensor[] in) {
        return Arrays.stream(in).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
    }

    private static Tensor[] differentiable(Tensor[] outputs) {
        return Arrays.stream(outputs).filter(t -> t.dtype().isDifferentiable()).toArray(Tensor[]::new);
    }

    /** Leaves of their own, row-major. */
    private static Tensor[] copies(Tensor[] in) {
        Tensor[] copy = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            copy[i] = in[i].detach().contiguous().clone();
            if (in[i].requiresGrad()) {
                copy[i].requiresGrad(true);
            }
        }
        return copy;
    }

    /** Number of doubles that a tensor holds. */
    private static int parts(Tensor t) {
        return Math.toIntExact(t.numel() * (t.dtype().isComplex() ? 2 : 1));
    }

    /** The elements as doubles, complex ones as two. */
    private static double[] values(Tensor t) {
        DType wide = t.dtype().isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
        return t.detach().to(wide).toSegment().toArray(ValueLayout.JAVA_DOUBLE);
    }

    private static Tensor filled(Shape shape, DType dtype, double[] v) {
        DType wide = dtype.isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
        Dense d = Dense.empty(shape, wide);
        for (int k = 0; k < v.length; k++) {
            d.segment().set(ValueLayout.JAVA_DOUBLE, d.byteOffset() + 8L * k, v[k]);
        }
        return d.to(dtype);
    }
}
