/** Linear algebra by the LAPACK of OpenBLAS, called through the Foreign Function API. */
@NullMarked
package org.cresset.lapack;

import org.jspecify.annotations.NullMarked;
