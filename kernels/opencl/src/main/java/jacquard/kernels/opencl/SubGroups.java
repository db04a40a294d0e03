package jacquard.kernels.opencl;

import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DeviceException;
import java.util.Arrays;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/// Whether items of a sub-group hand values to each other as kernels want it. OpenCL leaves open
/// how large sub-groups are and which items are in one, so a device is asked by a kernel.
final class SubGroups {
  /// The first version of OpenCL C in which sub-groups are no extension of 2.0.
  static final String STANDARD = "CL3.0";

  private static final int ITEMS = 256;

  /// Lanes that kernels take together.
  private static final int LANES = 32;

  private static final String TEXT =
      """
      SUB_GROUP_OF_32
      __attribute__((reqd_work_group_size(%d, 1, 1)))
      __kernel void shuffled(__global i32* b0) {
        const i32 item = %s;
        i32 a0 = item;
        for (i32 h = %d; h > 0; h >>= 1) a0 = 3 * a0 + %s;
        b0[item] = get_max_sub_group_size() < %d ? -1 : a0;
      }
      """
          .formatted(
              ITEMS,
              Dialect.OPENCL_SUB_GROUPS.item(),
              LANES / 2,
              Dialect.OPENCL_SUB_GROUPS.shuffle().replace("X", "a0").replace("H", "h"),
              LANES);

  private SubGroups() {}

  /// What [#TEXT] should compute.
  private static int[] expected() {
    int[] values = new int[ITEMS];
    Arrays.setAll(values, i -> i);
    for (int h = LANES / 2; h > 0; h /= 2) {
      int[] before = values.clone();
      int apart = h;
      Arrays.setAll(values, i -> 3 * before[i] + before[i ^ apart]);
    }
    return values;
  }

  /// Whether they do on a device that says so; if not, it is used as one without sub-groups.
  static boolean work(ClTarget target) {
    String trouble;
    try {
      trouble = Arrays.equals(expected(), computed(target)) ? "" : "items are placed otherwise";
    } catch (DeviceException | CLException e) {
      trouble = String.valueOf(e.getMessage());
    }
    if (!trouble.isEmpty()) {
      System.getLogger(SubGroups.class.getName())
          .log(
              System.Logger.Level.WARNING,
              target.device()
                  + ": sub-groups of "
                  + target.limits.name()
                  + " are not used: "
                  + trouble);
    }
    return trouble.isEmpty();
  }

  private static int[] computed(ClTarget target) {
    ClCompiler compiler = new ClCompiler(target.device(), target.limits, target.context, STANDARD);
    ClModule module = compiler.compile(Dialect.OPENCL_SUB_GROUPS.program(List.of(TEXT)));
    cl_kernel kernel = CL.clCreateKernel(module.program(), "shuffled", null);
    long bytes = (long) ITEMS * Sizeof.cl_int;
    cl_mem memory = CL.clCreateBuffer(target.context, CL.CL_MEM_READ_WRITE, bytes, null, null);
    try {
      CL.clSetKernelArg(kernel, 0, Sizeof.cl_mem, Pointer.to(memory));
      long[] items = {ITEMS};
      CL.clEnqueueNDRangeKernel(target.queue, kernel, 1, null, items, items, 0, null, null);
      int[] computed = new int[ITEMS];
      Pointer to = Pointer.to(computed);
      CL.clEnqueueReadBuffer(target.queue, memory, true, 0, bytes, to, 0, null, null);
      return computed;
    } finally {
      CL.clReleaseMemObject(memory);
      CL.clReleaseKernel(kernel);
    }
  }
}
