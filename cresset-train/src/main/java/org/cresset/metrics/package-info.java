/** Measures of how good predictions are: fed batch by batch, and merged where parts are counted apart. */
@NullMarked
package org.cresset.metrics;

import org.jspecify.annotations.NullMarked;
