package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.ArrayList;
import java.util.List;

/// Writes kernels of f32 by hand.
final class Draft {
  private final int outerAxes;
  private final int reducedAxes;
  private final boolean innerReduced;
  private final List<Access> accesses = new ArrayList<>();
  private final List<Instr> instructions = new ArrayList<>();

  Draft(int outerAxes, int reducedAxes, boolean innerReduced) {
    this.outerAxes = outerAxes;
    this.reducedAxes = reducedAxes;
    this.innerReduced = innerReduced;
  }

  Kernel kernel() {
    return new Kernel(outerAxes, reducedAxes, innerReduced, accesses, instructions);
  }

  private int add(Instr instr) {
    instructions.add(instr);
    return instructions.size() - 1;
  }

  private Level level(int... values) {
    Level level = Level.UNIFORM;
    for (int v : values) {
      Level other = instructions.get(v).level();
      level = other.compareTo(level) > 0 ? other : level;
    }
    return level;
  }

  int load(Inner inner, Level level) {
    accesses.add(new Access(DType.F32, true, inner, level));
    return add(new Instr.Load(DType.F32, level, accesses.size() - 1));
  }

  int load() {
    return load(Inner.ONE, Level.FULL);
  }

  int constant(double value) {
    return add(new Instr.Constant(DType.F32, Double.doubleToRawLongBits(value)));
  }

  int dynamic(int slot) {
    return add(new Instr.Dynamic(DType.F32, slot));
  }

  int unary(UnaryKind kind, int x) {
    return add(new Instr.Unary(DType.F32, level(x), kind, x));
  }

  int binary(BinaryKind kind, int x, int y) {
    return add(
        new Instr.Binary(kind.isComparison() ? DType.BOOL : DType.F32, level(x, y), kind, x, y));
  }

  int where(int condition, int x, int y) {
    return add(new Instr.Where(DType.F32, level(condition, x, y), condition, x, y));
  }

  int plus(int x, int y) {
    return binary(BinaryKind.ADD, x, y);
  }

  int minus(int x, int y) {
    return binary(BinaryKind.SUB, x, y);
  }

  int times(int x, int y) {
    return binary(BinaryKind.MUL, x, y);
  }

  int over(int x, int y) {
    return binary(BinaryKind.DIV, x, y);
  }

  int reduce(ReduceKind kind, int x) {
    return add(new Instr.Reduce(DType.F32, kind, x));
  }

  int random(int low, int high) {
    accesses.add(new Access(DType.I32, false, Inner.ONE, Level.FULL));
    return add(new Instr.Random(Level.FULL, accesses.size() - 1, low, high, 1));
  }

  void store(int value, Inner inner, Level level) {
    accesses.add(new Access(instructions.get(value).dtype(), true, inner, level));
    add(new Instr.Store(accesses.size() - 1, value));
  }

  void store(int value) {
    store(value, Inner.ONE, Level.FULL);
  }
}
