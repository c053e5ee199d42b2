package org.cresset.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cresset.io.OrderedDict;
import org.cresset.io.TorchFile;
import org.cresset.optim.Optimizer;
import org.cresset.optim.Optimizers;
import org.cresset.optim.ParamGroup;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Optimizers that begin here, go on in the real PyTorch from a file, and come back: where a Python has it, {@code
 * -Dcresset.torch.python=...}, otherwise python3.
 */
class OptimizerPeerTest {
    private static final String PYTHON =
            System.getProperty("cresset.torch.python", System.getenv().getOrDefault("CRESSET_TORCH_PYTHON", "python3"));

    private static final List<String> NAMES = List.of(
            "SGD",
            "Adam",
            "AdamW",
            "Adamax",
            "NAdam",
            "RAdam",
            "Adagrad",
            "Adadelta",
            "RMSprop",
            "Rprop",
            "ASGD",
            "Adafactor");

    private static final String SCRIPT = """
            import sys, torch
            torch.set_num_threads(1)
            x = torch.load(sys.argv[1], weights_only=True)
            for name, saved in x.items():
                p = saved["p"].requires_grad_()
                o = getattr(torch.optim, name)([p], lr=0.5)
                o.load_state_dict(saved["optimizer"])
                for t in range(3, 6):
                    p.grad = 2 * p.detach() + t
                    o.step()
                saved["p"] = p.detach()
                saved["optimizer"] = o.state_dict()
            torch.save(x, sys.argv[2])
            """;

    @TempDir
    private Path folder;

    private static String run(String script, String... args) throws IOException, InterruptedException {
        ProcessBuilder b = new ProcessBuilder(PYTHON, "-W", "ignore", "-c", script);
        b.command().addAll(List.of(args));
        Process p = b.redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes()).strip();
        boolean ended = p.waitFor(120, TimeUnit.SECONDS);
        return ended && p.exitValue() == 0 ? out : "failed " + out;
    }

    private static void steps(Optimizer o, Tensor p, int from, int to) {
        for (int t = from; t < to; t++) {
            p.setGrad(p.detach().mul(2).add(t));
            o.step();
        }
    }

    private static Optimizer optimizer(String name, Tensor p) {
        return Optimizers.create(
                name,
                name.equals("SGD") ? Map.of("lr", 0.05, "momentum", 0.9) : Map.of("lr", 0.05),
                ParamGroup.of(List.of(p)));
    }

    @Test
    void pyTorchGoesOnFromAStateAndTheOtherWayRound() throws IOException, InterruptedException {
        boolean there;
        try {
            there = run("import torch").isEmpty();
        } catch (IOException e) {
            there = false;
        }
        if (!there) {
            System.out.println("OptimizerPeerTest: skipped; " + PYTHON
                    + " has no torch. Name one that has: -Dcresset.torch.python=/path/to/python");
        }
        assumeTrue(there, "no PyTorch");
        Map<String, Object> all = new LinkedHashMap<>();
        Map<String, Tensor> alone = new LinkedHashMap<>();
        for (String name : NAMES) {
            Tensor p = Tensor.of(1.5f, -2f, 0.25f, 3f).reshape(2, 2).requiresGrad(true);
            Optimizer o = optimizer(name, p);
            steps(o, p, 0, 3);
            all.put(name, Map.of("p", p.detach().clone(), "optimizer", copy(o.stateDict())));
            steps(o, p, 3, 9);
            alone.put(name, p);
        }
        TorchFile.save(folder.resolve("ours.pt"), new OrderedDict(all));
        assertThat(run(
                        SCRIPT,
                        folder.resolve("ours.pt").toString(),
                        folder.resolve("theirs.pt").toString()))
                .isEmpty();
        Map<?, ?> theirs = (Map<?, ?>) TorchFile.load(folder.resolve("theirs.pt"));
        for (String name : NAMES) {
            Map<?, ?> saved = (Map<?, ?>) theirs.get(name);
            Tensor p = ((Tensor) saved.get("p")).requiresGrad(true);
            Optimizer o = optimizer(name, p);
            Map<String, Object> state = new LinkedHashMap<>();
            ((Map<?, ?>) saved.get("optimizer")).forEach((k, v) -> state.put(String.valueOf(k), v));
            o.loadStateDict(state);
            steps(o, p, 6, 9);
            double[] want = alone.get(name).toDoubleArray();
            double[] got = p.toDoubleArray();
            for (int i = 0; i < want.length; i++) {
                assertThat(got[i]).as(name).isCloseTo(want[i], offset(2e-5));
            }
        }
    }

    /** Tensors of a state dict change with the next step. */
    private static Object copy(Object o) {
        return switch (o) {
            case Tensor t -> t.clone();
            case Map<?, ?> m -> {
                Map<Object, Object> c = new LinkedHashMap<>();
                m.forEach((k, v) -> c.put(k, copy(v)));
                yield c;
            }
            case null -> null;
            default -> o;
        };
    }
}
