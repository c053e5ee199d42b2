/** Matrix products and convolutions by oneDNN, called through the Foreign Function API. */
@NullMarked
package org.cresset.onednn;

import org.jspecify.annotations.NullMarked;
