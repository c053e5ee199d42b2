/** What providers of native kernels implement; found by {@link java.util.ServiceLoader}. */
@NullMarked
package org.cresset.base.spi;

import org.jspecify.annotations.NullMarked;
