/** The benchmark workloads and their measurement. */
@NullMarked
package org.cresset.bench;

import org.jspecify.annotations.NullMarked;
