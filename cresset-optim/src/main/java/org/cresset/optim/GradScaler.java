package org.cresset.optim;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/**
 * Keeps small gradients of float16 from vanishing, as {@code torch.amp.GradScaler}: the loss is multiplied by a scale, the
 * gradients are divided by it before the step, and a step whose gradients are not finite is left out. The scale falls after
 * such a step and rises after many good ones. bfloat16 has the range of float32 and needs none.
 *
 * {@snippet :
 * scaler.scale(Autocast.autocast(FLOAT16, () -> crossEntropy(net.forward(x), y))).backward();
 * scaler.unscale_(opt);                                      // only where gradients are clipped or looked at
 * scaler.step(opt);
 * scaler.update();
 * }
 *
 * <p>For one thread.
 */
public final class GradScaler {
    private final boolean enabled;
    private float scale;
    private double growthFactor;
    private double backoffFactor;
    private int growthInterval;
    private int growthTracker;
    private boolean used;
    private Map<Optimizer, State> states = new IdentityHashMap<>();

    /** What has happened to an optimizer's gradients since the last update. */
    private static final class State {
        boolean unscaled;
        boolean stepped;
        boolean foundInf;
    }

    /** With PyTorch's defaults: scale 65536, doubled after 2000 good steps, halved after a bad one. */
    public GradScaler() {
        this(65536, 2, 0.5, 2000, true);
    }

    /**
     * As {@code torch.amp.GradScaler}.
     *
     * @param growthFactor by which the scale grows after {@code growthInterval} steps in a row without an infinite gradient;
     *     above 1
     * @param backoffFactor by which it is multiplied after one with; below 1
     * @param enabled false: everything passes through unchanged
     * @throws CressetException (value) if a factor is out of its range
     */
    public GradScaler(
            double initScale, double growthFactor, double backoffFactor, int growthInterval, boolean enabled) {
        if (enabled && !(growthFactor > 1)) {
            throw CressetException.value("GradScaler: growthFactor is " + growthFactor + "; expected more than 1");
        }
        if (enabled && !(backoffFactor < 1)) {
            throw CressetException.value("GradScaler: backoffFactor is " + backoffFactor + "; expected less than 1");
        }
        this.enabled = enabled;
        this.scale = (float) initScale;
        this.growthFactor = growthFactor;
        this.backoffFactor = backoffFactor;
        this.growthInterval = growthInterval;
    }

    /** A loss times the scale. */
    public Tensor scale(Tensor output) {
        if (!enabled) {
            return output;
        }
        used = true;
        return output.mul(Tensor.scalar(scale));
    }

    /**
     * Divides the gradients of an optimizer's parameters by the scale, so that they can be clipped or looked at before
     * {@link #step}.
     *
     * @throws CressetException (runtime) if that has been done since the last {@link #update}; (value) for gradients of
     *     float16, which belong to parameters that should be float32
     */
    public void unscale_(Optimizer optimizer) {
        if (!enabled) {
            return;
        }
        requireScale("unscale_");
        State s = states.computeIfAbsent(optimizer, o -> new State());
        if (s.stepped) {
            throw CressetException.runtime(
                    "GradScaler.unscale_: called after step(); call it before, or update() first");
        }
        if (s.unscaled) {
            throw CressetException.runtime(
                    "GradScaler.unscale_: already called for this optimizer since the last update()");
        }
        s.foundInf = Autograd.noGrad(() -> unscale(optimizer));
        s.unscaled = true;
    }

    private boolean unscale(Optimizer optimizer) {
        float inverse = (float) (1 / (double) scale);
        boolean found = false;
        for (ParamGroup group : optimizer.paramGroups()) {
            for (Tensor p : group.params()) {
                Tensor g = p.dense("unscale_").gradient().nonzero();
                if (g == null) {
                    continue;
                }
                if (g.dtype() == DType.FLOAT16) {
                    throw CressetException.value("GradScaler.unscale_: a gradient of float16" + g.shape()
                            + "; keep parameters in float32 and use autocast");
                }
                found |= !g.isfinite().all().itemBoolean();
                g.mul_(inverse);
            }
        }
        return found;
    }

    /**
     * Unscales the gradients unless that is done, and calls the optimizer's step if all of them are finite.
     *
     * @return whether the step was made
     * @throws CressetException (runtime) if it was called before since the last {@link #update}
     */
    public boolean step(Optimizer optimizer) {
        if (!enabled) {
            optimizer.step();
            return true;
        }
        requireScale("step");
        State s = states.computeIfAbsent(optimizer, o -> new State());
        if (s.stepped) {
            throw CressetException.runtime("GradScaler.step: already called since the last update()");
        }
        if (!s.unscaled) {
            unscale_(optimizer);
        }
        if (!s.foundInf) {
            optimizer.step();
        }
        s.stepped = true;
        return !s.foundInf;
    }

    /**
     * Adapts the scale to what the steps since the last update found.
     *
     * @throws CressetException (runtime) if there was none
     */
    public void update() {
        if (!enabled) {
            return;
        }
        requireScale("update");
        boolean any = false;
        boolean found = false;
        for (State s : states.values()) {
            any |= s.unscaled;
            found |= s.foundInf;
        }
        if (!any) {
            throw CressetException.runtime("GradScaler.update: no gradients were looked at since the last update();"
                    + " call step() or unscale_() first");
        }
        if (found) {
            scale *= (float) backoffFactor;
            growthTracker = 0;
        } else if (++growthTracker == growthInterval) {
            float grown = scale * (float) growthFactor;
            scale = Float.isInfinite(grown) ? scale : grown;
            growthTracker = 0;
        }
        states = new IdentityHashMap<>();
    }

    /** Sets the scale. */
    public void update(double newScale) {
        if (enabled) {
            requireScale("update");
            scale = (float) newScale;
            states = new IdentityHashMap<>();
        }
    }

    private void requireScale(String method) {
        if (!used) {
            throw CressetException.runtime(
                    "GradScaler." + method + ": scale() was not called yet; backward has to start from scale(loss)");
        }
    }

    /** The scale now; 1 if disabled. */
    public double getScale() {
        return enabled ? scale : 1;
    }

    /** Whether this does anything. */
    public boolean isEnabled() {
        return enabled;
    }

    /** By which the scale grows. */
    public double getGrowthFactor() {
        return growthFactor;
    }

    /** Sets by what the scale grows. */
    public void setGrowthFactor(double factor) {
        growthFactor = factor;
    }

    /** By which the scale is multiplied when gradients aren't finite. */
    public double getBackoffFactor() {
        return backoffFactor;
    }

    /** Sets by what the scale is multiplied when gradients aren't finite. */
    public void setBackoffFactor(double factor) {
        backoffFactor = factor;
    }

    /** After how many good steps the scale grows. */
    public int getGrowthInterval() {
        return growthInterval;
    }

    /** Sets after how many good steps the scale grows. */
    public void setGrowthInterval(int steps) {
        growthInterval = steps;
    }

    /** What {@link #loadStateDict} takes, by PyTorch's names; empty if disabled. */
    public Map<String, Object> stateDict() {
        Map<String, Object> dict = new LinkedHashMap<>();
        if (enabled) {
            dict.put("scale", getScale());
            dict.put("growth_factor", growthFactor);
            dict.put("backoff_factor", backoffFactor);
            dict.put("growth_interval", growthInterval);
            dict.put("_growth_tracker", growthTracker);
        }
        return dict;
    }

    /**
     * Takes over what {@link #stateDict} or PyTorch's gave.
     *
     * @throws CressetException (runtime) if it is that of a disabled scaler; (value) if something is missing
     */
    public void loadStateDict(Map<String, ?> dict) {
        if (!enabled) {
            return;
        }
        if (dict.isEmpty()) {
            throw CressetException.runtime(
                    "GradScaler.loadStateDict: the state dict is empty, as that of a disabled GradScaler is");
        }
        float newScale = number(dict, "scale").floatValue();
        double growth = number(dict, "growth_factor").doubleValue();
        double backoff = number(dict, "backoff_factor").doubleValue();
        int interval = number(dict, "growth_interval").intValue();
        growthTracker = number(dict, "_growth_tracker").intValue();
        scale = newScale;
        growthFactor = growth;
        backoffFactor = backoff;
        growthInterval = interval;
    }

    private static Number number(Map<String, ?> dict, String name) {
        Object v = dict.get(name);
        if (v instanceof Number n) {
            return n;
        }
        throw CressetException.value("GradScaler.loadStateDict: " + name + " is " + v + "; expected a number");
    }
}
