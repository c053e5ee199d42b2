/** Golden data of PyTorch run against this implementation: one suite for each pack. */
@NullMarked
package org.cresset.conformance;

import org.jspecify.annotations.NullMarked;
