package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.DType;
import java.util.List;

/// Running sums, largest elements and sorting indices along an axis.
final class Scans {
  private Scans() {}

  /// With what additions lose (Neumaier): a running sum of thousands is as good as one of tens.
  private static final String F32_SUMS =
      """
      T sum = 0, lost = 0;
      for (i32 i = 0; i < n; i++) {
        const T x = b0[from + i * after], next = sum + x;
        const T rest = fabs(sum) >= fabs(x) ? (sum - next) + x : (x - next) + sum;
        sum = next;
        lost += rest - rest == 0 ? rest : 0;
        b1[from + i * after] = sum + lost;
      }
      """;

  private static String plainSums(DType dtype) {
    String sum = CText.wrapped(dtype, "add" + CText.suffix(dtype) + "(sum, b0[from + i * after])");
    return """
    T sum = 0;
    for (i32 i = 0; i < n; i++) { sum = SUM; b1[from + i * after] = (M)sum; }
    """
        .replace("SUM", sum);
  }

  static Call call(Dialect dialect, CallBuilder call, Task.Scan t) {
    boolean sums = t.kind() == Task.Scan.Kind.CUMSUM;
    boolean sorts = !sums && t.kind() != Task.Scan.Kind.ARGMAX;
    String order = "order" + CText.suffix(t.dtype());
    String body =
        switch (t.kind()) {
          case CUMSUM -> t.dtype() == DType.F32 ? F32_SUMS : plainSums(t.dtype());
          case ARGMAX ->
              """
              i32 best = 0;
              for (i32 i = 1; i < n; i++) if (ORDER(b0[from + i * after], b0[from + best * after]) > 0) best = i;
              b1[slice] = best;
              """
                  .replace("ORDER", order);
          // an element's place is the number of those that stand before it
          case ARGSORT, ARGSORT_DESCENDING ->
              """
              i32 place = 0;
              const T x = b0[from + at * after];
              for (i32 i = 0; i < n; i++) {
                const i32 order = SIGN ORDER(b0[from + i * after], x);
                place += order < 0 || (order == 0 && i < at);
              }
              b1[from + place * after] = at;
              """
                  .replace("ORDER", order)
                  .replace("SIGN", t.kind() == Task.Scan.Kind.ARGSORT ? "" : "-");
        };
    DType result = sums ? t.dtype() : DType.I32;
    String source =
        dialect.begin(Calls.GROUP, List.of(t.dtype(), result))
            + """
              const i32 n = p[2], after = p[3], items = p[4];
              EACH {
                const i32 slice = SLICE, at = PLACE;
                const i32 from = slice / after * n * after + slice % after;
            """
                .replace("EACH", dialect.each("element", "items", Calls.GROUP))
                .replace("SLICE", sorts ? "element / n" : "element")
                .replace("PLACE", sorts ? "element % n" : "0")
            + CText.typed(t.dtype(), body)
            + "  }\n}\n";
    int items = t.before() * t.after() * (sorts ? t.n() : 1);
    call.buffer(t.x()).buffer(t.result()).number(t.n(), Math.max(1, t.after()), items);
    return call.items(source, "scan", items, Calls.GROUP);
  }
}
