package org.cresset.scala

import org.cresset.autograd.Autograd
import org.cresset.base.DType
import org.cresset.nn.{CrossEntropyLoss, Dropout, Linear, Module, ReLU, Sequential}
import org.cresset.optim.SGD
import org.cresset.tensor.Index.slice
import org.cresset.tensor.Tensor

/** Operators by Scala's names for them: extensions that a program writes once, each a Java method's other name. */
object Operators:
  extension (x: Tensor)
    def +(y: Tensor): Tensor = x.add(y)
    def +(y: Number): Tensor = x.add(y)
    def -(y: Tensor): Tensor = x.sub(y)
    def -(y: Number): Tensor = x.sub(y)
    def *(y: Tensor): Tensor = x.mul(y)
    def *(y: Number): Tensor = x.mul(y)
    def /(y: Tensor): Tensor = x.div(y)
    def /(y: Number): Tensor = x.div(y)
    def unary_- : Tensor = x.neg()
    def `@`(y: Tensor): Tensor = x.matmul(y)
    def apply(index: Any*): Tensor = x.get(index.asInstanceOf[Seq[Object]]*)
    def update(i: Any, value: Tensor): Unit = x.set(i, value)
    def update(i: Any, value: Number): Unit = x.set(i, value)
    def update(i: Any, j: Any, value: Number): Unit = x.set(i, j, value)

import Operators.*

/** A model: vals are its parts. */
class Net extends Module:
  val first = Linear(3, 16)
  val dropout = Dropout(0.1)
  val second = Linear(16, 2)

  def forward(x: Tensor): Tensor = second.forward(dropout.forward(first.forward(x).relu()))

/** What ScalaTest calls: each gives what it computed as text. */
object Tensors:
  private val x = Tensor.arange(0.0, 6.0, 1.0, DType.FLOAT32).reshape(2, 3)

  private def show(t: Tensor): String = t.toDoubleArray.mkString(" ")

  def arithmetic(): String = show((x * 2 - x / 2 + Tensor.of(1f, 2f, 3f))(1))

  def products(): String = show(-x `@` x.t())

  def indices(): String = show(x(slice(0, 2), 1)) + "; " + show(x(-1, null)) + "; " + show(x(x.gt(3)))

  def assignment(): String =
    val y = x.clone()
    y(0) = Tensor.of(7f, 8f, 9f)
    y(1, 2) = -1
    y(y.gt(8)) = 0
    show(y)

  def gradient(): String =
    val w = Tensor.of(1f, 2f, 3f).requiresGrad(true)
    (x * w).sum().backward()
    show(w.grad())

  def keys(): String = scala.jdk.CollectionConverters.SetHasAsScala(Net().stateDict().keySet()).asScala.mkString(" ")

  def training(): String =
    Tensor.manualSeed(0)
    val net = Net()
    val loss = CrossEntropyLoss()
    val opt = SGD(net.parameters(), 0.1)
    val target = Tensor.of(0L, 1L)
    def error(): Tensor = loss.forward(net.forward(x), target)
    val before = error().item
    for _ <- 1 to 60 do
      opt.zeroGrad()
      error().backward()
      opt.step()
    net.eval()
    val after = Autograd.noGrad(() => error()).item
    val predicted = net.forward(x).argmax(1L, false)
    s"${after < before / 2} ${show(predicted)}"

  def layers(): String =
    show(Sequential(Linear(3, 4), ReLU(), Linear(4, 1)).forward(x).mul(0))
