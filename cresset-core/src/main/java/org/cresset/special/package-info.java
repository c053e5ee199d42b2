/** Special functions, as {@code torch.special}. */
@NullMarked
package org.cresset.special;

import org.jspecify.annotations.NullMarked;
