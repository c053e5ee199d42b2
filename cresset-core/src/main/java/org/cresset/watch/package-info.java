/** Looking at what runs: the profiler and guards against numbers that aren't. */
@NullMarked
package org.cresset.watch;

import org.jspecify.annotations.NullMarked;
