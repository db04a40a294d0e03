package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Launch.Walk;

/// The layout of a launch as an array of ints, for a kernel with `A` accesses, `O` outer and `R`
/// reduced axes:
///
/// | from                    | count   | holds |
/// |-------------------------|---------|-------|
/// | 0                       | `A`     | offset of each access |
/// | `A`                     | `O`     | outer sizes |
/// | `A + O`                 | `R`     | reduced sizes |
/// | `A + O + R`             | 1       | inner size |
/// | `A + O + R + 1`         | `A * O` | outer strides, access by access |
/// | `A + O + R + 1 + A*O`   | `A * R` | reduced strides, access by access |
/// | `A + O + R + 1 + A*(O+R)` | `A`   | inner strides |
record LoopArguments(int accesses, int outerAxes, int reducedAxes) {

  static LoopArguments of(Kernel kernel) {
    return new LoopArguments(kernel.accesses().size(), kernel.outerAxes(), kernel.reducedAxes());
  }

  int offset(int access) {
    return access;
  }

  int outerSize(int axis) {
    return accesses + axis;
  }

  int reducedSize(int axis) {
    return accesses + outerAxes + axis;
  }

  int innerSize() {
    return accesses + outerAxes + reducedAxes;
  }

  int outerStride(int access, int axis) {
    return innerSize() + 1 + access * outerAxes + axis;
  }

  int reducedStride(int access, int axis) {
    return outerStride(accesses, 0) + access * reducedAxes + axis;
  }

  int innerStride(int access) {
    return reducedStride(accesses, 0) + access;
  }

  int length() {
    return innerStride(accesses);
  }

  int[] encode(Launch launch) {
    if (launch.outer().length() != outerAxes
        || launch.reduced().length() != reducedAxes
        || launch.walks().size() != accesses) {
      throw new IllegalArgumentException(
          "launch: "
              + launch.outer().length()
              + " outer axes, "
              + launch.reduced().length()
              + " reduced axes, "
              + launch.walks().size()
              + " walks; the kernel has "
              + outerAxes
              + ", "
              + reducedAxes
              + " and "
              + accesses);
    }
    int[] args = new int[length()];
    for (int axis = 0; axis < outerAxes; axis++) {
      args[outerSize(axis)] = launch.outer().get(axis);
    }
    for (int axis = 0; axis < reducedAxes; axis++) {
      args[reducedSize(axis)] = launch.reduced().get(axis);
    }
    args[innerSize()] = launch.inner();
    for (int a = 0; a < accesses; a++) {
      Walk walk = launch.walks().get(a);
      args[offset(a)] = walk.offset();
      for (int axis = 0; axis < outerAxes; axis++) {
        args[outerStride(a, axis)] = walk.outer().get(axis);
      }
      for (int axis = 0; axis < reducedAxes; axis++) {
        args[reducedStride(a, axis)] = walk.reduced().get(axis);
      }
      args[innerStride(a)] = walk.inner();
    }
    return args;
  }
}
