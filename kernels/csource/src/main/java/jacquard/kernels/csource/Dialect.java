package jacquard.kernels.csource;

import jacquard.tensor.DType;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Where OpenCL C and CUDA C differ, as far as kernels use them.
///
/// @param head stands before everything else
/// @param kernel qualifiers of a kernel
/// @param function qualifiers of other functions
/// @param global qualifier of memory that all items see, where it qualifies the pointed-to type
/// @param local qualifier of memory that a group shares
/// @param group number of the group
/// @param item number of the item in its group
/// @param groups how many groups there are
/// @param barrier waits for the other items of the group
/// @param exchange atomic compare and exchange of an i32
public record Dialect(
    String name,
    String head,
    String kernel,
    String function,
    String global,
    String local,
    String group,
    String item,
    String groups,
    String barrier,
    String exchange) {

  public static final Dialect OPENCL =
      new Dialect(
          "OpenCL C",
          """
          #pragma OPENCL FP_CONTRACT OFF
          typedef int i32; typedef uint u32; typedef long i64; typedef ulong u64; typedef uchar u8;
          #define F32_OF(bits) as_float(bits)
          #define F64_OF(bits) as_double(bits)
          """,
          "__kernel void",
          "static inline",
          "__global ",
          "__local ",
          "get_group_id(0)",
          "get_local_id(0)",
          "get_num_groups(0)",
          "barrier(CLK_LOCAL_MEM_FENCE)",
          "atomic_cmpxchg");

  public static final Dialect CUDA =
      new Dialect(
          "CUDA C",
          """
          typedef int i32; typedef unsigned int u32; typedef long long i64; typedef unsigned long long u64;
          typedef unsigned char u8;
          #define F32_OF(bits) __int_as_float(bits)
          #define F64_OF(bits) __longlong_as_double(bits)
          """,
          "extern \"C\" __global__ void",
          "static __device__ __forceinline__",
          "",
          "__shared__ ",
          "blockIdx.x",
          "threadIdx.x",
          "gridDim.x",
          "__syncthreads()",
          "atomicCAS");

  /// The beginning of a kernel, up to its opening brace. Its arguments are those of every kernel:
  /// numbers `p` from element `at` on, dynamic scalars `dyn`, the flag `trouble`, and buffers `b0`,
  /// `b1`, ... that start at the elements that the first numbers give.
  ///
  /// @param buffers element dtype of each
  String begin(String entry, int groupSize, java.util.List<DType> buffers) {
    String pointers =
        IntStream.range(0, buffers.size())
            .mapToObj(i -> ", " + global + CText.memory(buffers.get(i)) + "* m" + i)
            .collect(Collectors.joining());
    String starts =
        IntStream.range(0, buffers.size())
            .mapToObj(i ->
                "  "
                    + global
                    + CText.memory(buffers.get(i))
                    + "* b"
                    + i
                    + " = m"
                    + i
                    + " + p["
                    + i
                    + "];\n")
            .collect(Collectors.joining());
    return (isOpenCl()
            ? "__attribute__((reqd_work_group_size(" + groupSize + ", 1, 1)))\n" + kernel
            : "extern \"C\" __global__ __launch_bounds__(" + groupSize + ") void")
        + " "
        + entry
        + "("
        + global
        + "const i32* p, i32 at, "
        + global
        + "const i64* dyn, "
        + global
        + "i32* trouble"
        + pointers
        + ") {\n  p += at;\n"
        + starts;
  }

  private boolean isOpenCl() {
    return !local.equals("__shared__ ");
  }
}
