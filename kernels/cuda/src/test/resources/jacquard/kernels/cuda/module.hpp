// Stands before a program of kernels that is compiled for a processor, to be loaded by `driver.cpp`.
#include "warps.hpp"
#undef FN
#define asm(...) // what stands in PTX is not called here
#define __device__
#define __forceinline__ inline
#define __int_as_float(bits) f32((u32)(bits))
#define __longlong_as_double(bits) f64((u64)(bits))
#define __float_as_uint(x) bits_of(x)

extern "C" void runKernel(Kernel* which, const i32* p, i32 at, const i64* dyn, i32* notes, const u64* table, int groups, int count, u32 dynamic) {
  numbers = p;
  dynamics = dyn;
  trouble = notes;
  slots = table;
  launch(which, at, groups, count, dynamic);
}
