/** Operations by PyTorch's names, with positional and keyword arguments. */
@NullMarked
package org.cresset.registry;

import org.jspecify.annotations.NullMarked;
