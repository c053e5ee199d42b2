package org.cresset.optim;

import java.util.Map;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/** Optimizers by PyTorch's names, for configurations and tools. */
public final class Optimizers {
    private Optimizers() {}

    /**
     * The optimizer {@code torch.optim.<name>} of groups of parameters.
     *
     * @param options hyper-parameters by PyTorch's names, such as {@code "weight_decay"}
     * @throws CressetException if there is no such optimizer or option
     */
    public static Optimizer create(String name, Map<String, ? extends @Nullable Object> options, ParamGroup... groups) {
        Hyperparameters<?> o = options(name);
        options.forEach(o::set);
        return switch (o) {
            case SGD.Options s -> new SGD(s, groups);
            case Adam.Options s -> new Adam(s, groups);
            case AdamW.Options s -> new AdamW(s, groups);
            case Adamax.Options s -> new Adamax(s, groups);
            case NAdam.Options s -> new NAdam(s, groups);
            case RAdam.Options s -> new RAdam(s, groups);
            case Adagrad.Options s -> new Adagrad(s, groups);
            case Adadelta.Options s -> new Adadelta(s, groups);
            case Adafactor.Options s -> new Adafactor(s, groups);
            case ASGD.Options s -> new ASGD(s, groups);
            case RMSprop.Options s -> new RMSprop(s, groups);
            case Rprop.Options s -> new Rprop(s, groups);
            case SparseAdam.Options s -> new SparseAdam(s, groups);
            case Muon.Options s -> new Muon(s, groups);
            case LBFGS.Options s when groups.length == 1 -> new LBFGS(groups[0].params(), s);
            default ->
                throw CressetException.value(name + ": " + groups.length + " groups of parameters; expected one");
        };
    }

    /** The hyper-parameters of {@code torch.optim.<name>} with their defaults. */
    public static Hyperparameters<?> options(String name) {
        return switch (name) {
            case "SGD" -> SGD.options();
            case "Adam" -> Adam.options();
            case "AdamW" -> AdamW.options();
            case "Adamax" -> Adamax.options();
            case "NAdam" -> NAdam.options();
            case "RAdam" -> RAdam.options();
            case "Adagrad" -> Adagrad.options();
            case "Adadelta" -> Adadelta.options();
            case "Adafactor" -> Adafactor.options();
            case "ASGD" -> ASGD.options();
            case "RMSprop" -> RMSprop.options();
            case "Rprop" -> Rprop.options();
            case "SparseAdam" -> SparseAdam.options();
            case "Muon" -> Muon.options();
            case "LBFGS" -> LBFGS.options();
            default -> throw CressetException.value("no optimizer " + name + " in torch.optim");
        };
    }
}
