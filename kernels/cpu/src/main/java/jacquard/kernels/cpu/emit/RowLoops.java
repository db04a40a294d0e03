package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.List;

/// Writes the code of one row: of a map, or of a kernel whose inner axis is reduced.
///
/// Each pass walks over the row by several vectors at once, each with accumulators of its own to
/// hide the latency of an addition, then by single vectors, the last of them partial. Partial
/// results are combined in an order that depends on the row's length only.
final class RowLoops {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;

  RowLoops(LoopWriter loop) {
    this.loop = loop;
    this.code = loop.code();
    this.plan = loop.plan();
  }

  void write() {
    loop.values().place(Scope.OUTER, 0);
    for (int pass = 0; pass < plan.passes(); pass++) {
      pass(pass);
      loop.values().place(Scope.OUTER, pass + 1);
    }
    for (Write w : plan.keptWrites()) {
      code.aload(loop.array(w.access()));
      loop.walk().pushStart(w.access());
      loop.scalars().push(w.value());
      ScalarWriter.arrayStore(code, loop.kernel().accesses().get(w.access()).dtype());
    }
  }

  private void pass(int pass) {
    List<Reduction> reductions = plan.reductions(pass);
    if (reductions.isEmpty() && plan.innermostWrites(pass).isEmpty()) {
      return;
    }
    int unroll = plan.unroll(pass);
    List<int[]> sums = new ArrayList<>();
    for (Reduction r : reductions) {
      int[] locals = new int[unroll];
      for (int u = 0; u < unroll; u++) {
        locals[u] = loop.newReference();
        code.aload(loop.values().broadcast(r.identity())).astore(locals[u]);
      }
      sums.add(locals);
    }
    loop.walk()
        .reducedLoops(
            pass,
            () -> {
              loop.startIndex();
              loop.innerLoop(
                  unroll * loop.lanes(),
                  () -> {
                    for (int u = 0; u < unroll; u++) {
                      body(pass, u, false, reductions, sums);
                    }
                  });
              if (loop.form() == LoopForm.ANY_SIZE) {
                if (unroll > 1) {
                  loop.innerLoop(loop.lanes(), () -> body(pass, 0, false, reductions, sums));
                }
                rest(pass, reductions, sums);
              }
            });
    for (int r = 0; r < reductions.size(); r++) {
      finish(reductions.get(r), sums.get(r));
    }
  }

  /// What is left of the row, less than a vector. Not a loop, of whose body C2 would make several
  /// copies with all their checks; and where sums are made not even a branch, after which C2 may
  /// not know any more what a sum is, and box it: nothing is added then if nothing is left.
  private void rest(int pass, List<Reduction> reductions, List<int[]> sums) {
    if (reductions.isEmpty()) {
      loop.ifAnyLeft(() -> body(pass, 0, true, reductions, sums));
    } else {
      loop.startTail();
      loop.maskTail();
      body(pass, 0, true, reductions, sums);
    }
  }

  private void body(
      int pass, int copy, boolean partial, List<Reduction> reductions, List<int[]> sums) {
    int mark = loop.mark();
    InnerBody body = new InnerBody(loop, pass, copy * loop.lanes(), partial);
    body.compute();
    for (int r = 0; r < reductions.size(); r++) {
      body.accumulate(reductions.get(r), sums.get(r)[copy]);
    }
    body.store();
    loop.release(mark);
  }

  /// Combines the accumulators in order, then the lanes by halves.
  private void finish(Reduction r, int[] sums) {
    Lane lane = r.result().lane();
    VectorWriter vectors = new VectorWriter(loop, 0, false);
    vectors.push(r.identity());
    for (int sum : sums) {
      vectors.combine(r, () -> {}, sum);
    }
    code.astore(sums[0]);
    int local = loop.newScalar(lane);
    if (loop.api().isWhole(lane)) {
      rotated(r, vectors, sums[0]);
      code.aload(sums[0]);
      loop.api().first(lane);
      loop.values().bindBroadcast(r.result(), sums[0]);
    } else {
      code.aload(sums[0]).aload(loop.laneBuffer(lane)).iconst_0();
      loop.api().store(lane.vector(), lane.array());
      lanes(r, 0, 1);
    }
    code.storeLocal(lane.kind(), local);
    loop.values().bindScalar(r.result(), local);
  }

  /// Combines each lane with the one half a vector further, then with that a quarter further, and
  /// so on: all lanes are equal then.
  private void rotated(Reduction r, VectorWriter vectors, int sum) {
    Lane lane = r.result().lane();
    for (int distance = loop.lanes() / 2; distance > 0; distance /= 2) {
      code.aload(sum);
      loop.api().rotate(lane, distance);
      vectors.combine(r, () -> {}, sum);
      code.astore(sum);
    }
  }

  /// Pushes the combination of the lanes `l, l + step, l + 2 step, ...` in the lane buffer.
  private void lanes(Reduction r, int l, int step) {
    Lane lane = r.result().lane();
    if (step == loop.lanes()) {
      code.aload(loop.laneBuffer(lane)).loadConstant(l).arrayLoad(lane.kind());
    } else {
      lanes(r, l, 2 * step);
      lanes(r, l + step, 2 * step);
      loop.scalars().combine(Lowering.combine(r.kind()), lane);
    }
  }
}
