/** Reductions and normalizations of the elements where a mask is true. */
@NullMarked
package org.cresset.masked;

import org.jspecify.annotations.NullMarked;
