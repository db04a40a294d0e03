package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.Arrays;

/// A primitive operation with its attributes. What it computes is specified by
/// [jacquard.tensor.reference]; shape and dtype of its result by [Inference].
///
/// Element-wise operations take sources of one shape: broadcasting is an explicit [Expand].
public sealed interface Op {

  /// Reads no other node.
  sealed interface Leaf extends Op permits Input, Constant, Iota {}

  /// Moves elements without computing.
  sealed interface Movement extends Op
      permits Reshape, Permute, Expand, Pad, Slice, Flip, Concat, DynamicSlice, DynamicUpdate {}

  /// Computes each element of the result from the elements at the same index.
  sealed interface Elementwise extends Op permits Unary, Binary, Where, Cast, Random {}

  /// Combines elements along axes.
  sealed interface Reduction extends Op permits Reduce, ArgMax, Cumsum, ArgSort {}

  /// Multiplies and sums over a shared axis.
  sealed interface Contraction extends Op permits Dot, Conv {}

  /// Selects rows by an index tensor.
  sealed interface Indexing extends Op permits Gather, ScatterAdd {}

  /// A composite that a back end may have a kernel of its own for. What it means, and what every
  /// other back end runs, is the expression that [jacquard.tensor.FusedBody] gives.
  sealed interface Fused extends Op permits Attention, AttentionLogSum, AttentionGradient {}

  /// The identity, with a meaning for a pass.
  sealed interface Marker extends Op permits Detach, After, Recompute {}

  /// A value held by the node's [Source].
  ///
  /// @param dtype dtype of the elements
  /// @param shape size of each axis
  record Input(DType dtype, Shape shape) implements Leaf {}

  /// A scalar known when the graph is built.
  ///
  /// @param dtype dtype of the elements
  /// @param bits `Double.doubleToRawLongBits` of the value for float dtypes, otherwise the value
  ///   itself
  record Constant(DType dtype, long bits) implements Leaf {
    /// {@return a scalar of any dtype, from a double}
    ///
    /// @param dtype dtype of the elements
    /// @param value the value
    public static Constant of(DType dtype, double value) {
      return dtype.isFloat()
          ? new Constant(dtype, Double.doubleToRawLongBits(value))
          : of(dtype, dtype == DType.BOOL && value != 0 ? 1L : (long) value);
    }

    /// An integer wraps to its dtype; a bool is `value != 0`.
    ///
    /// @param dtype dtype of the elements
    /// @param value the value
    /// @return the constant
    public static Constant of(DType dtype, long value) {
      return new Constant(
          dtype,
          switch (dtype) {
            case F32, F64, F16, BF16 -> Double.doubleToRawLongBits((double) value);
            case I32 -> (int) value;
            case I64 -> value;
            case U8 -> value & 255;
            case BOOL -> value != 0 ? 1 : 0;
          });
    }

    /// {@return the value as a double; exact for floats and for integers up to 2^53}
    public double value() {
      return dtype.isFloat() ? Double.longBitsToDouble(bits) : (double) bits;
    }
  }

  /// `0, 1, ..., n - 1` as `[n]`; any dtype but bool.
  ///
  /// @param n number of elements
  /// @param dtype dtype of the elements
  record Iota(int n, DType dtype) implements Leaf {}

  /// Same elements in row-major order under another shape of the same size.
  ///
  /// @param shape size of each axis
  record Reshape(Shape shape) implements Movement {}

  /// Axis `i` of the result is axis `order[i]` of the source.
  ///
  /// @param order for each axis of the result, the axis of the source
  record Permute(Ints order) implements Movement {}

  /// Repeats axes of size 1; the rank stays.
  ///
  /// @param shape size of each axis
  record Expand(Shape shape) implements Movement {}

  /// Puts `before` and `after` elements around each axis and `interior` between neighbours, all
  /// `value`.
  ///
  /// @param before zeros in front, or elements in front of each axis
  /// @param after zeros behind, or elements behind each axis
  /// @param interior elements between neighbours of each axis
  /// @param value as [Constant#bits]
  record Pad(Ints before, Ints after, Ints interior, long value) implements Movement {}

  /// Elements `start, start + step, ...` below `stop` of each axis; `step >= 1`.
  ///
  /// @param start first element of each axis
  /// @param stop end of each axis, left out
  /// @param step distance from one element to the next, at least 1
  record Slice(Ints start, Ints stop, Ints step) implements Movement {}

  /// Reverses axes.
  ///
  /// @param axes axes by number, ascending
  record Flip(Ints axes) implements Movement {}

  /// Joins any number of sources along `axis`.
  ///
  /// @param axis which axis, from 0
  record Concat(int axis) implements Movement {}

  /// Sources `x`, `start` (i32 `[rank]`); the part of `x` of the given shape at `start`, which is
  /// clamped so that it fits.
  ///
  /// @param shape size of each axis
  record DynamicSlice(Shape shape) implements Movement {}

  /// Sources `x`, `part`, `start` (i32 `[rank]`); `x` with `part` written at `start`, which is
  /// clamped so that it fits.
  record DynamicUpdate() implements Movement {}

  /// A function of one element.
  ///
  /// @param kind which function
  record Unary(UnaryKind kind) implements Elementwise {
    private static final Unary[] ALL =
        Arrays.stream(UnaryKind.values()).map(Unary::new).toArray(Unary[]::new);

    /// One object for each kind: graphs are built anew at every step.
    ///
    /// @return the object
    public static Unary of(UnaryKind kind) {
      return ALL[kind.ordinal()];
    }
  }

  /// A function of two elements.
  ///
  /// @param kind which function
  record Binary(BinaryKind kind) implements Elementwise {
    private static final Binary[] ALL =
        Arrays.stream(BinaryKind.values()).map(Binary::new).toArray(Binary[]::new);

    /// One object for each kind, as [Unary#of].
    ///
    /// @return the object
    public static Binary of(BinaryKind kind) {
      return ALL[kind.ordinal()];
    }
  }

  /// Sources `condition` (bool), `x`, `y`: `x` where the condition holds, else `y`.
  record Where() implements Elementwise {}

  /// Conversion. Float to integer truncates and saturates (NaN gives 0), integer to narrower
  /// integer wraps, to bool is `x != 0`.
  ///
  /// @param dtype dtype of the elements
  record Cast(DType dtype) implements Elementwise {}

  /// Source: an i64 scalar key. i32 random bits: element `i` (row-major) is word 0 of Threefry 2x32
  /// with 20 rounds, key words (low, high) of the key, counter words (`i`, `salt`).
  ///
  /// @param shape size of each axis
  /// @param salt which of the numbers that one key gives
  record Random(Shape shape, int salt) implements Elementwise {}

  /// Combines over `axes`, which stay with size 1.
  ///
  /// @param kind which function
  /// @param axes axes by number, ascending
  record Reduce(ReduceKind kind, Ints axes) implements Reduction {}

  /// i32 index of the first largest element along `axis`, which stays with size 1; the first NaN
  /// wins.
  ///
  /// @param axis which axis, from 0
  record ArgMax(int axis) implements Reduction {}

  /// Running sum along `axis`, the element itself included.
  ///
  /// @param axis which axis, from 0
  record Cumsum(int axis) implements Reduction {}

  /// i32 indices that sort the last axis, stable; NaN counts as the largest.
  ///
  /// @param descending whether the largest come first
  record ArgSort(boolean descending) implements Reduction {}

  /// `[..., m, k]` by `[..., k, n]` to `[..., m, n]` with equal leading axes. Transposes and batch
  /// broadcasts are movements of the sources, which back ends absorb as strides. Sources of f16 or
  /// bf16 give f32, added in f32; so for [Conv]. Whether a sum of a single product that is -0 is -0
  /// or 0 is the device's choice.
  record Dot() implements Contraction {}

  /// A convolution, or one of its gradients; see [ConvKind] for the sources.
  ///
  /// Taps outside the image are left out, or count as zero times the filter: whether an infinity or
  /// a NaN in a filter makes NaN at the borders is the device's choice.
  ///
  /// @param kind which function
  /// @param window sizes, strides, padding, dilation and groups
  record Conv(ConvKind kind, Window window) implements Contraction {}

  /// Sources `x[n, R...]`, `index[I...]` (i32 or i64): `x[index]`, shape `[I..., R...]`. Every
  /// index must be in `0 .. n-1`.
  record Gather() implements Indexing {}

  /// Sources `x[n, R...]`, `index[I...]`, `updates[I..., R...]`: `x` with every update added at its
  /// row, in row-major order of the index.
  record ScatterAdd() implements Indexing {}

  /// Sources `q[B, T, H, E]`, `k[B, S, H, E]`, `v[B, S, H, E]`; for each batch item and head
  /// `softmax(scale q k^T) v`, as `[B, T, H, E]`. Of f16 and bf16, the result is f32.
  ///
  /// @param causal whether position `t` sees only positions up to `t`
  /// @param scale what scores are multiplied by before the softmax
  record Attention(boolean causal, double scale) implements Fused {}

  /// Sources `q`, `k` and `y`, the [Attention] node of the same `q` and `k`: the logarithm of the
  /// sum over which the softmax of each row was taken, `[B, T, H]`, in the dtype of `y`. Reading
  /// `y` makes the two one task: it comes for free.
  ///
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  record AttentionLogSum(boolean causal, double scale) implements Fused {}

  /// Sources `q`, `k`, `v`, `y`, its [AttentionLogSum] and the cotangent `g` of `y`, with as many
  /// keys as queries: the cotangents of `q`, `k` and `v` side by side, `[B, T, 3, H, E]`. The dtype
  /// of `g` is that of `q`; that of the result is that of `y`.
  ///
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  record AttentionGradient(boolean causal, double scale) implements Fused {}

  /// `x`, as a constant for the gradient.
  record Detach() implements Marker {}

  /// Sources `x`, `token`: `x`, which may be read only after `token` has been computed. Two such
  /// nodes are never merged with their source, so that a recomputation stays one.
  record After() implements Marker {}

  /// Sources `y`, `x...`: `y`, whose gradient computes again what lies between the `x` and `y`
  /// instead of keeping it. Only `y` is read when it is evaluated.
  record Recompute() implements Marker {}

  /// {@return the operation's name in error texts and dumps}
  default String label() {
    return switch (this) {
      case Unary u -> u.kind().toString();
      case Binary b -> b.kind().toString();
      case Reduce r -> r.kind().toString();
      case Conv c ->
          switch (c.kind()) {
            case FORWARD -> "conv";
            case INPUT_GRADIENT -> "convInputGradient";
            case WEIGHT_GRADIENT -> "convWeightGradient";
          };
      case Input i -> "input";
      case Constant c -> "constant";
      case Iota i -> "iota";
      case Reshape r -> "reshape";
      case Permute p -> "permute";
      case Expand e -> "expand";
      case Pad p -> "pad";
      case Slice s -> "slice";
      case Flip f -> "flip";
      case Concat c -> "concat";
      case DynamicSlice d -> "dynamicSlice";
      case DynamicUpdate d -> "dynamicUpdate";
      case Where w -> "where";
      case Cast c -> "cast";
      case Random r -> "random";
      case ArgMax a -> "argmax";
      case Cumsum c -> "cumsum";
      case ArgSort a -> "argsort";
      case Dot d -> "dot";
      case Gather g -> "gather";
      case ScatterAdd s -> "scatterAdd";
      case Attention a -> "attention";
      case AttentionLogSum a -> "attentionLogSum";
      case AttentionGradient a -> "attentionGradient";
      case Detach d -> "detach";
      case After a -> "after";
      case Recompute r -> "recompute";
    };
  }
}
