/** Data that are read from the beginning to the end: lines, records, archives. */
@NullMarked
package org.cresset.data.stream;

import org.jspecify.annotations.NullMarked;
