package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KernelCodeTest {
  @Test
  void aDeviceWithoutCodeOfItsOwnIsLeftOut() {
    assertEquals(
        "// on cpu\nloop\n\n// OpenCL C\nkernel\n\n// CUDA C\nglobal\n",
        new KernelCode("loop\n", "kernel\n", "global\n").text("cpu"));
    assertEquals(
        "// OpenCL C\nkernel\n\n// CUDA C\nglobal\n",
        new KernelCode("", "kernel\n", "global\n").text("opencl"));
  }
}
