package jacquard.kernels.csource;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Functions for four warps that multiply together, for `sm_90a` alone; named as PTX names the
/// instructions, see [its
/// description](https://docs.nvidia.com/cuda/parallel-thread-execution/#asynchronous-warpgroup-level-matrix-instructions).
final class WarpGroupFunctions {
  private WarpGroupFunctions() {}

  private static final String ORDER =
      """
      FN char* dynamic_memory() { extern __shared__ char dynamic[]; return dynamic; }
      FN void fence_proxy_async() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
      FN void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
      FN void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
      FN void wgmma_wait_0() { asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory"); }
      FN void wgmma_wait_1() { asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory"); }
      FN void round_tf32(char* part) {
        uint4 x = *(uint4*)part;
        x.x = tf32(x.x); x.y = tf32(x.y); x.z = tf32(x.z); x.w = tf32(x.w);
        *(uint4*)part = x;
      }
      FN void store_two(float* to, float x, float y) { *(float2*)to = make_float2(x, y); }
      """;

  static final String TEXT = ORDER + products();

  /// What multiplies 64 rows by so many columns.
  ///
  /// @param dtype f16, bf16 or tf32
  /// @param left how the left operand lies: `k` or `x`
  static String name(String dtype, int columns, char left, char right) {
    return "wgmma_%s_%d_%c%c".formatted(dtype, columns, left, right);
  }

  private static String products() {
    StringBuilder text = new StringBuilder();
    for (int columns : WarpGroupProducts.COLUMNS) {
      for (String dtype : new String[] {"f16", "bf16"}) {
        for (String layout : new String[] {"kk", "kx", "xk", "xx"}) {
          text.append(product(dtype, columns, layout.charAt(0), layout.charAt(1)));
        }
      }
      text.append(product("tf32", columns, 'k', 'k'));
    }
    return text.toString();
  }

  /// An item has half as many sums as there are columns. The ones after the descriptors: what is in
  /// the sums counts, and the signs of both operands.
  private static String product(String dtype, int columns, char left, char right) {
    int sums = columns / 2;
    boolean half = !dtype.equals("tf32");
    return """
    FN void NAME(float* c, u64 a, u64 b) {
      asm volatile("wgmma.mma_async.sync.aligned.m64nCOLUMNSkTERMS.f32.TYPE.TYPE {REGISTERS}, %A, %B, 1, 1, 1TURNS;"
        : VALUES
        : "l"(a), "l"(b) : "memory");
    }
    """
        .replace("NAME", name(dtype, columns, left, right))
        .replace("COLUMNS", Integer.toString(columns))
        .replace("TERMS", half ? "16" : "8")
        .replace("TYPE", dtype)
        .replace("%A", "%" + sums)
        .replace("%B", "%" + (sums + 1))
        .replace(
            "TURNS", half ? (left == 'x' ? ", 1" : ", 0") + (right == 'x' ? ", 1" : ", 0") : "")
        .replace("REGISTERS", joined(sums, "%%%d"))
        .replace("VALUES", joined(sums, "\"+f\"(c[%d])"));
  }

  private static String joined(int count, String each) {
    return IntStream.range(0, count).mapToObj(each::formatted).collect(Collectors.joining(", "));
  }
}
