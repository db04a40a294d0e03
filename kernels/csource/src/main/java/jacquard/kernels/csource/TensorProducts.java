package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Matrices;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Switches;
import org.jspecify.annotations.Nullable;

/// Products of f16 or bf16 matrices on tensor cores; with `jacquard.products=tf32` those of f32
/// too. Tiles of the operands lie in shared memory as they lie in memory.
final class TensorProducts {
  private TensorProducts() {}

  /// Whether the operands are f16 or bf16, or f32 that may be rounded, and each has an axis whose
  /// elements lie together.
  static boolean fits(CallBuilder call, Task.Dot t) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    DType operands = call.dtype(t.a());
    return (operands.isHalf() || (operands == DType.F32 && Switches.tf32()))
        && (a.get(rank) == 1 || a.get(rank + 1) == 1)
        && (b.get(rank) == 1 || b.get(rank + 1) == 1);
  }

  static Call dot(
      Dialect dialect,
      CallBuilder call,
      Task.Dot t,
      Matrices matrices,
      @Nullable Epilogue epilogue,
      Tiles tiles) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    DType operands = call.dtype(t.a());
    int size = TensorTiles.size(operands);
    boolean aTerms = a.get(rank + 1) == 1;
    boolean bTerms = b.get(rank) == 1;
    boolean aAligned = Products.isAligned(size, a, t.aView().offset(), aTerms ? rank : rank + 1);
    boolean bAligned = Products.isAligned(size, b, t.bView().offset(), bTerms ? rank + 1 : rank);
    TensorOperand left =
        TensorOperand.copied(
            operands, 0, aTerms, aAligned, aTerms ? "k" : "at", aTerms ? "ai" : "ak");
    TensorOperand right =
        TensorOperand.copied(
            operands, 1, bTerms, bAligned, bTerms ? "k" : "at", bTerms ? "bj" : "bk");
    String kind =
        "tensor %s %s%s %s%s"
            .formatted(operands, left.letter(), right.letter(), aAligned ? 1 : 0, bAligned ? 1 : 0);
    String walk = rank == 0 ? "const i32 pa = ao, pb = bo;" : matrices.walk().strip();
    TensorTiles.Form form =
        new TensorTiles.Form(
            kind,
            operands,
            left,
            right,
            matrices.names(),
            walk,
            "result * m * n + j",
            "n",
            epilogue);
    Sizes sizes = new Sizes(matrices.batch(), t.m(), t.n(), t.k());
    return dialect.warpGroups() && WarpGroupProducts.fits(form, sizes, matrices.split(), tiles)
        ? WarpGroupProducts.call(dialect, call, t, form, sizes, matrices.split(), tiles)
        : TensorTiles.call(dialect, call, t, form, sizes, matrices.split(), tiles);
  }
}
