package org.cresset.nn;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Layers one after the other, named 0, 1, ... unless they are given names. As {@code nn.Sequential}. */
public final class Sequential extends Layer implements Iterable<Layer> {
    /** In this order. */
    @Torch("nn.Sequential(*layers)")
    public Sequential(Layer... layers) {
        for (Layer l : layers) {
            append(l);
        }
    }

    /** Under these names, in this order. */
    @Torch("nn.Sequential(layers)")
    public Sequential(LinkedHashMap<String, ? extends Layer> layers) {
        layers.forEach(this::registerModule);
    }

    /** Layer i, from the end if negative. */
    public Layer get(int i) {
        int n = size();
        if (i < -n || i >= n) {
            throw CressetException.index("Sequential: layer " + i + " of " + n);
        }
        return (Layer)
                added().values().stream().skip(i < 0 ? n + i : i).findFirst().orElseThrow();
    }

    /** Adds a layer at the end. */
    public Sequential append(Layer layer) {
        registerModule(Integer.toString(size()), layer);
        return this;
    }

    /** The number of layers. */
    public int size() {
        return added().size();
    }

    @Override
    public Iterator<Layer> iterator() {
        Iterator<Map.Entry<String, Module>> all = added().entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public Layer next() {
                return (Layer) all.next().getValue();
            }
        };
    }

    @Override
    protected Tensor compute(Tensor input) {
        Tensor x = input;
        for (Layer l : this) {
            x = l.forward(x);
        }
        return x;
    }
}
