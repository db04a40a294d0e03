package jacquard.kernels.cpu.gemm;

import java.util.List;

/// One of several ways to write the same micro-kernel. They compute the same bits; what differs is
/// how well the just-in-time compiler allocates registers for them.
///
/// @param touchedRows rows of C whose first element is touched before the loop, which keeps their
///   indices in general-purpose registers through it
/// @param steppedB whether the index of B is stepped, and else computed from that of k
record CodeForm(int touchedRows, boolean steppedB) {
  /// In the order in which they are tried.
  static final List<CodeForm> ALL =
      List.of(
          new CodeForm(6, false),
          new CodeForm(3, false),
          new CodeForm(4, true),
          new CodeForm(6, true),
          new CodeForm(0, false),
          new CodeForm(3, true));
}
