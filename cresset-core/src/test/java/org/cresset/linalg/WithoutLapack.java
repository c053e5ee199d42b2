package org.cresset.linalg;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** Run without native libraries: says what linear algebra does then. */
public final class WithoutLapack {
    private WithoutLapack() {}

    /** Prints the error of a decomposition and a product that Java does. */
    public static void main(String[] args) {
        try {
            Linalg.svd(Tensor.eye(2, DType.FLOAT32), true);
        } catch (CressetException e) {
            System.out.println(e.kind() + " " + e.getMessage());
        }
        Tensor a = Tensor.from(new double[] {1, 2, 3, 4}, 2, 2);
        System.out.println(a.matmul(a).toDoubleArray()[3]);
    }
}
