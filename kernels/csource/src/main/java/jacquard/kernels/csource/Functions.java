package jacquard.kernels.csource;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The functions that kernels call, in the C that all dialects share. They do what the reference
/// evaluator does, also for NaN, infinities, zeros of both signs and whole numbers that overflow.
final class Functions {
  private Functions() {}

  /// For a float type `T` with the name suffix `S`. Largest and smallest of two have no branches,
  /// with which no two reads of a loop would be under way together.
  private static final String FLOAT =
      """
      FN T maxS(T a, T b) { T x = (a == 0) & (b == 0) ? a + b : a > b ? a : b; return (a != a) | (b != b) ? a + b : x; }
      FN T minS(T a, T b) { T x = (a == 0) & (b == 0) ? -(-a - b) : a < b ? a : b; return (a != a) | (b != b) ? a + b : x; }
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

  /// f16 and bf16. What is below the smallest normal f16 is rounded between 1/2 and 1, where a
  /// float has bits down to 2^-24.
  private static final String HALF =
      """
      FN float bf16_value(u16 bits) { return F32_OF((i32)((u32)bits << 16)); }
      FN u16 bf16_bits(float a) {
        u32 bits = BITS_OF(a);
        return (u16)(a != a ? 0x7fc0u : (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
      }
      FN float round_bf16(float a) { return bf16_value(bf16_bits(a)); }
      FN float round_f16(float a) {
        float x = fabs(a);
        u32 bits = BITS_OF(x);
        float normal = F32_OF((i32)((bits + 0xfffu + ((bits >> 13) & 1u)) & 0xffffe000u));
        float small = (x + 0.5f) - 0.5f;
        float y = x < 0x1p-14f ? small : normal >= 65536.0f ? F32_OF(0x7f800000) : normal;
        return a != a ? a : F32_OF((i32)(BITS_OF(y) | (BITS_OF(a) & 0x80000000u)));
      }
      """;

  /// 16 bytes at a time, or as many as 4 elements have: addresses are multiples of that.
  private static final String WIDE =
      """
      FN void load4_f32(float* x, GLOBAL const float* at) { float4 v = *(GLOBAL const float4*)at; x[0] = v.x; x[1] = v.y; x[2] = v.z; x[3] = v.w; }
      FN void load4_i32(i32* x, GLOBAL const i32* at) { int4 v = *(GLOBAL const int4*)at; x[0] = v.x; x[1] = v.y; x[2] = v.z; x[3] = v.w; }
      FN void load4_u8(u8* x, GLOBAL const u8* at) { uchar4 v = *(GLOBAL const uchar4*)at; x[0] = v.x; x[1] = v.y; x[2] = v.z; x[3] = v.w; }
      FN void load2_f64(double* x, GLOBAL const double* at) { double2 v = *(GLOBAL const double2*)at; x[0] = v.x; x[1] = v.y; }
      FN void load2_i64(i64* x, GLOBAL const i64* at) { i64x2 v = *(GLOBAL const i64x2*)at; x[0] = v.x; x[1] = v.y; }
      FN void load4_f64(double* x, GLOBAL const double* at) { load2_f64(x, at); load2_f64(x + 2, at + 2); }
      FN void load4_i64(i64* x, GLOBAL const i64* at) { load2_i64(x, at); load2_i64(x + 2, at + 2); }
      FN void pair_f16(float* x, u32 bits) { x[0] = f16_value((u16)bits); x[1] = f16_value((u16)(bits >> 16)); }
      FN void pair_bf16(float* x, u32 bits) { x[0] = bf16_value((u16)bits); x[1] = bf16_value((u16)(bits >> 16)); }
      FN void load4_f16(float* x, GLOBAL const u16* at) { uint2 v = *(GLOBAL const uint2*)at; pair_f16(x, v.x); pair_f16(x + 2, v.y); }
      FN void load4_bf16(float* x, GLOBAL const u16* at) { uint2 v = *(GLOBAL const uint2*)at; pair_bf16(x, v.x); pair_bf16(x + 2, v.y); }
      FN void load8_f16(float* x, GLOBAL const u16* at) {
        uint4 v = *(GLOBAL const uint4*)at; pair_f16(x, v.x); pair_f16(x + 2, v.y); pair_f16(x + 4, v.z); pair_f16(x + 6, v.w);
      }
      FN void load8_bf16(float* x, GLOBAL const u16* at) {
        uint4 v = *(GLOBAL const uint4*)at; pair_bf16(x, v.x); pair_bf16(x + 2, v.y); pair_bf16(x + 4, v.z); pair_bf16(x + 6, v.w);
      }
      FN void load8_u8(u8* x, GLOBAL const u8* at) { load4_u8(x, at); load4_u8(x + 4, at + 4); }
      FN void store4_f32(GLOBAL float* at, const float* x) { float4 v; v.x = x[0]; v.y = x[1]; v.z = x[2]; v.w = x[3]; *(GLOBAL float4*)at = v; }
      FN void store4_i32(GLOBAL i32* at, const i32* x) { int4 v; v.x = x[0]; v.y = x[1]; v.z = x[2]; v.w = x[3]; *(GLOBAL int4*)at = v; }
      FN void store4_u8(GLOBAL u8* at, const u8* x) { uchar4 v; v.x = x[0]; v.y = x[1]; v.z = x[2]; v.w = x[3]; *(GLOBAL uchar4*)at = v; }
      FN void store2_f64(GLOBAL double* at, const double* x) { double2 v; v.x = x[0]; v.y = x[1]; *(GLOBAL double2*)at = v; }
      FN void store2_i64(GLOBAL i64* at, const i64* x) { i64x2 v; v.x = x[0]; v.y = x[1]; *(GLOBAL i64x2*)at = v; }
      FN void store4_f64(GLOBAL double* at, const double* x) { store2_f64(at, x); store2_f64(at + 2, x + 2); }
      FN void store4_i64(GLOBAL i64* at, const i64* x) { store2_i64(at, x); store2_i64(at + 2, x + 2); }
      FN u32 bits_f16(const float* x) { return (u32)f16_bits(x[0]) | (u32)f16_bits(x[1]) << 16; }
      FN u32 bits_bf16(const float* x) { return (u32)bf16_bits(x[0]) | (u32)bf16_bits(x[1]) << 16; }
      FN void store4_f16(GLOBAL u16* at, const float* x) { uint2 v; v.x = bits_f16(x); v.y = bits_f16(x + 2); *(GLOBAL uint2*)at = v; }
      FN void store4_bf16(GLOBAL u16* at, const float* x) { uint2 v; v.x = bits_bf16(x); v.y = bits_bf16(x + 2); *(GLOBAL uint2*)at = v; }
      FN void store8_f16(GLOBAL u16* at, const float* x) {
        uint4 v; v.x = bits_f16(x); v.y = bits_f16(x + 2); v.z = bits_f16(x + 4); v.w = bits_f16(x + 6); *(GLOBAL uint4*)at = v;
      }
      FN void store8_bf16(GLOBAL u16* at, const float* x) {
        uint4 v; v.x = bits_bf16(x); v.y = bits_bf16(x + 2); v.z = bits_bf16(x + 4); v.w = bits_bf16(x + 6); *(GLOBAL uint4*)at = v;
      }
      FN void store8_u8(GLOBAL u8* at, const u8* x) { store4_u8(at, x); store4_u8(at + 4, x + 4); }
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

  /// For warps of CUDA, from compute capability 8.0 on; named as PTX names the instructions.
  private static final String TENSOR_CORES =
      """
      FN u32 shared_address(const void* at) { return (u32)__cvta_generic_to_shared(at); }
      FN void ldmatrix(u32* r, const void* row) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
          : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
      }
      FN void ldmatrix_trans(u32* r, const void* row) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
          : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
      }
      FN void mma_f16(float* c, const u32* a, const u32* b) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
          : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      }
      FN void mma_bf16(float* c, const u32* a, const u32* b) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
          : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      }
      FN void mma_tf32(float* c, const u32* a, const u32* b) {
        asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
          : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      }
      FN u32 tf32(u32 bits) { u32 r; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(F32_OF((i32)bits))); return r; }
      FN void cp_async(void* to, const void* from, i32 bytes) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
          :: "r"(shared_address(to)), "l"(from), "r"(bytes) : "memory");
      }
      FN void st_shared(void* to, u32 a, u32 b, u32 c, u32 d) {
        asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};"
          :: "r"(shared_address(to)), "r"(a), "r"(b), "r"(c), "r"(d) : "memory");
      }
      FN void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
      FN void cp_async_wait() { asm volatile("cp.async.wait_group 1;" ::: "memory"); }
      FN void cp_async_wait_all() { asm volatile("cp.async.wait_group 0;" ::: "memory"); }
      FN u32 pack_f16(float low, float high) {
        u32 r; asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low)); return r;
      }
      FN u32 pack_bf16(float low, float high) {
        u32 r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low)); return r;
      }
      FN float exp2_approx(float x) { float y; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
      """;

  /// Where elements of a tile lie in shared memory: `size` together, which is 16 bytes, so spread
  /// over banks that 8 of them above each other are read in one go. And what brings them there: of
  /// a whole number below 2^31, `quotient` is the floor of n * times / 2^(31 + shift).
  ///
  /// For groups of warps, lines of 128 bytes are one behind the other, and 8 of them, 1024 bytes
  /// that begin at a multiple of it, are a pattern that is "swizzled". Where terms lie together
  /// (`k`), a line is 64 terms (32 of f32) of a row, and instruction `kk` takes 32 bytes of each.
  /// Where rows do (`x`), a line is one term of 64 rows, instruction `kk` takes 16 lines, and the
  /// next 64 rows are 64 lines, or 8192 bytes, further. The stride of descriptors is that from
  /// pattern to pattern, along the rows or along k; the leading one that to the next 64 rows.
  static final String TILES =
      """
      FN i32 k_major(i32 x, i32 part, i32 size) { return (x * 4 + (part ^ ((x >> 1) & 3))) * size; }
      FN i32 x_major(i32 k, i32 part, i32 size, i32 width) { return k * width + (part ^ (k & 7)) * size; }
      FN i32 swizzled(i32 line, i32 part) { return line * 128 + (part ^ (line & 7)) * 16; }
      FN u64 matrix_descriptor(u32 at, u32 leading, u32 stride) {
        return (u64)((at & 0x3ffffu) >> 4) | (u64)(leading >> 4) << 16 | (u64)(stride >> 4) << 32 | (u64)1 << 62;
      }
      FN u64 matrix_k(u32 at, i32 kk) { return matrix_descriptor(at + kk * 32, 16, 1024); }
      FN u64 matrix_x(u32 at, i32 kk) { return matrix_descriptor(at + kk * 2048, 8192, 1024); }
      FN void copy_u16(u16* to, const u16* from, i32 bytes) {
        for (i32 i = 0; i < 8; i++) to[i] = 2 * i < bytes ? from[i] : (u16)0;
      }
      FN void copy_float(float* to, const float* from, i32 bytes) {
        for (i32 i = 0; i < 4; i++) to[i] = 4 * i < bytes ? from[i] : 0.0f;
      }
      FN void pack_u16(u16* to, const u16* x) {
        st_shared(to, x[0] | (u32)x[1] << 16, x[2] | (u32)x[3] << 16, x[4] | (u32)x[5] << 16, x[6] | (u32)x[7] << 16);
      }
      FN void pack_float(float* to, const float* x) { st_shared(to, BITS_OF(x[0]), BITS_OF(x[1]), BITS_OF(x[2]), BITS_OF(x[3])); }
      FN i32 quotient(i32 n, i32 times, i32 shift) { return (i32)((u32)((u64)((u32)n << 1) * (u32)times >> 32) >> shift); }
      """;

  /// Which of several calls in a launch a group belongs to: `calls` is how many there are, for each
  /// its first group and where its numbers begin, and the number of all groups.
  static final String OWN_CALL =
      """
      FN i32 own_number(GLOBAL const i32* calls, i32 group) {
        i32 mine = 0, behind = calls[0];
        while (behind - mine > 1) {
          const i32 middle = (mine + behind) / 2;
          if (calls[1 + 2 * middle] <= group) mine = middle; else behind = middle;
        }
        return mine;
      }
      FN i32 own_call(GLOBAL const i32* calls, i32* group, i32* groups) {
        GLOBAL const i32* call = calls + 1 + 2 * own_number(calls, *group);
        *group -= call[0];
        *groups = call[2] - call[0];
        return call[1];
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
    add(all, HALF);
    add(all, WIDE);
    add(all, OWN_CALL);
    add(all, TENSOR_CORES);
    add(all, TILES);
    add(all, WarpGroupFunctions.TEXT);
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
