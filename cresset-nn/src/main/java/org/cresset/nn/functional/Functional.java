package org.cresset.nn.functional;

/**
 * The functions of {@code torch.nn.functional}, for {@code import static org.cresset.nn.functional.Functional.*}. Each family
 * has a class of its own; they are chained by inheritance for one reason: so that a single static import sees all of them.
 */
public final class Functional extends AttentionFunctions {
    private Functional() {}
}
