package jacquard.autograd;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Movement;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Gradients of tensors by tensors. The result is a graph that nothing has evaluated yet, and that
/// can be differentiated again.
///
/// Only what lies between is visited, and only cotangents that lead to what was asked for are
/// computed. A tensor that was realised is a leaf: no gradient flows through to what it was
/// computed from, so ask for gradients before realising.
///
/// ```java
/// Tensor loss = model.apply(x).sub(target).square().mean();
/// List<Tensor> gradients = Gradients.of(loss, List.of(w, b));
/// Tensor curvature = Gradients.hvp(loss, w, v);
/// ```
public final class Gradients {
  private Gradients() {}

  /// What to answer for a tensor that the result does not depend on.
  public enum Missing {
    /// An error that names it.
    ERROR,
    /// Zeros of its shape.
    ZEROS
  }

  /// The gradient of a loss by one tensor.
  ///
  /// @param loss a float scalar
  /// @param wrt any float tensor, also one that was computed
  /// @return shaped like `wrt`
  /// @throws ShapeException if the loss is not a scalar
  /// @throws DTypeException if the loss or `wrt` is no float
  /// @throws IllegalArgumentException if the loss does not depend on `wrt`
  public static Tensor of(Tensor loss, Tensor wrt) {
    return of(loss, List.of(wrt)).get(0);
  }

  /// The gradients of a loss by several tensors, in their order; otherwise as [#of(Tensor,
  /// Tensor)].
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @return a gradient for each of `wrt`
  public static List<Tensor> of(Tensor loss, Tensor... wrt) {
    return of(loss, Arrays.asList(wrt));
  }

  /// The gradients of a loss by several tensors, in their order; otherwise as [#of(Tensor,
  /// Tensor)].
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @return a gradient for each of `wrt`
  public static List<Tensor> of(Tensor loss, List<Tensor> wrt) {
    return of(loss, wrt, Missing.ERROR);
  }

  /// As [#of(Tensor, List)], with zeros where the loss does not depend on a tensor.
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @return a gradient for each of `wrt`
  public static List<Tensor> ofOrZeros(Tensor loss, List<Tensor> wrt) {
    return of(loss, wrt, Missing.ZEROS);
  }

  /// {@return as [#of(Tensor, List)], with a choice for tensors that the loss does not depend on}
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @param missing what to do for a tensor that the loss doesn't depend on
  public static List<Tensor> of(Tensor loss, List<Tensor> wrt, Missing missing) {
    requireScalar(loss);
    return sweep(List.of(loss), List.of(one(loss)), wrt, missing);
  }

  /// The gradients of a loss by the current values of states, in their order.
  ///
  /// @param loss scalar to be differentiated
  /// @param states states, in the order of the results
  /// @return a gradient for each state
  /// @throws IllegalArgumentException if the loss does not depend on a state, or depends on a value
  ///   that was overwritten since
  public static SequencedMap<State, Tensor> ofStates(
      Tensor loss, Collection<? extends State> states) {
    return ofStates(loss, states, Missing.ERROR);
  }

  /// {@return as [#ofStates(Tensor, Collection)], with a choice for states that the loss does not
  /// depend on}
  ///
  /// @param loss scalar to be differentiated
  /// @param states states, in the order of the results
  /// @param missing what to do for a tensor that the loss doesn't depend on
  public static SequencedMap<State, Tensor> ofStates(
      Tensor loss, Collection<? extends State> states, Missing missing) {
    List<Tensor> gradients = of(loss, states.stream().map(State::value).toList(), missing);
    SequencedMap<State, Tensor> byState = new LinkedHashMap<>();
    int i = 0;
    for (State state : states) {
      byState.put(state, gradients.get(i++));
    }
    return byState;
  }

  /// Vector-Jacobian products: the gradients of `sum(cotangents[i] * outputs[i])`, the cotangents
  /// being constants.
  ///
  /// @param outputs float tensors of any shapes
  /// @param cotangents one for each output, of its shape and dtype
  /// @param wrt tensors to differentiate by
  /// @return for each `wrt`, a tensor of its shape
  public static List<Tensor> vjp(List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> wrt) {
    return vjp(outputs, cotangents, wrt, Missing.ERROR);
  }

  /// {@return as [#vjp(List, List, List)], with a choice for tensors that no output depends on}
  ///
  /// @param outputs what is differentiated
  /// @param cotangents a constant for each output, in its shape
  /// @param wrt tensors to differentiate by
  /// @param missing what to do for a tensor that the loss doesn't depend on
  public static List<Tensor> vjp(
      List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> wrt, Missing missing) {
    if (outputs.size() != cotangents.size()) {
      throw new IllegalArgumentException(
          "vjp: "
              + outputs.size()
              + " outputs and "
              + cotangents.size()
              + " cotangents, expected one for each output");
    }
    for (int i = 0; i < outputs.size(); i++) {
      requireLike("vjp: cotangents[" + i + "]", cotangents.get(i), outputs.get(i));
    }
    return sweep(outputs, cotangents, wrt, missing);
  }

  /// Jacobian-vector product: the derivative of `y` when `x` moves along `v`.
  ///
  /// It is the product with the Jacobian of `u -> vjp(y, u, x)`, which is linear in `u`: two
  /// reverse sweeps make one forward derivative, and no value of the first remains in the result
  /// but what the second reads.
  ///
  /// @param y what is differentiated
  /// @param x what `y` is differentiated by
  /// @param v of the shape of `x`
  /// @return shaped like `y`; zeros where `y` does not depend on `x`
  public static Tensor jvp(Tensor y, Tensor x, Tensor v) {
    return jvp(y, List.of(x), List.of(v));
  }

  /// The derivative of `y` when all of `x` move along `v` together; as [#jvp(Tensor, Tensor,
  /// Tensor)].
  ///
  /// @param y what is differentiated
  /// @param x what `y` is differentiated by
  /// @param v direction, in the shape of `x` or `wrt`
  /// @return the derivative, in the shape of `y`
  public static Tensor jvp(Tensor y, List<Tensor> x, List<Tensor> v) {
    if (x.size() != v.size()) {
      throw new IllegalArgumentException(
          "jvp: " + x.size() + " tensors and " + v.size() + " directions, expected one for each");
    }
    for (int i = 0; i < x.size(); i++) {
      requireLike("jvp: v[" + i + "]", v.get(i), x.get(i));
    }
    // a tensor of its own: the variable of a linear function, whose value does not matter
    Tensor u =
        Tensor.constant(y.dtype(), 0.0, y.device())
            .reshape(ones(y.rank()))
            .detach()
            .expand(y.shape());
    List<Tensor> pulled = sweep(List.of(y), List.of(u), x, Missing.ZEROS);
    return sweep(pulled, v, List.of(u), Missing.ZEROS).get(0);
  }

  private static Shape ones(int rank) {
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    return Shape.of(dims);
  }

  /// Hessian-vector product of a loss: how its gradient by `wrt` changes when `wrt` moves along
  /// `v`.
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @param v direction, in the shape of `x` or `wrt`
  /// @return shaped like `wrt`; zeros where the gradient does not depend on it
  public static Tensor hvp(Tensor loss, Tensor wrt, Tensor v) {
    return hvp(loss, List.of(wrt), List.of(v)).get(0);
  }

  /// Hessian-vector product by several tensors together.
  ///
  /// @param loss scalar to be differentiated
  /// @param wrt tensors to differentiate by
  /// @param v direction, in the shape of `x` or `wrt`
  /// @return a product for each of `wrt`
  public static List<Tensor> hvp(Tensor loss, List<Tensor> wrt, List<Tensor> v) {
    return vjp(of(loss, wrt), v, wrt, Missing.ZEROS);
  }

  /// The full Jacobian, for small sizes: one sweep for each element of `y`.
  ///
  /// @param y what is differentiated
  /// @param x what `y` is differentiated by
  /// @return `[y..., x...]`; zeros where `y` does not depend on `x`
  public static Tensor jacobian(Tensor y, Tensor x) {
    int m = Math.toIntExact(y.size());
    int n = Math.toIntExact(x.size());
    int[] dims = Arrays.copyOf(y.shape().toArray(), y.rank() + x.rank());
    System.arraycopy(x.shape().toArray(), 0, dims, y.rank(), x.rank());
    Shape shape = Shape.of(dims);
    if (shape.isEmpty()) {
      return Tensor.constant(x.dtype(), 0.0, x.device()).expand(shape);
    }
    Tensor index = Tensor.iota(m, DType.I32, y.device());
    List<Tensor> rows = new ArrayList<>();
    for (int i = 0; i < m; i++) {
      Tensor u = index.eq(i).cast(y.dtype()).reshape(y.shape());
      rows.add(sweep(List.of(y), List.of(u), List.of(x), Missing.ZEROS).get(0).reshape(1, n));
    }
    return Movement.concat(0, rows).reshape(shape);
  }

  /// The full Hessian of a loss, for small sizes: `[x..., x...]`.
  ///
  /// @param loss scalar to be differentiated
  /// @param x what `y` is differentiated by
  /// @return `[x..., x...]`
  public static Tensor hessian(Tensor loss, Tensor x) {
    return jacobian(of(loss, x), x);
  }

  private static Tensor one(Tensor like) {
    return Tensor.constant(like.dtype(), 1.0, like.device());
  }

  private static List<Tensor> sweep(
      List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> wrt, Missing missing) {
    for (int i = 0; i < wrt.size(); i++) {
      if (!wrt.get(i).dtype().isFloat()) {
        throw new DTypeException(
            "grad: wrt["
                + i
                + "] is "
                + wrt.get(i)
                + ", expected f32 or f64; only floats have gradients");
      }
    }
    Sweep sweep = Sweep.to(wrt.stream().map(Tensor::node).toList());
    for (int i = 0; i < outputs.size(); i++) {
      sweep.add(outputs.get(i).node(), cotangents.get(i));
    }
    sweep.run();
    List<Tensor> gradients = new ArrayList<>(wrt.size());
    for (int i = 0; i < wrt.size(); i++) {
      Tensor x = wrt.get(i);
      @Nullable Tensor gradient = sweep.cotangent(x.node());
      gradients.add(
          gradient != null
              ? gradient
              : switch (missing) {
                case ZEROS -> Tensor.constant(x.dtype(), 0.0, x.device()).expand(x.shape());
                case ERROR -> throw Independent.error(outputs, i, x);
              });
    }
    return gradients;
  }

  private static void requireScalar(Tensor loss) {
    if (!loss.dtype().isFloat()) {
      throw new DTypeException(
          "grad: loss is " + loss.dtype() + ", expected f32 or f64; cast what it is computed from");
    }
    if (loss.rank() != 0) {
      throw new ShapeException(
          "grad: loss has shape "
              + loss.shape()
              + ", expected a scalar; reduce it with mean() or sum()");
    }
  }

  private static void requireLike(String what, Tensor x, Tensor like) {
    if (!like.dtype().isFloat()) {
      throw new DTypeException(what + " goes with " + like + ", expected f32 or f64");
    }
    if (!x.shape().equals(like.shape())) {
      throw new ShapeException(what + " has shape " + x.shape() + ", expected " + like.shape());
    }
    if (x.dtype() != like.dtype()) {
      throw new DTypeException(
          what + " is " + x.dtype() + ", expected " + like.dtype() + "; cast it");
    }
  }
}
