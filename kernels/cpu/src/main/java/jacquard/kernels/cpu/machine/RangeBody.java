package jacquard.kernels.cpu.machine;

/// Part of a parallel loop: handles the items `from .. to - 1`.
///
/// `worker` is `0 .. threads - 1` and names the thread that runs this part, so that the body can
/// use scratch memory of its own without locks.
@FunctionalInterface
public interface RangeBody {
  /// Handles items.
  ///
  /// @param from first item
  /// @param to one past the last item; always greater than `from`
  /// @param worker index of the running thread in its pool
  void run(int from, int to, int worker);
}
