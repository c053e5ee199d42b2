package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Angles;
import org.cresset.op.Choices;
import org.cresset.op.ComplexViews;
import org.cresset.op.Elementwise;
import org.cresset.op.FloatParts;
import org.cresset.op.Mixing;
import org.cresset.op.None;
import org.cresset.op.Promotion;
import org.jspecify.annotations.Nullable;

/** Functions of each element that are needed less often; operands broadcast and promote. */
public sealed interface MathOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** Degrees to radians. As {@code torch.deg2rad}. */
    @Torch("deg2rad(self)")
    default Tensor deg2rad() {
        return Angles.Deg2rad.OP.on(self());
    }

    /** Radians to degrees. As {@code torch.rad2deg}. */
    @Torch("rad2deg(self)")
    default Tensor rad2deg() {
        return Angles.Rad2deg.OP.on(self());
    }

    /** sin(pi x) / (pi x), 1 at 0. As {@code torch.sinc}. */
    @Torch({"sinc(self)", "special.sinc(self)"})
    default Tensor sinc() {
        return Angles.Sinc.OP.on(self());
    }

    /** The larger of both, or the one that is a number. As {@code torch.fmax}. */
    @Torch("fmax(self, other: Tensor)")
    default Tensor fmax(Tensor other) {
        return Choices.Fmax.OP.on(self(), other);
    }

    /** The smaller of both, or the one that is a number. As {@code torch.fmin}. */
    @Torch("fmin(self, other: Tensor)")
    default Tensor fmin(Tensor other) {
        return Choices.Fmin.OP.on(self(), other);
    }

    /** 0 for negative numbers, 1 for positive ones, {@code values} at 0, which have the same dtype. As {@code torch.heaviside}. */
    @Torch("heaviside(self, values: Tensor)")
    default Tensor heaviside(Tensor values) {
        return Choices.Heaviside.OP.on(self(), values);
    }

    /** The greatest common divisor of integers. As {@code torch.gcd}. */
    @Torch("gcd(self, other: Tensor)")
    default Tensor gcd(Tensor other) {
        return Choices.Gcd.OP.on(self(), other);
    }

    /** The least common multiple of integers. As {@code torch.lcm}. */
    @Torch("lcm(self, other: Tensor)")
    default Tensor lcm(Tensor other) {
        return Choices.Lcm.OP.on(self(), other);
    }

    /** The next number of the dtype towards {@code other}. As {@code torch.nextafter}. */
    @Torch("nextafter(self, other: Tensor)")
    default Tensor nextafter(Tensor other) {
        DType t = Promotion.common(new Tensor[] {self(), other}, 0);
        return FloatParts.next(t).on(self(), other);
    }

    /** Significands in [1/2, 1), and exponents (int32): x = significand 2^exponent. As {@code torch.frexp}. */
    @Torch("frexp(self)")
    default Tensor[] frexp() {
        Tensor x = self();
        if (!x.dtype().isFloat()) {
            throw CressetException.runtime("frexp: the input is " + x.dtype() + "; expected a floating-point dtype");
        }
        return new Tensor[] {
            FloatParts.MANTISSA.on(x), FloatParts.EXPONENT.on(x.detach()).to(DType.INT32)
        };
    }

    /** x 2^other. As {@code torch.ldexp}. */
    @Torch("ldexp(self, other: Tensor)")
    default Tensor ldexp(Tensor other) {
        return self().mul(other.exp2());
    }

    /**
     * With numbers for NaN and the infinities; null: 0 and the dtype's largest and smallest. As {@code torch.nan_to_num}.
     */
    @Torch("nan_to_num(self, nan=None, posinf=None, neginf=None)")
    default Tensor nanToNum(@Nullable Double nan, @Nullable Double posinf, @Nullable Double neginf) {
        Tensor x = self();
        DType t = x.dtype();
        if (t.isComplex()) {
            return Tensor.complex(
                    x.real().nanToNum(nan, posinf, neginf), x.imag().nanToNum(nan, posinf, neginf));
        }
        if (!t.isFloat()) {
            return x.clone();
        }
        Tensor y = nan == null || nan == 0 ? x : Tensor.where(x.isnan(), value(nan), x);
        return Mixing.NanToNum.OP.on(
                new Elementwise.Two(posinf == null ? t.maxValue() : posinf, neginf == null ? -t.maxValue() : neginf),
                y);
    }

    private Tensor value(double v) {
        return Tensor.number(v).to(self().dtype());
    }

    /** Where the imaginary part is 0; true for all other dtypes. As {@code torch.isreal}. */
    @Torch("isreal(self)")
    default Tensor isreal() {
        Tensor x = self();
        return x.dtype().isComplex() ? x.imag().eq(0) : x.newFull(x.shape(), 1, DType.BOOL);
    }

    /** The tensor itself: a negative is never put off here. As {@code torch.resolve_neg}. */
    @Torch("resolve_neg(self)")
    default Tensor resolveNeg() {
        return self();
    }

    /** The tensor itself: a conjugate is never put off here. As {@code torch.resolve_conj}. */
    @Torch("resolve_conj(self)")
    default Tensor resolveConj() {
        return self();
    }

    /** A view of complex numbers (*) as pairs of parts (*, 2). As {@code torch.view_as_real}. */
    @Torch("view_as_real(self)")
    default Tensor viewAsReal() {
        return ComplexViews.AsReal.OP.on(None.NONE, self());
    }

    /** A view of pairs of parts (*, 2) as complex numbers (*). As {@code torch.view_as_complex}. */
    @Torch("view_as_complex(self)")
    default Tensor viewAsComplex() {
        return ComplexViews.AsComplex.OP.on(None.NONE, self());
    }

    /** In float64 or complex128, to a power. As {@code torch.float_power}. */
    @Torch("float_power(self: Scalar, exponent)")
    default Tensor floatPower(Tensor exponent) {
        boolean complex = self().dtype().isComplex() || exponent.dtype().isComplex();
        DType wide = complex ? DType.COMPLEX128 : DType.FLOAT64;
        return self().to(wide).pow(exponent.to(wide));
    }

    /** In float64 or complex128, to a power. */
    default Tensor floatPower(Number exponent) {
        return floatPower(Tensor.number(exponent));
    }
}
