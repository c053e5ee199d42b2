/** Derivatives: the tape that eager operations leave behind, its engine, and the interpreters of function transforms. */
@NullMarked
package org.cresset.autograd;

import org.jspecify.annotations.NullMarked;
