package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProbeTest {
  /// A driver for CUDA 13.0.
  private static final int DRIVER = 13_000;

  private static Nvcc nvcc() {
    Nvcc nvcc = Nvcc.find();
    if (nvcc == null) {
      System.err.println("SKIPPED: no nvcc on the PATH: what it does with a text is not known");
    }
    assumeTrue(nvcc != null, "no nvcc on the PATH");
    return Objects.requireNonNull(nvcc);
  }

  @Test
  void eachFailureOfTheDriverSaysWhatToDo() {
    assertEquals("", Probe.trouble(new Probe.Answer(0, 12_060, 1)));
    assertEquals(
        "the driver finds no device; look at nvidia-smi, and at CUDA_VISIBLE_DEVICES, which hides devices",
        Probe.trouble(new Probe.Answer(100, 0, 0)));
    assertEquals(
        Probe.trouble(new Probe.Answer(100, 0, 0)), Probe.trouble(new Probe.Answer(0, 12_060, 0)));
    assertEquals(
        "the driver can't be started: error 803 of cuInit; look at nvidia-smi, or start the machine anew after an update of the driver",
        Probe.trouble(new Probe.Answer(803, 0, 0)));
    assertEquals(
        "the driver serves CUDA 11.8, expected 12.0 or newer; update it to 525 or newer",
        Probe.trouble(new Probe.Answer(0, 11_080, 1)));
  }

  @Test
  void noDeviceIsOneLineAndNeverAnotherDevice() {
    CudaProvider provider = new CudaProvider();
    assumeTrue(provider.devices().isEmpty(), "there is a device");
    assertTrue(provider.trouble().startsWith("cuda: "), provider.trouble());
    assertEquals(1, provider.trouble().lines().count());
    DeviceException opened = assertThrows(DeviceException.class, () -> provider.open(0));
    assertEquals(provider.trouble(), opened.getMessage());
    Device cuda = new Device("cuda", 0);
    DeviceException used =
        assertThrows(
            DeviceException.class,
            () -> Tensor.full(DType.F32, 1, Shape.of(3), cuda).exp().toFloatArray());
    assertEquals(provider.trouble(), used.getMessage());
  }

  @Test
  void aTextThatCannotBeCompiledComesWithTheCompilersWords() {
    Nvcc nvcc = nvcc();
    CudaCompiler.Refused refused =
        assertThrows(
            CudaCompiler.Refused.class,
            () ->
                nvcc.compile("__global__ void broken() { undeclared(); }", Architecture.since(80)));
    assertTrue(refused.log().contains("undeclared"), refused.log());
  }

  @Test
  void aCompilerIsFoundOrSaidToBeMissing() {
    if (Nvrtc.find(DRIVER) != null || Nvcc.find() != null) {
      assertTrue(CudaCompiler.find(DRIVER).name().matches("NVRTC \\d.*|nvcc .+"));
    } else {
      DeviceException e = assertThrows(DeviceException.class, () -> CudaCompiler.find(DRIVER));
      assertTrue(String.valueOf(e.getMessage()).startsWith("cuda: no compiler: "), e.getMessage());
    }
  }

  @Test
  void librariesThatADriverMayRefuseComeLast() {
    assertEquals(
        List.of("libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so", "libnvrtc.so.13"),
        Nvrtc.names(12_080));
    assertEquals("libnvrtc.so.13", Nvrtc.names(13_000).getFirst());
  }

  /// A device newer than the compiler runs PTX, one of another kind nothing.
  @Test
  void devicesThatTheCompilerDoesNotKnowGetPtx() throws CudaCompiler.Refused {
    Nvcc nvcc = new Nvcc(Path.of("nvcc"), "of a test", Ints.of(75, 80, 90));
    int[] known = nvcc.known().toArray();
    assertEquals(new CudaCompiler.Order("sm_80", true), nvcc.order(Architecture.since(80), known));
    assertEquals(
        new CudaCompiler.Order("sm_90a", true), nvcc.order(new Architecture(90, true), known));
    assertEquals(
        new CudaCompiler.Order("compute_80", false), nvcc.order(Architecture.since(86), known));
    assertEquals(
        new CudaCompiler.Order("compute_90", false), nvcc.order(Architecture.since(120), known));
    assertEquals(
        new CudaCompiler.Order("sm_120", true), nvcc.order(Architecture.since(120), new int[0]));
    CudaCompiler.Refused refused =
        assertThrows(CudaCompiler.Refused.class, () -> nvcc.order(Architecture.since(70), known));
    assertEquals("nvcc of a test compiles for [75, 80, 90], not for sm_70", refused.log());
  }

  @Test
  void nvccWritesPtxForDevicesNewerThanItself() throws CudaCompiler.Refused {
    Nvcc nvcc = nvcc();
    String text = "extern \"C\" __global__ void set(int* x) { x[0] = 7; }";
    String newer = new String(nvcc.compile(text, Architecture.since(999)), UTF_8);
    assertTrue(newer.contains(".visible .entry set("), newer);
    byte[] exact = nvcc.compile(text, Architecture.since(80));
    assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, Arrays.copyOf(exact, 4));
  }
}
