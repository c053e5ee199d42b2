package org.cresset.op;

import org.cresset.emit.Body;
import org.cresset.emit.LaneType;

/**
 * A function of complex64 numbers as a lane body.
 *
 * @param type what it computes in: float32 where that is as good, for the vectors are twice as long, else float64
 * @param body takes real and imaginary part of each operand and gives those of the result, or a real result or a mask
 */
record ComplexLanes(LaneType type, Body body) {}
