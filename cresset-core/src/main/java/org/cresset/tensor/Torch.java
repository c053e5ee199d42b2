package org.cresset.tensor;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The PyTorch name under which the registry finds a method or constructor, with its parameters in order, their defaults and, after
 * {@code *}, those passed by keyword only: {@code "nn.functional.pad(input, pad, mode='constant', value=None)"}. Names
 * without a dot are in {@code torch} and methods of tensors. A number may be passed for any tensor but the first, unless
 * {@code self: Scalar}, {@code self: Numbers} (if all may be) or {@code other: Tensor} say otherwise.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Torch {
    /** Signatures; several where PyTorch has several names or forms. */
    String[] value();
}
