// NVRTC as far as it is called, with the program `nvcc` beside this library as the compiler. It knows compute capabilities 7.5
// and 9.0, and writes PTX only if asked for a virtual architecture. With OLD it lacks what came with CUDA 11.1.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

enum { OK = 0, COMPILATION = 6, INVALID = 3 };
static const char START[] = "--gpu-architecture=";

struct Program { std::string text, cubin, ptx, log; };

static std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

static int give(const std::string& from, char* to) { memcpy(to, from.data(), from.size()); return OK; }

extern "C" {
int nvrtcVersion(int* major, int* minor) { *major = 12; *minor = 34; return OK; }
int nvrtcGetNumSupportedArchs(int* count) { *count = 2; return OK; }
int nvrtcGetSupportedArchs(int* all) { all[0] = 75; all[1] = 90; return OK; }
int nvrtcCreateProgram(Program** program, const char* text, const char*, int headers, const char**, const char**) {
  if (headers) return INVALID;
  *program = new Program{text};
  return OK;
}
int nvrtcDestroyProgram(Program** program) { delete *program; *program = nullptr; return OK; }
int nvrtcCompileProgram(Program* program, int count, const char** options) {
  std::string architecture, all;
  for (int i = 0; i < count; i++) {
    if (!strncmp(options[i], START, strlen(START))) architecture = options[i] + strlen(START);
    else all += std::string(" ") + options[i];
  }
  if (architecture.empty()) return INVALID;
  Dl_info self;
  dladdr((void*)nvrtcVersion, &self);
  std::string here(self.dli_fname);
  here.resize(here.rfind('/'));
  char base[] = "/tmp/nvrtcXXXXXX";
  close(mkstemp(base));
  std::string source = std::string(base) + ".cu", out = std::string(base) + ".out", log = std::string(base) + ".log";
  std::ofstream(source, std::ios::binary) << program->text;
  int status = system((here + "/nvcc" + all + " -o " + out + " " + source + " 2>" + log).c_str());
  program->log = content(log) + '\0';
  (architecture[0] == 's' ? program->cubin : program->ptx) = content(out);
  for (const std::string& file : {std::string(base), source, out, log}) remove(file.c_str());
  return status ? COMPILATION : OK;
}
int nvrtcGetProgramLogSize(Program* p, size_t* size) { *size = p->log.size(); return OK; }
int nvrtcGetProgramLog(Program* p, char* log) { return give(p->log, log); }
#ifndef OLD
int nvrtcGetCUBINSize(Program* p, size_t* size) { *size = p->cubin.size(); return OK; }
int nvrtcGetCUBIN(Program* p, char* code) { return give(p->cubin, code); }
#endif
int nvrtcGetPTXSize(Program* p, size_t* size) { *size = p->ptx.size(); return OK; }
int nvrtcGetPTX(Program* p, char* code) { return give(p->ptx, code); }
}
