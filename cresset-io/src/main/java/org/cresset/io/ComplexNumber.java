package org.cresset.io;

/**
 * A Python complex number.
 *
 * @param re its real part
 * @param im its imaginary part
 */
public record ComplexNumber(double re, double im) {}
