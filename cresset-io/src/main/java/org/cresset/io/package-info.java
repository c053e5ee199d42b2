/** Files of tensors, read with care and written whole or not at all. */
@NullMarked
package org.cresset.io;

import org.jspecify.annotations.NullMarked;
