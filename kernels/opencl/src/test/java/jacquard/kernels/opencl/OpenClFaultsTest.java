package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls of the driver that fail, in a process with `faults.cpp` between the loader and the driver.
class OpenClFaultsTest {
  private static final Device DEVICE = new Device("opencl", 0);

  @TempDir Path folder;

  private static Tensor tensor(int size) {
    return Tensor.stored(DType.F32, new float[size], Shape.of(size), DEVICE);
  }

  /// Prints what is said of each fault, and whether the device can be used afterwards.
  public static void main(String[] args) throws IOException {
    Path file = Path.of(System.getenv("FAULT"));
    Tensor three = tensor(3);
    System.out.println(Arrays.toString(three.add(1).toFloatArray()));
    int size = 1000;
    for (String fault : args) {
      int fresh = size += 100; // a plan and blocks of its own
      Files.writeString(file, fault);
      try {
        tensor(fresh).add(three.sum()).exp().toFloatArray();
        System.out.println(fault + " is not noticed");
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      } finally {
        Files.delete(file);
      }
      float[] after = tensor(fresh).add(three.sum()).exp().toFloatArray();
      System.out.println(after.length == fresh && after[0] == 1 ? "goes on" : "wrong");
    }
  }

  private static final String LOST =
      "; this process can't use the device any more: start it anew, with -Djacquard.validate=true to find the kernel";
  private static final String FULL =
      ", free _ on _, in use here _, planned peak of intermediate values _; use a smaller batch, or Checkpoint";

  @Test
  void everyCallThatFailsIsOneLine() throws IOException, InterruptedException {
    OpenClDevice.required();
    List<String> faults =
        List.of(
            "clEnqueueWriteBuffer -5",
            "clEnqueueReadBuffer -5",
            "clEnqueueNDRangeKernel -5",
            "clEnqueueNDRangeKernel -4",
            "clSetKernelArg -4",
            "clCreateKernel -6",
            "clFlush -36",
            "clCreateBuffer -4",
            "clCreateBuffer -34");
    String expected =
        """
        [1.0, 1.0, 1.0]
        opencl: a copy to it failed: CL_OUT_OF_RESOURCES%s
        goes on
        opencl: a copy from it failed: CL_OUT_OF_RESOURCES%s
        goes on
        opencl: launch of loop (loop) failed: CL_OUT_OF_RESOURCES: _ groups of 64 on _
        goes on
        opencl: out of memory: at the launch of loop%s
        goes on
        opencl: out of memory: at setting an argument%s
        goes on
        opencl: out of memory: at making a kernel%s
        goes on
        opencl: a copy to it failed: CL_INVALID_COMMAND_QUEUE%s
        goes on
        opencl: out of memory: needed 7200 bytes%s
        goes on
        opencl: taking memory failed: CL_INVALID_CONTEXT%s
        goes on
        """
            .formatted(LOST, LOST, FULL, FULL, FULL, LOST, FULL, LOST);
    assertEquals(expected, said(faults));
  }

  /// Words of this machine are left out.
  private String said(List<String> faults) throws IOException, InterruptedException {
    String fault = folder.resolve("fault").toString();
    return new Layer(folder, "faults.cpp")
        .run(OpenClFaultsTest.class, faults, Map.of("FAULT", fault))
        .replaceAll("free [^,]* on [^,]*, in use here [^,]*", "free _ on _, in use here _")
        .replaceAll("values [^;]*;", "values _;")
        .replaceAll("\\d+ groups of 64 on .*", "_ groups of 64 on _")
        .replaceAll("loop_\\w{16}", "loop");
  }
}
