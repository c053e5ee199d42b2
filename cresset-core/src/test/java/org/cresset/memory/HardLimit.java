package org.cresset.memory;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Holds on to tensors until there is no memory left, lets go, and goes on. */
final class HardLimit {
    private HardLimit() {}

    /** Takes the number of elements of each tensor. */
    public static void main(String[] args) {
        int n = Integer.parseInt(args[0]);
        long held = 0;
        String message = "";
        List<Tensor> all = new ArrayList<>();
        try {
            while (held < 1L << 30) {
                all.add(Tensor.ones(n));
                held += 4L * n;
            }
        } catch (CressetException e) {
            message = e.kind() + " " + e.getMessage();
        }
        System.out.println("held " + (held >> 20) + " MiB");
        System.out.println(message);
        all.clear();
        for (int i = 0; i < 1000; i++) {
            all.add(Tensor.ones(n));
            if (all.size() > 10) {
                all.clear();
            }
        }
        System.out.println("went on");
    }
}
