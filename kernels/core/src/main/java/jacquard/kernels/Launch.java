package jacquard.kernels;

import jacquard.tensor.Ints;
import java.util.List;

/// The run-time arguments of a [Kernel]: sizes, strides and offsets, in elements.
///
/// @param outer sizes of the outer axes
/// @param reduced sizes of the reduced axes
/// @param inner size of the inner axis
/// @param walks one per access of the kernel
public record Launch(Ints outer, Ints reduced, int inner, List<Walk> walks) {

  /// Strides of an access.
  ///
  /// @param offset element of the value at index 0 of every axis
  /// @param outer one stride per outer axis
  /// @param reduced one stride per reduced axis
  /// @param inner stride of the inner axis
  public record Walk(int offset, Ints outer, Ints reduced, int inner) {}

  /// Copies the list of walks.
  public Launch {
    walks = List.copyOf(walks);
  }

  /// {@return number of outer indices}
  public int outerSize() {
    int n = 1;
    for (int i = 0; i < outer.length(); i++) {
      n *= outer.get(i);
    }
    return n;
  }

  /// {@return number of indices of the full space}
  public long size() {
    long n = (long) outerSize() * inner;
    for (int i = 0; i < reduced.length(); i++) {
      n *= reduced.get(i);
    }
    return n;
  }
}
