/** Tensors, their methods by family, indexing, factories and printing. */
@NullMarked
package org.cresset.tensor;

import org.jspecify.annotations.NullMarked;
