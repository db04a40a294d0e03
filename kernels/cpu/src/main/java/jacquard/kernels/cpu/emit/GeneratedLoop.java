package jacquard.kernels.cpu.emit;

/// What the generated classes implement, and the parts of their code that need no generation.
abstract class GeneratedLoop {

  /// See [LoopCode#run].
  abstract void run(
      Object[] arrays,
      int[] args,
      long[] scalars,
      int outerFrom,
      int outerTo,
      int innerFrom,
      int innerTo,
      LoopScratch scratch);

  /*
   * The state array: the index along each outer axis, then the position of each access at the start of the current row.
   */

  /// Sets the state for the outer index `linear` (row-major over the outer axes).
  static void seek(
      int[] args, int[] state, int accesses, int outerAxes, int reducedAxes, int linear) {
    int rest = linear;
    for (int axis = outerAxes - 1; axis >= 0; axis--) {
      int size = args[accesses + axis];
      state[axis] = rest % size;
      rest /= size;
    }
    locate(args, state, accesses, outerAxes, reducedAxes);
  }

  /// Moves the state to the next index of all outer axes but the last, whose index becomes 0.
  static void carry(int[] args, int[] state, int accesses, int outerAxes, int reducedAxes) {
    state[outerAxes - 1] = 0;
    int axis = outerAxes - 2;
    while (axis > 0 && state[axis] + 1 == args[accesses + axis]) {
      state[axis] = 0;
      axis--;
    }
    state[axis]++;
    locate(args, state, accesses, outerAxes, reducedAxes);
  }

  private static void locate(
      int[] args, int[] state, int accesses, int outerAxes, int reducedAxes) {
    int stride = accesses + outerAxes + reducedAxes + 1;
    for (int a = 0; a < accesses; a++) {
      int position = args[a];
      for (int axis = 0; axis < outerAxes; axis++) {
        position += state[axis] * args[stride++];
      }
      state[outerAxes + a] = position;
    }
  }

  /// Elements of a value kept between passes: `inner` for each reduced index.
  static int rowLength(int[] args, int firstReducedSize, int reducedAxes, int inner) {
    int length = inner;
    for (int axis = 0; axis < reducedAxes; axis++) {
      length = Math.multiplyExact(length, args[firstReducedSize + axis]);
    }
    return length;
  }

  /// How many elements a block takes of those that are left.
  static int blockSize(int left, int large, int small) {
    return left >= large ? large : Math.min(left, small);
  }
}
