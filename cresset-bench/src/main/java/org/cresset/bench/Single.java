package org.cresset.bench;

/** Measures one workload: its name and the number of threads are the arguments. */
final class Single {
    private Single() {}

    public static void main(String[] args) {
        System.out.println(
                Benchmarks.measure(args[0], Integer.parseInt(args[1])).json());
    }
}
