package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files to and from the real PyTorch, where a Python has it: {@code -Dcresset.torch.python=...}, otherwise python3. */
class TorchPeerTest {
    private static final String PYTHON =
            System.getProperty("cresset.torch.python", System.getenv().getOrDefault("CRESSET_TORCH_PYTHON", "python3"));
    private static boolean there;

    @TempDir
    private Path folder;

    @BeforeAll
    static void look() throws InterruptedException {
        try {
            there = run("import torch, numpy").isEmpty();
        } catch (IOException e) {
            there = false;
        }
        if (!there) {
            System.out.println("TorchPeerTest: skipped; " + PYTHON
                    + " has no torch and numpy. Name one that has: -Dcresset.torch.python=/path/to/python");
        }
    }

    /** What a script printed, which is nothing unless something is wrong. */
    private static String run(String script, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON, "-W", "ignore", "-c", script));
        command.addAll(List.of(args));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes()).strip();
        if (!p.waitFor(120, TimeUnit.SECONDS)) {
            p.destroyForcibly();
            return "timed out";
        }
        return out.isEmpty() && p.exitValue() != 0 ? "exit " + p.exitValue() : out;
    }

    private static Object values() {
        Map<Object, Object> m = new LinkedHashMap<>();
        for (DType t : DType.values()) {
            Tensor x = Tensor.of(0L, 1L, 2L, 3L, 4L, 5L).reshape(2, 3).to(t);
            m.put(t.toString(), List.of(x, x.t(), x.select(0, 1), Tensor.zeros(Shape.of(0, 2), t)));
        }
        for (StoredType t : StoredType.values()) {
            if (t.dtype() == null) {
                byte[] bytes = new byte[3 * t.size()];
                bytes[0] = 0x41;
                bytes[bytes.length - 1] = 0x3c;
                m.put(t.torchName(), new RawTensor(t, Shape.of(3), MemorySegment.ofArray(bytes)));
            }
        }
        m.put("parameter", Tensor.of(1f, 2f).requiresGrad(true));
        m.put("numbers", List.of(0L, -1L, 256L, 1L << 40, BigInteger.TWO.pow(70).negate(), 0.1, Double.NaN));
        m.put("texts", List.of("", "größe", "重み", "😀"));
        m.put("tuples", Tuple.of(Tuple.of(), Tuple.of(1L, 2L, 3L, 4L), true, false));
        m.put("nothing", null);
        m.put("bytes", new byte[] {0, 1, -1, -128});
        m.put("set", new LinkedHashSet<>(List.of(3L)));
        m.put("complex", new ComplexNumber(1, -2));
        m.put("size", Shape.of(2, 3));
        m.put("device", new TorchDevice("cpu"));
        m.put("dtypes", List.of(DType.BFLOAT16, DType.BOOL));
        OrderedDict d = new OrderedDict(Map.of("weight", Tensor.of(1f)));
        d.attributes().put("_metadata", new OrderedDict(Map.of("", Map.of("version", 2L))));
        m.put("state", d);
        m.put(5L, Tuple.of(0.9, 0.999));
        return m;
    }

    @Test
    void pyTorchReadsWhatCressetWritesAndTheOtherWayRound() throws IOException, InterruptedException {
        assumeTrue(there, "no PyTorch");
        Path ours = folder.resolve("ours.pt");
        Path zip = folder.resolve("zip.pt");
        Path legacy = folder.resolve("legacy.pt");
        TorchFile.save(ours, values());
        String script = """
                import sys, torch
                ours, zip, legacy = sys.argv[1:]
                x = torch.load(ours, weights_only=True)
                y = torch.load(ours, weights_only=True, mmap=True)
                assert torch.equal(x["float32"][0], torch.arange(6.).reshape(2, 3))
                assert torch.equal(y["int64"][1], torch.arange(6).reshape(2, 3).t())
                assert x["float32"][0].data_ptr() == x["float32"][1].data_ptr()
                assert x["parameter"].requires_grad
                assert x["state"]._metadata == {"": {"version": 2}}
                assert x["tuples"] == ((), (1, 2, 3, 4), True, False), x["tuples"]
                torch.save(x, zip)
                torch.save({k: v for k, v in x.items()}, legacy, _use_new_zipfile_serialization=False)
                """;
        assertThat(run(script, ours.toString(), zip.toString(), legacy.toString()))
                .isEmpty();
        String want = Described.of(TorchFile.load(ours));
        assertThat(want).isEqualTo(Described.of(values()));
        assertThat(Described.of(TorchFile.load(zip))).isEqualTo(want);
        assertThat(Described.of(TorchFile.map(zip))).isEqualTo(want);
        assertThat(Described.of(TorchFile.load(legacy))).isEqualTo(want);
    }

    @Test
    void whateverPyTorchSavesComesBackEqual() throws IOException, InterruptedException {
        assumeTrue(there, "no PyTorch");
        String save = """
                import collections, sys, torch, warnings
                base = torch.arange(24.).reshape(4, 6)
                net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
                opt = torch.optim.Adam(net.parameters())
                net(torch.randn(4, 3)).sum().backward()
                opt.step()
                x = {"base": base, "view": base[1:3, ::2].t(), "expanded": base[0].expand(5, 6),
                     "parameter": torch.nn.Parameter(base), "net": net.state_dict(), "opt": opt.state_dict(),
                     "conj": torch.randn(2, dtype=torch.complex64).conj(), "neg": torch._neg_view(torch.randn(2)),
                     "nothing": torch.zeros(2, 0, 4)[:, :, 1:], "counter": collections.Counter("aab"),
                     "size": torch.Size([1, 2]), "dtype": torch.float8_e5m2, "device": torch.device("cuda", 1),
                     "set": {1, 2}, "bytes": bytes([0, 255]), "huge": 10**30, ("k", 1): 2, 7: None}
                x["attributes"] = torch.ones(2)
                x["attributes"].note = "a tensor with an attribute"
                warnings.simplefilter("ignore")
                for protocol in range(1, 6):
                    for zipped in (True, False):
                        torch.save(x, f"{sys.argv[1]}/{protocol}-{zipped}.pt", pickle_protocol=protocol,
                                   _use_new_zipfile_serialization=zipped)
                """;
        assertThat(run(save, folder.toString())).isEmpty();
        String want = Described.of(TorchFile.load(folder.resolve("2-True.pt")));
        for (int protocol = 1; protocol < 6; protocol++) {
            for (String zipped : List.of("True", "False")) {
                Path file = folder.resolve(protocol + "-" + zipped + ".pt");
                assertThat(Described.of(TorchFile.load(file))).as("%s", file).isEqualTo(want);
            }
        }
        TorchFile.save(folder.resolve("back.pt"), TorchFile.load(folder.resolve("2-True.pt")));
        String compare = """
                import sys, torch
                def equal(a, b):
                    if isinstance(a, torch.Tensor):
                        return a.dtype == b.dtype and a.requires_grad == b.requires_grad and torch.equal(a, b)
                    if isinstance(a, dict):
                        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
                    if isinstance(a, (list, tuple)):
                        return len(a) == len(b) and all(map(equal, a, b))
                    return a == b and type(a) == type(b)
                x = torch.load(sys.argv[1] + "/2-True.pt", weights_only=False)
                y = torch.load(sys.argv[1] + "/back.pt", weights_only=True)
                assert equal(x, y), (x, y)
                net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
                net.load_state_dict(y["net"])
                opt = torch.optim.Adam(net.parameters())
                opt.load_state_dict(y["opt"])
                """;
        assertThat(run(compare, folder.toString())).isEmpty();
    }

    @Test
    void numPyReadsWhatCressetWritesAndTheOtherWayRound() throws IOException, InterruptedException {
        assumeTrue(there, "no NumPy");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (DType t : DType.values()) {
            if (t != DType.BFLOAT16 && t != DType.COMPLEX32) {
                tensors.put(
                        t.toString(),
                        Tensor.of(0L, 1L, 2L, 3L, 4L, 5L).reshape(2, 3).to(t));
            }
        }
        tensors.put("scalar", Tensor.of(1L).squeeze());
        tensors.put("empty", Tensor.zeros(Shape.of(0, 3), DType.FLOAT64));
        tensors.put("transposed", tensors.get("float32").t());
        Npz.save(folder.resolve("a.npz"), tensors);
        Npz.saveCompressed(folder.resolve("b.npz"), tensors);
        Npy.save(folder.resolve("c.npy"), tensors.get("transposed"));
        String script = """
                import sys, numpy as np
                f = sys.argv[1]
                a, b = np.load(f + "/a.npz"), np.load(f + "/b.npz")
                for x in (a, b):
                    for k in x.files:
                        assert k in ("scalar", "empty", "transposed") or x[k].dtype.name == k, (k, x[k].dtype)
                        assert k in ("scalar", "empty", "transposed", "bool") or (x[k] == np.arange(6).reshape(2, 3)).all(), k
                assert (np.load(f + "/c.npy") == np.arange(6.).reshape(2, 3).T).all()
                np.savez(f + "/d.npz", **{k: a[k] for k in a.files})
                np.savez_compressed(f + "/e.npz", **{k: np.array(a[k], order='F') for k in a.files})
                np.save(f + "/words.npy", np.array([["größe", "a"], ["", "重み"]]))
                """;
        assertThat(run(script, folder.toString())).isEmpty();
        String want = Described.of(tensors);
        for (String name : List.of("a.npz", "b.npz", "d.npz", "e.npz")) {
            assertThat(Described.of(Npz.load(folder.resolve(name)))).as(name).isEqualTo(want);
        }
        assertThat(Npy.read(folder.resolve("words.npy")).strings()).containsExactly("größe", "a", "", "重み");
        assertThat(Files.size(folder.resolve("b.npz"))).isPositive();
    }
}
