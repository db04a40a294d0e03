package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/// Copies of a part at a position that the device itself holds.
final class Parts {
  private Parts() {}

  static List<Call> calls(Dialect dialect, Schedule schedule, Task.Dynamic t) {
    int rank = t.whole().rank();
    StringBuilder source = new StringBuilder();
    source.append(dialect.begin(Calls.GROUP, List.of(DType.I32, t.dtype(), t.dtype())));
    source.append("  const i32 count = p[3];\n");
    source.append(
        "  " + dialect.each("n", "count", Calls.GROUP) + " {\n    i32 rest = n, at = 0;\n");
    CallBuilder call = new CallBuilder(schedule).buffer(t.start());
    // b1 is the whole, b2 the part
    call.buffer(t.into() ? t.result() : t.x()).buffer(t.into() ? t.part() : t.result());
    call.number(t.partShape().arraySize());
    for (int i = 0; i < rank; i++) {
      call.number(t.partShape().dim(i), t.whole().dim(i), t.whole().strides().get(i));
    }
    for (int i = rank - 1; i >= 0; i--) {
      int at = 4 + 3 * i;
      source.append(
          "    { const i32 size = p[%d], most = p[%d] - size; i32 s = b0[%d]; s = s < 0 ? 0 : s > most ? most : s;\n"
              .formatted(at, at + 1, i));
      source.append("      at += (s + rest % size) * p[" + (at + 2) + "]; rest /= size; }\n");
    }
    source.append(t.into() ? "    b1[at] = b2[n];\n" : "    b2[n] = b1[at];\n").append("  }\n}\n");
    List<Call> calls = new ArrayList<>();
    if (t.into()) {
      calls.add(Rows.copy(dialect, schedule, t.dtype(), t.x(), t.result(), t.whole().arraySize()));
    }
    calls.add(call.items(source.toString(), "part", t.partShape().arraySize(), Calls.GROUP));
    return calls;
  }
}
