package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Long sums of few elements: parts of the terms are added by different groups, into memory beside
/// the result's, and these sums in their order. The same for every tile.
///
/// @param terms of a part, a multiple of 32
/// @param count of parts; 1 for sums in one go
record Split(int terms, int count) {
  private static final int LEAST_TERMS = 512;
  private static final int MOST = 64;

  /// Groups that keep a large GPU busy, twice over.
  static final int ENOUGH = 256;

  /// Elements of all parts' results.
  private static final int MOST_ELEMENTS = 1 << 24;

  static Split of(CallBuilder call, DType dtype, long batch, int m, int n, int depth) {
    long elements = batch * m * n;
    long count = ENOUGH / Math.max(1, Products.tiles(64, batch, m, n));
    count = Math.min(Math.min(count, MOST), depth / LEAST_TERMS);
    count = elements == 0 ? 1 : Math.min(count, MOST_ELEMENTS / elements);
    if (count < 2
        || dtype != DType.F32
        || !CallBuilder.hasScratch(call.schedule(), count * elements)) {
      return new Split(Math.max(1, depth), 1);
    }
    int terms = Math.ceilDiv(Math.ceilDiv(depth, (int) count), 32) * 32;
    return new Split(terms, Math.ceilDiv(depth, terms));
  }

  /// The result's buffer, or that of the parts.
  void result(CallBuilder call, int result, long elements) {
    if (count == 1) {
      call.buffer(result);
    } else {
      call.scratch(Math.toIntExact(count * elements));
    }
  }

  /// The product, and the sum of its parts if there are several, with what is done to it.
  List<Call> calls(
      Dialect dialect,
      Schedule schedule,
      Call product,
      int result,
      long elements,
      @Nullable Epilogue epilogue) {
    if (count == 1) {
      return List.of(product);
    }
    int all = Math.toIntExact(elements);
    CallBuilder call =
        new CallBuilder(schedule).scratch(count * all).buffer(result).number(all, count);
    List<DType> buffers = new ArrayList<>(List.of(DType.F32, DType.F32));
    String head = "";
    String store = "b1[n] = computed;";
    if (epilogue != null) {
      epilogue.arguments(call);
      buffers.addAll(epilogue.buffers());
      LoopText.Inlined text = epilogue.text(dialect, 2, 2);
      head = text.head();
      store = (epilogue.keepsProduct() ? store + "\n" : "") + text.single();
    }
    String text =
        dialect.begin(Calls.GROUP, buffers)
            + "  const i32 count = p[%d], parts = p[%d];\n"
                .formatted(buffers.size(), buffers.size() + 1)
            + head
            + "  "
            + dialect.each("n", "count", Calls.GROUP)
            + """
             {
                float computed = b0[n];
                for (i32 part = 1; part < parts; part++) computed += b0[part * count + n];
                STORE
              }
            }
            """
                .replace("STORE", store);
    return List.of(product, call.items(text, "parts", all, Calls.GROUP));
  }
}
