/** What networks are computed with, as functions: {@code torch.nn.functional}. */
@NullMarked
package org.cresset.nn.functional;

import org.jspecify.annotations.NullMarked;
