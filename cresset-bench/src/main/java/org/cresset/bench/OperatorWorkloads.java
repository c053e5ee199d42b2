package org.cresset.bench;

import static org.cresset.nn.functional.Functional.conv2d;
import static org.cresset.nn.functional.Functional.gelu;
import static org.cresset.nn.functional.Functional.layerNorm;
import static org.cresset.nn.functional.Functional.scaledDotProductAttention;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.tensor.Tensor;

/** Single operations and short chains of them. */
final class OperatorWorkloads {
    private static final long[] ONE = {1};

    private OperatorWorkloads() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        all.add(new Workload("op_add4", 1000, () -> additions(false)));
        all.add(new Workload("op_add4_grad", 1000, () -> additions(true)));
        all.add(new Workload("op_chain_grad", 1, OperatorWorkloads::chain));
        Supplier<Tensor> large = () -> Tensor.randn(4_194_304);
        all.add(forward("ew_add_4m", () -> {
            Tensor x = large.get();
            Tensor y = large.get();
            return () -> x.add(y);
        }));
        all.add(forward("ew_gelu_4m", () -> {
            Tensor x = large.get();
            return () -> gelu(x, "tanh");
        }));
        all.add(forward("ew_chain_4m", () -> {
            Tensor x = large.get();
            Tensor a = large.get();
            Tensor b = large.get();
            Tensor c = large.get();
            return () -> x.mul(a).add(b).tanh().mul(c);
        }));
        all.add(forward("sum_4m", () -> {
            Tensor x = large.get();
            return x::sum;
        }));
        all.add(forward("softmax_4kx1k", () -> {
            Tensor x = Tensor.randn(4096, 1024);
            return () -> x.softmax(-1);
        }));
        all.add(forward("layernorm_4kx1k", () -> {
            Tensor x = Tensor.randn(4096, 1024);
            return () -> layerNorm(x, new long[] {1024}, null, null, 1e-5);
        }));
        all.add(new Workload("layernorm_4kx1k_bwd", 1, () -> {
            Tensor x = Tensor.randn(4096, 1024).requiresGrad(true);
            Tensor w = Tensor.randn(1024).requiresGrad(true);
            Tensor b = Tensor.randn(1024).requiresGrad(true);
            Tensor g = Tensor.randn(4096, 1024);
            return () -> {
                clear(x, w, b);
                layerNorm(x, new long[] {1024}, w, b, 1e-5).backward(g);
            };
        }));
        for (int n : new int[] {64, 256, 512, 1024, 2048}) {
            all.add(forward("matmul_" + n, () -> {
                Tensor a = Tensor.randn(n, n);
                Tensor b = Tensor.randn(n, n);
                return () -> a.matmul(b);
            }));
        }
        all.add(new Workload("bmm_attn", 1, OperatorWorkloads::attention));
        all.add(convolution("conv_3x3", 16, 64, 56, 64, 3, 1, 1));
        all.add(convolution("conv_1x1", 16, 256, 56, 64, 1, 1, 0));
        all.add(convolution("conv_7x7", 16, 3, 224, 64, 7, 2, 3));
        return all;
    }

    private static Workload forward(String name, Supplier<Runnable> setup) {
        return new Workload(name, 1, () -> {
            Runnable call = setup.get();
            return () -> Autograd.noGrad(call);
        });
    }

    private static void clear(Tensor... leaves) {
        for (Tensor t : leaves) {
            t.setGrad(null);
        }
    }

    private static Runnable additions(boolean grad) {
        Tensor x = Tensor.randn(4).requiresGrad(grad);
        Tensor y = Tensor.randn(4);
        return () -> {
            for (int i = 0; i < 1000; i++) {
                x.add(y);
            }
        };
    }

    private static Runnable chain() {
        Tensor x = Tensor.randn(32).requiresGrad(true);
        Tensor a = Tensor.randn(32);
        Tensor b = Tensor.randn(32);
        return () -> {
            clear(x);
            Tensor y = x;
            for (int i = 0; i < 100; i++) {
                y = i % 3 == 0 ? y.mul(a) : i % 3 == 1 ? y.add(b) : y.tanh();
            }
            y.sum().backward();
        };
    }

    private static Runnable attention() {
        Tensor q = Tensor.randn(8, 8, 256, 64).requiresGrad(true);
        Tensor k = Tensor.randn(8, 8, 256, 64).requiresGrad(true);
        Tensor v = Tensor.randn(8, 8, 256, 64).requiresGrad(true);
        Tensor g = Tensor.randn(8, 8, 256, 64);
        return () -> {
            clear(q, k, v);
            scaledDotProductAttention(q, k, v, null, 0, true, null, false).backward(g);
        };
    }

    private static Workload convolution(
            String name, long n, long in, long size, long out, long kernel, long stride, long pad) {
        return new Workload(name, 1, () -> {
            Tensor x = Tensor.randn(n, in, size, size).requiresGrad(true);
            Tensor w = Tensor.randn(out, in, kernel, kernel).requiresGrad(true);
            long[] steps = {stride};
            long side = (size + 2 * pad - kernel) / stride + 1;
            Tensor g = Tensor.randn(n, out, side, side);
            return () -> {
                clear(x, w);
                conv2d(x, w, null, steps, pad, ONE, 1).backward(g);
            };
        });
    }
}
