// A group of items on a processor: fibers that run one after the other from one meeting point to the
// next, from the first to the last or the other way round: what an item wrote and another one reads
// without a meeting between them differs. A warp goes on to the next meeting of the group before another warp begins, so that only
// meetings of the group order what warps do. What PTX says of ldmatrix, mma and cp.async is here written down once more, lane by
// lane; copies arrive only when they are waited for.
#undef _FORTIFY_SOURCE // which takes a jump to another stack for a mistake
#include <setjmp.h>
#include <ucontext.h>
#include <algorithm>
#include <cmath>
using namespace std;
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

typedef int i32; typedef unsigned int u32; typedef long long i64; typedef unsigned long long u64;
typedef unsigned char u8; typedef unsigned short u16;
#define __global__
#define __launch_bounds__(...)
#define __shared__ static
#define __cvta_global_to_generic(address) (address)
#define FN static inline

#define GLOBAL
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(16) uint4 { u32 x, y, z, w; };
struct alignas(16) double2 { double x, y; };
struct alignas(16) i64x2 { i64 x, y; };
struct alignas(8) uint2 { u32 x, y; };
struct alignas(4) uchar4 { u8 x, y, z, w; };
typedef i64x2 longlong2;

struct Index { int x; };
static Index threadIdx, blockIdx, gridDim;
static const int ITEMS = 256, WARP = 32;
static bool backwards;

// Shared memory that a launch asks for lies as unevenly as it may.
static const u32 WINDOW_BYTES = 229 << 10, MOST_DYNAMIC_BYTES = 227 << 10, DYNAMIC_AT = 1024 + 16;
static char window[WINDOW_BYTES] __attribute__((aligned(1024)));
static u32 dynamicBytes;
static bool inWindow(const void* at) { return at >= window && at < window + WINDOW_BYTES; }
static u32 shared_address(const void* at) { return (u32)((const char*)at - window); }
static char* dynamic_memory() { return window + DYNAMIC_AT; }

struct Copy { void* to; const void* from; int bytes; };
enum Meeting { NONE, OF_WARP, OF_GROUP };
struct Item {
  ucontext_t beginning;
  jmp_buf place; // once it has begun: swapcontext would ask the system for signals each time
  char stack[1 << 16];
  bool begun, done, barred;
  Meeting waits;
  int meetings[3];
  std::vector<std::vector<Copy>> groups;
};
static Item items[ITEMS];
static jmp_buf host;

static void require(bool holds, const char* what) {
  if (!holds) { fprintf(stderr, "%s\n", what); exit(1); }
}

static void meet(Meeting which) {
  Item& mine = items[threadIdx.x];
  mine.meetings[which]++;
  mine.waits = which;
  if (!_setjmp(mine.place)) _longjmp(host, 1);
}
// Until the item meets others or ends.
__attribute__((noinline)) static void resume(Item& item) {
  item.waits = NONE;
  if (_setjmp(host)) return;
  if (item.begun) _longjmp(item.place, 1);
  item.begun = true;
  setcontext(&item.beginning);
}
static void __syncthreads() {
  items[threadIdx.x].barred = true;
  meet(OF_GROUP);
}
static void __syncwarp() { meet(OF_WARP); }

// What each lane hands to the others of its warp; two sets, so that one meeting is enough.
template <class T> static T* handed(T (&sets)[2][ITEMS], const T& mine) {
  T* set = sets[items[threadIdx.x].meetings[OF_WARP] & 1];
  set[threadIdx.x] = mine;
  meet(OF_WARP);
  return set + threadIdx.x / WARP * WARP;
}

template <class T> static T shuffled(u32 mask, T x, int from) {
  require(mask == 0xffffffffu, "shuffle: some lanes are left out");
  static T words[2][ITEMS];
  return handed(words, x)[from];
}
template <class T> static T __shfl_sync(u32 mask, T x, int from) { return shuffled(mask, x, from & (WARP - 1)); }
template <class T> static T __shfl_xor_sync(u32 mask, T x, int other) { return shuffled(mask, x, (threadIdx.x ^ other) & (WARP - 1)); }
template <class T> static T __shfl_down_sync(u32 mask, T x, int by) {
  int lane = threadIdx.x % WARP;
  return shuffled(mask, x, lane + by < WARP ? lane + by : lane);
}

#define F32_OF(bits) f32((u32)(bits))
#define F64_OF(bits) f64((u64)(bits))
#define BITS_OF(x) bits_of(x)
static float f32(u32 bits) { float x; memcpy(&x, &bits, 4); return x; }
static double f64(u64 bits) { double x; memcpy(&x, &bits, 8); return x; }
static i32 atomicCAS(i32* at, i32 expected, i32 value) { i32 old = *at; if (old == expected) *at = value; return old; }
static u32 bits_of(float x) { u32 bits; memcpy(&bits, &x, 4); return bits; }

static const u16* rows[2][ITEMS];

// The row of matrix j is at the address of lane 8 j + row.
static void matrices(u32* r, const u16* row, bool turned) {
  const u16** warp = handed(rows, row);
  int lane = threadIdx.x % 32;
  for (int j = 0; j < 4; j++) {
    u32 low, high;
    if (turned) {
      low = warp[8 * j + 2 * (lane % 4)][lane / 4];
      high = warp[8 * j + 2 * (lane % 4) + 1][lane / 4];
    } else {
      low = warp[8 * j + lane / 4][2 * (lane % 4)];
      high = warp[8 * j + lane / 4][2 * (lane % 4) + 1];
    }
    r[j] = low | high << 16;
  }
}
static void ldmatrix(u32* r, const void* row) { matrices(r, (const u16*)row, false); }
static void ldmatrix_trans(u32* r, const void* row) { matrices(r, (const u16*)row, true); }

static float f16(u16 bits) {
  int exponent = bits >> 10 & 31, digits = bits & 1023;
  float x = exponent == 0 ? std::ldexp((float)digits, -24)
    : exponent == 31 ? (digits ? NAN : INFINITY) : std::ldexp((float)(1024 + digits), exponent - 25);
  return bits >> 15 ? -x : x;
}
// To nearest, ties to even: of a scaled number that has the last bit of the result where a float has its own.
static u16 half_bits(float x) {
  u16 sign = (u16)(bits_of(x) >> 16 & 0x8000);
  if (std::isnan(x)) return 0x7e00;
  float size = std::fabs(x);
  if (size >= 65520) return sign | 0x7c00;
  int exponent = std::max(size > 0 ? std::ilogb(size) : -14, -14);
  u32 digits = (u32)std::nearbyint(std::ldexp(size, 10 - exponent));
  return sign | (u16)(digits + ((u32)(exponent + 14) << 10));
}
#define F16_LOAD(b, i) f16((b)[i])
#define F16_STORE(b, i, x) (b)[i] = half_bits(x)
static float bf16(u16 bits) { return f32((u32)bits << 16); }

// To nearest, ties to even.
static u16 bf16_of(float x) {
  u32 bits = bits_of(x);
  return x != x ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
static u32 pack_f16(float low, float high) { return half_bits(low) | (u32)half_bits(high) << 16; }
static u32 pack_bf16(float low, float high) { return bf16_of(low) | (u32)bf16_of(high) << 16; }
static float exp2_approx(float x) { return std::exp2(x); }

// Operands of a lane, lower half of a register first.
struct Factors { float a[8], b[4]; };
static Factors factors[2][ITEMS];

// Register i of a holds row lane / 4 (+ 8 for i = 1, 3), columns 2 (lane % 4) and the next (+ 8 for i = 2, 3); of b, rows and
// columns the other way round; of c, rows lane / 4 (+ 8 for 2, 3).
static void multiply(float* c, const u32* a, const u32* b, float (*value)(u16)) {
  Factors mine;
  for (int i = 0; i < 8; i++) mine.a[i] = value((u16)(a[i / 2] >> i % 2 * 16));
  for (int i = 0; i < 4; i++) mine.b[i] = value((u16)(b[i / 2] >> i % 2 * 16));
  Factors* warp = handed(factors, mine);
  int lane = threadIdx.x % 32;
  for (int w = 0; w < 4; w++) {
    int row = lane / 4 + w / 2 * 8, column = lane % 4 * 2 + w % 2;
    const Factors* left = warp + row % 8 * 4, * right = warp + column * 4;
    for (int k = 0; k < 16; k++) {
      c[w] += left[k % 8 / 2].a[(row / 8 + k / 8 * 2) * 2 + k % 2] * right[k % 8 / 2].b[k / 8 * 2 + k % 2];
    }
  }
}
static void mma_f16(float* c, const u32* a, const u32* b) { multiply(c, a, b, f16); }
static void mma_bf16(float* c, const u32* a, const u32* b) { multiply(c, a, b, bf16); }

// To nearest, ties away from zero.
static u32 tf32(u32 bits) { return (bits + 0x1000u) & 0xffffe000u; }
static float valueOfTf32(u32 bits) {
  require((bits & 0x1fff) == 0, "mma: an operand is no tf32");
  return f32(bits);
}

// One number in a register: of a, row lane / 4 (+ 8 for i = 1, 3), column lane % 4 (+ 4 for i = 2, 3).
static void mma_tf32(float* c, const u32* a, const u32* b) {
  Factors mine;
  for (int i = 0; i < 4; i++) mine.a[i] = valueOfTf32(a[i]);
  for (int i = 0; i < 2; i++) mine.b[i] = valueOfTf32(b[i]);
  Factors* warp = handed(factors, mine);
  int lane = threadIdx.x % 32;
  for (int w = 0; w < 4; w++) {
    int row = lane / 4 + w / 2 * 8, column = lane % 4 * 2 + w % 2;
    for (int k = 0; k < 8; k++) c[w] += warp[row % 8 * 4 + k % 4].a[row / 8 + k / 4 * 2] * warp[column * 4 + k % 4].b[k / 4];
  }
}

#include "warpgroups.hpp"

static void cp_async(void* to, const void* from, i32 bytes) {
  require(((u64)to & 15) == 0 && ((u64)from & 15) == 0, "cp.async: an address is not aligned");
  require(bytes >= 0 && bytes <= 16, "cp.async: bytes");
  writes(to);
  items[threadIdx.x].groups.back().push_back(Copy{to, from, bytes});
}
static void st_shared(void* to, u32 a, u32 b, u32 c, u32 d) {
  require(((u64)to & 15) == 0, "st.shared: an address is not aligned");
  const u32 all[4] = {a, b, c, d};
  memcpy(to, all, sizeof all);
}
static void cp_async_commit() { items[threadIdx.x].groups.emplace_back(); }
// The last of the groups is still to be committed.
static void arrive(size_t pending) {
  auto& groups = items[threadIdx.x].groups;
  while (groups.size() > pending + 1) {
    for (Copy& c : groups[0]) {
      memset(c.to, 0, 16);
      memcpy(c.to, c.from, c.bytes);
      hasWritten(c.to);
    }
    groups.erase(groups.begin());
  }
}
static void cp_async_wait() { arrive(1); }
static void cp_async_wait_all() { arrive(0); }

typedef void Kernel(const i32*, i32, const i64*, i32*, const u64*);
static Kernel* kernel;
static const i32* numbers;
static i32 first;
static const i64* dynamics;
static i32* trouble;
static const u64* slots;

static void start() {
  kernel(numbers, first, dynamics, trouble, slots);
  items[threadIdx.x].done = true;
  _longjmp(host, 1);
}

// Until every lane waits for the group, or has ended.
static void run_warp(int first, int lanes) {
  int waiting;
  do {
    for (int i = 0; i < lanes; i++) {
      threadIdx.x = first + (backwards ? lanes - 1 - i : i);
      Item& item = items[threadIdx.x];
      if (item.done || item.waits == OF_GROUP) continue;
      resume(item);
    }
    waiting = 0;
    for (int i = 0; i < lanes; i++) waiting += items[first + i].waits == OF_WARP;
    require(waiting == 0 || waiting == lanes, "lanes of a warp meet at different places");
  } while (waiting);
}

static void launch(Kernel* which, int at, int groups, int count, u32 dynamic = 0) {
  require(dynamic <= MOST_DYNAMIC_BYTES, "more memory is asked for than a group can have");
  dynamicBytes = dynamic;
  kernel = which;
  first = at;
  gridDim.x = groups;
  for (int g = 0; g < groups; g++) {
    blockIdx.x = backwards ? groups - 1 - g : g;
    beginGroup();
    for (int i = 0; i < count; i++) {
      Item& item = items[i];
      item.begun = item.done = false;
      item.waits = NONE;
      memset(item.meetings, 0, sizeof item.meetings);
      item.groups.assign(1, {});
      getcontext(&item.beginning);
      item.beginning.uc_stack.ss_sp = item.stack;
      item.beginning.uc_stack.ss_size = sizeof item.stack;
      makecontext(&item.beginning, start, 0);
    }
    while (!items[0].done) {
      for (int i = 0; i < count; i++) items[i].barred = false;
      int warps = (count + WARP - 1) / WARP;
      for (int w = 0; w < warps; w++) {
        int first = (backwards ? warps - 1 - w : w) * WARP;
        run_warp(first, count - first < WARP ? count - first : WARP);
      }
      for (int i = 0; i < count; i++) {
        require(items[i].meetings[OF_GROUP] == items[0].meetings[OF_GROUP] && items[i].done == items[0].done, "items meet at different places");
        require(items[i].barred == items[0].barred, "items meet at different places");
        items[i].waits = NONE;
      }
      checkWarpGroups(count);
      if (items[0].barred) settle();
    }
    endGroup(count);
  }
}

// Bytes that begin at a multiple of 64, as memory of a device does.
struct Part {
  std::vector<char> all;
  size_t size;
  char* data() { return (char*)(((u64)all.data() + 63) / 64 * 64); }
};
static Part part(FILE* file) {
  i32 bytes;
  require(fread(&bytes, 4, 1, file) == 1, "input ends");
  Part part = {std::vector<char>(bytes + 128), (size_t)bytes};
  require(fread(part.data(), 1, bytes, file) == (size_t)bytes, "input ends");
  return part;
}

// What a plan is given: numbers, dynamic scalars and the memory of all slots, as they come from `in`.
struct Plan {
  Part p, dyn;
  std::vector<Part> memory;
  explicit Plan(FILE* in) : p(part(in)), dyn(part(in)) {
    i32 count;
    require(fread(&count, 4, 1, in) == 1 && count <= 64, "slots");
    for (int i = 0; i < count; i++) memory.push_back(part(in));
    static u64 table[64];
    static i32 notes[4];
    for (int i = 0; i < count; i++) table[i] = (u64)memory[i].data();
    slots = table;
    trouble = notes;
    numbers = (const i32*)p.data();
    dynamics = (const i64*)dyn.data();
  }
  void write(FILE* out) {
    for (Part& m : memory) fwrite(m.data(), 1, m.size, out);
  }
};
