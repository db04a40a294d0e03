// CUDA's driver, as far as the back end calls it, on a processor: memory is memory, a module is a shared object with kernels for
// `warps.hpp`, streams run at once. What a real driver refuses is refused: calls without a context, memory that was not asked
// for, copies into a stream that is being recorded.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <mutex>
#include <unistd.h>
#include <vector>

typedef unsigned long long u64;
typedef unsigned int u32;

struct Launch { struct Function* function; int groups, items; u32 shared; const int* numbers; int at; const long long* dynamics; int* trouble; const u64* slots; };
struct Graph { std::vector<Launch> launches; };
struct Stream { Graph* recorded; };
struct Event { int records; };
typedef void Run(void*, const int*, int, const long long*, int*, const u64*, int, int, u32);
struct Module { void* library; Run* run; };
struct Function { Module* module; void* kernel; u32 mostShared; };
struct Block { char* at; size_t bytes; };

static const size_t TOTAL = 1 << 30;
static const u32 UNASKED_SHARED = 48 << 10, MOST_SHARED = 227 << 10;
static void* const CONTEXT = (void*)0x77;
static size_t used;
static std::vector<Block> blocks;
static std::mutex lock;
static thread_local void* current;

enum { OK = 0, INVALID = 1, OUT_OF_MEMORY = 2, BAD_IMAGE = 200, NO_CONTEXT = 201, NO_HANDLE = 400, NOT_FOUND = 500, BAD_ADDRESS = 700, RECORDING = 900 };

// A kernel that wrote where it must not: from then on every call fails.
static bool lost() {
  const char* mark = getenv("LOST");
  return mark && !access(mark, F_OK);
}

#define NEEDS_CONTEXT if (lost()) return BAD_ADDRESS; if (current != CONTEXT) return NO_CONTEXT

static bool inside(u64 at, size_t bytes) {
  std::lock_guard<std::mutex> guard(lock);
  for (Block& b : blocks) if (at >= (u64)b.at && at + bytes <= (u64)b.at + b.bytes) return true;
  return false;
}

static void run(const Launch& l) {
  l.function->module->run(l.function->kernel, l.numbers, l.at, l.dynamics, l.trouble, l.slots, l.groups, l.items, l.shared);
}

static int copy(Stream* stream, void* to, const void* from, size_t bytes, bool fits) {
  NEEDS_CONTEXT;
  if (stream->recorded) return RECORDING;
  if (!fits) return BAD_ADDRESS;
  memcpy(to, from, bytes);
  return OK;
}

extern "C" {
int cuInit(u32) { return OK; }
int cuDriverGetVersion(int* version) { *version = 13000; return OK; }
int cuDeviceGetCount(int* count) { *count = 1; return OK; }
int cuDeviceGet(int* device, int index) { *device = index; return OK; }
int cuDeviceGetName(char* name, int length, int) { strncpy(name, "a processor", length); return OK; }
int cuDeviceTotalMem_v2(size_t* bytes, int) { *bytes = TOTAL; return OK; }
// major and minor number of the variable CAPABILITY; 75 has no tensor cores for this back end
int cuDeviceGetAttribute(int* value, int which, int) {
  int capability = atoi(getenv("CAPABILITY"));
  *value = which == 75 ? capability / 10 : which == 76 ? capability % 10 : 1;
  return OK;
}
int cuDevicePrimaryCtxRetain(void** context, int) { *context = CONTEXT; return OK; }
int cuCtxSetCurrent(void* context) { current = context; return context == CONTEXT ? OK : NO_CONTEXT; }

int cuStreamCreate(Stream** stream, u32) { NEEDS_CONTEXT; *stream = new Stream{nullptr}; return OK; }
int cuStreamSynchronize(Stream* stream) { NEEDS_CONTEXT; return stream->recorded ? RECORDING : OK; }
int cuEventCreate(Event** event, u32) { NEEDS_CONTEXT; *event = new Event{0}; return OK; }
int cuEventRecord(Event* event, Stream* stream) { NEEDS_CONTEXT; if (stream->recorded) return RECORDING; event->records++; return OK; }
int cuEventSynchronize(Event* event) { NEEDS_CONTEXT; return event ? OK : NO_HANDLE; }
int cuStreamWaitEvent(Stream* stream, Event* event, u32 flags) { NEEDS_CONTEXT; return stream && event && !flags ? OK : NO_HANDLE; }

int cuMemAlloc_v2(u64* at, size_t bytes) {
  NEEDS_CONTEXT;
  std::lock_guard<std::mutex> guard(lock);
  void* memory;
  if (used + bytes > TOTAL || posix_memalign(&memory, 256, bytes)) return OUT_OF_MEMORY;
  memset(memory, 0xff, bytes);
  used += bytes;
  blocks.push_back({(char*)memory, bytes});
  *at = (u64)memory;
  return OK;
}
int cuMemFree_v2(u64 at) {
  NEEDS_CONTEXT;
  std::lock_guard<std::mutex> guard(lock);
  for (size_t i = 0; i < blocks.size(); i++) {
    if ((u64)blocks[i].at == at) {
      used -= blocks[i].bytes;
      free(blocks[i].at);
      blocks.erase(blocks.begin() + i);
      return OK;
    }
  }
  return INVALID;
}
int cuMemGetInfo_v2(size_t* free, size_t* total) { NEEDS_CONTEXT; *free = TOTAL - used; *total = TOTAL; return OK; }
int cuPointerGetAttribute(void* value, int which, u64 at) { NEEDS_CONTEXT; if (which != 3) return INVALID; *(u64*)value = at; return OK; }
int cuMemHostRegister_v2(void*, size_t, u32) { NEEDS_CONTEXT; return OK; }
int cuMemcpyHtoDAsync_v2(u64 to, const void* from, size_t bytes, Stream* s) { return copy(s, (void*)to, from, bytes, inside(to, bytes)); }
int cuMemcpyDtoHAsync_v2(void* to, u64 from, size_t bytes, Stream* s) { return copy(s, to, (void*)from, bytes, inside(from, bytes)); }
int cuMemcpyDtoDAsync_v2(u64 to, u64 from, size_t bytes, Stream* s) { return copy(s, (void*)to, (void*)from, bytes, inside(to, bytes) && inside(from, bytes)); }
int cuMemsetD8Async(u64 to, unsigned char value, size_t bytes, Stream* s) {
  NEEDS_CONTEXT;
  if (s->recorded) return RECORDING;
  if (!inside(to, bytes)) return BAD_ADDRESS;
  memset((void*)to, value, bytes);
  return OK;
}

// An image is the word `SO`, a blank, and the path of a shared object.
int cuModuleLoadData(Module** module, const void* image) {
  NEEDS_CONTEXT;
  if (memcmp(image, "SO ", 3)) return BAD_IMAGE;
  void* library = dlopen((const char*)image + 3, RTLD_NOW | RTLD_LOCAL);
  if (!library) return BAD_IMAGE;
  *module = new Module{library, (Run*)dlsym(library, "runKernel")};
  return OK;
}
int cuModuleUnload(Module*) { NEEDS_CONTEXT; return OK; }
int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  NEEDS_CONTEXT;
  void* kernel = dlsym(module->library, name);
  if (!kernel) return NOT_FOUND;
  *function = new Function{module, kernel, UNASKED_SHARED};
  return OK;
}
int cuFuncSetAttribute(Function* f, int which, int value) {
  NEEDS_CONTEXT;
  if (which != 8 || value < 0 || value > (int)MOST_SHARED) return INVALID;
  static int asked; // the first is refused, as for a device that has less
  if (asked++ == 0) return INVALID;
  f->mostShared = value;
  return OK;
}
int cuLaunchKernel(Function* f, u32 groups, u32 gy, u32 gz, u32 items, u32 iy, u32 iz, u32 shared, Stream* stream, void** a, void** extra) {
  NEEDS_CONTEXT;
  if (groups < 1 || items < 1 || items > 1024 || gy != 1 || gz != 1 || iy != 1 || iz != 1 || shared > f->mostShared || extra) return INVALID;
  if (shared) fprintf(stderr, "%u bytes asked for\n", shared);
  Launch launch = {f, (int)groups, (int)items, shared, *(const int**)a[0], *(int*)a[1], *(const long long**)a[2], *(int**)a[3], *(const u64**)a[4]};
  if (stream->recorded) stream->recorded->launches.push_back(launch); else run(launch);
  return OK;
}
int cuStreamBeginCapture_v2(Stream* stream, int) { NEEDS_CONTEXT; stream->recorded = new Graph; return OK; }
int cuStreamEndCapture(Stream* stream, Graph** graph) { NEEDS_CONTEXT; *graph = stream->recorded; stream->recorded = nullptr; return OK; }
int cuGraphInstantiateWithFlags(Graph** ready, Graph* graph, u64) { NEEDS_CONTEXT; *ready = new Graph(*graph); return OK; }
int cuGraphDestroy(Graph* graph) { NEEDS_CONTEXT; delete graph; return OK; }
int cuGraphExecDestroy(Graph* graph) { NEEDS_CONTEXT; delete graph; return OK; }
int cuGraphLaunch(Graph* graph, Stream* stream) {
  NEEDS_CONTEXT;
  fprintf(stderr, "graph of %zu launches\n", graph->launches.size());
  for (Launch& l : graph->launches) run(l);
  return OK;
}
}
