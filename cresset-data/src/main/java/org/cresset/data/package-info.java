/** Data sets, the order in which they are read, and loaders that make batches of them, as {@code torch.utils.data}. */
@NullMarked
package org.cresset.data;

import org.jspecify.annotations.NullMarked;
