package jacquard.kernels.opencl;

import jacquard.tensor.DeviceException;
import jacquard.tensor.IndexException;
import jacquard.tensor.Switches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;

/// Compiles kernels, once for each text; what the compiler made is kept on disk.
final class ClKernels {
  /// Programs kept; the least recently used goes first. Kernels made of it live on.
  private static final int MOST_PROGRAMS = 512;

  private final ClTarget target;
  private final String options;
  private final Map<String, cl_program> programs =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, cl_program> eldest) {
          boolean full = size() > MOST_PROGRAMS;
          if (full) {
            CL.clReleaseProgram(eldest.getValue());
          }
          return full;
        }
      };

  /// What kernels write when an index is outside: 1 for a gather and 2 for a scatter-add, the place
  /// in the index tensor, the index, and how many rows there are.
  final cl_mem trouble;

  private boolean mayBeTrouble;

  ClKernels(ClTarget target) {
    this.target = target;
    options =
        "-w -cl-std=CL1.2"
            + (target.limits.exactDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    trouble = target.memory.allocate(4 * Sizeof.cl_int);
    clearTrouble();
  }

  private void clearTrouble() {
    CL.clEnqueueFillBuffer(
        target.queue, trouble, Pointer.to(new byte[1]), 1, 0, 4 * Sizeof.cl_int, 0, null, null);
  }

  /// Says that a kernel that looks at indices is on its way.
  void expectTrouble() {
    mayBeTrouble = true;
  }

  /// Looks whether an index was outside, as whoever reads a value must know.
  ///
  /// @throws IndexException if so
  void checkTrouble() {
    if (!mayBeTrouble) {
      return;
    }
    mayBeTrouble = false;
    int[] found = new int[4];
    CL.clEnqueueReadBuffer(
        target.queue, trouble, true, 0, 4 * Sizeof.cl_int, Pointer.to(found), 0, null, null);
    if (found[0] != 0) {
      clearTrouble();
      throw new IndexException(
          (found[0] == 1 ? "gather" : "scatterAdd")
              + ": index "
              + found[2]
              + " at position "
              + found[1]
              + " of the index tensor, expected 0 to "
              + (found[3] - 1));
    }
  }

  /// A kernel with arguments of its own, to be released by the caller.
  ///
  /// @throws DeviceException with the compiler's words and the place of the text, if it can't be
  ///   compiled
  cl_kernel kernel(String source, String entry) {
    cl_program program = programs.get(source);
    if (program == null) {
      program = build(source);
      programs.put(source, program);
    }
    return CL.clCreateKernel(program, entry, null);
  }

  private cl_program build(String source) {
    Path file = Path.of(Switches.cacheDir()).resolve("opencl").resolve(hash(source) + ".bin");
    cl_program stored = load(file);
    if (stored != null) {
      return stored;
    }
    cl_program program =
        CL.clCreateProgramWithSource(target.context, 1, new String[] {source}, null, null);
    try {
      CL.clBuildProgram(program, 1, devices(), options, null, null);
    } catch (CLException e) {
      throw failed(program, source, e);
    }
    store(program, file);
    return program;
  }

  private cl_device_id[] devices() {
    return new cl_device_id[] {target.limits.id()};
  }

  private String hash(String source) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String device = target.limits.name() + "\n" + target.limits.version() + "\n" + options + "\n";
      digest.update(device.getBytes(StandardCharsets.UTF_8));
      byte[] bytes = digest.digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }

  /// What was compiled before; null if there is none that this device takes.
  private @Nullable cl_program load(Path file) {
    if (!Files.isReadable(file)) {
      return null;
    }
    try {
      byte[] binary = Files.readAllBytes(file);
      cl_program program =
          CL.clCreateProgramWithBinary(
              target.context,
              1,
              devices(),
              new long[] {binary.length},
              new byte[][] {binary},
              null,
              null);
      CL.clBuildProgram(program, 1, devices(), options, null, null);
      return program;
    } catch (IOException | CLException e) {
      return null; // it is compiled anew, and the file replaced
    }
  }

  private void store(cl_program program, Path file) {
    try {
      long[] size = new long[1];
      CL.clGetProgramInfo(
          program, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
      byte[] binary = new byte[(int) size[0]];
      CL.clGetProgramInfo(
          program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
      Files.createDirectories(file.getParent());
      Path fresh = Files.createTempFile(file.getParent(), "new", ".tmp");
      Files.write(fresh, binary);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | CLException e) {
      System.getLogger(ClKernels.class.getName())
          .log(System.Logger.Level.DEBUG, "opencl: compiled kernels are not kept", e);
    }
  }

  private DeviceException failed(cl_program program, String source, CLException e) {
    long[] size = new long[1];
    cl_device_id id = target.limits.id();
    CL.clGetProgramBuildInfo(program, id, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] log = new byte[(int) size[0]];
    CL.clGetProgramBuildInfo(
        program, id, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null);
    String place;
    try {
      Path kept = Files.createTempFile("jacquard-kernel", ".cl");
      Files.writeString(kept, source);
      place = kept.toString();
    } catch (IOException unwritten) {
      place = "nowhere: " + unwritten.getMessage();
    }
    return new DeviceException(
        target.device()
            + ": a kernel can't be compiled: "
            + e.getMessage()
            + "; its source is in "
            + place
            + ", the compiler says:\n"
            + new String(log, StandardCharsets.UTF_8).strip());
  }
}
