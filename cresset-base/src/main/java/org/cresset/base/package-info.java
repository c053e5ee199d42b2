/**
 * What every other module stands on: element types, shapes, memory, worker threads, errors and the interfaces through
 * which kernels are found.
 */
@NullMarked
package org.cresset.base;

import org.jspecify.annotations.NullMarked;
