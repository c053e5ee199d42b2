package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Squares that are transposed in registers, and what uses them. */
class AcrossRowsTest {
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;

    @Test
    void squares() {
        Random random = new Random(3);
        try (Arena arena = Arena.ofConfined()) {
            for (int rows = 8; rows <= 72; rows += 8) {
                for (int n = 8; n <= 72; n += 8) {
                    int step = 4 * (rows + random.nextInt(5));
                    int row = 4 * (n + random.nextInt(5));
                    MemorySegment from = arena.allocate(12L + (long) step * n);
                    MemorySegment to = arena.allocate(20L + (long) row * rows);
                    for (int i = 0; 4 * i + 4 <= from.byteSize(); i++) {
                        from.set(I, 4L * i, random.nextInt()); // some are NaN, whose bits must stay
                    }
                    MemorySegment other = arena.allocate(to.byteSize());
                    to.fill((byte) 7);
                    other.fill((byte) 7);
                    MemorySegment expected = arena.allocate(to.byteSize()).copyFrom(to);
                    for (int r = 0; r < rows; r++) {
                        for (int i = 0; i < n; i++) {
                            expected.set(I, 20L + (long) r * row + 4 * i, from.get(I, 12L + 4 * r + (long) i * step));
                        }
                    }
                    Squares.run(from, 12, step, to, 20, row, rows, n);
                    assertThat(to.mismatch(expected)).as("%d by %d", rows, n).isEqualTo(-1);
                    Squares.run(from, 12, step, other, 20, row, rows, n, false);
                    assertThat(other.mismatch(expected))
                            .as("Vector API, %d by %d", rows, n)
                            .isEqualTo(-1);
                    assertThatThrownBy(() -> Squares.run(from, 16, step, to, 20, row, 72, 72 + 8))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                }
            }
        }
    }

    private static void warm() {
        Tensor x = Tensor.rand(200, 300);
        for (int i = 0; i < 3; i++) {
            x.t().contiguous();
        }
        WarmUp.settle(60_000);
    }

    private static Tensor whole(Tensor t) {
        Dense d = (Dense) t;
        Dense c = Dense.empty(d.shape(), d.dtype());
        Geometry g = Geometry.of(c.shape(), c, d);
        for (long i = 0; i < g.numel; i++) {
            Convert.move(
                    d.segment(),
                    g.offset(1, i),
                    0,
                    c.segment(),
                    g.offset(0, i),
                    0,
                    d.dtype().size(),
                    1);
        }
        return c;
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        assertThat(a.toDoubleArray()).isEqualTo(b.toDoubleArray());
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "INT32", "FLOAT64", "FLOAT16"})
    void operandsThatLieAcross(DType t) {
        warm();
        Tensor.manualSeed(4);
        for (long[] s : new long[][] {{8, 8}, {33, 520}, {300, 70}, {3, 41, 300}, {2, 3, 17, 40}, {5, 8}, {40, 7}}) {
            long[] turned = s.clone();
            turned[s.length - 1] = s[s.length - 2];
            turned[s.length - 2] = s[s.length - 1];
            Tensor x = Tensor.randint(-99, 99, s).to(t);
            Tensor across = Tensor.randint(-99, 99, turned).to(t).transpose(-1, -2);
            Tensor other = Tensor.randint(-99, 99, turned).to(t).flip(-1).transpose(-1, -2);
            Tensor last = Tensor.randint(-99, 99, s[s.length - 1]).to(t);
            Tensor plain = whole(across);
            same(across.contiguous(), plain);
            same(x.sub(across), x.sub(plain));
            same(whole(across.sub(x)), plain.sub(x));
            same(x.sub(across.flip(-1)), x.sub(whole(across.flip(-1))));
            same(x.sub(across.flip(-2)), x.sub(whole(across.flip(-2))));
            same(last.sub(across), last.sub(plain));
            same(x.lt(across), x.lt(plain));
            same(Tensor.where(x.gt(0), across, other), Tensor.where(x.gt(0), plain, whole(other)));
            if (t.isFloat()) {
                same(x.lerp(across, other), x.lerp(plain, whole(other)));
                same(last.expand(s).lerp(across, other), whole(last.expand(s)).lerp(plain, whole(other)));
            }
            same(x.clone().sub_(across), x.sub(plain));
        }
    }

    @Test
    void columnsOfOneTensor() {
        warm();
        Dense x = (Dense) Tensor.rand(100, 100);
        Dense part = x.view(Shape.of(64, 40), new long[] {1, 100}, 205);
        same(
                x.narrow(0, 0, 64).narrow(1, 0, 40).add(part),
                x.narrow(0, 0, 64).narrow(1, 0, 40).add(whole(part)));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "INT32", "INT64"})
    void rowsByOneIndex(DType t) {
        Tensor x = Tensor.randint(-999, 999, 2, 30, 50).to(t);
        for (DType positions : new DType[] {DType.INT64, DType.INT32}) {
            for (long n : new long[] {3, 50, 2500}) {
                Tensor index = Tensor.arange(n).mul(7).remainder(50).to(positions);
                long[] at = index.to(DType.INT64).toLongArray();
                for (Tensor from : new Tensor[] {x, x.narrow(2, 3, 47).narrow(1, 2, 20)}) {
                    Tensor y = from.indexSelect(2, index.remainder(from.size(2)));
                    for (long row : new long[] {0, 7, 19}) {
                        for (int i = 0; i < at.length; i++) {
                            assertThat(y.get(1, row, i).item())
                                    .isEqualTo(from.get(1, row, at[i] % from.size(2))
                                            .item());
                        }
                    }
                }
            }
        }
    }
}
