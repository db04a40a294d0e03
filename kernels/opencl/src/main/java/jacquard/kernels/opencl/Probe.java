package jacquard.kernels.opencl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/// The OpenCL devices of this machine, or why there are none.
///
/// @param devices in the order of the platforms; their place is the device's number
/// @param trouble what is missing and what to do; empty if nothing is
record Probe(List<ClDevice> devices, String trouble) {
  private static final String INSTALL =
      "; install your GPU's driver with OpenCL, or PoCL for the processor (Debian: pocl-opencl-icd ocl-icd-libopencl1)";

  private static final class Holder {
    static final Probe PROBE = probe();
  }

  /// What this process has found.
  static Probe get() {
    return Holder.PROBE;
  }

  private static Probe probe() {
    try {
      CL.setExceptionsEnabled(true);
      int[] count = new int[1];
      CL.clGetPlatformIDs(0, null, count);
      cl_platform_id[] platforms = new cl_platform_id[count[0]];
      CL.clGetPlatformIDs(platforms.length, platforms, null);
      List<ClDevice> devices = new ArrayList<>();
      List<String> unfit = new ArrayList<>();
      for (cl_platform_id platform : platforms) {
        for (cl_device_id id : devices(platform)) {
          ClDevice device = ClDevice.of(platform, id);
          String lack = device.lack();
          if (lack.isEmpty()) {
            devices.add(device);
          } else {
            unfit.add(device.name() + ": " + lack);
          }
        }
      }
      String trouble =
          !unfit.isEmpty()
              ? "opencl: not usable: " + String.join("; ", unfit)
              : devices.isEmpty()
                  ? "opencl: " + platforms.length + " platforms and no device" + INSTALL
                  : "";
      return new Probe(List.copyOf(devices), trouble);
    } catch (CLException e) {
      return new Probe(List.of(), "opencl: no platform (" + e.getMessage() + ")" + INSTALL);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
      return new Probe(
          List.of(), "opencl: the OpenCL library can't be loaded (libOpenCL)" + INSTALL);
    }
  }

  private static cl_device_id[] devices(cl_platform_id platform) {
    try {
      int[] count = new int[1];
      CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
      cl_device_id[] ids = new cl_device_id[count[0]];
      CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null);
      return ids;
    } catch (CLException e) {
      return new cl_device_id[0]; // CL_DEVICE_NOT_FOUND
    }
  }

  static String text(cl_device_id device, int what) {
    long[] size = new long[1];
    CL.clGetDeviceInfo(device, what, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  /// A platform's name.
  static String text(cl_platform_id platform) {
    long[] size = new long[1];
    CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  /// Without the zero at the end.
  private static String text(byte[] bytes) {
    return new String(bytes, 0, Math.max(0, bytes.length - 1), UTF_8).strip();
  }

  static long number(cl_device_id device, int what) {
    long[] value = new long[1];
    CL.clGetDeviceInfo(device, what, Sizeof.cl_long, Pointer.to(value), null);
    return value[0];
  }

  static int integer(cl_device_id device, int what) {
    int[] value = new int[1];
    CL.clGetDeviceInfo(device, what, Sizeof.cl_int, Pointer.to(value), null);
    return value[0];
  }
}
