package jacquard.kernels.opencl;

import jacquard.kernels.csource.DeviceMemory;
import org.jocl.CL;
import org.jocl.cl_program;

/// A compiled program, released when it is unreachable; kernels made of it live on.
record ClModule(cl_program program) {
  static ClModule of(cl_program program) {
    ClModule module = new ClModule(program);
    DeviceMemory.whenUnreachable(module, () -> CL.clReleaseProgram(program));
    return module;
  }
}
