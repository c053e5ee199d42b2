/** Rich display in Jupyter's Java kernel (JJava): previews of tensors, loss curves, live progress. */
@NullMarked
package org.cresset.notebook;

import org.jspecify.annotations.NullMarked;
