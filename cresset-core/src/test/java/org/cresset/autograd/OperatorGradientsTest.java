package org.cresset.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of many operations against finite differences: backward, backward of it, and forward mode. */
class OperatorGradientsTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    /** Numbers from low to high, no two closer than what finite differences and orders need. */
    private static Tensor between(double low, double high, long... shape) {
        Tensor t = Tensor.zeros(shape).to(DType.FLOAT64).uniform_(low, high, Generator.ofSeed(5));
        return t.requiresGrad(true);
    }

    private void check(String name, Func.Many f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> {
            GradCheck.gradcheck(f, inputs);
            GradCheck.gradgradcheck(f, inputs);
            GradCheck.DEFAULT.forward(f, inputs);
        }));
    }

    private void unary(String name, UnaryOperator<Tensor> f, double low, double high) {
        check(name, in -> new Tensor[] {f.apply(in[0])}, between(low, high, 2, 3));
    }

    private void binary(String name, BinaryOperator<Tensor> f, double low, double high) {
        check(name, in -> new Tensor[] {f.apply(in[0], in[1])}, between(low, high, 2, 3), between(low, high, 3));
    }

    private void shaped(String name, UnaryOperator<Tensor> f) {
        check(name, in -> new Tensor[] {f.apply(in[0])}, between(-1, 1, 3, 4));
    }

    @TestFactory
    List<DynamicTest> functionsOfOneNumber() {
        unary("exp", Tensor::exp, -1, 1);
        unary("exp2", Tensor::exp2, -1, 1);
        unary("expm1", Tensor::expm1, -1, 1);
        unary("log", Tensor::log, 0.3, 2);
        unary("log2", Tensor::log2, 0.3, 2);
        unary("log10", Tensor::log10, 0.3, 2);
        unary("log1p", Tensor::log1p, -0.5, 2);
        unary("sqrt", Tensor::sqrt, 0.3, 2);
        unary("rsqrt", Tensor::rsqrt, 0.3, 2);
        unary("sin", Tensor::sin, -2, 2);
        unary("cos", Tensor::cos, -2, 2);
        unary("tan", Tensor::tan, -1, 1);
        unary("asin", Tensor::asin, -0.8, 0.8);
        unary("acos", Tensor::acos, -0.8, 0.8);
        unary("atan", Tensor::atan, -2, 2);
        unary("sinh", Tensor::sinh, -1, 1);
        unary("cosh", Tensor::cosh, -1, 1);
        unary("tanh", Tensor::tanh, -1, 1);
        unary("asinh", Tensor::asinh, -2, 2);
        unary("acosh", Tensor::acosh, 1.3, 3);
        unary("atanh", Tensor::atanh, -0.8, 0.8);
        unary("sigmoid", Tensor::sigmoid, -2, 2);
        unary("erf", Tensor::erf, -1, 1);
        unary("erfc", Tensor::erfc, -1, 1);
        unary("erfinv", Tensor::erfinv, -0.7, 0.7);
        unary("lgamma", Tensor::lgamma, 0.5, 3);
        unary("digamma", Tensor::digamma, 0.5, 3);
        unary("polygamma", t -> t.polygamma(2), 0.8, 3);
        unary("reciprocal", Tensor::reciprocal, 0.3, 2);
        unary("neg", Tensor::neg, -1, 1);
        unary("relu", Tensor::relu, -1, 1);
        unary("abs", Tensor::abs, -1, 1);
        unary("square", Tensor::square, -1, 1);
        unary("frac", Tensor::frac, 0.1, 0.9);
        unary("logit", t -> t.logit(null), 0.2, 0.8);
        unary("softplus", t -> t.softplus(1.5, 20), -2, 2);
        unary("pow of a number", t -> t.pow(2.5), 0.3, 2);
        unary("clamp", t -> t.clamp(-0.5, 0.5), -1, 1);
        unary("floor", Tensor::floor, 0.1, 0.9);
        unary("trunc", Tensor::trunc, 0.1, 0.9);
        return tests;
    }

    @TestFactory
    List<DynamicTest> functionsOfTwoNumbers() {
        binary("add", Tensor::add, -1, 1);
        binary("sub", Tensor::sub, -1, 1);
        binary("mul", Tensor::mul, -1, 1);
        binary("div", Tensor::div, 0.5, 2);
        binary("pow", Tensor::pow, 0.5, 2);
        binary("atan2", (a, b) -> a.atan2(b.add(0.7)), 0.5, 2);
        binary("hypot", Tensor::hypot, 0.5, 2);
        binary("maximum", (a, b) -> a.maximum(b.flip(0).add(0.01)), -1, 1);
        binary("minimum", (a, b) -> a.minimum(b.flip(0).add(0.01)), -1, 1);
        binary("fmod", (a, b) -> a.add(2.1).fmod(b.add(3)), 0.1, 0.8);
        binary("remainder", (a, b) -> a.add(2.1).remainder(b.add(3)), 0.1, 0.8);
        binary("copysign", (a, b) -> a.copysign(b), 0.2, 1);
        binary("where", (a, b) -> Tensor.where(a.detach().gt(0), a, b), -1, 1);
        binary("lerp", (a, b) -> a.lerp(b, a), 0.1, 1);
        binary("addcmul", (a, b) -> a.addcmul(a, b, 0.5), 0.1, 1);
        binary("addcdiv", (a, b) -> a.addcdiv(a, b, 0.5), 0.5, 1);
        binary("add with a factor", (a, b) -> a.add(b, 3), -1, 1);
        return tests;
    }

    @TestFactory
    List<DynamicTest> reductions() {
        long[] first = {0};
        shaped("sum", t -> t.sum(first, true));
        shaped("mean", t -> t.mean(1));
        shaped("prod", t -> t.prod(1L, false, null));
        shaped("prod of all", Tensor::prod);
        shaped("amax", t -> t.amax(first, false));
        shaped("amin", t -> t.amin(first, false));
        shaped("max", t -> t.max(1, false)[0]);
        shaped("min of all", Tensor::min);
        shaped("var", t -> t.var(first, 1, false));
        shaped("std", t -> t.std(first, 1, false));
        shaped("norm", t -> t.norm(2, first, false));
        shaped("norm 3", t -> t.norm(3, first, false));
        shaped("norm 1", t -> t.norm(1, first, false));
        shaped("logsumexp", t -> t.logsumexp(new long[] {0, 1}, false));
        shaped("softmax", t -> t.softmax(1));
        shaped("logSoftmax", t -> t.logSoftmax(0));
        shaped("cumsum", t -> t.cumsum(0));
        shaped("cumprod", t -> t.cumprod(1));
        shaped("cummax", t -> t.cummax(1)[0]);
        shaped("sort", t -> t.sort(1, false, true)[0]);
        shaped("topk", t -> t.topk(2, 1, true, true)[0]);
        return tests;
    }

    @TestFactory
    List<DynamicTest> shapesAndIndices() {
        Tensor at = Tensor.of(2L, 0, 1, 2).reshape(1, 4);
        Tensor rows = Tensor.of(2L, 0, 2);
        shaped("reshape", t -> t.reshape(2, 6));
        shaped("permute", t -> t.permute(1, 0).contiguous());
        shaped("expand", t -> t.unsqueeze(1).expand(3, 2, 4));
        shaped("narrow", t -> t.narrow(1, 1, 2));
        shaped("slice", t -> t.get(Index.slice(0, 3), Index.slice(0L, null, 2L)));
        shaped("select", t -> t.select(0, -1));
        shaped("diagonal", t -> t.diagonal(1, 0, 1));
        shaped("unfold", t -> t.unfold(1, 2, 1));
        tests.add(DynamicTest.dynamicTest(
                "asStrided",
                () -> { // no transforms: they know no strides
                    Func.Many f = in -> new Tensor[] {in[0].asStrided(new long[] {2, 2}, new long[] {1, 5}, 1L)};
                    GradCheck.gradcheck(f, between(-1, 1, 3, 4));
                    GradCheck.gradgradcheck(f, between(-1, 1, 3, 4));
                }));
        shaped("flip", t -> t.flip(0, 1));
        shaped("repeat", t -> t.repeat(2, 1));
        shaped("split", t -> t.split(2, 1)[1]);
        shaped("cat", t -> Tensor.cat(1, t, t.mul(2)));
        shaped("stack", t -> Tensor.stack(1, t, t.mul(2)));
        shaped("gather", t -> t.gather(0, at));
        shaped("scatter", t -> t.scatter(0, at, t.narrow(0, 0, 1).mul(3)));
        shaped("scatterAdd", t -> t.scatterAdd(0, at, t.narrow(0, 1, 1)));
        shaped("indexSelect", t -> t.indexSelect(0, rows));
        shaped("indexAdd", t -> t.indexAdd(0, rows, t.mul(t)));
        shaped("positions", t -> t.get(rows, Tensor.of(0L, 3, 0)));
        shaped("mask", t -> t.get(t.detach().gt(0)));
        shaped("maskedFill", t -> t.maskedFill(t.detach().gt(0), 2));
        shaped("triu", t -> t.triu(0));
        shaped("tril", t -> t.tril(-1));
        shaped("sumToSize", t -> t.sumToSize(1, 4));
        return tests;
    }

    @TestFactory
    List<DynamicTest> products() {
        Func.Many matmul = in -> new Tensor[] {in[0].matmul(in[1])};
        check("matmul", matmul, between(-1, 1, 2, 3), between(-1, 1, 3, 2));
        check("batched matmul", matmul, between(-1, 1, 2, 2, 3), between(-1, 1, 3, 2));
        check("matrix and vector", matmul, between(-1, 1, 2, 3), between(-1, 1, 3));
        check("dot", matmul, between(-1, 1, 3), between(-1, 1, 3));
        check(
                "transposed",
                in -> new Tensor[] {in[0].mT().matmul(in[1].mT())},
                between(-1, 1, 3, 2),
                between(-1, 1, 2, 3));
        check("outer", in -> new Tensor[] {in[0].outer(in[1])}, between(-1, 1, 3), between(-1, 1, 2));
        check(
                "addmm",
                in -> new Tensor[] {in[0].addmm(in[1], in[2], 0.5, 2)},
                between(-1, 1, 2),
                between(-1, 1, 2, 3),
                between(-1, 1, 3, 2));
        check(
                "baddbmm",
                in -> new Tensor[] {in[0].baddbmm(in[1], in[2], 1, 1)},
                between(-1, 1, 2, 2, 2),
                between(-1, 1, 2, 2, 3),
                between(-1, 1, 2, 3, 2));
        return tests;
    }
}
