package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The back end's calls of the driver and of the compilers, without any.
class DriverTest {
  @TempDir static Path folder;

  /// Of all tests: the first has what every kernel begins with compiled.
  private static FakeCuda cuda;

  private static Path nvrtc;

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    cuda = new FakeCuda(folder);
    nvrtc = cuda.nvrtc();
  }

  private static Map<String, String> capability(int capability) {
    return Map.of("CAPABILITY", Integer.toString(capability));
  }

  private static Map<String, String> nvrtc(Path library) {
    return Map.of("jacquard.nvrtc", library.toString());
  }

  /// Without tensor cores.
  @Test
  void aProcessorByTheNameOfCudaComputes() throws IOException, InterruptedException {
    assumeTrue(Nvrtc.find(13_000) == null, "NVRTC is here, and would compile for a real device");
    compute(75, Map.of());
  }

  @Tag("long")
  @Test
  void aProcessorByTheNameOfCudaComputesAs80() throws IOException, InterruptedException {
    assumeTrue(Nvrtc.find(13_000) == null, "NVRTC is here, and would compile for a real device");
    compute(80, Map.of());
  }

  /// With tensor cores, for which the functions in PTX are replaced by `warps.hpp`.
  @Test
  void aLibraryCompilesOnceWhatIsKeptOnDisk() throws IOException, InterruptedException {
    Map<String, String> library = nvrtc(nvrtc);
    cuda.orders();
    compute(90, library);
    assertTrue(cuda.orders().stream().allMatch(o -> o.startsWith("--fmad=false ")), "by NVRTC");
    String again = cuda.run(DriverProgram.class, "upload", library, capability(90));
    assertEquals("uploaded in parts: 0 wrong\n", again, cuda::errors);
    assertEquals(List.of(), cuda.orders(), "compiled in the second process");
    String newer = cuda.run(DriverProgram.class, "upload", library, capability(95));
    assertEquals("uploaded in parts: 0 wrong\n", newer, "a device that gets PTX");
    assertEquals(1, cuda.orders().size(), "compiled for another device");
  }

  /// Only kernels with `wgmma` ask for memory at the launch.
  private static final String REFUSED =
      "cuda: launch of product (dot) failed: CUDA_ERROR_INVALID_VALUE:"
          + " 132 groups of 256 with 99328 bytes of shared memory on a processor\n";

  private static void compute(int capability, Map<String, String> properties)
      throws IOException, InterruptedException {
    boolean wgmma = capability == 90;
    String said = cuda.run(DriverProgram.class, "all", properties, capability(capability));
    assertEquals(
        """
        uploaded in parts: 0 wrong
        a state after four steps: [10.0, 0.0, 4.0]
        3 times 31.0
        200 times 31.0
        2 times 31.0
        a product in parts: [3000.0, 3000.0, 3000.0, 3000.0]
        %sa product of bf16: 0 wrong
        gather: index 5 at position 1 of the index tensor, expected 0 to 1
        cuda: out of memory: needed 1.0 GiB, _ 1.0 GiB on a processor, _ planned peak of intermediate _ use a smaller batch, or Checkpoint
        and goes on: 6000.0
        """
            .formatted(wgmma ? REFUSED : ""),
        said,
        cuda::errors);
    String errors = cuda.errors();
    long graphs = errors.lines().filter("graph of 1 launches"::equals).count();
    assertEquals(3 + 2, graphs, "the first step launches, later ones replay, of 3 states in one");
    // three stages of 128 rows and 128 columns, aligned
    long asked = errors.lines().filter("99328 bytes asked for"::equals).count();
    assertEquals(wgmma ? 1 : 0, asked, errors);
  }

  @Test
  void aLostDeviceIsNoLackOfMemoryAndSaysWhatToDo() throws IOException, InterruptedException {
    String said = cuda.run(DriverProgram.class, "lost", nvrtc(nvrtc), capability(75));
    cuda.find();
    List<String> lines = said.lines().toList();
    assertEquals("[2.0, 2.0, 2.0]", lines.getFirst());
    assertEquals(6, lines.size(), said);
    for (String line : lines.subList(1, lines.size())) {
      assertTrue(
          line.matches(
              "cuda: [a-z ]+ failed: CUDA_ERROR_ILLEGAL_ADDRESS; this process can't use the device any"
                  + " more: start it anew, with -Djacquard.validate=true to find the kernel"),
          said);
    }
  }

  @Test
  void aLibraryThatCannotBeUsedIsToldOnlyIfAskedFor(@TempDir Path folder)
      throws IOException, InterruptedException {
    FakeCuda cuda = new FakeCuda(folder);
    Path old = cuda.nvrtc("-DOLD");
    for (Path library : List.of(old, folder.resolve("none.so"))) {
      assertEquals(
          "cuda: jacquard.nvrtc: "
              + library
              + " can't be used, expected the file of an NVRTC library of CUDA 11.1 or newer\n",
          cuda.run(DriverProgram.class, "probe", nvrtc(library), capability(75)),
          cuda::errors);
    }
    old.toFile().renameTo(folder.resolve("libnvrtc.so.13").toFile());
    String found = cuda.run(DriverProgram.class, "probe", Map.of(), capability(75));
    assertTrue(found.startsWith("a processor, compute capability 7.5, "), found);
    assertTrue(found.endsWith("compiled for sm_75 by nvcc g++ for a processor\n\n"), found);
  }
}
