package org.cresset.kotlin

import org.assertj.core.api.Assertions.assertThat
import org.cresset.autograd.Autograd
import org.cresset.base.DType
import org.cresset.nn.Layer
import org.cresset.nn.Linear
import org.cresset.nn.Module
import org.cresset.nn.Sequential
import org.cresset.nn.functional.Functional.crossEntropy
import org.cresset.optim.SGD
import org.cresset.tensor.Index.slice
import org.cresset.tensor.Tensor
import org.junit.jupiter.api.Test

/** What Kotlin has operators for, on tensors: they resolve by the names of Java methods. */
class OperatorsTest {
    private val x = Tensor.arange(0.0, 6.0, 1.0, DType.FLOAT32).reshape(2, 3)
    private val w = Tensor.of(1f, 2f, 3f)
    private val b = Tensor.of(0.5f, 0f, -0.5f)

    private fun Tensor.values(): List<Double> = (0 until numel()).map { reshape(-1)[it].item() }

    @Test
    fun arithmetic() {
        assertThat((x * w + b).values()).containsExactly(0.5, 2.0, 5.5, 3.5, 8.0, 14.5)
        assertThat((x - 1).values()).containsExactly(-1.0, 0.0, 1.0, 2.0, 3.0, 4.0)
        assertThat((-x * 2.0f + 0).values()).containsExactly(0.0, -2.0, -4.0, -6.0, -8.0, -10.0)
        assertThat((x / 2).values()).containsExactly(0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
        assertThat((x / Tensor.of(1f, 2f, 4f)).values()).containsExactly(0.0, 0.5, 0.5, 3.0, 2.0, 1.25)
        assertThat(((x - 3) % 4).values()).`as`("the sign is Python's").containsExactly(1.0, 2.0, 3.0, 0.0, 1.0, 2.0)
        assertThat((x + 1).values()).isEqualTo(x.add(1).values())
    }

    @Test
    fun elementsRowsAndRanges() {
        assertThat(x[0].values()).containsExactly(0.0, 1.0, 2.0)
        assertThat(x[1, 2].item()).isEqualTo(5.0)
        assertThat(x[-1, -1].item()).isEqualTo(5.0)
        assertThat(x[null, 1].values()).containsExactly(1.0, 4.0)
        assertThat(x[0, 1..2].values()).containsExactly(1.0, 2.0)
        assertThat(x[0, 0 until 3 step 2].values()).containsExactly(0.0, 2.0)
        assertThat(x[0, slice(1, 3)].values()).containsExactly(1.0, 2.0)
        assertThat(x[listOf(1, 0), 0].values()).containsExactly(3.0, 0.0)
        assertThat(x[x.gt(3)].values()).containsExactly(4.0, 5.0)
    }

    @Test
    fun assignmentToElementsRowsAndRanges() {
        val y = x.clone()
        y[0] = w
        y[1, 2] = -1
        assertThat(y.values()).containsExactly(1.0, 2.0, 3.0, 3.0, 4.0, -1.0)
        y[null, 0] = Tensor.of(7f, 8f)
        y[-1, 1..2] = 0.5
        assertThat(y.values()).containsExactly(7.0, 2.0, 3.0, 8.0, 0.5, 0.5)
        y[slice(0, 2), listOf(2, 1)] = w[0..1]
        assertThat(y.values()).containsExactly(7.0, 2.0, 1.0, 8.0, 2.0, 1.0)
        y[y.gt(5)] = 0
        y[1, 0] += 4
        assertThat(y.values()).containsExactly(0.0, 2.0, 1.0, 4.0, 2.0, 1.0)
        y[arrayOf(0, 0)] = w[2]
        assertThat(y[0, 0].item()).isEqualTo(3.0)
        val deep = Tensor.zeros(1, 2, 1, 2)
        deep[0, 1, 0, 1] = 9
        deep[0, 0, null] = Tensor.of(1f, 2f)
        assertThat(deep.values()).containsExactly(1.0, 2.0, 0.0, 9.0)
    }

    @Test
    fun changesInPlaceAreRecorded() {
        val v = w.clone().requiresGrad(true)
        val y = Tensor.zeros(2, 3)
        y[0] = v * 2
        y[1, 1] = v[2]
        y.sum().backward()
        assertThat(v.grad()!!.values()).containsExactly(2.0, 2.0, 3.0)
    }

    @Test
    fun membershipAndNegation() {
        assertThat(4 in x).isTrue()
        assertThat(7 !in x).isTrue()
        assertThat((!x.gt(0)).sum().item()).isEqualTo(1.0)
    }

    @Test
    fun assignmentByVariable() {
        var y = x
        y += w
        y *= 2
        y -= b
        assertThat(y[0].values()).containsExactly(1.5, 6.0, 10.5)
        assertThat(x[0].values()).`as`("another tensor").containsExactly(0.0, 1.0, 2.0)
    }

    class Net : Module() {
        val first = Linear(3, 8)
        val second = Linear(8, 2)

        fun forward(x: Tensor): Tensor = second.forward(first.forward(x).relu())
    }

    @Test
    fun aModelInKotlin() {
        Tensor.manualSeed(0)
        val net = Net()
        assertThat(net.stateDict().keys).containsExactly("first.weight", "first.bias", "second.weight", "second.bias")
        val opt = SGD(net.parameters(), 0.1)
        val target = Tensor.of(0L, 1L)
        val before = crossEntropy(net.forward(x), target).item()
        repeat(50) {
            opt.zeroGrad()
            crossEntropy(net.forward(x), target).backward()
            opt.step()
        }
        assertThat(crossEntropy(net.forward(x), target).item()).isLessThan(before / 2)
        val layers: Layer = Sequential(Linear(3, 4), Linear(4, 1))
        assertThat(Autograd.noGrad<Tensor> { layers.forward(x) }.requiresGrad()).isFalse()
    }
}
