package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Activations;
import org.cresset.op.Addcdiv;
import org.cresset.op.Addcmul;
import org.cresset.op.Arithmetic;
import org.cresset.op.Elementwise;
import org.cresset.op.Functions;
import org.cresset.op.GammaFunctions;
import org.cresset.op.Mixing;
import org.cresset.op.None;
import org.cresset.op.Powers;
import org.cresset.op.Promotion;
import org.cresset.op.Rounding;
import org.jspecify.annotations.Nullable;

/** Arithmetic and functions of each element. */
public sealed interface ElementwiseOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** e^x of each element; integer input gives float32. As {@code torch.exp}. */
    @Torch({"exp(self)", "special.exp(self)"})
    default Tensor exp() {
        return Functions.Exp.OP.on(self());
    }

    /** 2^x. As {@code torch.exp2}. */
    @Torch({"exp2(self)", "special.exp2(self)"})
    default Tensor exp2() {
        return Functions.Exp2.OP.on(self());
    }

    /** e^x - 1, accurate near 0. As {@code torch.expm1}. */
    @Torch({"expm1(self)", "special.expm1(self)"})
    default Tensor expm1() {
        return Functions.Expm1.OP.on(self());
    }

    /** The natural logarithm. As {@code torch.log}. */
    @Torch("log(self)")
    default Tensor log() {
        return Functions.Log.OP.on(self());
    }

    /** The base-2 logarithm. As {@code torch.log2}. */
    @Torch("log2(self)")
    default Tensor log2() {
        return Functions.Log2.OP.on(self());
    }

    /** The base-10 logarithm. As {@code torch.log10}. */
    @Torch("log10(self)")
    default Tensor log10() {
        return Functions.Log10.OP.on(self());
    }

    /** log(1 + x), accurate near 0. As {@code torch.log1p}. */
    @Torch({"log1p(self)", "special.log1p(self)"})
    default Tensor log1p() {
        return Functions.Log1p.OP.on(self());
    }

    /** The square root. As {@code torch.sqrt}. */
    @Torch("sqrt(self)")
    default Tensor sqrt() {
        return Functions.Sqrt.OP.on(self());
    }

    /** 1 / sqrt(x). As {@code torch.rsqrt}. */
    @Torch("rsqrt(self)")
    default Tensor rsqrt() {
        return Functions.Rsqrt.OP.on(self());
    }

    /** The sine. As {@code torch.sin}. */
    @Torch("sin(self)")
    default Tensor sin() {
        return Functions.Sin.OP.on(self());
    }

    /** The cosine. As {@code torch.cos}. */
    @Torch("cos(self)")
    default Tensor cos() {
        return Functions.Cos.OP.on(self());
    }

    /** The tangent. As {@code torch.tan}. */
    @Torch("tan(self)")
    default Tensor tan() {
        return Functions.Tan.OP.on(self());
    }

    /** The arc sine. As {@code torch.asin}. */
    @Torch({"asin(self)", "arcsin(self)"})
    default Tensor asin() {
        return Functions.Asin.OP.on(self());
    }

    /** The arc cosine. As {@code torch.acos}. */
    @Torch({"acos(self)", "arccos(self)"})
    default Tensor acos() {
        return Functions.Acos.OP.on(self());
    }

    /** The arc tangent. As {@code torch.atan}. */
    @Torch({"atan(self)", "arctan(self)"})
    default Tensor atan() {
        return Functions.Atan.OP.on(self());
    }

    /** The hyperbolic sine. As {@code torch.sinh}. */
    @Torch("sinh(self)")
    default Tensor sinh() {
        return Functions.Sinh.OP.on(self());
    }

    /** The hyperbolic cosine. As {@code torch.cosh}. */
    @Torch("cosh(self)")
    default Tensor cosh() {
        return Functions.Cosh.OP.on(self());
    }

    /** The hyperbolic tangent. As {@code torch.tanh}. */
    @Torch({"tanh(self)", "nn.functional.tanh(self)"})
    default Tensor tanh() {
        return Functions.Tanh.OP.on(self());
    }

    /** The inverse hyperbolic sine. As {@code torch.asinh}. */
    @Torch({"asinh(self)", "arcsinh(self)"})
    default Tensor asinh() {
        return Functions.Asinh.OP.on(self());
    }

    /** The inverse hyperbolic cosine. As {@code torch.acosh}. */
    @Torch({"acosh(self)", "arccosh(self)"})
    default Tensor acosh() {
        return Functions.Acosh.OP.on(self());
    }

    /** The inverse hyperbolic tangent. As {@code torch.atanh}. */
    @Torch({"atanh(self)", "arctanh(self)"})
    default Tensor atanh() {
        return Functions.Atanh.OP.on(self());
    }

    /** 1 / (1 + e^-x). As {@code torch.sigmoid}. */
    @Torch({"sigmoid(self)", "special.expit(self)", "nn.functional.sigmoid(self)"})
    default Tensor sigmoid() {
        return Functions.Sigmoid.OP.on(self());
    }

    /** The error function. As {@code torch.erf}. */
    @Torch({"erf(self)", "special.erf(self)"})
    default Tensor erf() {
        return Functions.Erf.OP.on(self());
    }

    /** 1 - erf(x). As {@code torch.erfc}. */
    @Torch({"erfc(self)", "special.erfc(self)"})
    default Tensor erfc() {
        return Functions.Erfc.OP.on(self());
    }

    /** The inverse of the error function. As {@code torch.erfinv}. */
    @Torch({"erfinv(self)", "special.erfinv(self)"})
    default Tensor erfinv() {
        return Functions.Erfinv.OP.on(self());
    }

    /** The logarithm of the magnitude of the gamma function. As {@code torch.lgamma}. */
    @Torch({"lgamma(self)", "special.gammaln(self)"})
    default Tensor lgamma() {
        return GammaFunctions.Lgamma.OP.on(self());
    }

    /** The logarithmic derivative of the gamma function. As {@code torch.digamma}. */
    @Torch({"digamma(self)", "special.digamma(self)", "special.psi(self)"})
    default Tensor digamma() {
        return GammaFunctions.Digamma.OP.on(self());
    }

    /** Rounded down. As {@code torch.floor}. */
    @Torch("floor(self)")
    default Tensor floor() {
        return Rounding.Floor.OP.on(self());
    }

    /** Rounded up. As {@code torch.ceil}. */
    @Torch("ceil(self)")
    default Tensor ceil() {
        return Rounding.Ceil.OP.on(self());
    }

    /** Rounded towards zero. As {@code torch.trunc}. */
    @Torch({"trunc(self)", "fix(self)"})
    default Tensor trunc() {
        return Rounding.Trunc.OP.on(self());
    }

    /** -x. As {@code torch.neg}. */
    @Torch({"neg(self)", "negative(self)"})
    default Tensor neg() {
        return Arithmetic.Neg.OP.on(self());
    }

    /** 1 / x. As {@code torch.reciprocal}. */
    @Torch("reciprocal(self)")
    default Tensor reciprocal() {
        return Arithmetic.Reciprocal.OP.on(self());
    }

    /** The bits that aren't set; of bools the opposite. As {@code torch.bitwise_not}. */
    @Torch("bitwise_not(self)")
    default Tensor bitwiseNot() {
        return self().dtype() == DType.BOOL ? self().logicalNot() : Arithmetic.BitwiseNot.OP.on(self());
    }

    /** The larger of x and 0. As {@code torch.relu}. */
    @Torch({"relu(self)", "nn.functional.relu(self)"})
    default Tensor relu() {
        return Activations.Relu.OP.on(self());
    }

    /** The magnitude; of complex numbers a real tensor. As {@code torch.abs}. */
    @Torch({"abs(self)", "absolute(self)"})
    default Tensor abs() {
        return self().dtype() == DType.BOOL ? self().clone() : Arithmetic.Abs.OP.on(self());
    }

    /** The complex conjugate; a real tensor itself. As {@code torch.conj}. */
    @Torch({"conj(self)", "conj_physical(self)"})
    default Tensor conj() {
        return self().dtype().isComplex() ? Arithmetic.Conj.OP.on(self()) : self();
    }

    /** -1, 0 or 1 by the sign. As {@code torch.sign}. */
    @Torch("sign(self)")
    default Tensor sign() {
        return Arithmetic.Sign.OP.on(self());
    }

    /** The sign; of complex numbers that of magnitude 1 with the same angle, 0 of 0. As {@code torch.sgn}. */
    @Torch("sgn(self)")
    default Tensor sgn() {
        Tensor x = self();
        if (!x.dtype().isComplex()) {
            return sign();
        }
        Tensor m = x.abs();
        return Tensor.where(m.eq(0), Tensor.number(0).to(x.dtype()), x.div(m.to(x.dtype())));
    }

    /** x times itself. As {@code torch.square}. */
    @Torch("square(self)")
    default Tensor square() {
        return self().dtype() == DType.BOOL ? self().to(DType.INT64) : self().mul(self());
    }

    /** A copy with its sign kept, as {@code +x}. As {@code torch.positive}. */
    @Torch("positive(self)")
    default Tensor positive() {
        return self();
    }

    /** Rounded to the nearest integer, ties to even. As {@code torch.round}. */
    default Tensor round() {
        return Rounding.Round.OP.on(self());
    }

    /** Rounded to a number of decimals, which may be negative. As {@code torch.round}. */
    @Torch("round(self, *, decimals=0)")
    default Tensor round(int decimals) {
        if (decimals == 0 || !self().dtype().isFloat()) {
            return round();
        }
        double scale = Math.pow(10, Math.abs(decimals));
        return decimals > 0
                ? self().mul(scale).round().div(scale)
                : self().div(scale).round().mul(scale);
    }

    /** What trunc leaves. As {@code torch.frac}. */
    @Torch("frac(self)")
    default Tensor frac() {
        return Rounding.Frac.OP.on(self());
    }

    /** The n-th derivative of digamma. As {@code torch.polygamma}. */
    default Tensor polygamma(int n) {
        return switch (n) {
            case 0 -> digamma();
            case 1 -> GammaFunctions.Trigamma.OP.on(self());
            default -> GammaFunctions.Polygamma.OP.on(GammaFunctions.Polygamma.order(n), self());
        };
    }

    /** The n-th derivative of digamma. As {@code torch.polygamma}, whose first argument is n. */
    @Torch({"polygamma(n, self)", "special.polygamma(n, self)"})
    static Tensor polygamma(int n, Tensor x) {
        return x.polygamma(n);
    }

    /** log(x / (1 - x)), of x held between eps and 1 - eps if that is given. As {@code torch.logit}. */
    @Torch({"logit(self, eps=None)", "special.logit(self, eps=None)"})
    default Tensor logit(@Nullable Double eps) {
        Tensor x = self().dtype().isDifferentiable() ? self() : self().to(DType.FLOAT32);
        x = eps == null ? x : x.clamp(eps, 1 - eps);
        return x.div(x.neg().add(1)).log();
    }

    /** x times other. The operands broadcast and promote. As {@code torch.mul}. */
    @Torch({"mul(self: Numbers, other)", "multiply(self: Numbers, other)"})
    default Tensor mul(Tensor other) {
        return Arithmetic.Mul.OP.on(self(), other);
    }

    /** x times other. */
    default Tensor mul(Number other) {
        return mul(Tensor.number(other));
    }

    /** x minus other. The operands broadcast and promote. As {@code torch.__sub__}. */
    @Torch("__sub__(self, other)")
    default Tensor sub(Tensor other) {
        return Arithmetic.Sub.OP.on(self(), other);
    }

    /** x minus other. */
    default Tensor sub(Number other) {
        return sub(Tensor.number(other));
    }

    /** x plus other. The operands broadcast and promote. As {@code torch.__add__}. */
    @Torch("__add__(self, other)")
    default Tensor add(Tensor other) {
        return Arithmetic.Add.OP.on(self(), other);
    }

    /** x plus other. */
    default Tensor add(Number other) {
        return add(Tensor.number(other));
    }

    /** x divided by other. The operands broadcast and promote. As {@code torch.true_divide}. */
    @Torch({"true_divide(self: Numbers, other)", "__truediv__(self, other)"})
    default Tensor div(Tensor other) {
        return Arithmetic.Div.OP.on(self(), other);
    }

    /** x divided by other. */
    default Tensor div(Number other) {
        return div(Tensor.number(other));
    }

    /** The remainder with the sign of the divisor. The operands broadcast and promote. As {@code torch.remainder}. */
    @Torch({"remainder(self: Scalar, other)", "__mod__(self, other)"})
    default Tensor remainder(Tensor other) {
        return Arithmetic.Remainder.OP.on(self(), IntegerChecks.divisor("remainder", self(), other));
    }

    /** The remainder with the sign of the divisor. */
    default Tensor remainder(Number other) {
        return remainder(Tensor.number(other));
    }

    /** The remainder with the sign of the dividend. The operands broadcast and promote. As {@code torch.fmod}. */
    @Torch("fmod(self, other)")
    default Tensor fmod(Tensor other) {
        return Arithmetic.Fmod.OP.on(self(), IntegerChecks.divisor("fmod", self(), other));
    }

    /** The remainder with the sign of the dividend. */
    default Tensor fmod(Number other) {
        return fmod(Tensor.number(other));
    }

    /** The quotient rounded down. The operands broadcast and promote. As {@code torch.floor_divide}. */
    @Torch("floor_divide(self: Numbers, other)")
    default Tensor floorDivide(Tensor other) {
        return Arithmetic.FloorDivide.OP.on(self(), IntegerChecks.divisor("floor_divide", self(), other));
    }

    /** The quotient rounded down. */
    default Tensor floorDivide(Number other) {
        return floorDivide(Tensor.number(other));
    }

    /** The larger; NaN if either is. The operands broadcast and promote. As {@code torch.maximum}. */
    @Torch("maximum(self, other: Tensor)")
    default Tensor maximum(Tensor other) {
        return Arithmetic.Maximum.OP.on(self(), other);
    }

    /** The smaller; NaN if either is. The operands broadcast and promote. As {@code torch.minimum}. */
    @Torch("minimum(self, other: Tensor)")
    default Tensor minimum(Tensor other) {
        return Arithmetic.Minimum.OP.on(self(), other);
    }

    /** Bits set in both. The operands broadcast and promote. As {@code torch.bitwise_and}. */
    @Torch({"bitwise_and(self: Scalar, other)", "__and__(self, other)"})
    default Tensor bitwiseAnd(Tensor other) {
        return Arithmetic.BitwiseAnd.OP.on(self(), other);
    }

    /** Bits set in both. */
    default Tensor bitwiseAnd(Number other) {
        return bitwiseAnd(Tensor.number(other));
    }

    /** Bits set in either. The operands broadcast and promote. As {@code torch.bitwise_or}. */
    @Torch({"bitwise_or(self: Scalar, other)", "__or__(self, other)"})
    default Tensor bitwiseOr(Tensor other) {
        return Arithmetic.BitwiseOr.OP.on(self(), other);
    }

    /** Bits set in either. */
    default Tensor bitwiseOr(Number other) {
        return bitwiseOr(Tensor.number(other));
    }

    /** Bits set in one. The operands broadcast and promote. As {@code torch.bitwise_xor}. */
    @Torch({"bitwise_xor(self: Scalar, other)", "__xor__(self, other)"})
    default Tensor bitwiseXor(Tensor other) {
        return Arithmetic.BitwiseXor.OP.on(self(), other);
    }

    /** Bits set in one. */
    default Tensor bitwiseXor(Number other) {
        return bitwiseXor(Tensor.number(other));
    }

    /** Bits moved up. The operands broadcast and promote. As {@code torch.bitwise_left_shift}. */
    @Torch({"bitwise_left_shift(self: Scalar, other)", "__lshift__(self, other)"})
    default Tensor bitwiseLeftShift(Tensor other) {
        return Arithmetic.ShiftLeft.OP.on(self(), other);
    }

    /** Bits moved up. */
    default Tensor bitwiseLeftShift(Number other) {
        return bitwiseLeftShift(Tensor.number(other));
    }

    /** Bits moved down. The operands broadcast and promote. As {@code torch.bitwise_right_shift}. */
    @Torch({"bitwise_right_shift(self: Scalar, other)", "__rshift__(self, other)"})
    default Tensor bitwiseRightShift(Tensor other) {
        return Arithmetic.ShiftRight.OP.on(self(), other);
    }

    /** Bits moved down. */
    default Tensor bitwiseRightShift(Number other) {
        return bitwiseRightShift(Tensor.number(other));
    }

    /** The angle of the point (other, x). The operands broadcast and promote. As {@code torch.atan2}. */
    @Torch({"atan2(self, other: Tensor)", "arctan2(self, other: Tensor)"})
    default Tensor atan2(Tensor other) {
        return Powers.Atan2.OP.on(self(), other);
    }

    /** sqrt(x^2 + other^2) without overflow. The operands broadcast and promote. As {@code torch.hypot}. */
    @Torch("hypot(self, other: Tensor)")
    default Tensor hypot(Tensor other) {
        return Powers.Hypot.OP.on(self(), other);
    }

    /** The magnitude of x with the sign of other. The operands broadcast and promote. As {@code torch.copysign}. */
    @Torch("copysign(self, other)")
    default Tensor copysign(Tensor other) {
        return Powers.CopySign.OP.on(self(), other);
    }

    /** The magnitude of x with the sign of other. */
    default Tensor copysign(Number other) {
        return copysign(Tensor.number(other));
    }

    /** x plus alpha times other. As {@code torch.add}. */
    @Torch("add(self: Numbers, other, *, alpha=1)")
    default Tensor add(Tensor other, Number alpha) {
        return IntegerChecks.isOne(alpha) ? add(other) : add(IntegerChecks.scaled("add", self(), other, alpha));
    }

    /** x minus alpha times other. As {@code torch.sub}. */
    @Torch({"sub(self: Numbers, other, *, alpha=1)", "subtract(self: Numbers, other, *, alpha=1)"})
    default Tensor sub(Tensor other, Number alpha) {
        return IntegerChecks.isOne(alpha) ? sub(other) : sub(IntegerChecks.scaled("sub", self(), other, alpha));
    }

    /** alpha-weighted difference the other way: other - alpha x. As {@code torch.rsub}. */
    @Torch({"rsub(self, other, *, alpha=1)", "__rsub__(self, other, *, alpha=1)"})
    default Tensor rsub(Tensor other, Number alpha) {
        return other.sub(self(), alpha);
    }

    /** x divided by other, rounded: {@code "trunc"}, {@code "floor"} or null. As {@code torch.div}. */
    @Torch({"div(self: Numbers, other, *, rounding_mode=None)", "divide(self: Numbers, other, *, rounding_mode=None)"})
    default Tensor div(Tensor other, @Nullable String roundingMode) {
        if (roundingMode == null) {
            return div(other);
        }
        return switch (roundingMode) {
            case "floor" -> floorDivide(other);
            case "trunc" ->
                half(self().dtype())
                        ? div(other).trunc() // of the rounded quotient, as PyTorch
                        : Arithmetic.TruncDivide.OP.on(self(), IntegerChecks.divisor("div", self(), other));
            default ->
                throw CressetException.runtime(
                        "div: rounding_mode is \"" + roundingMode + "\"; expected \"trunc\", \"floor\" or none");
        };
    }

    /** x to the power of {@code exponent}. As {@code torch.pow}. */
    @Torch({"pow(self: Scalar, exponent)", "__pow__(self, exponent)"})
    default Tensor pow(Tensor exponent) {
        if (exponent.isNumber()
                && exponent instanceof Dense d
                && !exponent.dtype().isComplex()) {
            double e = d.read(0);
            if (e == 2) {
                Tensor x = exponent.dtype().isFloat() && !self().dtype().isDifferentiable()
                        ? self().to(DType.FLOAT32)
                        : self();
                return x.mul(x);
            }
            if (e == 1 && self().dtype().isDifferentiable()) {
                return self().clone();
            }
            if (e == 0.5 && self().dtype().isDifferentiable()) {
                return sqrt();
            }
            if (e == 3 && self().dtype() != DType.BOOL && !self().dtype().isComplex()) {
                return Powers.Cube.OP.on(
                        exponent.dtype().isFloat() && self().dtype().isInteger() ? self().to(DType.FLOAT32) : self());
            }
            if (self().dtype().isFloat() && e == -0.5) {
                return rsqrt();
            }
            if (self().dtype().isFloat() && e == -1) {
                return reciprocal();
            }
            if (self().dtype().isFloat() && e == -2) {
                return Powers.InverseSquare.OP.on(self());
            }
            if (e < 0 && !exponent.dtype().isFloat() && self().dtype().isInteger()) {
                throw CressetException.runtime("pow: integers to negative integer powers are not allowed");
            }
        }
        return Powers.Pow.OP.on(self(), exponent);
    }

    /** x to the power of {@code exponent}. */
    default Tensor pow(Number exponent) {
        return pow(Tensor.number(exponent));
    }

    /** x held between bounds, either of which may be null; NaN stays. As {@code torch.clamp}. */
    default Tensor clamp(@Nullable Number min, @Nullable Number max) {
        if (min instanceof Double lo
                && max instanceof Double hi
                && !lo.isNaN()
                && !hi.isNaN()
                && self().dtype().isFloat()) {
            return Activations.Clamp.OP.on(new Elementwise.Two(lo, hi), self());
        }
        return clamp(min == null ? null : Tensor.number(min), max == null ? null : Tensor.number(max));
    }

    private static boolean bound(@Nullable Tensor t) {
        return t == null || t instanceof Dense d && t.isNumber() && !t.dtype().isComplex() && !Double.isNaN(d.read(0));
    }

    /** x held between bounds, either of which may be null; at a bound the gradient passes. As {@code torch.clamp}. */
    @Torch({"clamp(self, min=None, max=None)", "clip(self, min=None, max=None)"})
    default Tensor clamp(@Nullable Tensor min, @Nullable Tensor max) {
        if (min == null && max == null) {
            throw CressetException.runtime("clamp: at least one of min and max must be given");
        }
        if (self().dtype().isComplex()) {
            throw CressetException.runtime("clamp: complex numbers have no order");
        }
        if (self().dtype().isFloat() && bound(min) && bound(max)) {
            return Activations.Clamp.OP.on(
                    new Elementwise.Two(
                            min == null ? Double.NEGATIVE_INFINITY : ((Dense) min).read(0),
                            max == null ? Double.POSITIVE_INFINITY : ((Dense) max).read(0)),
                    self());
        }
        Tensor y = self();
        if (min != null) {
            y = Tensor.where(y.lt(min).logicalOr(min.isnan()), min, y);
        }
        return max == null ? y : Tensor.where(y.gt(max).logicalOr(max.isnan()), max, y);
    }

    /** x at least {@code min}. As {@code torch.clamp_min}. */
    @Torch("clamp_min(self, min)")
    default Tensor clampMin(Tensor min) {
        return clamp(min, null);
    }

    /** x at most {@code max}. As {@code torch.clamp_max}. */
    @Torch("clamp_max(self, max)")
    default Tensor clampMax(Tensor max) {
        return clamp(null, max);
    }

    /** x where {@code condition} is true, else {@code other}. As {@code Tensor.where}. */
    default Tensor where(Tensor condition, Tensor other) {
        return Tensor.where(condition, self(), other);
    }

    /** x + weight (end - x). As {@code torch.lerp}. */
    @Torch("lerp(self, end, weight)")
    default Tensor lerp(Tensor end, Tensor weight) {
        return Promotion.common(new Tensor[] {self(), end, weight}, 0).isComplex()
                ? self().add(weight.mul(end.sub(self())))
                : Mixing.Lerp.OP.on(self(), end, weight);
    }

    private static boolean half(DType t) {
        return t == DType.FLOAT16 || t == DType.BFLOAT16;
    }

    private Tensor wide() {
        return self().to(DType.FLOAT32);
    }

    /** x + value a b. As {@code torch.addcmul}. */
    default Tensor addcmul(Tensor tensor1, Tensor tensor2, Number value) {
        return addcmul(tensor1, tensor2, Tensor.number(value));
    }

    /** x + value a b, with a number that may be complex; for integers it is cut to one. As {@code torch.addcmul}. */
    @Torch("addcmul(self, tensor1, tensor2, *, value=1)")
    default Tensor addcmul(Tensor tensor1, Tensor tensor2, Tensor value) {
        return Addcmul.OP.on(None.NONE, self(), tensor1, tensor2, IntegerChecks.fitting(value, self(), tensor1));
    }

    /** x + value a / b. As {@code torch.addcdiv}. */
    @Torch("addcdiv(self, tensor1, tensor2, *, value=1)")
    default Tensor addcdiv(Tensor tensor1, Tensor tensor2, Number value) {
        if (half(self().dtype())) {
            return wide().addcdiv(tensor1.to(DType.FLOAT32), tensor2, value).to(self().dtype());
        }
        if (Addcdiv.takes(self().dtype(), tensor1.dtype(), tensor2.dtype())) {
            return Addcdiv.OP.on(new Elementwise.One(value.doubleValue()), self(), tensor1, tensor2);
        }
        if (IntegerChecks.isOne(value)) {
            return add(tensor1.div(tensor2));
        }
        boolean real = self().dtype().isFloat()
                && tensor1.dtype().isFloat()
                && tensor2.dtype().isFloat();
        return add(
                real
                        ? Mixing.ScaledQuotient.OP.on(new Elementwise.One(value.doubleValue()), tensor1, tensor2)
                        : tensor1.div(tensor2).mul(value));
    }

    /** log(1 + e^(beta x)) / beta, x itself where beta x exceeds the threshold. As {@code nn.functional.softplus}. */
    @Torch("nn.functional.softplus(self, beta=1, threshold=20)")
    default Tensor softplus(double beta, double threshold) {
        return Activations.Softplus.OP.on(new Elementwise.Two(beta, threshold), self());
    }

    /** The magnitude and angle as a complex number's logarithm would have it: the angle of x. As {@code torch.angle}. */
    @Torch("angle(self)")
    default Tensor angle() {
        Tensor x = self();
        if (x.dtype().isComplex()) {
            return x.imag().atan2(x.real());
        }
        Tensor f = x.dtype().isFloat() ? x : x.to(DType.FLOAT32);
        Tensor pi = Tensor.number(Math.PI).to(f.dtype());
        Tensor y = Tensor.where(f.lt(0), pi, f.zerosLike());
        return Tensor.where(f.isnan(), f, y);
    }
}
