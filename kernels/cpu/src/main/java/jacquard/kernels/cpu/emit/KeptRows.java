package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Values of a kernel that are in scratch memory: those that one pass keeps for the next, and in
/// scalar code rows of a block (see [BlockRows]).
final class KeptRows {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;
  private int rowLength = -1;
  private int base = -1;
  private int slot = -1;
  private @Nullable BlockRows rows;

  KeptRows(LoopWriter loop) {
    this.loop = loop;
    code = loop.code();
    plan = loop.plan();
  }

  /// Memory for values kept between passes, and in scalar code for accumulators.
  void declare() {
    if (loop.form() == LoopForm.SCALAR) {
      rows = new BlockRows(plan);
    }
    if (count() > 0) {
      rowLength = loop.newInt();
      base = loop.newInt();
      LoopArguments layout = loop.layout();
      code.aload(LoopWriter.ARGS);
      code.loadConstant(layout.reducedSize(0)).loadConstant(layout.reducedAxes());
      pushStep();
      code.invokestatic(
          LoopWriter.CD_LOOP,
          "rowLength",
          MethodTypeDesc.of(CD_int, CD_int.arrayType(), CD_int, CD_int, CD_int));
      code.istore(rowLength);
    } else if (rows == null) {
      return;
    }
    code.aload(LoopWriter.SCRATCH);
    for (Lane lane : List.of(Lane.F32, Lane.F64, Lane.I32, Lane.I64)) {
      code.loadConstant(start(lane) - LoopScratch.LANES);
      if (plan.keptRows(lane) > 0) {
        code.iload(rowLength).loadConstant(plan.keptRows(lane)).imul().iadd();
      }
    }
    code.invokevirtual(
        LoopWriter.CD_SCRATCH,
        "reserve",
        MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_int, CD_int));
  }

  /// Where in the scratch array of a lane type its kept rows begin.
  private int start(Lane lane) {
    return rows == null ? LoopScratch.LANES : Math.max(LoopScratch.LANES, rows.end(lane));
  }

  /// Scalar code only.
  BlockRows rows() {
    return Objects.requireNonNull(rows);
  }

  /// Whether scalar code holds a value in a row of scratch, an element for each index of a block.
  boolean isInRow(Expr e) {
    return rows != null && rows.contains(e);
  }

  /// Pushes the array of a row of scratch and its index for the current element of the block.
  void pushRow(Expr e) {
    code.aload(loop.laneBuffer(e.lane())).iload(slot);
    int start = rows().start(e);
    if (start > 0) {
      code.loadConstant(start).iadd();
    }
  }

  /// The local variable with the position in the block, scalar code only.
  int slot() {
    if (slot < 0) {
      slot = loop.newInt();
    }
    return slot;
  }

  private int count() {
    int rows = 0;
    for (Lane lane : Lane.values()) {
      rows += plan.keptRows(lane);
    }
    return rows;
  }

  /// Elements of a kept row for each reduced index: whole vectors, one of them for what is left
  /// over even if that is nothing, or a block of columns.
  private void pushStep() {
    if (plan.nest() == Nest.COLUMN) {
      code.loadConstant(LoopPlan.MAX_VECTORS * loop.lanes());
    } else {
      code.iload(LoopWriter.INNER_TO)
          .loadConstant(loop.lanes())
          .iadd()
          .loadConstant(-loop.lanes())
          .iand();
    }
  }

  /// Begins with the first reduced index.
  void rewind() {
    if (base >= 0) {
      code.iconst_0().istore(base);
    }
  }

  /// Goes on with the next reduced index.
  void advance() {
    if (base >= 0) {
      code.iload(base);
      pushStep();
      code.iadd().istore(base);
    }
  }

  /// Pushes the array and the index of a kept value's vector.
  void push(Expr e, int displacement) {
    code.aload(loop.laneBuffer(e.lane()));
    code.iload(rowLength).loadConstant(plan.keptRow(e)).imul().iload(base).iadd();
    if (plan.nest() != Nest.COLUMN) {
      code.iload(loop.index()).iadd();
    } else if (loop.form() == LoopForm.SCALAR) {
      code.iload(slot).iadd();
    }
    code.loadConstant(start(e.lane()) + displacement).iadd();
  }
}
