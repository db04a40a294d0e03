package jacquard.kernels.csource;

import jacquard.tensor.DType;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Where OpenCL C and CUDA C differ, as far as kernels use them.
///
/// Every kernel has the same arguments: numbers `p` from element `at` on, dynamic scalars `dyn`,
/// the flag `trouble`, and buffers. OpenCL passes buffers one by one. CUDA passes a table `slots`
/// of addresses, and the numbers before `at` say which, so that the arguments of a plan never
/// change and its launches can be replayed. As numbers are all that calls of a kernel differ in, a
/// launch may do several of them: `at` is negative then, and says where their table begins.
///
/// @param name what people call it
/// @param head stands before everything else
/// @param kernel the beginning of a kernel, up to its opening brace: `SIZE` stands for the items of
///   a group, `ENTRY` for the name, `BUFFERS` for `argument`s
/// @param argument argument for buffer `I` with elements of the type `TYPE`
/// @param buffer the pointer `bI` to the first element of the value in it
/// @param function qualifiers of other functions
/// @param local qualifier of memory that a group shares
/// @param group number of the group, among those of its call
/// @param item number of the item in its group
/// @param groups how many groups the call has
/// @param barrier waits for the other items of the group
/// @param shuffle what lane `H` apart in the warp has for `X`; empty if there are no such calls
/// @param unroll stands before loops whose arrays are to be registers
/// @param exchange atomic compare and exchange of an i32
/// @param cores what may be asked of tensor cores
public record Dialect(
    String name,
    String head,
    String kernel,
    String argument,
    String buffer,
    String function,
    String local,
    String group,
    String item,
    String groups,
    String barrier,
    String shuffle,
    String unroll,
    String exchange,
    TensorCores cores) {

  /// What instructions for tensor cores there are, each constant with those before it.
  public enum TensorCores {
    /// None that kernels use.
    NONE,

    /// `mma`, `ldmatrix` and `cp.async` of PTX: a warp multiplies.
    WARPS,

    /// `wgmma`: four warps multiply what lies in shared memory.
    WARP_GROUPS
  }

  /// Stands for a kernel's name until the text is complete.
  static final String ENTRY = "ENTRY";

  /// Finds the call of a group in a launch of several.
  private static final String JOINED = "  if (at < 0) at = own_call(p - at, &group, &groups);\n";

  public static final Dialect OPENCL =
      new Dialect(
          "OpenCL C",
          """
          #pragma OPENCL FP_CONTRACT OFF
          typedef int i32; typedef uint u32; typedef long i64; typedef ulong u64; typedef uchar u8; typedef ushort u16;
          #define F32_OF(bits) as_float(bits)
          #define F64_OF(bits) as_double(bits)
          #define BITS_OF(x) as_uint(x)
          #define F16_LOAD(b, i) vload_half(i, (__global const half*)(b))
          #define F16_STORE(b, i, x) vstore_half_rte(x, i, (__global half*)(b))
          #define GLOBAL __global
          typedef long2 i64x2;
          static inline float f16_value(u16 bits) { return vload_half(0, (const half*)&bits); }
          static inline u16 f16_bits(float x) { u16 bits; vstore_half_rte(x, 0, (half*)&bits); return bits; }
          """,
          """
          __attribute__((reqd_work_group_size(SIZE, 1, 1)))
          __kernel void ENTRY(__global const i32* p, i32 at, __global const i64* dyn, __global i32* troubleBUFFERS) {
          """,
          ", __global TYPE* mI",
          "__global TYPE* bI = mI + p[I];",
          "static inline",
          "__local ",
          "get_group_id(0)",
          "get_local_id(0)",
          "get_num_groups(0)",
          "barrier(CLK_LOCAL_MEM_FENCE)",
          "",
          "",
          "atomic_cmpxchg",
          TensorCores.NONE);

  /// For devices whose sub-groups have at least 32 items, and hand values from one to another.
  public static final Dialect OPENCL_SUB_GROUPS =
      new Dialect(
          OPENCL.name,
          """
          #pragma OPENCL EXTENSION cl_khr_subgroups : enable
          #pragma OPENCL EXTENSION cl_khr_subgroup_shuffle : enable
          #ifdef cl_intel_required_subgroup_size
          #define SUB_GROUP_OF_32 __attribute__((intel_reqd_sub_group_size(32)))
          #else
          #define SUB_GROUP_OF_32
          #endif
          """
              + OPENCL.head,
          "SUB_GROUP_OF_32\n" + OPENCL.kernel,
          OPENCL.argument,
          OPENCL.buffer,
          OPENCL.function,
          OPENCL.local,
          OPENCL.group,
          OPENCL.item,
          OPENCL.groups,
          OPENCL.barrier,
          "sub_group_shuffle_xor(X, H)",
          OPENCL.unroll,
          OPENCL.exchange,
          OPENCL.cores);

  /// For compute capability 8.0 and later.
  public static final Dialect CUDA =
      new Dialect(
          "CUDA C",
          """
          typedef int i32; typedef unsigned int u32; typedef long long i64; typedef unsigned long long u64;
          typedef unsigned char u8; typedef unsigned short u16;
          #define F32_OF(bits) __int_as_float(bits)
          #define F64_OF(bits) __longlong_as_double(bits)
          #define BITS_OF(x) __float_as_uint(x)
          #define F16_LOAD(b, i) f16_value((b)[i])
          #define F16_STORE(b, i, x) (b)[i] = f16_bits(x)
          #define GLOBAL
          typedef longlong2 i64x2;
          static __device__ __forceinline__ float f16_value(u16 bits) {
            float x; asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits)); return x;
          }
          static __device__ __forceinline__ u16 f16_bits(float x) {
            u16 bits; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x)); return bits;
          }
          """,
          """
          extern "C" __global__ void __launch_bounds__(SIZE)
          ENTRY(const i32* __restrict__ p, i32 at, const i64* __restrict__ dyn, i32* trouble, const u64* __restrict__ slots) {
            i32 group = blockIdx.x, groups = gridDim.x;
          """
              + JOINED,
          "",
          "TYPE* bI = (TYPE*)__cvta_global_to_generic(slots[p[-1 - I]]) + p[I];",
          "static __device__ __forceinline__",
          "__shared__ ",
          "group",
          "threadIdx.x",
          "groups",
          "__syncthreads()",
          "__shfl_xor_sync(0xffffffffu, X, H)",
          "#pragma unroll",
          "atomicCAS",
          TensorCores.WARPS);

  /// For devices before compute capability 8.0.
  public static final Dialect CUDA_BEFORE_80 = CUDA.with(TensorCores.NONE);

  /// For compute capability 9.0 and no other: code for `sm_90a`.
  public static final Dialect CUDA_90A = CUDA.with(TensorCores.WARP_GROUPS);

  private Dialect with(TensorCores cores) {
    return new Dialect(
        name, head, kernel, argument, buffer, function, local, group, item, groups, barrier,
        shuffle, unroll, exchange, cores);
  }

  /// Whether warps can multiply on tensor cores.
  ///
  /// @return whether there are `mma`, `ldmatrix` and `cp.async` of PTX
  public boolean tensorCores() {
    return cores.compareTo(TensorCores.WARPS) >= 0;
  }

  /// Whether groups of four warps can.
  ///
  /// @return whether there is `wgmma`
  boolean warpGroups() {
    return cores.compareTo(TensorCores.WARP_GROUPS) >= 0;
  }

  /// The beginning of a kernel, up to and with the pointers to its buffers.
  ///
  /// @param buffers element dtype of each
  String begin(int groupSize, List<DType> buffers) {
    return kernel
            .replace("SIZE", Integer.toString(groupSize))
            .replace("BUFFERS", buffers(argument, buffers, ""))
        + "  p += at;\n"
        + buffers("  " + buffer, buffers, "\n");
  }

  /// The beginning of a kernel that is never one of several in a launch: it has no room for
  /// registers that hold the number of a group.
  static String alone(String begin) {
    return begin.replace(JOINED, "");
  }

  /// Whether calls of a kernel may be one launch.
  boolean joins(Call call) {
    return hasBufferArguments() ? JoinedCall.joins(call) : call.text().contains(JOINED);
  }

  /// Whether buffers are arguments, and not in a table.
  boolean hasBufferArguments() {
    return !argument.isEmpty();
  }

  private static String buffers(String template, List<DType> buffers, String end) {
    return IntStream.range(0, buffers.size())
        .mapToObj(i ->
            template
                    .replaceAll("\\bTYPE\\b", CText.memory(buffers.get(i)))
                    .replaceAll("\\bI\\b", Integer.toString(i))
                    .replaceAll("\\b([bm])I\\b", "$1" + i)
                + end)
        .collect(Collectors.joining());
  }

  /// The head of a loop in which the items of all groups share indices below `count`.
  String each(String index, String count, int groupSize) {
    return "for (i32 %s = %s * %d + %s; %s < %s; %s += %s * %d)"
        .formatted(index, group, groupSize, item, index, count, index, groups, groupSize);
  }

  /// The functions that say where elements of a tile lie in shared memory and which call a group
  /// belongs to; for tests that run kernels elsewhere.
  ///
  /// @return the functions' text
  public static String sharedTiles() {
    return Functions.TILES + Functions.OWN_CALL;
  }

  /// {@return the text of a program: types, the functions that the kernels call, and the kernels}
  ///
  /// @param kernels texts of kernels
  public String program(List<String> kernels) {
    return Functions.before(this, String.join("\n", kernels));
  }
}
