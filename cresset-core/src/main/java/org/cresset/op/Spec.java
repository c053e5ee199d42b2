package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.Shape;

/** What is known of a result before it is computed. */
public record Spec(Shape shape, DType dtype) {}
