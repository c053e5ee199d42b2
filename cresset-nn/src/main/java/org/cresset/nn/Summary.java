package org.cresset.nn;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A net as a table. */
final class Summary {
    private Summary() {}

    static String of(Module net, @Nullable Supplier<?> forward) {
        Map<Module, String> outputs = forward == null ? Map.of() : run(net, forward);
        StringBuilder b = new StringBuilder();
        line(b, "module", "type", forward == null ? "" : "output", "parameters", "count");
        net.namedModules().forEach((path, m) -> {
            StringBuilder shapes = new StringBuilder();
            long n = 0;
            for (Map.Entry<String, Tensor> p : m.ownParameters().entrySet()) {
                shapes.append(shapes.isEmpty() ? "" : " ")
                        .append(p.getKey())
                        .append(p.getValue().shape());
                n += p.getValue().numel();
            }
            line(
                    b,
                    path.isEmpty() ? "(all)" : path,
                    m.getClass().getSimpleName(),
                    outputs.getOrDefault(m, ""),
                    shapes.toString(),
                    String.format("%,d", n));
        });
        long total = 0;
        long trained = 0;
        for (Tensor p : net.parameters()) {
            total += p.numel();
            trained += p.requiresGrad() ? p.numel() : 0;
        }
        return b.append(String.format("%,d parameters, %,d of them trained%n", total, trained))
                .toString();
    }

    private static void line(StringBuilder b, String path, String type, String output, String shapes, String count) {
        b.append(String.format("%-32s %-24s %-20s %-28s %12s%n", path, type, output, shapes, count));
    }

    private static Map<Module, String> run(Module net, Supplier<?> forward) {
        Map<Module, String> outputs = new IdentityHashMap<>();
        Map<Module, Boolean> modes = new IdentityHashMap<>();
        List<Autograd.HookHandle> handles = new ArrayList<>();
        for (Module m : net.modules()) {
            modes.put(m, m.isTraining());
            handles.add(m.registerForwardHook((module, in, out) -> {
                outputs.put(module, shapes(out));
                return null;
            }));
        }
        try {
            net.eval();
            Object out = Autograd.noGrad((Supplier<Object>) () -> Hook.given(forward.get()));
            outputs.putIfAbsent(net, shapes(out));
        } finally {
            handles.forEach(Autograd.HookHandle::remove);
            net.modules().forEach(m -> m.setTraining(modes.getOrDefault(m, true)));
        }
        return outputs;
    }

    private static String shapes(Object out) {
        StringBuilder b = new StringBuilder();
        Nested.map(out, t -> {
            b.append(b.isEmpty() ? "" : " ").append(t.shape());
            return t;
        });
        return b.toString();
    }
}
