/** Schedules of learning rates, as {@code torch.optim.lr_scheduler}. */
@NullMarked
package org.cresset.optim.schedule;

import org.jspecify.annotations.NullMarked;
