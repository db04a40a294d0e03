package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The walks over its reduced indices that a loop kernel takes. Each makes the reductions that need
/// no later one, and the last one also what is stored at each index, so that a kernel may write
/// over what it has read at the same index.
///
/// Either the innermost values are computed again in each pass that needs them, or they are *kept*:
/// what an earlier pass computed or read is recalled.
final class Passes {
  /// One of them.
  ///
  /// @param reductions that it makes, by number of their instruction
  /// @param values innermost values that it computes, in order
  /// @param recalled innermost values of earlier passes that it needs
  /// @param stores innermost stores that it makes
  record Pass(
      List<Integer> reductions,
      List<Integer> values,
      List<Integer> recalled,
      List<Instr.Store> stores) {}

  private final Kernel kernel;
  private final int[] depth;
  private final List<Pass> passes = new ArrayList<>();

  Passes(Kernel kernel, boolean keeping) {
    this.kernel = kernel;
    depth = new int[kernel.instructions().size()];
    int last = findDepths();
    Set<Integer> known = new HashSet<>();
    for (int pass = 0; pass <= last; pass++) {
      Pass next = pass(pass, pass == last, known);
      passes.add(next);
      if (keeping) {
        known.addAll(next.values);
      }
    }
  }

  List<Pass> all() {
    return passes;
  }

  /// The number of passes that must be over before a value is known.
  int depth(int value) {
    return depth[value];
  }

  private Instr instr(int i) {
    return kernel.instructions().get(i);
  }

  private int findDepths() {
    int last = 0;
    for (int i = 0; i < depth.length; i++) {
      for (int x : instr(i).operands()) {
        depth[i] = Math.max(depth[i], depth[x]);
      }
      if (instr(i) instanceof Instr.Reduce r) {
        last = Math.max(last, depth[r.x()]);
        depth[i] = depth[r.x()] + 1;
      } else if (instr(i) instanceof Instr.Store s && isInnermost(kernel, s)) {
        last = Math.max(last, depth[i]);
      }
    }
    return last;
  }

  static boolean isInnermost(Kernel kernel, Instr.Store s) {
    return kernel.accesses().get(s.access()).level() == Level.FULL;
  }

  private Pass pass(int number, boolean last, Set<Integer> known) {
    List<Integer> reductions = new ArrayList<>();
    List<Instr.Store> stores = new ArrayList<>();
    Set<Integer> needed = new HashSet<>();
    for (int i = 0; i < depth.length; i++) {
      if (instr(i) instanceof Instr.Reduce r && depth[r.x()] == number) {
        reductions.add(i);
        needed.add(r.x());
      } else if (last && instr(i) instanceof Instr.Store s && isInnermost(kernel, s)) {
        stores.add(s);
        needed.add(s.value());
      }
    }
    List<Integer> values = new ArrayList<>();
    List<Integer> recalled = new ArrayList<>();
    for (int i = depth.length - 1; i >= 0; i--) {
      if (!needed.contains(i) || instr(i).level() != Level.FULL) {
        continue;
      }
      if (known.contains(i) && !(instr(i) instanceof Instr.Index)) {
        recalled.add(i);
      } else {
        values.add(i);
        needed.addAll(instr(i).operands());
      }
    }
    return new Pass(reductions, values.reversed(), recalled.reversed(), stores);
  }

  /// Innermost values that a later pass than the one that computes them recalls.
  Set<Integer> kept() {
    Set<Integer> kept = new HashSet<>();
    passes.forEach(p -> kept.addAll(p.recalled));
    return kept;
  }

  /// Registers of 32 bits that an item needs for each of its innermost indices, in the pass that
  /// needs most: what was read or kept before and is still needed, what is read, and what is to be
  /// written.
  int registers() {
    int most = 0;
    Set<Integer> before = new HashSet<>();
    for (int p = 0; p < passes.size(); p++) {
      Pass pass = passes.get(p);
      Set<Integer> later = new HashSet<>();
      passes.subList(p + 1, passes.size()).forEach(other -> later.addAll(other.recalled));
      Set<Integer> read = new HashSet<>(later);
      read.addAll(pass.recalled);
      read.retainAll(before);
      pass.values.stream().filter(i -> instr(i) instanceof Instr.Load).forEach(read::add);
      before.addAll(pass.values);
      later.retainAll(before);
      int stored = pass.stores.stream().mapToInt(s -> words(instr(s.value()).dtype())).sum();
      most = Math.max(most, Math.max(words(read), words(later)) + stored);
    }
    return most;
  }

  private int words(Set<Integer> values) {
    return values.stream().mapToInt(i -> words(instr(i).dtype())).sum();
  }

  private static int words(DType dtype) {
    return switch (dtype) {
      case F64, I64 -> 2;
      case F32, F16, BF16, I32, U8, BOOL -> 1;
    };
  }
}
