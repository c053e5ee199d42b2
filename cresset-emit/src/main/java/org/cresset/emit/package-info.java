/**
 * One lane body, many readings: loops over memory as class files (scalar and with the Vector API), a scalar oracle, and text.
 */
@NullMarked
package org.cresset.emit;

import org.jspecify.annotations.NullMarked;
