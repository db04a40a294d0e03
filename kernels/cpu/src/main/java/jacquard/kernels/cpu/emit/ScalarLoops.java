package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Writes the code for one outer index without vectors, for the time until vector code is compiled.
///
/// Each pass walks over its elements one by one and gives the bits of [RowLoops] and [ColumnLoops]:
/// what lanes compute is the same function of the same arguments, and accumulator `l` of scratch
/// gets the elements that lane `l` of the vector code gets, in the same order. (There, lanes out of
/// range are combined with the identity, which changes nothing: an accumulator that began with 0 is
/// never -0.)
final class ScalarLoops {
  private static final ClassDesc CD_SUMS =
      ClassDesc.of(ScalarLoops.class.getPackageName(), "LaneSums");
  private static final ClassDesc CD_LOOP =
      ClassDesc.of(ScalarLoops.class.getPackageName(), "GeneratedLoop");
  private static final ClassDesc CD_ARRAYS = ClassDesc.of("java.util.Arrays");

  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;
  private final ScalarBody body;

  ScalarLoops(LoopWriter loop) {
    this.loop = loop;
    this.code = loop.code();
    this.plan = loop.plan();
    this.body = new ScalarBody(loop);
  }

  void write() {
    loop.values().place(Scope.OUTER, 0);
    if (plan.nest() == Nest.COLUMN) {
      columns();
    } else {
      row();
    }
  }

  private void row() {
    for (int pass = 0; pass < plan.passes(); pass++) {
      rowPass(pass);
      loop.values().place(Scope.OUTER, pass + 1);
    }
    for (Write w : plan.keptWrites()) {
      body.store(w);
    }
  }

  private void rowPass(int pass) {
    List<Reduction> reductions = plan.reductions(pass);
    if (reductions.isEmpty() && plan.innermostWrites(pass).isEmpty()) {
      return;
    }
    int unroll = plan.unroll(pass);
    for (Reduction r : reductions) {
      fill(r, () -> code.loadConstant(unroll * loop.lanes()));
    }
    loop.walk()
        .reducedLoops(
            pass,
            () -> {
              loop.startIndex();
              if (reductions.isEmpty()) {
                loop.innerLoop(1, () -> body.write(pass));
              } else {
                // what is left after whole iterations is done by single vectors
                blocks(
                    unroll * loop.lanes(),
                    loop.lanes(),
                    size -> forSlots(size, () -> body.write(pass)));
              }
            });
    for (Reduction r : reductions) {
      Lane lane = r.result().lane();
      code.aload(loop.laneBuffer(lane)).loadConstant(loop.kept().rows().start(r.result()));
      code.loadConstant(unroll).loadConstant(loop.lanes()).loadConstant(r.kind().ordinal());
      code.invokestatic(
          CD_SUMS,
          "combined",
          MethodTypeDesc.of(lane.scalar(), lane.array(), CD_int, CD_int, CD_int, CD_int));
      int local = loop.newScalar(lane);
      code.storeLocal(lane.kind(), local);
      loop.values().bindScalar(r.result(), local);
    }
  }

  private void columns() {
    for (Write w : plan.keptWrites()) {
      if ((w.scope() & Scope.INNER) == 0) {
        body.store(w);
      }
    }
    loop.startIndex();
    int block = LoopPlan.MAX_VECTORS * loop.lanes();
    blocks(block, block, this::columnBlock);
  }

  /// All passes over a block of columns.
  private void columnBlock(int size) {
    place(size, 0);
    for (int pass = 0; pass < plan.passes(); pass++) {
      int current = pass;
      for (Reduction r : plan.reductions(pass)) {
        fill(r, () -> code.iload(size));
      }
      loop.walk().reducedLoops(pass, () -> again(size, () -> body.write(current)));
      place(size, pass + 1);
    }
    List<Write> kept =
        plan.keptWrites().stream().filter(w -> (w.scope() & Scope.INNER) != 0).toList();
    if (!kept.isEmpty()) {
      again(size, () -> kept.forEach(body::storeElement));
    }
    code.iload(loop.index()).iload(size).iadd().istore(loop.index());
  }

  private interface BlockBody {
    /// @param size local variable with the number of elements
    void write(int size);
  }

  /// Cuts what is left of the inner axis into blocks of `large` elements, then into ones of at most
  /// `small`. The body moves the index.
  private void blocks(int large, int small, BlockBody block) {
    int size = loop.newInt();
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(loop.index()).iload(LoopWriter.INNER_TO).if_icmpge(done);
    code.iload(LoopWriter.INNER_TO).iload(loop.index()).isub();
    code.loadConstant(large).loadConstant(small);
    code.invokestatic(CD_LOOP, "blockSize", MethodTypeDesc.of(CD_int, CD_int, CD_int, CD_int));
    code.istore(size);
    block.write(size);
    code.goto_(top).labelBinding(done);
  }

  /// Walks over a block and back to its start.
  private void again(int size, Runnable element) {
    forSlots(size, element);
    code.iload(loop.index()).iload(size).isub().istore(loop.index());
  }

  /// Computes the values per kept index of a stage.
  private void place(int size, int stage) {
    if (!body.placed(stage).isEmpty()) {
      again(size, () -> body.place(stage));
    }
  }

  private void forSlots(int size, Runnable element) {
    int slot = loop.kept().slot();
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.iconst_0().istore(slot).labelBinding(top).iload(slot).iload(size).if_icmpge(done);
    element.run();
    code.iinc(slot, 1).iinc(loop.index(), 1).goto_(top).labelBinding(done);
  }

  /// Sets the first accumulators of a reduction to its identity.
  private void fill(Reduction r, Runnable count) {
    Lane lane = r.result().lane();
    int start = loop.kept().rows().start(r.result());
    code.aload(loop.laneBuffer(lane)).loadConstant(start).loadConstant(start);
    count.run();
    code.iadd();
    loop.scalars().push(r.identity());
    code.invokestatic(
        CD_ARRAYS, "fill", MethodTypeDesc.of(CD_void, lane.array(), CD_int, CD_int, lane.scalar()));
  }
}
