/**
 * Operations, each declared once as a singleton: inference, kernel, derivative and batching on one object. Not exported;
 * users meet operations as methods of tensors and as functions.
 */
@NullMarked
package org.cresset.op;

import org.jspecify.annotations.NullMarked;
