package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import java.util.List;

/// Gather and scatter-add. An index outside reads or writes nothing and is noted in `trouble`, the
/// first one to come: what it was for, its place, itself, and how many rows there are.
final class Rows {
  private Rows() {}

  /// Notes an index outside: what it was for, and where it stands.
  private static String report(Dialect dialect, int what, String place) {
    return "if (%s(trouble, 0, %d) == 0) { trouble[1] = %s; trouble[2] = (i32)row; trouble[3] = rows; }"
        .formatted(dialect.exchange(), what, place);
  }

  static Call gather(Dialect dialect, CallBuilder call, Task.Gather t) {
    String source =
        dialect.begin(Calls.GROUP, List.of(t.dtype(), t.indexType(), t.dtype()))
            + """
              const i32 rows = p[3], size = p[4], count = p[5];
              EACH {
                const i64 row = b1[n / size];
                if (row < 0 || row >= rows) { REPORT }
                else b2[n] = b0[(i32)row * size + n % size];
              }
            }
            """
                .replace("EACH", dialect.each("n", "count * size", Calls.GROUP))
                .replace("REPORT", report(dialect, 1, "n / size"));
    call.buffer(t.x()).buffer(t.index()).buffer(t.result());
    call.number(t.rows(), t.rowSize(), t.count());
    return call.items(source, "gather", (long) t.count() * t.rowSize(), Calls.GROUP);
  }

  /// The updates of an element are added in their order: an item has a column and walks over all of
  /// them.
  static List<Call> scatterAdd(Dialect dialect, Schedule schedule, Task.ScatterAdd t) {
    String add =
        switch (t.dtype()) {
          case F32, F64 -> "b2[to] + b1[i * size + n]";
          case I32, I64 -> "add" + CText.suffix(t.dtype()) + "(b2[to], b1[i * size + n])";
          case F16, BF16 -> throw new AssertionError("nothing adds " + t.dtype());
          case U8 -> "(b2[to] + b1[i * size + n]) & 255";
          case BOOL -> "b2[to] | b1[i * size + n]";
        };
    String source =
        dialect.begin(Calls.GROUP, List.of(t.indexType(), t.dtype(), t.dtype()))
            + """
              const i32 rows = p[3], size = p[4], count = p[5];
              EACH for (i32 i = 0; i < count; i++) {
                const i64 row = b0[i];
                if (row < 0 || row >= rows) { REPORT }
                else { const i32 to = (i32)row * size + n; b2[to] = ADD; }
              }
            }
            """
                .replace("EACH", dialect.each("n", "size", Calls.GROUP))
                .replace("REPORT", report(dialect, 2, "i"))
                .replace("ADD", add);
    Call scatter =
        new CallBuilder(schedule)
            .buffer(t.index())
            .buffer(t.updates())
            .buffer(t.result())
            .number(t.rows(), t.rowSize(), t.count())
            .items(source, "scatter", t.rowSize(), Calls.GROUP);
    Call copy = copy(dialect, schedule, t.dtype(), t.x(), t.result(), t.rows() * t.rowSize());
    return List.of(copy, scatter);
  }

  /// Elements `0 .. count - 1` of a value into another, which may be the same memory.
  static Call copy(Dialect dialect, Schedule schedule, DType dtype, int from, int to, int count) {
    String source =
        dialect.begin(Calls.GROUP, List.of(dtype, dtype))
            + "  const i32 count = p[2];\n  "
            + dialect.each("n", "count", Calls.GROUP)
            + " b1[n] = b0[n];\n}\n";
    return new CallBuilder(schedule)
        .buffer(from)
        .buffer(to)
        .number(count)
        .items(source, "copy", count, Calls.GROUP);
  }
}
