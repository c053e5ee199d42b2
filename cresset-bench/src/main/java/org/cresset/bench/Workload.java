package org.cresset.bench;

import java.util.function.Supplier;

/**
 * Something to be measured.
 *
 * @param name its name, the same as on the PyTorch side
 * @param inner how many operations one call stands for; the time of a call is divided by it
 * @param setup makes the inputs and gives the call
 */
public record Workload(String name, int inner, Supplier<Runnable> setup) {}
