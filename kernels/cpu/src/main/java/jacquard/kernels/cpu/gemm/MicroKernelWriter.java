package jacquard.kernels.cpu.gemm;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import jacquard.kernels.cpu.emit.PseudoJava;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.List;

/*
 * The inner loop of a 6x16 tile, as it is written here for one step of k:
 *
 *     b0 = B[bi], b1 = B[bi + 8]                     two vector loads
 *     for each row r:  v = broadcast(A[row_r + ai])
 *                      c_r0 = fma(v, b0, c_r0), c_r1 = fma(v, b1, c_r1)
 *
 * Whether 12 accumulators survive in 16 registers is decided by C2's list scheduler, which knows two modes. By latency,
 * its usual mode, it orders all six broadcasts before the first multiply-add, runs out of registers and spills
 * accumulators: 29 to 42 % of the FMA peak. Under register pressure, vector or general-purpose, it prefers what raises
 * the pressure least, and of that the nodes with most inputs: an index that must be computed first holds its broadcast
 * back, and multiply-adds come between. One spilled sum is as bad as six: its chain goes through memory, 14 cycles a step.
 *
 * - row_r is a local of its own, which the compiler can't relate to the other rows' (aOffset + r * aRowStride, with a
 *   run-time stride, also where the stride is 1). With row_r = ai + r as a constant displacement for all: 42 %.
 * - But each of them costs an instruction in each step, and with six the loop is as long as the processor can decode in
 *   the six cycles of its multiply-adds: 92 %, and nothing of a tile's beginning and end can overlap with the one before.
 *   With two or four of them, and constant displacements for rows between, it is 97 to 100 %, and a tile of 128 steps takes
 *   839 cycles in place of 918. Only packed tiles can have that.
 * - ai is the loop's counter, which goes up by the distance of A's steps. Computed from a counter of k, packed tiles reach
 *   91 % of what they do so, and panels by panels, where both indices are the same multiple of k, 42 %.
 * - Sums start as zeros, or as what C holds, in kernels of their own: an array to start from, with its offset and
 *   stride, is three more values that live through the loop, and two or four indices no longer work.
 * - The indices of C's rows live through the loop, because the rows are touched before it.
 *
 * Where the optimum lies differs from tile to tile, hence the forms among which KernelWarmer chooses by measuring. How
 * the collector was chosen matters too: G1's loops are cut in strips, which takes registers.
 *
 * Further, measured on a Zen 3 core at k = 128: 4x24 and 3x32 tiles, with the same 12 accumulators, 42 %; a general
 * stride along k costs the range check of every broadcast, 66 %, so A is read in place only where it is contiguous along
 * k, and packed otherwise; row-major B in place instead of a packed panel 84 %; two steps of k in one round 74 %.
 *
 * With 32 registers there is room for any order, but 14 row pointers would spill: there rows are displacements.
 */
/// Writes micro-kernels as classes of bytecode that call the Vector API directly, with all
/// accumulators in locals.
final class MicroKernelWriter {
  private static final ClassDesc KERNEL = MicroKernel.class.describeConstable().orElseThrow();
  private static final ClassDesc THIS =
      ClassDesc.of(MicroKernelWriter.class.getPackageName(), "Tile");
  private static final String METHOD = "tiles";
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");

  private static final int TILES = 0;
  private static final int K = 1;
  private static final int A = 2;
  private static final int A_OFFSET = 3;
  private static final int A_ROW_STRIDE = 4;
  private static final int A_TILE_STRIDE = 5;
  private static final int B = 6;
  private static final int B_OFFSET = 7;
  private static final int C = 8;
  private static final int C_OFFSET = 9;
  private static final int C_ROW_STRIDE = 10;
  private static final int EDGE = 11;
  private static final int TILE = 12;
  private static final int END = 13;
  private static final int P = 14;
  private static final int A_INDEX = 15;
  private static final int B_INDEX = 16;
  private static final int ROW_INDEX = 17;
  private static final int EDGE_INDEX = 18;
  private static final int A_VECTOR = 19;
  private static final int FIRST_FREE = 20;

  private final TileSpec tile;
  private final Element element;
  private final CodeForm form;
  private final boolean separateRows;

  /// What the loop counts in for each step of k: the distance in A, if B's is a multiple.
  private final int counterStep;

  private final CodeBuilder code;
  private final MethodTypeDesc fromArray;
  private final int bVectors = FIRST_FREE;
  private final int rowStarts;
  private final int touched;
  private final int sums;

  private MicroKernelWriter(TileSpec tile, CodeForm form, CodeBuilder code) {
    this.tile = tile;
    this.element = tile.element();
    this.form = form;
    this.separateRows = TileShape.of(tile.width()).readsRows() || tile.kStep() == 1;
    this.counterStep = separateRows && tile.columns() % tile.kStep() == 0 ? tile.kStep() : 1;
    this.code = code;
    fromArray = MethodTypeDesc.of(element.vector(), SPECIES, element.array(), CD_int);
    rowStarts = bVectors + tile.vectors();
    touched = rowStarts + tile.rows();
    sums = touched + tile.rows();
  }

  /// A new kernel in a hidden class of its own.
  static MicroKernel write(TileSpec tile, CodeForm form) {
    try {
      return (MicroKernel)
          MethodHandles.lookup()
              .defineHiddenClass(bytes(tile, form), true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "gemm: cannot load the generated kernel " + tile + "; report this with the JDK's version",
          e);
    }
  }

  /// A kernel as text that reads like Java; see [PseudoJava].
  static String listing(TileSpec tile, CodeForm form) {
    return PseudoJava.of(
        bytes(tile, form),
        METHOD,
        List.of(
            "tiles",
            "k",
            "a",
            "aOffset",
            "aRowStride",
            "aTileStride",
            "b",
            "bOffset",
            "c",
            "cOffset",
            "cRowStride",
            "edge"));
  }

  private static byte[] bytes(TileSpec tile, CodeForm form) {
    return ClassFile.of()
        .build(
            THIS,
            type -> {
              type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              type.withInterfaceSymbols(KERNEL);
              type.withMethodBody(
                  INIT_NAME,
                  MTD_void,
                  ClassFile.ACC_PUBLIC,
                  c -> c.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
              type.withMethodBody(
                  "run",
                  signature(CD_Object),
                  ClassFile.ACC_PUBLIC,
                  c -> bridge(tile.element().array(), c));
              type.withMethodBody(
                  METHOD,
                  signature(tile.element().array()),
                  ClassFile.ACC_STATIC,
                  c -> new MicroKernelWriter(tile, form, c).body());
            });
  }

  private static MethodTypeDesc signature(ClassDesc array) {
    return MethodTypeDesc.of(
        CD_void, CD_int, CD_int, array, CD_int, CD_int, CD_int, array, CD_int, array, CD_int,
        CD_int, array);
  }

  /// `run` casts the arrays and calls `tiles`, which is too large to be inlined into it: casts in
  /// the method of the loop change the compiler's schedule for the worse (93 to 84 %).
  private static void bridge(ClassDesc array, CodeBuilder code) {
    code.iload(1 + TILES).iload(1 + K);
    code.aload(1 + A).checkcast(array).iload(1 + A_OFFSET);
    code.iload(1 + A_ROW_STRIDE).iload(1 + A_TILE_STRIDE);
    code.aload(1 + B).checkcast(array).iload(1 + B_OFFSET);
    code.aload(1 + C).checkcast(array).iload(1 + C_OFFSET).iload(1 + C_ROW_STRIDE);
    code.aload(1 + EDGE).checkcast(array);
    code.invokestatic(THIS, METHOD, signature(array)).return_();
  }

  private void body() {
    Label next = code.newLabel();
    code.iload(K);
    multiply(counterStep);
    code.istore(END);
    if (tile.edge()) {
      code.loadConstant(element.lineStart()).istore(EDGE_INDEX);
    }
    code.iconst_0().istore(TILE);
    code.labelBinding(next);
    tile();
    code.iload(A_OFFSET).iload(A_TILE_STRIDE).iadd().istore(A_OFFSET);
    code.iload(C_OFFSET).iload(C_ROW_STRIDE);
    multiply(tile.rows());
    code.iadd().istore(C_OFFSET);
    if (tile.edge()) {
      code.iinc(EDGE_INDEX, tile.rows() * tile.lanes());
    }
    code.iinc(TILE, 1).iload(TILE).iload(TILES).if_icmplt(next);
    code.return_();
  }

  private void tile() {
    startSums();
    touchRows();
    startRows();
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.iconst_0().istore(P);
    if (form.steppedB()) {
      code.iload(B_OFFSET).istore(B_INDEX);
    }
    code.iload(P).iload(END).if_icmpge(done);
    code.labelBinding(top);
    step();
    if (form.steppedB()) {
      code.iinc(B_INDEX, tile.columns());
    }
    code.iinc(P, counterStep).iload(P).iload(END).if_icmplt(top);
    code.labelBinding(done);
    storeSums();
  }

  private int sum(int row, int vector) {
    return sums + row * tile.vectors() + vector;
  }

  private void startSums() {
    MethodTypeDesc zero = MethodTypeDesc.of(element.vector(), SPECIES);
    if (tile.adds()) {
      code.iload(C_OFFSET).istore(ROW_INDEX);
    }
    for (int r = 0; r < tile.rows(); r++) {
      for (int j = 0; j < tile.vectors(); j++) {
        if (!tile.adds()) {
          species();
          code.invokestatic(element.vector(), "zero", zero);
        } else {
          species();
          place(r, j);
          code.invokestatic(element.vector(), "fromArray", fromArray);
        }
        code.astore(sum(r, j));
      }
      if (tile.adds()) {
        code.iload(ROW_INDEX).iload(C_ROW_STRIDE).iadd().istore(ROW_INDEX);
      }
    }
  }

  /// Pushes where a vector of the tile lies: in the row at `ROW_INDEX`, or beside C.
  private void place(int row, int vector) {
    if (tile.edge() && vector == tile.vectors() - 1) {
      code.aload(EDGE);
      index(EDGE_INDEX, row * tile.lanes());
    } else {
      code.aload(C);
      index(ROW_INDEX, vector * tile.lanes());
    }
  }

  private int touchedRows() {
    return separateRows ? Math.min(form.touchedRows(), tile.rows()) : 0;
  }

  private void touchRows() {
    code.iload(C_OFFSET).istore(ROW_INDEX);
    for (int r = 0; r < touchedRows(); r++) {
      code.iload(ROW_INDEX).istore(touched + r);
      element.load(code.aload(C).iload(ROW_INDEX));
      switch (element) {
        case F32 -> code.pop();
        case F64 -> code.pop2();
      }
      code.iload(ROW_INDEX).iload(C_ROW_STRIDE).iadd().istore(ROW_INDEX);
    }
  }

  /// The row from whose index that of row `r` is computed.
  private int base(int r) {
    int base = r;
    while (base > 0 && (form.bases() >> base & 1) == 0) {
      base--;
    }
    return base;
  }

  private void startRows() {
    for (int r = 0; separateRows && r < tile.rows(); r++) {
      if (base(r) < r) {
        continue;
      }
      code.iload(A_OFFSET);
      if (r > 0) {
        code.iload(A_ROW_STRIDE).loadConstant(r).imul().iadd();
      }
      code.istore(rowStarts + r);
    }
  }

  private void step() {
    code.iload(P);
    multiply(tile.kStep() / counterStep);
    if (!separateRows) {
      code.iload(A_OFFSET).iadd();
    }
    code.istore(A_INDEX);
    if (!form.steppedB()) {
      code.iload(B_OFFSET).iload(P);
      multiply(tile.columns() / counterStep);
      code.iadd().istore(B_INDEX);
    }
    for (int j = 0; j < tile.vectors(); j++) {
      loadVector(B, B_INDEX, j * tile.lanes());
      code.astore(bVectors + j);
    }
    MethodTypeDesc broadcast = MethodTypeDesc.of(element.vector(), SPECIES, element.scalar());
    MethodTypeDesc fma = MethodTypeDesc.of(element.vector(), VECTOR, VECTOR);
    for (int r = 0; r < tile.rows(); r++) {
      species();
      code.aload(A);
      if (separateRows) {
        int base = base(r);
        code.iload(rowStarts + base).iload(A_INDEX).iadd();
        if (r > base) {
          code.loadConstant(r - base).iadd();
        }
      } else {
        index(A_INDEX, r);
      }
      element.load(code).invokestatic(element.vector(), "broadcast", broadcast).astore(A_VECTOR);
      for (int j = 0; j < tile.vectors(); j++) {
        code.aload(A_VECTOR).aload(bVectors + j).aload(sum(r, j));
        code.invokevirtual(element.vector(), "fma", fma).astore(sum(r, j));
      }
    }
  }

  private void multiply(int factor) {
    if (factor > 1) {
      code.loadConstant(factor).imul();
    }
  }

  private void storeSums() {
    MethodTypeDesc intoArray = MethodTypeDesc.of(CD_void, element.array(), CD_int);
    code.iload(C_OFFSET).istore(ROW_INDEX);
    for (int r = 0; r < tile.rows(); r++) {
      if (r < touchedRows()) {
        code.iload(touched + r).istore(ROW_INDEX);
      }
      for (int j = 0; j < tile.vectors(); j++) {
        code.aload(sum(r, j));
        place(r, j);
        code.invokevirtual(element.vector(), "intoArray", intoArray);
      }
      code.iload(ROW_INDEX).iload(C_ROW_STRIDE).iadd().istore(ROW_INDEX);
    }
  }

  private void loadVector(int array, int local, int plus) {
    species();
    code.aload(array);
    index(local, plus);
    code.invokestatic(element.vector(), "fromArray", fromArray);
  }

  private void index(int local, int plus) {
    code.iload(local);
    if (plus > 0) {
      code.loadConstant(plus).iadd();
    }
  }

  private void species() {
    code.getstatic(element.vector(), "SPECIES_" + tile.width().bits(), SPECIES);
  }
}
