/** Training loops with progress, validation, checkpoints and resume. */
@NullMarked
package org.cresset.train;

import org.jspecify.annotations.NullMarked;
