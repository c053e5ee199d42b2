/** Optimizers, as {@code torch.optim}, with averages of weights and gradient clipping. */
@NullMarked
package org.cresset.optim;

import org.jspecify.annotations.NullMarked;
