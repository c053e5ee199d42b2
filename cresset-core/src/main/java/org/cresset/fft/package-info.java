/** Discrete Fourier transforms, as {@code torch.fft}. */
@NullMarked
package org.cresset.fft;

import org.jspecify.annotations.NullMarked;
