package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.List;

/// Writes the code for one outer index of a kernel whose inner axis is kept: blocks of a few
/// vectors of the inner axis stay in registers while the reduced axes are walked over. Each lane
/// combines its elements in order, so the block size does not change results.
final class ColumnLoops {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;

  ColumnLoops(LoopWriter loop) {
    this.loop = loop;
    this.code = loop.code();
    this.plan = loop.plan();
  }

  void write() {
    loop.values().place(Scope.OUTER, 0);
    for (Write w : plan.keptWrites()) {
      if ((w.scope() & Scope.INNER) == 0) {
        code.aload(loop.array(w.access()));
        loop.walk().pushStart(w.access());
        loop.scalars().push(w.value());
        ScalarWriter.arrayStore(code, loop.kernel().accesses().get(w.access()).dtype());
      }
    }
    loop.startIndex();
    int block = plan.columnBlock();
    loop.innerLoop(block * loop.lanes(), () -> block(block, false));
    if (loop.form() == LoopForm.ANY_SIZE) {
      loop.innerLoop(
          1,
          () -> {
            loop.startTail();
            block(1, true);
            loop.skip(loop.lanes() - 1);
          });
    }
  }

  private void block(int copies, boolean partial) {
    int mark = loop.mark();
    List<InnerBody> bodies = new ArrayList<>();
    for (int u = 0; u < copies; u++) {
      InnerBody body = new InnerBody(loop, 0, u * loop.lanes(), partial);
      body.place(0);
      bodies.add(body);
    }
    for (int pass = 0; pass < plan.passes(); pass++) {
      pass(pass, bodies);
    }
    for (Write w : plan.keptWrites()) {
      if ((w.scope() & Scope.INNER) != 0) {
        for (InnerBody body : bodies) {
          body.store(w);
        }
      }
    }
    loop.release(mark);
  }

  private void pass(int pass, List<InnerBody> bodies) {
    List<Reduction> reductions = plan.reductions(pass);
    int[][] sums = new int[reductions.size()][bodies.size()];
    for (int r = 0; r < sums.length; r++) {
      for (int u = 0; u < bodies.size(); u++) {
        sums[r][u] = loop.newReference();
        code.aload(loop.values().broadcast(reductions.get(r).identity())).astore(sums[r][u]);
      }
    }
    loop.walk()
        .reducedLoops(
            pass,
            () -> {
              int mark = loop.mark();
              for (int u = 0; u < bodies.size(); u++) {
                InnerBody body = bodies.get(u).inPass(pass);
                body.compute();
                for (int r = 0; r < sums.length; r++) {
                  body.accumulateAll(reductions.get(r), sums[r][u]);
                }
                body.store();
                loop.release(mark);
              }
            });
    for (int u = 0; u < bodies.size(); u++) {
      for (int r = 0; r < sums.length; r++) {
        bodies.get(u).finish(reductions.get(r), sums[r][u]);
      }
      bodies.get(u).place(pass + 1);
    }
  }
}
