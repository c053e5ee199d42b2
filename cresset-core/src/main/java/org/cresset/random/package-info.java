/** Random numbers, bit for bit those of PyTorch's CPU generator, on raw memory. */
@NullMarked
package org.cresset.random;

import org.jspecify.annotations.NullMarked;
