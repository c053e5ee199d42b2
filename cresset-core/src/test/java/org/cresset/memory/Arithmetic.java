package org.cresset.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.cresset.base.DType;
import org.cresset.fft.Fft;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** Computes with everything that has more than one provider and prints the bits of the results. */
final class Arithmetic {
    private Arithmetic() {}

    public static void main(String[] args) throws InterruptedException {
        for (int round = 0; round < 3; round++) { // vector loops take over in between, where there are any
            List<Tensor> results = results(DType.FLOAT32);
            results.addAll(results(DType.FLOAT64));
            StringBuilder line = new StringBuilder("round ");
            for (Tensor t : results) {
                line.append(' ').append(HexFormat.of().toHexDigits(Arrays.hashCode(t.toDoubleArray())));
            }
            System.out.println(line);
            Thread.sleep(300);
        }
        Tensor a = random(DType.FLOAT32, 33, 40);
        Tensor b = random(DType.FLOAT32, 40, 21);
        System.out.println("product " + a.matmul(b).to(DType.FLOAT64).sum().item());
    }

    private static Tensor random(DType t, long... shape) {
        return Tensor.zeros(shape).to(t).normal_(0, 1, Generator.ofSeed(1));
    }

    private static List<Tensor> results(DType t) {
        Tensor x = random(t, 300, 301);
        Tensor y = x.sin().add(2);
        List<Tensor> r = new ArrayList<>(List.of(
                x.exp(),
                x.tanh(),
                x.mul(y),
                x.div(y),
                x.add(1.5),
                x.t().add(y.t()),
                x.abs().log(),
                y.pow(x),
                x.erf()));
        r.addAll(List.of(x.sum(), x.sum(0), x.mean(1), x.amax(new long[] {0}, false), x.var(), x.cumsum(1)));
        r.addAll(List.of(
                x.softmax(1),
                x.logSoftmax(0),
                x.gt(y.sub(2)).to(DType.INT64),
                x.to(DType.INT32).mul(3)));
        r.addAll(List.of(
                x.to(DType.FLOAT64).mul(3),
                x.to(DType.FLOAT32).add(1),
                x.to(DType.BFLOAT16).to(DType.FLOAT32),
                Fft.fft(x).viewAsReal()));
        return r;
    }
}
