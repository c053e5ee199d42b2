/** Initial values of parameters, as {@code torch.nn.init}. */
@NullMarked
package org.cresset.nn.init;

import org.jspecify.annotations.NullMarked;
