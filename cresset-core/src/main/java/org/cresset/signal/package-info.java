/** Windows and short-time spectra, as {@code torch.signal.windows}, {@code torch.stft} and {@code torch.istft}. */
@NullMarked
package org.cresset.signal;

import org.jspecify.annotations.NullMarked;
