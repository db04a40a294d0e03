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

  /// Looks at indices up to which a group looks for those of its own row: with more, only a column
  /// is left to divide the work by.
  private static final long MOST_LOOKS = 1L << 27;

  /// The updates of an element are added in their order. A group has a row and some columns, and
  /// walks over all indices; with very many rows, an item has a column and walks over all updates.
  static List<Call> scatterAdd(Dialect dialect, Schedule schedule, Task.ScatterAdd t) {
    int blocks = Math.ceilDiv(t.rowSize(), Calls.GROUP);
    boolean byRow = (long) t.rows() * blocks * t.count() <= MOST_LOOKS;
    String head = dialect.begin(Calls.GROUP, List.of(t.indexType(), t.dtype(), t.dtype()));
    CallBuilder call =
        new CallBuilder(schedule)
            .buffer(t.index())
            .buffer(t.updates())
            .buffer(t.result())
            .number(t.rows(), t.rowSize(), t.count());
    Call scatter =
        byRow
            ? call.groups(
                head + byRow(dialect, t.dtype()),
                "scatter",
                (long) t.rows() * blocks,
                Calls.GROUP,
                Calls.GROUP * Integer.BYTES)
            : call.items(head + byColumn(dialect, t.dtype()), "scatter", t.rowSize(), Calls.GROUP);
    Call copy = copy(dialect, schedule, t.dtype(), t.x(), t.result(), t.rows() * t.rowSize());
    return List.of(copy, scatter);
  }

  private static String sum(DType dtype, String x, String y) {
    return switch (dtype) {
      case F32, F64 -> x + " + " + y;
      case I32, I64 -> "add" + CText.suffix(dtype) + "(" + x + ", " + y + ")";
      case F16, BF16 -> throw new AssertionError("nothing adds " + dtype);
      case U8 -> "(" + x + " + " + y + ") & 255";
      case BOOL -> x + " | " + y;
    };
  }

  private static String byRow(Dialect dialect, DType dtype) {
    String text =
        """
          LOCAL i32 mine[ITEMS];
          const i32 rows = p[3], size = p[4], count = p[5], item = ITEM, blocks = (size + ITEMS - 1) / ITEMS;
          for (i32 n = GROUP; n < rows * blocks; n += GROUPS) {
            const i32 here = n / blocks, column = n % blocks * ITEMS + item;
            T sum = 0;
            if (column < size) sum = b2[here * size + column];
            for (i32 first = 0; first < count; first += ITEMS) {
              const i32 place = first + item;
              BARRIER;
              mine[item] = 0;
              if (place < count) {
                const i64 row = b0[place];
                mine[item] = row == here;
                if (n == 0 && (row < 0 || row >= rows)) { REPORT }
              }
              BARRIER;
              for (i32 i = 0; i < ITEMS; i++) {
                if (mine[i] && column < size) sum = SUM;
              }
            }
            if (column < size) b2[here * size + column] = (M)sum;
          }
        }
        """
            .replace("REPORT", report(dialect, 2, "place"))
            .replace("SUM", sum(dtype, "sum", "b1[(first + i) * size + column]"))
            .replace("LOCAL ", dialect.local())
            .replace("BARRIER", dialect.barrier())
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEMS", Integer.toString(Calls.GROUP))
            .replace("ITEM", dialect.item());
    return CText.typed(dtype, text);
  }

  private static String byColumn(Dialect dialect, DType dtype) {
    return """
      const i32 rows = p[3], size = p[4], count = p[5];
      EACH for (i32 i = 0; i < count; i++) {
        const i64 row = b0[i];
        if (row < 0 || row >= rows) { REPORT }
        else { const i32 to = (i32)row * size + n; b2[to] = SUM; }
      }
    }
    """
        .replace("EACH", dialect.each("n", "size", Calls.GROUP))
        .replace("REPORT", report(dialect, 2, "i"))
        .replace("SUM", sum(dtype, "b2[to]", "b1[i * size + n]"));
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
