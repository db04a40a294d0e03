package jacquard.kernels.opencl;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.kernels.csource.KernelFiles;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;

/// Compiles programs; what the driver made is kept on disk.
final class ClCompiler {
  private final Device device;
  private final ClDevice limits;
  private final cl_context context;
  private final String options;
  private final KernelFiles files;

  /// @param standard version of OpenCL C: `CL1.2`
  ClCompiler(Device device, ClDevice limits, cl_context context, String standard) {
    this.device = device;
    this.limits = limits;
    this.context = context;
    options =
        "-w -cl-std="
            + standard
            + (limits.exactDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    files = new KernelFiles("opencl", ".cl", limits.name(), limits.version(), options);
  }

  KernelFiles files() {
    return files;
  }

  /// @throws DeviceException with the compiler's words and the place of the text, if it can't be
  ///   compiled
  ClModule compile(String text) {
    cl_program program = load(text);
    if (program == null) {
      try {
        program = CL.clCreateProgramWithSource(context, 1, new String[] {text}, null, null);
        CL.clBuildProgram(program, 1, devices(), options, null, null);
      } catch (CLException e) {
        throw files.refused(
            device + ": a kernel can't be compiled: " + e.getMessage(),
            text,
            program == null ? "nothing" : log(program));
      }
      store(program, text);
    }
    return ClModule.of(program);
  }

  private cl_device_id[] devices() {
    return new cl_device_id[] {limits.id()};
  }

  /// What was compiled before; null if there is none that this device takes.
  private @Nullable cl_program load(String text) {
    byte[] binary = limits.keepsKernels() ? null : files.load(text);
    if (binary == null) {
      return null;
    }
    try {
      cl_program program =
          CL.clCreateProgramWithBinary(
              context, 1, devices(), new long[] {binary.length}, new byte[][] {binary}, null, null);
      CL.clBuildProgram(program, 1, devices(), options, null, null);
      return program;
    } catch (CLException e) {
      return null; // it is compiled anew, and the file replaced
    }
  }

  private void store(cl_program program, String text) {
    if (limits.keepsKernels()) {
      return;
    }
    try {
      long[] size = new long[1];
      CL.clGetProgramInfo(
          program, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
      byte[] binary = new byte[(int) size[0]];
      CL.clGetProgramInfo(
          program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
      files.store(text, binary);
    } catch (CLException e) {
      System.getLogger(ClCompiler.class.getName())
          .log(System.Logger.Level.DEBUG, "opencl: the driver gives no compiled kernels", e);
    }
  }

  private String log(cl_program program) {
    long[] size = new long[1];
    cl_device_id id = limits.id();
    CL.clGetProgramBuildInfo(program, id, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] log = new byte[(int) size[0]];
    CL.clGetProgramBuildInfo(
        program, id, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null);
    return new String(log, UTF_8);
  }
}
