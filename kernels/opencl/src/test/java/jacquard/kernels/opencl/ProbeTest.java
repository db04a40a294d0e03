package jacquard.kernels.opencl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Call;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Ints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said where there is no device, or none that will do.
class ProbeTest {
  private static ClDevice device(String version, int localBytes, int groupSize) {
    return new ClDevice(
        new cl_platform_id(),
        "a platform",
        new cl_device_id(),
        "a card",
        version,
        1L << 30,
        1L << 28,
        localBytes,
        groupSize,
        128,
        false,
        false,
        false,
        true,
        false);
  }

  @Test
  void aDeviceThatWillNotDoSaysWhatItLacks() {
    assertEquals("", device("OpenCL 1.2 CUDA", 48 << 10, 1024).lack());
    assertEquals("", device("OpenCL 3.0 PoCL", 24 << 10, 256).lack());
    assertEquals(
        "OpenCL 1.1 old, expected OpenCL 1.2 or newer; update the driver",
        device("OpenCL 1.1 old", 48 << 10, 1024).lack());
    assertEquals(
        "groups of 128 items with 16384 bytes of local memory, expected 256 and 24576",
        device("OpenCL 2.0", 16 << 10, 128).lack());
  }

  @Test
  void aDeviceIsDescribedWithItsPlatformAndLimits() {
    assertEquals(
        "a card, OpenCL 1.2, platform a platform, 1.0 GiB, 0.3 in one piece, 48 KiB local, groups of 1024, sub-group shuffles no, f64 no",
        device("OpenCL 1.2", 48 << 10, 1024).description());
  }

  @Test
  void aLaunchThatFailsIsOneLineWithTaskAndGroups() {
    Call call = new Call("", "scan_1", List.of(), Ints.of(), 7, 64, 0, 0, 0);
    Task task = new Task.Scan(Task.Scan.Kind.CUMSUM, DType.F32, 0, 1, 1, 1, 1);
    assertEquals(
        "opencl:1: launch of scan_1 (cumsum) failed: CL_OUT_OF_RESOURCES: 7 groups of 64 on a card",
        call.failed(new Device("opencl", 1), task, call.groups(), "CL_OUT_OF_RESOURCES", "a card")
            .getMessage());
  }

  public static void main(String[] args) {
    ClProvider provider = new ClProvider();
    System.out.println(provider.devices().size() + " " + provider.trouble());
  }

  /// In a process that is told to look for drivers in an empty folder.
  @Test
  void withoutAPlatformALineSaysWhatToInstall(@TempDir Path empty)
      throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ProbeTest.class.getName());
    java.environment().put("OCL_ICD_VENDORS", empty.toString());
    Process process = java.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor());
    assertTrue(said.startsWith("0 opencl: "), said);
    assertTrue(said.endsWith("(Debian: pocl-opencl-icd ocl-icd-libopencl1)"), said);
    assertEquals(1, said.lines().count());
  }
}
