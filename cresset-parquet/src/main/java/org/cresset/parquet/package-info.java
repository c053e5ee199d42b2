/** Data sets in Parquet files, read by Hardwood. */
@NullMarked
package org.cresset.parquet;

import org.jspecify.annotations.NullMarked;
