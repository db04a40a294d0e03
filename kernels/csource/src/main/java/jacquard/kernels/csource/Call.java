package jacquard.kernels.csource;

import jacquard.tensor.Ints;
import java.util.List;

/// One launch of a kernel.
///
/// @param text the kernel, without the functions it calls ([Dialect#program] adds them)
/// @param entry its name, which no other text has
/// @param values the value of the schedule that each buffer argument holds
/// @param numbers `p`: first where each buffer's value begins, then what the kernel wants
/// @param groups number of groups, at least 1
/// @param groupSize items of a group
/// @param localBytes memory that a group shares
public record Call(
    String text,
    String entry,
    List<Integer> values,
    Ints numbers,
    int groups,
    int groupSize,
    int localBytes) {

  /// Copies the list of values.
  public Call {
    values = List.copyOf(values);
  }
}
