package jacquard.kernels;

import jacquard.kernels.Kernel.Instr;

/// A kernel as text: a line an instruction, `%3 full f32 = mul %1 %2`.
public final class KernelText {
  private KernelText() {}

  /// {@return the accesses, then the instructions, a line each}
  ///
  /// @param kernel what to print
  public static String of(Kernel kernel) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "kernel: %d outer, %d reduced, inner %s%n",
            kernel.outerAxes(), kernel.reducedAxes(), kernel.innerReduced() ? "reduced" : "kept"));
    for (int i = 0; i < kernel.accesses().size(); i++) {
      Kernel.Access a = kernel.accesses().get(i);
      text.append(
          String.format(
              "  a%d %s %s, inner stride %s, %s%n",
              i, a.memory() ? "memory" : "position", a.dtype(), a.inner(), a.level()));
    }
    for (int i = 0; i < kernel.instructions().size(); i++) {
      Instr instr = kernel.instructions().get(i);
      String line =
          instr instanceof Instr.Store s
              ? "a" + s.access() + " = %" + s.value()
              : "%"
                  + i
                  + " "
                  + instr.level().toString().toLowerCase(java.util.Locale.ROOT)
                  + " "
                  + instr.dtype()
                  + " = "
                  + operation(instr);
      text.append("  ").append(line).append('\n');
    }
    return text.toString();
  }

  private static String operation(Instr instr) {
    return switch (instr) {
      case Instr.Constant c ->
          c.dtype().isFloat()
              ? Double.toString(Double.longBitsToDouble(c.bits()))
              : Long.toString(c.bits());
      case Instr.Dynamic d -> "scalar " + d.slot();
      case Instr.DynamicWord d -> (d.high() ? "high" : "low") + " word of scalar " + d.slot();
      case Instr.Load l -> "a" + l.access();
      case Instr.LoadWord l -> (l.high() ? "high" : "low") + " word of a" + l.access();
      case Instr.Index x -> "position of a" + x.access();
      case Instr.Random r ->
          "random %"
              + r.low()
              + " %"
              + r.high()
              + " position of a"
              + r.access()
              + " salt "
              + r.salt();
      case Instr.Unary u -> u.kind() + " %" + u.x();
      case Instr.Binary b -> b.kind() + " %" + b.x() + " %" + b.y();
      case Instr.Where w -> "where %" + w.condition() + " %" + w.x() + " %" + w.y();
      case Instr.Cast c -> "cast %" + c.x();
      case Instr.Reduce r -> "reduce " + r.kind() + " %" + r.x();
      case Instr.Store s -> throw new IllegalArgumentException("a store has no value");
    };
  }
}
