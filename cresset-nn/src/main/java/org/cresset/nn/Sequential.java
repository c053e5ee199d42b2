package org.cresset.nn;

import java.util.List;
import org.cresset.tensor.Tensor;

/** Layers one after the other, named 0, 1, ... As {@code nn.Sequential}. */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    /** In this order. */
    public Sequential(Layer... layers) {
        this.layers = List.of(layers);
        for (int i = 0; i < layers.length; i++) {
            registerModule(Integer.toString(i), layers[i]);
        }
    }

    /** Layer i. */
    public Layer get(int i) {
        return layers.get(i);
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor x = input;
        for (Layer l : layers) {
            x = l.forward(x);
        }
        return x;
    }
}
