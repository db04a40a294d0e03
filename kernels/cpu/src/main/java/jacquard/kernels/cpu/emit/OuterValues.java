package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The values that a kernel computes outside its innermost loop, and the local variables they are
/// in: scalars, and vectors that have a scalar in all lanes.
final class OuterValues {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;
  private final Map<Expr, Integer> scalars = new HashMap<>();
  private final Map<Expr, Integer> broadcasts = new HashMap<>();
  private final boolean hides;
  private int zeros = -1;

  OuterValues(LoopWriter loop) {
    this.loop = loop;
    code = loop.code();
    plan = loop.plan();
    long uniform = plan.frontier(Scope.UNIFORM, 0).stream().filter(plan::usedAsVector).count();
    hides = uniform <= (plan.hasManyRegisters() ? 22 : 10);
  }

  /// Declares what vector code needs.
  void declare() {
    zeros = loop.newReference();
  }

  /// The local variable with a scalar in all lanes, -1 if there is none.
  int broadcast(Expr e) {
    return broadcasts.getOrDefault(e, -1);
  }

  /// Gives a scalar the local variable that has it in all lanes.
  void bindBroadcast(Expr e, int local) {
    broadcasts.put(e, local);
  }

  void bindScalar(Expr e, int local) {
    scalars.put(e, local);
  }

  /// The local variables of scalars, to be changed in place.
  Map<Expr, Integer> boundScalars() {
    return scalars;
  }

  /// Computes what is the same in the whole run, before all loops: computed again in the loop over
  /// the outer axes, C2 boxes it there. But behind the call that finds the first index, because a
  /// call leaves no vector in its register, and C2 would load what it has stored at every use.
  void placeUniform() {
    if (loop.form() != LoopForm.SCALAR) {
      loop.api()
          .broadcast(
              Lane.I32,
              () -> code.aload(LoopWriter.SCRATCH).getfield(LoopWriter.CD_SCRATCH, "zero", CD_int));
      code.astore(zeros);
    }
    place(Scope.UNIFORM, 0);
  }

  /// Computes the scalars of exactly this scope and stage that are used elsewhere.
  void place(int scope, int stage) {
    placeAll(plan.frontier(scope, stage));
  }

  /// Computes the scalars of a pass that change along the reduced axes.
  void placeReduced(int pass) {
    placeAll(plan.reducedScalars(pass));
  }

  /// Writes `body`, whose values are forgotten after it.
  void inside(Runnable body) {
    Map<Expr, Integer> scalarsOutside = new HashMap<>(scalars);
    Map<Expr, Integer> broadcastsOutside = new HashMap<>(broadcasts);
    body.run();
    scalars.clear();
    scalars.putAll(scalarsOutside);
    broadcasts.clear();
    broadcasts.putAll(broadcastsOutside);
  }

  private void placeAll(List<Expr> wanted) {
    Map<Expr, Integer> uses = new HashMap<>();
    for (Expr e : wanted) {
      countUses(e, uses);
    }
    List<Expr> order = new ArrayList<>(uses.keySet());
    order.sort(Comparator.comparingInt(Expr::id));
    for (Expr e : order) {
      boolean root = wanted.contains(e);
      boolean local = !e.isConst() && !scalars.containsKey(e);
      boolean used = plan.usedAsScalar(e) || loop.form() == LoopForm.SCALAR;
      if (local && (uses.getOrDefault(e, 0) > 1 || (root && used))) {
        int variable = loop.newScalar(e.lane());
        loop.scalars().push(e);
        code.storeLocal(e.lane().kind(), variable);
        scalars.put(e, variable);
      }
      if (root && plan.usedAsVector(e) && loop.form() != LoopForm.SCALAR && broadcast(e) < 0) {
        broadcastOf(e);
      }
    }
  }

  private void countUses(Expr e, Map<Expr, Integer> uses) {
    if (uses.merge(e, 1, Integer::sum) == 1 && !scalars.containsKey(e)) {
      for (Expr arg : e.args()) {
        countUses(arg, uses);
      }
    }
  }

  private void broadcastOf(Expr e) {
    int variable = loop.newReference();
    Lane lane = e.lane() == Lane.MASK ? Lane.I32 : e.lane();
    loop.api().broadcast(lane, () -> loop.scalars().push(e));
    if (hides && (lane == Lane.F32 || lane == Lane.I32)) {
      hide(lane);
    }
    if (e.lane() == Lane.MASK) {
      loop.api().compare(Lane.I32, "NE", () -> loop.api().broadcast(Lane.I32, code::iconst_0));
    }
    code.astore(variable);
    broadcasts.put(e, variable);
  }

  /// Keeps C2 from broadcasting a scalar again at each use instead of keeping it in a register, by
  /// adding zeros that it doesn't know: in a loop with an exponential these were 17 loads a vector,
  /// which took longer than the arithmetic. With more of them than registers, C2 only takes longer:
  /// 6 s for normal random numbers instead of 3.
  ///
  /// vector -> vector
  private void hide(Lane lane) {
    if (lane == Lane.F32) {
      loop.api().reinterpret(Lane.F32);
    }
    // not by an exclusive or, which would be merged with other logic at each use
    code.aload(zeros);
    loop.api().binary(Lane.I32, "add");
    if (lane == Lane.F32) {
      loop.api().reinterpret(Lane.I32);
    }
  }
}
