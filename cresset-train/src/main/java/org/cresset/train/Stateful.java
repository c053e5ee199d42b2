package org.cresset.train;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Something whose state is part of a run: a gradient scaler, an average of the weights, a generator, a sampler. */
public interface Stateful {
    /** The state by name, of tensors, numbers, strings, booleans, byte arrays, null, and lists and maps of such. */
    Map<String, ?> stateDict();

    /** Takes over what {@link #stateDict()} gave, perhaps in another process. */
    void loadStateDict(Map<String, @Nullable Object> state);

    /** Of two functions, for classes that are none themselves. */
    static Stateful of(Supplier<? extends Map<String, ?>> save, Consumer<? super Map<String, @Nullable Object>> load) {
        return new Stateful() {
            @Override
            public Map<String, ?> stateDict() {
                return save.get();
            }

            @Override
            public void loadStateDict(Map<String, @Nullable Object> state) {
                load.accept(state);
            }
        };
    }

    /** Of a generator besides the default one, which each run's state holds anyway. */
    static Stateful of(Generator generator) {
        return of(() -> Map.of("state", generator.getState()), state -> {
            if (state.get("state") instanceof byte[] b) {
                generator.setState(b);
            }
        });
    }
}
