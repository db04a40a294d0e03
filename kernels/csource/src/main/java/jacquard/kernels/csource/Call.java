package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Ints;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One launch of a kernel.
///
/// @param text the kernel, without the functions it calls ([Dialect#program] adds them)
/// @param entry its name, which no other text has
/// @param values the value of the schedule that each buffer argument holds, or [#SCRATCH]
/// @param numbers `p`: first where each buffer's value begins, then what the kernel wants
/// @param groups number of groups, at least 1
/// @param groupSize items of a group
/// @param localBytes memory that a group shares
/// @param dynamicBytes how much of it the kernel doesn't declare, and the launch must ask for
/// @param arenaElements f32 elements that the arena must have for what is [#SCRATCH]
public record Call(
    String text,
    String entry,
    List<Integer> values,
    Ints numbers,
    int groups,
    int groupSize,
    int localBytes,
    int dynamicBytes,
    int arenaElements) {
  /// Stands for the part of the arena's f32 region that no value of the plan is in.
  public static final int SCRATCH = -1;

  /// Copies the list of values.
  public Call {
    values = List.copyOf(values);
  }

  /// {@return the error for a launch that a device refused}
  ///
  /// @param device which
  /// @param task what the call is a part of
  /// @param launched number of groups, of which some are those of other calls if there are more
  /// @param words of the driver
  /// @param name of the device, for people
  public DeviceException failed(
      Device device, Task task, int launched, @Nullable String words, String name) {
    String others = launched > groups ? " and other calls of it" : "";
    String shared =
        dynamicBytes > 0 ? " with %d bytes of shared memory".formatted(dynamicBytes) : "";
    return new DeviceException(
        "%s: launch of %s (%s%s) failed: %s: %d groups of %d%s on %s"
            .formatted(
                device, entry, task.label(), others, words, launched, groupSize, shared, name));
  }
}
