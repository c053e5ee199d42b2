package org.cresset.bench;

/** Measures one workload: its name, the number of threads and "warm" or "cold" are the arguments. */
final class Single {
    private Single() {}

    public static void main(String[] args) {
        String name = args[0];
        int threads = Integer.parseInt(args[1]);
        if (args[2].equals("cold")) {
            double[] t = Benchmarks.cold(name, threads);
            System.out.println("[" + t[0] + ", " + t[1] + ", " + t[2] + "]");
        } else {
            System.out.println(Benchmarks.measure(name, threads).json());
        }
    }
}
