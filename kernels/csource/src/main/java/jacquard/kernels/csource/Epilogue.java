package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * An item computes some elements, then stores what it has made of them: buffers may be the same memory, so that a compiler
 * could not have all their reads under way at once.
 */
/// A loop that reduces nothing, run on each element of a product by the kernel that computes it.
///
/// @param loop the loop, which reads the product at its own index
/// @param computed accesses of the loop that are the product
/// @param keepsProduct whether the product itself is wanted, too
record Epilogue(Task.Loop loop, Set<Integer> computed, boolean keepsProduct) {
  /// Elements that an item computes before it stores them.
  static final int AT_ONCE = 4;

  /// The epilogue of a product; null if it has none, or one that needs whole rows.
  static @Nullable Epilogue of(Schedule schedule, Task.Dot t) {
    Task.Loop loop = t.epilogue();
    if (loop == null || LoopValues.isReducing(loop.kernel())) {
      return null;
    }
    Set<Integer> computed = new TreeSet<>();
    for (int a = 0; a < loop.kernel().accesses().size(); a++) {
      if (loop.kernel().accesses().get(a).memory() && loop.values().get(a) == t.c()) {
        if (!isDense(loop.launch(), loop.launch().walks().get(a))) {
          return null;
        }
        computed.add(a);
      }
    }
    for (Kernel.Instr instr : loop.kernel().instructions()) {
      if (instr instanceof Kernel.Instr.LoadWord w && computed.contains(w.access())) {
        return null;
      }
    }
    return new Epilogue(loop, computed, schedule.isKept(t.c()));
  }

  /// Whether a walk passes the elements of a value in their order.
  private static boolean isDense(Launch launch, Launch.Walk walk) {
    boolean dense = walk.offset() == 0 && (launch.inner() == 1 || walk.inner() == 1);
    int stride = launch.inner();
    for (int i = launch.outer().length() - 1; i >= 0; i--) {
      dense &= launch.outer().get(i) == 1 || walk.outer().get(i) == stride;
      stride *= launch.outer().get(i);
    }
    return dense;
  }

  /// Element dtypes of its own buffers.
  List<DType> buffers() {
    List<DType> buffers = new ArrayList<>();
    for (int a = 0; a < loop.kernel().accesses().size(); a++) {
      if (isBuffer(a)) {
        buffers.add(loop.kernel().accesses().get(a).dtype());
      }
    }
    return buffers;
  }

  private boolean isBuffer(int access) {
    return loop.kernel().accesses().get(access).memory() && !computed.contains(access);
  }

  /// Hands its buffers and numbers to a call, behind those that the product has.
  void arguments(CallBuilder call) {
    for (int a = 0; a < loop.kernel().accesses().size(); a++) {
      if (isBuffer(a)) {
        call.buffer(loop.values().get(a));
      }
    }
    Loops.numbers(call, loop.kernel(), loop.launch());
  }

  /// Statements for the elements of a product.
  ///
  /// @param buffers how many the product has, of which the last is its result
  /// @param numbers how many the product has
  LoopText.Inlined text(Dialect dialect, int buffers, int numbers) {
    int first = buffers + buffers().size() + numbers;
    return LoopText.inlined(dialect, loop.kernel(), computed, buffers, first);
  }

  /// How the tile of a group passes through shared memory, some rows at a time.
  ///
  /// @param count of bands
  /// @param write puts what an item has of band `w` into shared memory
  /// @param memory rows in shared memory, as long as the tile is wide
  /// @param rows of a band
  /// @param row of the tile for row `row` of band `u`
  /// @param width columns of the tile
  record Bands(String count, String write, String memory, String rows, String row, String width) {}

  /// The end of a kernel whose groups have a tile each: the text of the loop stands there once, and
  /// neighbouring items have neighbouring elements.
  ///
  /// @return statements with `RESULTS`, `COMPUTE` and `STORE` still to be put in by [#into]
  String staged(Bands bands, int items) {
    return """
    #pragma unroll 1
    for (i32 u = 0; u < BANDS; u++) {
      BARRIER;
      #pragma unroll
      for (i32 w = 0; w < BANDS; w++) {
        if (w == u) {
          WRITE
        }
      }
      BARRIER;
      #pragma unroll 1
      for (i32 e0 = item; e0 < ROWS * WIDTH; e0 += ITEMS * COUNT) {
        RESULTS
        for (i32 x = 0; x < COUNT; x++) {
          PLACE {
            const T computed = (M)STAGE[row][column];
            const i32 n = element;
            COMPUTE
          }
        }
        for (i32 x = 0; x < COUNT; x++) {
          PLACE {
            KEEP
            const i32 n = element;
            STORE
          }
        }
      }
    }
    BARRIER;
    """
        .replace(
            "PLACE",
            """
            const i32 e = e0 + x * ITEMS, row = e / WIDTH, column = e % WIDTH;
                  const i32 i = i0 + PLACED, j = j0 + column, element = (z * m + i) * n + j;
                  if (e < ROWS * WIDTH && i < m && j < n)\
            """
                .strip())
        .replace("KEEP", keepsProduct ? "b2[element] = (M)STAGE[row][column];" : "")
        .replace("PLACED", bands.row)
        .replace("WRITE", bands.write.strip())
        .replace("STAGE", bands.memory)
        .replace("BANDS", bands.count)
        .replace("ROWS", bands.rows)
        .replace("WIDTH", bands.width)
        .replace("ITEMS", Integer.toString(items))
        .replace("COUNT", Integer.toString(AT_ONCE));
  }

  /// A text with the statements in their places.
  ///
  /// @param template in which `RESULTS`, `COMPUTE` and `STORE` stand for the parts of a
  ///   [LoopText.Inlined]
  String into(String template, Dialect dialect, int buffers, int numbers) {
    LoopText.Inlined text = text(dialect, buffers, numbers);
    return template
        .replace("RESULTS", text.results().strip())
        .replace("COMPUTE", text.compute().strip())
        .replace("STORE", text.store().strip());
  }
}
