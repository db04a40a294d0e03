package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One piece of work of a schedule. Operands name values of the schedule; all but those of [Dot],
/// [Loop] and the attention tasks are contiguous from element 0.
public sealed interface Task {

  /// {@return values this reads}
  List<Integer> reads();

  /// {@return values this writes}
  List<Integer> writes();

  /// What it is, in a word: `loop`, `dot`, ...
  ///
  /// @return the word
  String label();

  /// A fused loop kernel.
  ///
  /// @param kernel what is computed
  /// @param launch sizes, strides and offsets
  /// @param values one per access of the kernel: the value it walks, or -1 for a walk without
  ///   memory
  /// @param describes the operations it covers, for people
  record Loop(Kernel kernel, Launch launch, Ints values, String describes) implements Task {
    @Override
    public List<Integer> reads() {
      return side(false);
    }

    @Override
    public List<Integer> writes() {
      return side(true);
    }

    private List<Integer> side(boolean stores) {
      boolean[] stored = new boolean[values.length()];
      for (Kernel.Instr instr : kernel.instructions()) {
        if (instr instanceof Kernel.Instr.Store s) {
          stored[s.access()] = true;
        }
      }
      List<Integer> side = new ArrayList<>();
      for (int i = 0; i < stored.length; i++) {
        if (stored[i] == stores && values.get(i) >= 0) {
          side.add(values.get(i));
        }
      }
      return side;
    }

    @Override
    public String label() {
      return "loop";
    }
  }

  /// Batched matrix product `c[batch, m, n] = a[batch, m, k] b[batch, k, n]`.
  ///
  /// @param dtype dtype of the elements
  /// @param a number of the left operand's value
  /// @param aView look at `a`, all batch axes first; so for `b`
  /// @param b number of the right operand's value
  /// @param bView look at `b`, as `aView`
  /// @param c contiguous
  /// @param epilogue a loop whose outer index is the row (batch and m) of `c` and whose inner axis
  ///   is n, to be run on rows as they are finished; or null
  record Dot(DType dtype, int a, View aView, int b, View bView, int c, @Nullable Loop epilogue)
      implements Task {
    /// {@return rows of the product}
    public int m() {
      return aView.shape().dim(-2);
    }

    /// {@return terms of each sum}
    public int k() {
      return aView.shape().dim(-1);
    }

    /// {@return columns of the product}
    public int n() {
      return bView.shape().dim(-1);
    }

    /// {@return sizes of the batch axes}
    public Ints batch() {
      int[] dims = aView.shape().toArray();
      return Ints.of(java.util.Arrays.copyOf(dims, dims.length - 2));
    }

    @Override
    public List<Integer> reads() {
      List<Integer> all = new ArrayList<>(List.of(a, b));
      if (epilogue != null) {
        for (int v : epilogue.reads()) {
          if (v != c) {
            all.add(v);
          }
        }
      }
      return all;
    }

    @Override
    public List<Integer> writes() {
      List<Integer> all = new ArrayList<>(List.of(c));
      if (epilogue != null) {
        all.addAll(epilogue.writes());
      }
      return all;
    }

    @Override
    public String label() {
      return "dot";
    }
  }

  /// What a task reads through strides.
  ///
  /// @param value number of the value in the schedule
  /// @param view how it is walked
  record Operand(int value, View view) {}

  /// `softmax(scale q k^T) v` for each batch item and head, see
  /// [jacquard.tensor.graph.Op.Attention].
  ///
  /// @param dtype dtype of the elements
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  /// @param q view `[B, T, H, E]`, its last axis contiguous; so for `k` and `v`, `[B, S, H, E]`
  /// @param k keys, as `q`
  /// @param v values, as `q`
  /// @param result contiguous `[B, T, H, E]`
  /// @param logSum receives the logarithm of each row's sum, contiguous `[B, T, H]`; or -1
  record Attention(
      DType dtype,
      boolean causal,
      double scale,
      Operand q,
      Operand k,
      Operand v,
      int result,
      int logSum)
      implements Task {
    @Override
    public List<Integer> reads() {
      return List.of(q.value, k.value, v.value);
    }

    @Override
    public List<Integer> writes() {
      return logSum < 0 ? List.of(result) : List.of(result, logSum);
    }

    @Override
    public String label() {
      return "attention";
    }
  }

  /// The cotangents of the three sources of an [Attention], `[B, T, 3, H, E]`; operands as there.
  ///
  /// @param dtype dtype of the elements
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  /// @param q queries, as in [Attention]
  /// @param k keys, as `q`
  /// @param v values, as `q`
  /// @param y result of the attention
  /// @param logSum `[B, T, H]`
  /// @param g cotangent of `y`
  /// @param result number of the value that is written
  record AttentionGradient(
      DType dtype,
      boolean causal,
      double scale,
      Operand q,
      Operand k,
      Operand v,
      Operand y,
      Operand logSum,
      Operand g,
      int result)
      implements Task {
    @Override
    public List<Integer> reads() {
      return List.of(q.value, k.value, v.value, y.value, logSum.value, g.value);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return "attentionGradient";
    }
  }

  /// A convolution or one of its gradients; sources as in [ConvKind].
  ///
  /// @param dtype dtype of the elements
  /// @param kind which of the three products
  /// @param window sizes, strides, padding, dilation and groups
  /// @param x value of the first source
  /// @param y value of the second source
  /// @param result number of the value that is written
  record Conv(DType dtype, ConvKind kind, Window window, int x, int y, int result) implements Task {
    @Override
    public List<Integer> reads() {
      return List.of(x, y);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return "conv";
    }
  }

  /// `result[i, r] = x[index[i], r]`.
  ///
  /// @param dtype dtype of the elements
  /// @param indexType dtype of the indices
  /// @param x value that is read
  /// @param index value that holds the indices
  /// @param result number of the value that is written
  /// @param rows number of rows of `x`, to check indices against
  /// @param rowSize elements of a row
  /// @param count number of indices
  record Gather(
      DType dtype, DType indexType, int x, int index, int result, int rows, int rowSize, int count)
      implements Task {
    @Override
    public List<Integer> reads() {
      return List.of(x, index);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return "gather";
    }
  }

  /// `result = x`, then `result[index[i], r] += updates[i, r]` in the order of `i`.
  ///
  /// @param dtype dtype of the elements
  /// @param indexType dtype of the indices
  /// @param x value that is read
  /// @param index value that holds the indices
  /// @param updates value that holds the rows to be added
  /// @param result number of the value that is written
  /// @param rows rows of `x`
  /// @param rowSize elements of a row
  /// @param count number of indices
  record ScatterAdd(
      DType dtype,
      DType indexType,
      int x,
      int index,
      int updates,
      int result,
      int rows,
      int rowSize,
      int count)
      implements Task {
    @Override
    public List<Integer> reads() {
      return List.of(x, index, updates);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return "scatterAdd";
    }
  }

  /// Along the middle axis of `[before, n, after]`: a running sum, the first largest index, or the
  /// sorting indices.
  ///
  /// @param kind what is done along the axis
  /// @param dtype dtype of the elements
  /// @param x value that is read
  /// @param result number of the value that is written
  /// @param before product of the sizes before the axis
  /// @param n size of the axis itself
  /// @param after product of the sizes after the axis
  record Scan(Kind kind, DType dtype, int x, int result, int before, int n, int after)
      implements Task {
    /// What is done along the axis.
    public enum Kind {
      /// The running sum.
      CUMSUM,
      /// The index of the first largest element.
      ARGMAX,
      /// The indices that sort.
      ARGSORT,
      /// The indices that sort, largest first.
      ARGSORT_DESCENDING
    }

    @Override
    public List<Integer> reads() {
      return List.of(x);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return kind.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// Copies a part at a position known only at run time: out of `x` (`into` false), or of `part`
  /// into `result`, a copy of `x`.
  ///
  /// @param dtype dtype of the elements
  /// @param into whether the part is written, not read
  /// @param whole shape of the tensor
  /// @param partShape shape of the part
  /// @param x value that is read
  /// @param part the part; for a slice the result's value number is `result` and this is -1
  /// @param start i32 vector, one entry per axis, clamped so that the part fits
  /// @param result number of the value that is written
  record Dynamic(
      DType dtype,
      boolean into,
      Shape whole,
      Shape partShape,
      int x,
      int part,
      int start,
      int result)
      implements Task {
    @Override
    public List<Integer> reads() {
      return into ? List.of(x, part, start) : List.of(x, start);
    }

    @Override
    public List<Integer> writes() {
      return List.of(result);
    }

    @Override
    public String label() {
      return into ? "dynamicUpdate" : "dynamicSlice";
    }
  }
}
