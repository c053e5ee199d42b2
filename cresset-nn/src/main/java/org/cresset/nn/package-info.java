/** Modules: layers with parameters, as {@code torch.nn}. */
@NullMarked
package org.cresset.nn;

import org.jspecify.annotations.NullMarked;
