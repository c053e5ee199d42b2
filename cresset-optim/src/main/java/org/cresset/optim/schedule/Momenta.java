package org.cresset.optim.schedule;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;

/** The momentum that some schedules change against the rates: an optimizer's {@code momentum}, or the first of its betas. */
final class Momenta {
    private Momenta() {}

    /** Whether the momentum is the first beta; throws if there is neither. */
    static boolean isBeta(String schedule, Optimizer optimizer) {
        boolean betas = optimizer.hasOption("betas");
        if (!betas && !optimizer.hasOption("momentum")) {
            throw CressetException.value(
                    schedule + ": the optimizer has neither momentum nor betas to cycle; turn cycleMomentum" + " off");
        }
        return betas;
    }

    static void set(ParamGroup group, boolean beta, double momentum) {
        if (!beta) {
            group.set("momentum", momentum);
        } else if (group.get("betas") instanceof List<?> old) {
            List<Object> betas = new ArrayList<>(old);
            betas.set(0, momentum);
            group.set("betas", betas);
        }
    }

    /** Begins a cycle: the momentum is at its highest where the rate is at its lowest. */
    static void begin(Optimizer optimizer, boolean beta, List<Double> base, List<Double> max) {
        List<ParamGroup> groups = optimizer.paramGroups();
        for (int i = 0; i < groups.size(); i++) {
            set(groups.get(i), beta, max.get(i));
            groups.get(i).set("max_momentum", max.get(i));
            groups.get(i).set("base_momentum", base.get(i));
        }
    }
}
