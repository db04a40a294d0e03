package jacquard.kernels.cpu.emit;

/// The forms in which a kernel is written. All give the same bits, so that which one runs, and when
/// another takes its place, can't be seen in a result.
///
/// A Vector API kernel that still runs in the interpreter takes about a thousand times its final
/// time, and compiling it takes some hundred milliseconds. Plain scalar code stands in until that
/// is done.
enum LoopForm {
  /// Scalar code: it adds in the order of the vector forms, whose accumulators are a small array.
  SCALAR,
  /// Vector code for a part of the inner axis that is a multiple of [LoopPlan#block()]: half the
  /// code, and half the time to compile it.
  WHOLE_BLOCKS,
  /// Vector code for any part of the inner axis: what is left over is a partial vector.
  ANY_SIZE
}
