package jacquard.kernels.csource;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The functions that kernels call, in the C that all dialects share. They do what the reference
/// evaluator does, also for NaN, infinities, zeros of both signs and whole numbers that overflow.
final class Functions {
  private Functions() {}

  /// For a float type `T` with the name suffix `S`.
  private static final String FLOAT =
      """
      FN T maxS(T a, T b) { return a != a || b != b ? a + b : a > b ? a : a < b ? b : a == 0 ? a + b : a; }
      FN T minS(T a, T b) { return a != a || b != b ? a + b : a < b ? a : a > b ? b : a == 0 ? -(-a - b) : a; }
      FN T modS(T a, T b) {
        if (b - b != 0) return a - b * floor(a / b);
        T r = fmod(a, b);
        return r != 0 && (r < 0) != (b < 0) ? r + b : r == 0 ? (T)0 : r;
      }
      FN T signS(T a) { return a > 0 ? (T)1 : a < 0 ? (T)-1 : a; }
      FN T sigmoidS(T a) { T e = exp(a < 0 ? a : -a); return a < 0 ? e / (1 + e) : 1 / (1 + e); }
      FN i32 i32S(T a) { return a != a ? 0 : a >= (T)2147483648.0 ? 2147483647 : a < (T)-2147483648.0 ? -2147483647 - 1 : (i32)a; }
      FN i64 i64S(T a) {
        return a != a ? 0 : a >= (T)9223372036854775808.0 ? 9223372036854775807L
          : a < (T)-9223372036854775808.0 ? -9223372036854775807L - 1 : (i64)a;
      }
      FN i32 u8S(T a) { return a >= (T)255 ? 255 : a > 0 ? (i32)a : 0; }
      FN i32 orderS(T a, T b) { return a != a || b != b ? (a != a) - (b != b) : a < b ? -1 : a > b; }
      FN T addS(T a, T b) { return a + b; }
      FN T mulS(T a, T b) { return a * b; }
      """;

  /// For a whole type `T`, its unsigned twin `U`, the suffix `S` and shift counts below `B`.
  private static final String WHOLE =
      """
      FN T maxS(T a, T b) { return a > b ? a : b; }
      FN T minS(T a, T b) { return a < b ? a : b; }
      FN T addS(T a, T b) { return (T)((U)a + (U)b); }
      FN T subS(T a, T b) { return (T)((U)a - (U)b); }
      FN T mulS(T a, T b) { return (T)((U)a * (U)b); }
      FN T negS(T a) { return (T)((U)0 - (U)a); }
      FN T absS(T a) { return a < 0 ? negS(a) : a; }
      FN T signS(T a) { return (a > 0) - (a < 0); }
      FN T divS(T a, T b) { return b == 0 ? 0 : b == -1 ? negS(a) : a / b; }
      FN T modS(T a, T b) {
        if (b == 0 || b == -1) return 0;
        T r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
      }
      FN T shlS(T a, T b) { return (T)((U)a << (b & (B - 1))); }
      FN T shrS(T a, T b) { return (T)((U)a >> (b & (B - 1))); }
      FN i32 orderS(T a, T b) { return (a > b) - (a < b); }
      """;

  private static final String THREEFRY =
      """
      FN u32 rotated(u32 x, u32 n) { return (x << n) | (x >> (32u - n)); }
      #define ROUND(n) x += y; y = rotated(y, n) ^ x;
      #define ROUNDS_A ROUND(13u) ROUND(15u) ROUND(26u) ROUND(6u)
      #define ROUNDS_B ROUND(17u) ROUND(29u) ROUND(16u) ROUND(24u)
      /* word 0 of Threefry 2x32 with 20 rounds */
      FN i32 threefry(u32 low, u32 high, u32 counter, u32 salt) {
        u32 parity = low ^ high ^ 0x1BD11BDAu, x = counter + low, y = salt + high;
        ROUNDS_A x += high; y += parity + 1u;
        ROUNDS_B x += parity; y += low + 2u;
        ROUNDS_A x += low; y += high + 3u;
        ROUNDS_B x += high; y += parity + 4u;
        ROUNDS_A x += parity; y += low + 5u;
        return (i32)x;
      }
      """;

  /// A function and its name.
  private record Function(String name, String text) {}

  private static final List<Function> ALL = all();

  private static List<Function> all() {
    List<Function> all = new ArrayList<>();
    add(all, typed(WHOLE, "i32", "_i32").replaceAll("\\bU\\b", "u32").replaceAll("\\bB\\b", "32"));
    add(all, typed(WHOLE, "i64", "_i64").replaceAll("\\bU\\b", "u64").replaceAll("\\bB\\b", "64"));
    add(all, typed(FLOAT, "float", "_f32").replaceAll("(?<=\\d\\.0)(?=\\D)", "f"));
    add(all, typed(FLOAT, "double", "_f64"));
    all.add(new Function("threefry", THREEFRY));
    return List.copyOf(all);
  }

  private static String typed(String template, String type, String suffix) {
    return template.replaceAll("\\bT\\b", type).replaceAll("(?<=[a-z0-9])S\\b", suffix);
  }

  /// One by one, each from its `FN` to the next.
  private static void add(List<Function> all, String text) {
    for (String function : text.split("(?m)^(?=FN )")) {
      String name = function.substring(0, function.indexOf('('));
      all.add(new Function(name.substring(name.lastIndexOf(' ') + 1), function));
    }
  }

  /// A kernel's text after what it needs: types, and the functions that it calls.
  static String before(Dialect dialect, String kernel) {
    Deque<String> needed = new ArrayDeque<>();
    String callers = kernel;
    for (Function function : ALL.reversed()) {
      if (callers.contains(function.name + "(")) {
        needed.addFirst(function.text);
        callers += function.text;
      }
    }
    String extension =
        callers.contains("double") || callers.contains("F64_OF")
            ? "#ifdef cl_khr_fp64\n#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n#endif\n"
            : "";
    return extension
        + dialect.head()
        + "#define FN "
        + dialect.function()
        + "\n"
        + String.join("", needed)
        + kernel;
  }
}
