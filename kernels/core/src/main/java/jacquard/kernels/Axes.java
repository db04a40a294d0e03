package jacquard.kernels;

import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;

/// The axes of a loop's space by role: which are outer, which are reduced, which one is inner, and
/// which were merged.
///
/// A merged axis is a run of neighbouring axes of one role along which every walk of the loop is
/// one stride.
final class Axes {

  /// Neighbouring axes of the space, first to last.
  record Run(List<Integer> axes, boolean reduced) {}

  private final Unit unit;
  final Run[] outer;
  final Run[] reduced;
  final boolean innerReduced;
  private final Run inner;

  private Axes(Unit unit, List<Run> outer, List<Run> reduced, Run inner) {
    this.unit = unit;
    this.outer = outer.toArray(Run[]::new);
    this.reduced = reduced.toArray(Run[]::new);
    this.inner = inner;
    this.innerReduced = inner.reduced;
  }

  static Axes of(Unit unit, List<View> walks, boolean rowwise) {
    List<Run> runs = new ArrayList<>();
    int last = unit.space.rank() - 1;
    for (int axis = 0; axis <= last; axis++) {
      boolean isReduced = unit.reduced.contains(axis);
      if (unit.space.dim(axis) == 1 && !(rowwise && axis == last)) {
        continue;
      }
      Run before = runs.isEmpty() ? null : runs.get(runs.size() - 1);
      if (before != null
          && before.reduced == isReduced
          && !(rowwise && axis == last)
          && merges(unit, before.axes.get(before.axes.size() - 1), axis, walks)) {
        before.axes.add(axis);
      } else {
        runs.add(new Run(new ArrayList<>(List.of(axis)), isReduced));
      }
    }
    // a space of one element: one inner iteration, reduced if the loop reduces at all
    Run inner =
        runs.isEmpty()
            ? new Run(List.of(), unit.reduced.length() > 0)
            : runs.remove(runs.size() - 1);
    List<Run> outer = new ArrayList<>();
    List<Run> reduced = new ArrayList<>();
    for (Run run : runs) {
      (run.reduced ? reduced : outer).add(run);
    }
    return new Axes(unit, outer, reduced, inner);
  }

  /// Whether axis `next` continues axis `axis` in every walk.
  private static boolean merges(Unit unit, int axis, int next, List<View> walks) {
    for (View walk : walks) {
      if (walk.strides().get(axis) != walk.strides().get(next) * unit.space.dim(next)) {
        return false;
      }
    }
    return true;
  }

  private int size(Run run) {
    int n = 1;
    for (int axis : run.axes) {
      n *= unit.space.dim(axis);
    }
    return n;
  }

  private static int stride(Run run, View view) {
    return run.axes.isEmpty() ? 0 : view.strides().get(run.axes.get(run.axes.size() - 1));
  }

  Ints sizes(Run[] runs) {
    int[] sizes = new int[runs.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(runs[i]);
    }
    return Ints.of(sizes);
  }

  int innerSize() {
    return size(inner);
  }

  Launch.Walk walk(View view) {
    return new Launch.Walk(
        view.offset(), strides(outer, view), strides(reduced, view), stride(inner, view));
  }

  private static Ints strides(Run[] runs, View view) {
    int[] strides = new int[runs.length];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = stride(runs[i], view);
    }
    return Ints.of(strides);
  }

  Inner innerStride(View view) {
    int stride = stride(inner, view);
    if (stride == 1) {
      return Inner.ONE;
    }
    return stride == 0 ? Inner.ZERO : Inner.ANY;
  }

  /// How often the element of a walk changes.
  Level level(View view) {
    boolean alongReduced = innerReduced && stride(inner, view) != 0;
    for (Run run : reduced) {
      alongReduced |= stride(run, view) != 0;
    }
    boolean alongKept = !innerReduced && stride(inner, view) != 0;
    for (Run run : outer) {
      alongKept |= stride(run, view) != 0;
    }
    boolean isMap = unit.reduced.length() == 0;
    if (alongReduced || (isMap && alongKept)) {
      return Level.FULL;
    }
    return alongKept ? Level.KEPT : Level.UNIFORM;
  }
}
