// A layer between the OpenCL loader and a driver without sub-groups: it says that there are some, and where a program hands values
// from item to item it does so through local memory. With LYING set, to another item than it was asked to.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <string>

typedef void* P;
static const void* table[256];
static const void** driver;
static const unsigned EXTENSIONS = 0x1030;

static int clGetDeviceInfo(P device, unsigned what, size_t room, char* value, size_t* bytes) {
  auto real = (int (*)(P, unsigned, size_t, char*, size_t*))driver[3];
  static const char more[] = " cl_khr_subgroups cl_khr_subgroup_shuffle";
  int status = real(device, what, room, value, bytes);
  if (what != EXTENSIONS || status) return status;
  if (bytes) *bytes += sizeof(more) - 1;
  if (value) strcat(value, more);
  return 0;
}

static P clCreateProgramWithSource(P context, unsigned n, const char** texts, size_t* lengths, int* error) {
  std::string text(texts[0]);
  if (text.find("sub_group_shuffle_xor(") != std::string::npos) {
    fprintf(stderr, "shuffles\n");
    text = std::regex_replace(text, std::regex("#pragma OPENCL EXTENSION cl_khr_subgroup.*\n"), "");
    std::string other = getenv("LYING") ? "(get_local_id(0) ^ h ^ 1)" : "(get_local_id(0) ^ h)";
    // a group has at most 1,024 items
    text = std::regex_replace(text, std::regex("(__kernel void [^{]*\\{)"), "$1\n__local float handed_f[1024]; __local int handed_i[1024]; __local long handed_l[1024]; __local double handed_d[1024];\n");
    std::smatch found;
    std::regex shuffle("(for \\(i32 h = 16; h > 0; h >>= 1\\)) (a\\d+) = (.*)sub_group_shuffle_xor\\((a\\d+), h\\)(.*)\n");
    while (std::regex_search(text, found, shuffle)) {
      std::string name = found[4].str(), before = found.prefix().str(), type = "f";
      std::regex declared("(float|double|i32|i64) " + name + "\\b");
      for (std::sregex_iterator i(before.begin(), before.end(), declared), end; i != end; ++i) type = (*i)[1] == "float" ? "f" : (*i)[1] == "double" ? "d" : (*i)[1] == "i32" ? "i" : "l";
      std::string array = "handed_" + type, wait = "barrier(CLK_LOCAL_MEM_FENCE); ";
      text = before + found[1].str() + " { " + array + "[get_local_id(0)] = " + name + "; " + wait + found[2].str() + " = " + found[3].str() + array + "[" + other + "]" + found[5].str() + " " + wait + "}\n" + found.suffix().str();
    }
    text = "#define get_max_sub_group_size() 32\n" + text;
  }
  const char* changed = text.c_str();
  auto real = (P (*)(P, unsigned, const char**, size_t*, int*))driver[26];
  return real(context, 1, &changed, nullptr, error);
}

static int clBuildProgram(P program, unsigned n, P devices, const char* options, P notify, P data) {
  std::string known = std::regex_replace(std::string(options), std::regex("CL3.0"), "CL1.2");
  return ((int (*)(P, unsigned, P, const char*, P, P))driver[30])(program, n, devices, known.c_str(), notify, data);
}

extern "C" {
int clGetLayerInfo(unsigned, size_t, P value, size_t* bytes) {
  if (value) *(unsigned*)value = 100;
  if (bytes) *bytes = sizeof(unsigned);
  return 0;
}
int clInitLayer(unsigned entries, const void** target, unsigned* count, const void*** layer) {
  if (entries > 256) return -30;
  driver = target;
  memcpy(table, target, entries * sizeof(P));
  table[3] = (P)clGetDeviceInfo;
  table[26] = (P)clCreateProgramWithSource;
  table[30] = (P)clBuildProgram;
  *count = entries;
  *layer = table;
  return 0;
}
}
