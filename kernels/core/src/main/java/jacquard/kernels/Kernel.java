package jacquard.kernels;

import jacquard.tensor.DType;
import java.util.List;

/// A fused loop kernel: the one input of every code emitter.
///
/// The iteration space is `outer axes x reduced axes x inner axis`:
///
/// - *outer* axes are kept and independent: the parallel part;
/// - *reduced* axes are looped over and reduced;
/// - the *inner* axis is the one to vectorise. With `innerReduced` it is reduced as well (a *row
///   kernel*: reductions give one number per outer index); otherwise it is kept (a *column kernel*:
///   reductions give one number per outer and inner index). A kernel without [Instr.Reduce] has no
///   reduced axes and `innerReduced` is false: a *map*.
///
/// Instructions are in static single assignment form: operands are indices of earlier instructions.
/// Each value has a [Level]: it is uniform for the whole run, or one per kept index, or one per
/// index of the full space. [Instr.Reduce] turns a full value into a kept one, over all reduced
/// axes (and the inner one with `innerReduced`); kept values may be used in full expressions again,
/// which then need another pass over the row.
///
/// Sizes, strides and offsets are not part of the kernel: they are run-time arguments ([Launch]),
/// so that one kernel serves every shape. Equal kernels have equal code.
///
/// @param outerAxes number of outer axes, 0 or more
/// @param reducedAxes number of reduced axes without the inner one, 0 or more
/// @param innerReduced whether the inner axis is reduced
/// @param accesses how memory is read and written, and how indices are formed
/// @param instructions in order; a [Instr.Store] has no value
public record Kernel(
    int outerAxes,
    int reducedAxes,
    boolean innerReduced,
    List<Access> accesses,
    List<Instr> instructions) {

  /// Copies the lists.
  public Kernel {
    accesses = List.copyOf(accesses);
    instructions = List.copyOf(instructions);
  }

  /// How often a value changes.
  public enum Level {
    /// The same in the whole run.
    UNIFORM,
    /// One per kept index: per outer index, and per inner index when that is kept.
    KEPT,
    /// One per index of the full space.
    FULL
  }

  /// Stride of an access along the inner axis, as far as code depends on it.
  public enum Inner {
    /// 0: the same element for the whole inner axis.
    ZERO,
    /// 1: neighbours.
    ONE,
    /// Any other run-time stride.
    ANY
  }

  /// An affine walk: element `offset + sum(index[axis] * stride[axis])`, all of them run-time
  /// arguments.
  ///
  /// @param dtype element type in memory; for a walk that only forms indices, the dtype of the
  ///   index value
  /// @param memory false if the walk's position itself is the value ([Instr.Index], [Instr.Random])
  ///   and there is no array
  /// @param inner whether neighbours along the inner axis lie side by side, apart or on one element
  /// @param level UNIFORM if all strides are 0; KEPT if it moves along kept axes only; FULL if
  ///   along a reduced one (or, without reduced axes in the kernel, FULL if along any axis)
  public record Access(DType dtype, boolean memory, Inner inner, Level level) {}

  /// One instruction; its value has a dtype and a level.
  public sealed interface Instr {
    /// {@return dtype of the value}
    DType dtype();

    /// {@return for which indices there is a value}
    Level level();

    /// {@return the instructions whose values this one reads}
    default List<Integer> operands() {
      return switch (this) {
        case Constant c -> List.of();
        case Dynamic d -> List.of();
        case DynamicWord w -> List.of();
        case Load l -> List.of();
        case LoadWord w -> List.of();
        case Index x -> List.of();
        case Random r -> List.of(r.low, r.high);
        case Unary u -> List.of(u.x);
        case Binary b -> List.of(b.x, b.y);
        case Where w -> List.of(w.condition, w.x, w.y);
        case Cast c -> List.of(c.x);
        case Reduce r -> List.of(r.x);
        case Store s -> List.of(s.value);
      };
    }

    /// A number that is known when the kernel is made.
    ///
    /// @param dtype dtype of the value
    /// @param bits `Double.doubleToRawLongBits` for float dtypes, otherwise the value itself
    record Constant(DType dtype, long bits) implements Instr {
      @Override
      public Level level() {
        return Level.UNIFORM;
      }
    }

    /// A scalar given at each run.
    ///
    /// @param dtype dtype of the value
    /// @param slot index into the launch's scalars
    record Dynamic(DType dtype, int slot) implements Instr {
      @Override
      public Level level() {
        return Level.UNIFORM;
      }
    }

    /// The low or high 32 bits of an i64 scalar given at each run, as i32.
    ///
    /// @param slot number of the scalar among those of a run
    /// @param high whether the upper 32 bits
    record DynamicWord(int slot, boolean high) implements Instr {
      @Override
      public DType dtype() {
        return DType.I32;
      }

      @Override
      public Level level() {
        return Level.UNIFORM;
      }
    }

    /// The element at the position of an access.
    ///
    /// @param dtype dtype of the value
    /// @param level for which indices there is a value
    /// @param access number of the access
    record Load(DType dtype, Level level, int access) implements Instr {}

    /// The low or high 32 bits of the i64 element at the position of an access of level UNIFORM, as
    /// i32.
    ///
    /// @param access number of the access
    /// @param high whether the upper 32 bits
    record LoadWord(int access, boolean high) implements Instr {
      @Override
      public DType dtype() {
        return DType.I32;
      }

      @Override
      public Level level() {
        return Level.UNIFORM;
      }
    }

    /// The position of an access without memory, converted to the dtype.
    ///
    /// @param dtype dtype of the value
    /// @param level for which indices there is a value
    /// @param access number of the access
    record Index(DType dtype, Level level, int access) implements Instr {}

    /// Word 0 of Threefry 2x32 (20 rounds) of key words `low`, `high` and counter words (position
    /// of `access`, `salt`), as i32.
    ///
    /// @param level for which indices there is a value
    /// @param access number of the access
    /// @param low instruction giving the low key word, i32
    /// @param high instruction giving the high key word, i32
    /// @param salt which of the numbers that one key gives
    record Random(Level level, int access, int low, int high, int salt) implements Instr {
      @Override
      public DType dtype() {
        return DType.I32;
      }
    }

    /// A function of one value.
    ///
    /// @param dtype dtype of the value
    /// @param level for which indices there is a value
    /// @param kind which function
    /// @param x instruction that gives the operand
    record Unary(DType dtype, Level level, jacquard.tensor.graph.UnaryKind kind, int x)
        implements Instr {}

    /// A function of two values.
    ///
    /// @param dtype of the result: bool for comparisons, else that of the operands
    /// @param level for which indices there is a value
    /// @param kind which function
    /// @param x instruction that gives the operand
    /// @param y instruction that gives the second operand
    record Binary(DType dtype, Level level, jacquard.tensor.graph.BinaryKind kind, int x, int y)
        implements Instr {}

    /// One of two values, by a condition.
    ///
    /// @param dtype dtype of the value
    /// @param level for which indices there is a value
    /// @param condition instruction that gives the condition
    /// @param x instruction that gives the operand
    /// @param y instruction that gives the second operand
    record Where(DType dtype, Level level, int condition, int x, int y) implements Instr {}

    /// Conversion to another dtype.
    ///
    /// @param dtype dtype of the value
    /// @param level for which indices there is a value
    /// @param x instruction that gives the operand
    record Cast(DType dtype, Level level, int x) implements Instr {}

    /// Combines a full value over the reduced part of the space; level KEPT (UNIFORM never). The
    /// operand may be of a lower level: it is then combined as often as the reduced part has
    /// elements.
    ///
    /// @param dtype dtype of the value
    /// @param kind which function
    /// @param x instruction that gives the operand
    record Reduce(DType dtype, jacquard.tensor.graph.ReduceKind kind, int x) implements Instr {
      @Override
      public Level level() {
        return Level.KEPT;
      }
    }

    /// Writes a value at the position of an access, whose level is not below the value's. (In a
    /// kernel without reduced axes both are FULL or lower; a store of level KEPT writes once per
    /// kept index.)
    ///
    /// @param access number of the access
    /// @param value instruction that gives what is stored
    record Store(int access, int value) implements Instr {
      @Override
      public DType dtype() {
        return DType.BOOL;
      }

      @Override
      public Level level() {
        return Level.FULL;
      }
    }
  }

  /// {@return whether any instruction reduces}
  public boolean reduces() {
    for (Instr instr : instructions) {
      if (instr instanceof Instr.Reduce) {
        return true;
      }
    }
    return false;
  }
}
