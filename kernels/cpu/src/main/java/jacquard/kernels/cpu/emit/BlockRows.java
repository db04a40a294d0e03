package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Where scalar code keeps what vector code has in registers while it walks over a block: rows of
/// [LoopScratch#LANES] elements at the start of the scratch arrays.
///
/// There is a row for each reduction, its accumulators, and in column kernels one for each value
/// per kept index that is used elsewhere than where it is computed.
final class BlockRows {
  private final Map<Expr, Integer> starts = new HashMap<>();
  private final Map<Lane, Integer> ends = new EnumMap<>(Lane.class);

  BlockRows(LoopPlan plan) {
    for (Reduction r : plan.reductions()) {
      add(r.result());
    }
    if (plan.nest() == Nest.COLUMN) {
      for (int stage = 0; stage <= plan.passes(); stage++) {
        plan.frontier(Scope.OUTER | Scope.INNER, stage).forEach(this::add);
      }
    }
  }

  private void add(Expr e) {
    if (!starts.containsKey(e)) {
      starts.put(e, end(e.lane()));
      ends.merge(home(e.lane()), LoopScratch.LANES, Integer::sum);
    }
  }

  private static Lane home(Lane lane) {
    return lane == Lane.MASK ? Lane.I32 : lane;
  }

  boolean contains(Expr e) {
    return starts.containsKey(e);
  }

  int start(Expr e) {
    return Objects.requireNonNull(starts.get(e));
  }

  /// One past the last row of a lane type.
  int end(Lane lane) {
    return ends.getOrDefault(home(lane), 0);
  }
}
