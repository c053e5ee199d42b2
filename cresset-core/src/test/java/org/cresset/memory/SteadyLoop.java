package org.cresset.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cresset.autograd.Autograd;
import org.cresset.base.Memory;
import org.cresset.tensor.Tensor;

/** Trains a small network without ever closing anything; prints the resident memory early and late, in MiB. */
final class SteadyLoop {
    private SteadyLoop() {}

    /** Takes the number of steps and the width of the network. */
    public static void main(String[] args) throws IOException {
        int steps = Integer.parseInt(args[0]);
        int width = Integer.parseInt(args[1]);
        Tensor.manualSeed(0);
        Tensor x = Tensor.randn(16, width);
        Tensor target = x.sin();
        Tensor w = Tensor.randn(width, width).mul(0.1).detach().requiresGrad(true);
        Tensor b = Tensor.zeros(width).requiresGrad(true);
        long early = 0;
        long late = 0;
        for (int i = 0; i < steps; i++) {
            Tensor loss = x.matmul(w).add(b).tanh().sub(target).square().mean();
            loss.backward();
            Autograd.noGrad(() -> {
                update(w);
                update(b);
            });
            if (i % (steps / 50) == 0 && i >= steps / 5) {
                if (i < steps * 2 / 5) {
                    early = Math.max(early, resident());
                } else {
                    late = Math.max(late, resident());
                }
            }
        }
        System.out.println("early " + early + " late " + late + " reserved " + (Memory.reservedBytes() >> 20));
    }

    private static void update(Tensor t) {
        Tensor g = t.grad();
        if (g == null) {
            throw new IllegalStateException("no gradient");
        }
        t.add_(g, -0.01);
        t.setGrad(null);
    }

    private static long resident() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096 >> 20;
    }
}
