package jacquard.autograd;

import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The sum of what a node's consumers contribute to its cotangent, in the order they were met.
///
/// Parts cut from one tensor, such as query, key and value from one projection, contribute pads
/// with zeros. Those that lie beside each other are joined: one concat writes every element once,
/// where a sum of pads writes the whole tensor for each part. If they are themselves the parts of
/// one tensor, they are that tensor.
final class Contributions {
  private Contributions() {}

  /// @param parts at least one, of one shape
  static Tensor sum(List<Tensor> parts) {
    List<Tensor> terms = parts.size() < 2 ? parts : joined(parts);
    Tensor sum = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      sum = sum.add(terms.get(i));
    }
    return sum;
  }

  private static List<Tensor> joined(List<Tensor> parts) {
    List<Tensor> terms = new ArrayList<>();
    TreeMap<Integer, List<Tensor>> padded = new TreeMap<>();
    for (Tensor part : parts) {
      int axis = paddedAxis(part);
      if (axis < 0) {
        terms.add(part);
      } else {
        padded.computeIfAbsent(axis, a -> new ArrayList<>()).add(part);
      }
    }
    padded.forEach((axis, pads) -> join(axis, pads, terms));
    return terms;
  }

  /// The one axis that `x` pads with zeros around it; -1 if it is anything else.
  private static int paddedAxis(Tensor x) {
    if (!(x.node().op() instanceof Op.Pad p) || p.value() != 0 || !p.interior().allEqual(0)) {
      return -1;
    }
    int found = -1;
    for (int axis = 0; axis < x.rank(); axis++) {
      if (p.before().get(axis) != 0 || p.after().get(axis) != 0) {
        if (found >= 0) {
          return -1;
        }
        found = axis;
      }
    }
    return found;
  }

  private static void join(int axis, List<Tensor> pads, List<Tensor> terms) {
    // by where they start: one part for each start, equal ranges added up before
    TreeMap<Integer, Tensor> byStart = new TreeMap<>();
    for (Tensor pad : pads) {
      int start = ((Op.Pad) pad.node().op()).before().get(axis);
      Tensor part = new Tensor(pad.node().source(0));
      Tensor there = byStart.get(start);
      if (there != null && there.dim(axis) != part.dim(axis)) {
        terms.add(pad);
      } else {
        byStart.put(start, there == null ? part : there.add(part));
      }
    }
    int total = pads.get(0).dim(axis);
    List<Tensor> run = new ArrayList<>();
    int start = 0;
    int stop = 0;
    for (var entry : byStart.entrySet()) {
      if (!run.isEmpty() && entry.getKey() != stop) {
        terms.add(placed(axis, run, start, total - stop));
        run.clear();
      }
      if (run.isEmpty()) {
        start = entry.getKey();
      }
      run.add(entry.getValue());
      stop = entry.getKey() + entry.getValue().dim(axis);
    }
    terms.add(placed(axis, run, start, total - stop));
  }

  /// The tensor that is cut along `axis` into exactly these parts; null if there is none.
  private static @Nullable Tensor whole(int axis, List<Tensor> parts) {
    Node whole = null;
    int start = 0;
    for (Tensor part : parts) {
      // a part that was reshaped and back is the same elements
      Node slice = part.node();
      while (slice.op() instanceof Op.Reshape) {
        slice = slice.source(0);
      }
      if (!(slice.op() instanceof Op.Slice s)
          || !slice.shape().equals(part.shape())
          || (whole != null && slice.source(0) != whole)) {
        return null;
      }
      whole = slice.source(0);
      Shape shape = whole.shape();
      for (int i = 0; i < shape.rank(); i++) {
        boolean cut = i == axis;
        int from = cut ? start : 0;
        int to = cut ? start + part.dim(axis) : shape.dim(i);
        if (s.start().get(i) != from || s.stop().get(i) != to || s.step().get(i) != 1) {
          return null;
        }
      }
      start += part.dim(axis);
    }
    return whole != null && whole.shape().dim(axis) == start ? new Tensor(whole) : null;
  }

  private static Tensor placed(int axis, List<Tensor> run, int before, int after) {
    Tensor whole = whole(axis, run);
    Tensor part = whole != null ? whole : Movement.concat(axis, run);
    Ints none = Ints.filled(part.rank(), 0);
    return part.pad(
        none.map((i, v) -> i == axis ? before : v),
        none.map((i, v) -> i == axis ? after : v),
        none,
        0);
  }
}
