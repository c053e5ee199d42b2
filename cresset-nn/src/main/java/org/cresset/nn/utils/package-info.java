/** What helps with modules: sequences, vectors of parameters, fusion of layers, calls with other parameters; as {@code torch.nn.utils}. */
@NullMarked
package org.cresset.nn.utils;

import org.jspecify.annotations.NullMarked;
