package org.cresset.tensor;

import java.util.function.Supplier;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/** The result of an operation that runs when somebody reads it, so that it can still be told where to write. */
public final class Pending extends Tensor {
    private final Device device;
    private final Supplier<Tensor> computation;
    private @Nullable Tensor made;

    /** What {@code computation}, which isn't recorded, will give. */
    public Pending(Shape shape, DType dtype, Device device, Supplier<Tensor> computation) {
        super(shape, dtype);
        this.device = device;
        this.computation = computation;
    }

    /** Whether nobody has read it yet. */
    public boolean waits() {
        return made == null;
    }

    /** The result, with memory of its own. */
    public Tensor now() {
        Tensor t = made;
        if (t == null) {
            t = computation.get();
            made = t;
        }
        return t;
    }

    @Override
    public Dense dense(String op) {
        return now().dense(op);
    }

    @Override
    public Tensor detach() {
        return now().detach();
    }

    @Override
    public boolean hasValues() {
        return device != Device.META;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public boolean requiresGrad() {
        return false;
    }
}
