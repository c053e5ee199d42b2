/** Automatic mixed precision, as {@code torch.amp}. */
@NullMarked
package org.cresset.amp;

import org.jspecify.annotations.NullMarked;
