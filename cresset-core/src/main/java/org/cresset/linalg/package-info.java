/** Linear algebra, as {@code torch.linalg}: {@link org.cresset.linalg.Linalg} has all of it. */
@NullMarked
package org.cresset.linalg;

import org.jspecify.annotations.NullMarked;
