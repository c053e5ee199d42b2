package org.cresset.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.InPlace;
import org.cresset.op.Op;
import org.cresset.op.RandomOp;
import org.cresset.op.View;
import org.cresset.random.Generator;
import org.cresset.tensor.Batched;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Runs operations for all examples of a batch at once. */
final class Batch implements Interpreter {
    final Context parent = Context.current();
    private final long size;

    private final Randomness randomness;

    Batch(long size, Randomness randomness) {
        this.size = size;
        this.randomness = randomness;
    }

    @Override
    public Tensor draw(Tensor self, UnaryOperator<Tensor> fill) {
        allowed();
        if (self instanceof Batched b && b.owner() == this) {
            if (randomness == Randomness.DIFFERENT) {
                Func.below(parent).call(() -> fill.apply(b.batch()));
            } else {
                Tensor one = Func.below(parent).call(() -> fill.apply(Dense.empty(self.shape(), self.dtype())));
                b.become(new Batched(Func.below(parent).call(() -> Func.spread(one, size)), this));
            }
            return self;
        }
        if (randomness == Randomness.DIFFERENT) {
            throw CressetException.runtime(
                    "vmap: a tensor that is the same for all examples, " + self.dtype() + self.shape()
                            + ", can't be filled with other random numbers for each; make it inside with randLike");
        }
        return Func.below(parent).call(() -> fill.apply(self));
    }

    @Override
    public Tensor fresh(Tensor made) {
        Interpreter i = parent.transform();
        if (randomness != Randomness.DIFFERENT) {
            return i == null ? made : Func.below(parent).call(() -> i.fresh(made));
        }
        Tensor all =
                Dense.empty(Shape.of(Func.join(new long[] {size}, made.shape().dims())), made.dtype(), made.device());
        return new Batched(i == null ? all : Func.below(parent).call(() -> i.fresh(all)), this);
    }

    private void allowed() {
        if (randomness == Randomness.ERROR) {
            throw CressetException.runtime(
                    "vmap: random numbers inside; say with the options' randomness whether each example"
                            + " gets its own (DIFFERENT) or all get the same (SAME)");
        }
    }

    /** One example after the other; for the same numbers each time the generator is set back. */
    private Tensor[] random(RandomOp op, Object attrs, @Nullable Tensor[] physical, boolean[] mapped, boolean any) {
        allowed();
        boolean same = randomness == Randomness.SAME;
        if (same && !any) {
            return op.all(attrs, physical);
        }
        Generator g = RandomOp.generator(attrs);
        byte[] state = g.getState();
        List<Tensor[]> each = new ArrayList<>();
        for (long e = 0; e < size; e++) {
            if (same) {
                g.setState(state);
            }
            Tensor[] one = new Tensor[physical.length];
            for (int i = 0; i < one.length; i++) {
                one[i] = mapped[i] ? physical[i].select(0, e) : physical[i];
            }
            each.add(op.all(attrs, one));
        }
        return Func.stack(each);
    }

    @Override
    public void change(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor self = in[0];
        boolean mine = false;
        for (Tensor t : in) {
            mine |= t instanceof Batched b && b.owner() == this;
        }
        if (!mine) {
            Func.below(parent).call(() -> InPlace.apply(op, attrs, in));
            return;
        }
        Func.refuse(op, self, !(self instanceof Batched b && b.owner() == this) || ((Batched) self).isViewed());
        ((Batched) self).become((Batched) Func.fitted(op, self, bind(op, attrs, in)[0]));
    }

    @Override
    public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] in) {
        Tensor[] physical = new Tensor[in.length];
        boolean[] mapped = new boolean[in.length];
        boolean any = false;
        for (int i = 0; i < in.length; i++) {
            mapped[i] = in[i] instanceof Batched b && b.owner() == this;
            physical[i] = mapped[i] ? ((Batched) in[i]).batch() : in[i];
            any |= mapped[i];
        }
        boolean batched = any;
        if (op instanceof RandomOp r) {
            Tensor[] drawn = Func.below(parent).call(() -> random(r, attrs, physical, mapped, batched));
            return batched || randomness == Randomness.DIFFERENT ? owned(drawn) : drawn;
        }
        return Func.below(parent).call(() -> {
            Tensor[] out = batched ? op.batch(attrs, physical, mapped, size) : op.all(attrs, physical);
            if (!batched) {
                return out;
            }
            Tensor[] examples = new Tensor[out.length]; // what the operation gave may be an array of another type
            for (int i = 0; i < out.length; i++) {
                examples[i] = new Batched(out[i], this);
            }
            if (op instanceof View) {
                ((Batched) in[0]).markViewed();
                ((Batched) examples[0]).markViewed();
            }
            return examples;
        });
    }

    private Tensor[] owned(Tensor[] batches) {
        Tensor[] examples = new Tensor[batches.length];
        for (int i = 0; i < examples.length; i++) {
            examples[i] = new Batched(batches[i], this);
        }
        return examples;
    }
}
