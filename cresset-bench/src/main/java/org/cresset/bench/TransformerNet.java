package org.cresset.bench;

import java.util.ArrayList;
import java.util.List;
import org.cresset.nn.Embedding;
import org.cresset.nn.LayerNorm;
import org.cresset.nn.Linear;
import org.cresset.nn.Module;
import org.cresset.nn.ModuleList;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** GPT or BERT, by whether it looks ahead: indices (N, L) to (N, L, vocabulary) or (N, classes). */
final class TransformerNet extends Module {
    private final Embedding tok;
    private final Embedding pos;
    private final ModuleList blocks = new ModuleList();
    private final LayerNorm ln;
    private final Linear head;
    private final boolean classifies;

    TransformerNet(int layers, long width, long heads, long vocab, long length, boolean causal, long classes) {
        tok = new Embedding(vocab, width);
        pos = new Embedding(length, width);
        for (int i = 0; i < layers; i++) {
            blocks.append(new Block(width, heads, causal));
        }
        ln = new LayerNorm(width);
        head = new Linear(width, classes > 0 ? classes : vocab, false);
        classifies = classes > 0;
    }

    /** Keys and values of what came before, of one block. */
    static final class Cache {
        private @Nullable Tensor k;
        private @Nullable Tensor v;
    }

    List<Cache> caches() {
        List<Cache> all = new ArrayList<>();
        blocks.forEach(b -> all.add(new Cache()));
        return all;
    }

    Tensor forward(Tensor ids) {
        return forward(ids, 0, null);
    }

    Tensor forward(Tensor ids, long start, @Nullable List<Cache> caches) {
        Tensor places = Tensor.arange(start + ids.size(1)).narrow(0, start, ids.size(1));
        Tensor x = tok.forward(ids).add(pos.forward(places));
        for (int i = 0; i < blocks.size(); i++) {
            x = ((Block) blocks.get(i)).forward(x, caches == null ? null : caches.get(i));
        }
        x = ln.forward(x);
        return head.forward(classifies ? x.select(1, 0) : x);
    }

    private static final class Block extends Module {
        private final LayerNorm ln1;
        private final LayerNorm ln2;
        private final Linear qkv;
        private final Linear proj;
        private final Linear up;
        private final Linear down;
        private final long heads;
        private final boolean causal;

        Block(long width, long heads, boolean causal) {
            this.heads = heads;
            this.causal = causal;
            ln1 = new LayerNorm(width);
            ln2 = new LayerNorm(width);
            qkv = new Linear(width, 3 * width);
            proj = new Linear(width, width);
            up = new Linear(width, 4 * width);
            down = new Linear(4 * width, width);
        }

        Tensor forward(Tensor x, @Nullable Cache cache) {
            long b = x.size(0);
            long t = x.size(1);
            long c = x.size(2);
            Tensor all =
                    qkv.forward(ln1.forward(x)).view(b, t, 3, heads, c / heads).permute(2, 0, 3, 1, 4);
            Tensor k = all.select(0, 1);
            Tensor v = all.select(0, 2);
            if (cache != null) {
                k = cache.k == null ? k : Tensor.cat(2, cache.k, k);
                v = cache.v == null ? v : Tensor.cat(2, cache.v, v);
                cache.k = k;
                cache.v = v;
            }
            Tensor a =
                    Functional.scaledDotProductAttention(all.select(0, 0), k, v, null, 0, causal && t > 1, null, false);
            Tensor y = x.add(proj.forward(a.transpose(1, 2).reshape(b, t, c)));
            return y.add(down.forward(Functional.gelu(up.forward(ln2.forward(y)), "tanh")));
        }
    }
}
