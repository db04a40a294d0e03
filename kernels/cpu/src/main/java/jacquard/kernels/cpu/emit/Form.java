package jacquard.kernels.cpu.emit;

import jacquard.tensor.DType;

/// What an [Expr] computes from its arguments.
sealed interface Form {

  /// @param bits the raw bits of a lane: of the float, of the double, the integer, or 0 or 1 of a
  ///   mask
  record Const(long bits) implements Form {}

  /// A scalar of the run.
  record Dynamic(int slot, DType dtype) implements Form {}

  /// Half of an i64 scalar of the run.
  record Word(int slot, boolean high) implements Form {}

  /// The element at the position of an access.
  record Load(int access) implements Form {}

  /// Half of the i64 element at the position of an access.
  record LoadWord(int access, boolean high) implements Form {}

  /// The position of an access as i32.
  record Position(int access) implements Form {}

  /// The result of the `index`-th reduction.
  record Reduced(int index) implements Form {}

  /// Lane by lane a call of a Java method.
  record Call(LaneFunction function) implements Form {}

  /// Arguments mask, fast, x: `fast` unless a lane of the mask is set, else lane by lane
  /// `function(fast, x)`, which gives `fast` where the mask is not set.
  record Guarded(LaneFunction function) implements Form {}

  /// Primitive operations; the lane type of the result or of the arguments says on what.
  enum Operation implements Form {
    ADD,
    SUB,
    MUL,
    /// Floats only.
    DIV,
    /// Java's `Math.min` in each lane.
    MIN,
    MAX,
    /// Integers and masks.
    AND,
    OR,
    XOR,
    /// Shift left; by a constant or by lanes.
    SHL,
    /// Shift right, filling with zeros.
    SHR,
    /// Shift right, filling with the sign.
    SAR,
    NEG,
    ABS,
    SQRT,
    NOT,
    /// `a * b + c`, rounded once.
    FMA,
    /// Arguments mask, x, y: `x` where the mask is set, else `y`.
    SELECT,
    /// The bits of a float as an integer of the same size, or back.
    REINTERPRET,
    /// Java's primitive conversion.
    CONVERT
  }

  /// Comparisons give a mask; all but `NE` are false for NaN.
  enum Comparison implements Form {
    LT,
    LE,
    GT,
    GE,
    EQ,
    NE
  }
}
