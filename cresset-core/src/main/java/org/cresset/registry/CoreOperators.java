package org.cresset.registry;

import java.util.ArrayList;
import java.util.List;
import org.cresset.fft.Fft;
import org.cresset.linalg.Linalg;
import org.cresset.masked.Masked;
import org.cresset.signal.Spectrum;
import org.cresset.signal.Windows;
import org.cresset.special.Special;
import org.cresset.tensor.Join;
import org.cresset.tensor.Tensor;

/** The methods of tensors and, in PyTorch's form, the functions that make them. */
final class CoreOperators implements OperatorSource {
    @Override
    public List<Class<?>> functions() {
        List<Class<?>> all = new ArrayList<>(List.of(Tensor.class.getInterfaces()));
        all.add(Tensor.class);
        all.add(CreationFunctions.class);
        all.add(TensorForms.class);
        all.add(TensorRanges.class);
        all.add(Special.class);
        all.add(Fft.class);
        all.add(Windows.class);
        all.add(Spectrum.class);
        all.add(IndexForms.class);
        all.add(CopyForms.class);
        all.add(Join.class);
        all.add(Masked.class);
        all.add(Linalg.class);
        return all;
    }
}
