package jacquard.kernels.opencl;

import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/// A device and its limits.
///
/// Limits are those that every GPU has, also where the device has more: what runs on a processor in
/// a test must run on a GPU.
///
/// @param memoryBytes of the device
/// @param largestBytes of one allocation
/// @param localBytes that a group may share
/// @param groupSize most items of a group
/// @param f64 whether it computes in double precision
/// @param exactDivision whether f32 divisions and square roots can be rounded correctly
/// @param shuffles whether it says that items of a sub-group hand values to each other
/// @param gpu whether it is one
/// @param keepsKernels whether its compiler keeps what it made on disk: PoCL, which also compiles
///   twice what it is asked to hand out
record ClDevice(
    cl_platform_id platform,
    String platformName,
    cl_device_id id,
    String name,
    String version,
    long memoryBytes,
    long largestBytes,
    int localBytes,
    int groupSize,
    int alignmentBytes,
    boolean f64,
    boolean exactDivision,
    boolean shuffles,
    boolean gpu,
    boolean keepsKernels) {
  private static final int GPU_LOCAL_BYTES = 48 << 10;
  private static final int GPU_GROUP_SIZE = 1024;

  /// Items of the groups of products.
  private static final int NEEDED_GROUP_SIZE = 256;

  private static final int NEEDED_LOCAL_BYTES = 24 << 10;

  static ClDevice of(cl_platform_id platform, cl_device_id id) {
    String extensions = Probe.text(id, CL.CL_DEVICE_EXTENSIONS);
    long single = Probe.number(id, CL.CL_DEVICE_SINGLE_FP_CONFIG);
    String platformName = Probe.text(platform);
    return new ClDevice(
        platform,
        platformName,
        id,
        Probe.text(id, CL.CL_DEVICE_NAME),
        Probe.text(id, CL.CL_DEVICE_VERSION),
        Probe.number(id, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        Probe.number(id, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        (int) Math.min(GPU_LOCAL_BYTES, Probe.number(id, CL.CL_DEVICE_LOCAL_MEM_SIZE)),
        (int) Math.min(GPU_GROUP_SIZE, Probe.number(id, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE)),
        Probe.integer(id, CL.CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8,
        extensions.contains("cl_khr_fp64"),
        (single & CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
        extensions.contains("cl_khr_subgroup_shuffle"),
        (Probe.number(id, CL.CL_DEVICE_TYPE) & CL.CL_DEVICE_TYPE_GPU) != 0,
        platformName.equals("Portable Computing Language"));
  }

  /// What it lacks; empty if nothing.
  String lack() {
    String[] numbers = version.replaceFirst("^OpenCL ", "").split("[. ]");
    boolean old =
        numbers.length < 2 || Integer.parseInt(numbers[0]) * 10 + Integer.parseInt(numbers[1]) < 12;
    if (old) {
      return version + ", expected OpenCL 1.2 or newer; update the driver";
    }
    if (groupSize < NEEDED_GROUP_SIZE || localBytes < NEEDED_LOCAL_BYTES) {
      return "groups of "
          + groupSize
          + " items with "
          + localBytes
          + " bytes of local memory, expected "
          + NEEDED_GROUP_SIZE
          + " and "
          + NEEDED_LOCAL_BYTES;
    }
    return "";
  }

  /// One line for people.
  String description() {
    double gib = 1L << 30;
    return ("%s, %s, platform %s, %.1f GiB, %.1f in one piece, %d KiB local, groups of %d,"
            + " sub-group shuffles %s, f64 %s")
        .formatted(
            name,
            version,
            platformName,
            memoryBytes / gib,
            largestBytes / gib,
            localBytes >> 10,
            groupSize,
            shuffles ? "yes" : "no",
            f64 ? "yes" : "no");
  }
}
