package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ProbeTest {
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
    Nvcc nvcc = Nvcc.find();
    assumeTrue(nvcc != null, "no nvcc on the PATH");
    CudaCompiler.Refused refused =
        assertThrows(
            CudaCompiler.Refused.class,
            () ->
                nvcc.compile("__global__ void broken() { undeclared(); }", Architecture.since(80)));
    assertTrue(refused.log().contains("undeclared"), refused.log());
  }

  @Test
  void aCompilerIsFoundOrSaidToBeMissing() {
    boolean found = Nvrtc.find() != null || Nvcc.find() != null;
    assertEquals(found, CudaCompiler.trouble().isEmpty(), CudaCompiler.trouble());
    if (found) {
      assertTrue(CudaCompiler.find().name().matches("NVRTC \\d.*|nvcc .+"));
    } else {
      assertThrows(DeviceException.class, CudaCompiler::find);
    }
  }
}
