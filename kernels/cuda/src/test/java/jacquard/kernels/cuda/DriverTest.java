package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.IndexException;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.testing.LargeProducts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The back end's calls of the driver, without any: in a process of its own, jcuda finds
/// `driver.cpp` in the place of `libcuda.so.1`, and the compiler is `g++` by the name of `nvcc`.
class DriverTest {
  private static final Device CUDA = new Device("cuda", 0);

  private static final String COMPILER =
      """
      #!/bin/sh
      [ "$1" = --version ] && { echo "g++ for a processor"; exit 0; }
      while [ $# -gt 0 ]; do
        case $1 in -o) out=$2; shift ;; *.cu) source=$1 ;; esac
        shift
      done
      here=$(dirname "$0")
      object=$(mktemp "$here/moduleXXXXXX")
      awk '/^FN /{inside=1; text=""}
        inside {text=text $0 "\\n"; if (/^}/ || /^FN .*}$/) {if (text !~ /asm|__shared__|__cvta|round_tf32|store_two/) printf "%s", text; inside=0}; next}
        {print}' "$source" >"$object.cu"
      cxx="g++ -O1 -w -ffp-contract=off -fPIC"
      [ -e "$here/module.hpp.gch" ] || $cxx -x c++-header "$here/module.hpp" >&2 || exit 1
      $cxx -shared -include "$here/module.hpp" -x c++ -o "$object" "$object.cu" >&2 || exit 1
      printf 'SO %s\\0' "$object" >"$out"
      """;

  @TempDir Path folder;

  /// Prints what the process of the test is compared with.
  public static void main(String[] args) {
    int large = 5 << 20;
    float[] values = new float[large];
    for (int i = 0; i < large; i++) {
      values[i] = i % 1000;
    }
    float[] more = Tensor.stored(DType.F32, values, Shape.of(large), CUDA).add(1).toFloatArray();
    int wrong = 0;
    for (int i = 0; i < large; i++) {
      wrong += more[i] == values[i] + 1 ? 0 : 1;
    }
    System.out.println("uploaded in parts: " + wrong + " wrong");
    State sum = new State("sum", Tensor.full(DType.F32, 0, Shape.of(3), CUDA));
    for (int step = 1; step <= 4; step++) {
      Tensor x = Tensor.stored(DType.F32, new float[] {step, 0, 1}, Shape.of(3), CUDA);
      Step.run(List.of(), List.of(new Update(sum, sum.value().add(x))));
    }
    System.out.println("a state after four steps: " + Arrays.toString(sum.value().toFloatArray()));
    List<State> states = new ArrayList<>();
    for (int size : new int[] {3, 200, 2}) {
      states.add(new State("s" + size, Tensor.full(DType.F32, 1, Shape.of(size), CUDA)));
    }
    for (int step = 1; step <= 4; step++) {
      System.setProperty("jacquard.validate", "" + (step == 4));
      Step.run(
          List.of(), states.stream().map(s -> new Update(s, s.value().mul(2).add(1))).toList());
    }
    System.clearProperty("jacquard.validate");
    for (State state : states) {
      float[] now = state.value().toFloatArray();
      System.out.println(now.length + " times " + now[now.length - 1]);
    }
    Tensor ones = Tensor.stored(DType.F32, new float[6000], Shape.of(2, 3000), CUDA).add(1);
    float[] sums = ones.matmul(ones.t()).toFloatArray();
    System.out.println("a product in parts: " + Arrays.toString(sums));
    var product = new LargeProducts.Product(DType.BF16, 1288, 1416, 8, false, true);
    for (int attempt = 1; attempt <= 2; attempt++) {
      try {
        System.out.println("a product of bf16: " + product.wrong(CUDA) + " wrong");
        break;
      } catch (DeviceException e) {
        System.out.println(e.getMessage().replaceAll("product_\\w{16}", "product"));
      }
    }
    try {
      Tensor index = Tensor.stored(DType.I32, new int[] {0, 5}, Shape.of(2), CUDA);
      ones.gather(index).toFloatArray();
    } catch (IndexException e) {
      System.out.println(e.getMessage());
    }
    try {
      Tensor.full(DType.F32, 1, Shape.of(1 << 28), CUDA).exp().toFloatArray();
    } catch (DeviceException e) {
      System.out.println(
          e.getMessage().replaceAll("free .*? of|in use here .*?,|values .*?;", "_"));
    }
    System.out.println("and goes on: " + ones.sum().item());
  }

  /// With tensor cores, for which the functions in PTX are replaced by `warps.hpp`, and without.
  @ParameterizedTest
  @ValueSource(ints = {75, 90})
  void aProcessorByTheNameOfCudaComputes(int capability) throws IOException, InterruptedException {
    compute(capability);
  }

  @Tag("long")
  @Test
  void aProcessorByTheNameOfCudaComputesAs80() throws IOException, InterruptedException {
    compute(80);
  }

  /// Only kernels with `wgmma` ask for memory at the launch.
  private static final String REFUSED =
      "cuda: launch of product (dot) failed: CUDA_ERROR_INVALID_VALUE:"
          + " 132 groups of 256 with 99328 bytes of shared memory on a processor\n";

  private void compute(int capability) throws IOException, InterruptedException {
    boolean wgmma = capability == 90;
    assumeTrue(Nvrtc.find() == null, "NVRTC is here, and would compile for a real device");
    Gpp.copy(folder, Gpp.HEADERS);
    Gpp.copy(folder, List.of("driver.cpp", "module.hpp"));
    Path compiler = Files.writeString(folder.resolve("nvcc"), COMPILER);
    assertEquals(true, compiler.toFile().setExecutable(true));
    String library = folder.resolve("libcuda.so.1").toString();
    Process build;
    try {
      build =
          new ProcessBuilder(
                  "g++",
                  "-O1",
                  "-w",
                  "-shared",
                  "-fPIC",
                  "-o",
                  library,
                  folder.resolve("driver.cpp").toString())
              .inheritIO()
              .start();
    } catch (IOException e) {
      System.err.println("SKIPPED: no g++ on the PATH: CUDA's driver is not emulated");
      assumeTrue(false, "no g++ on the PATH");
      throw e;
    }
    assertEquals(0, build.waitFor());
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-Djacquard.cacheDir=" + folder.resolve("cache"),
            "-cp",
            System.getProperty("java.class.path"),
            DriverTest.class.getName());
    java.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    java.environment().put("LD_LIBRARY_PATH", folder.toString());
    java.environment().put("CAPABILITY", Integer.toString(capability));
    Path errors = folder.resolve("errors");
    Process process = java.redirectError(errors.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), () -> said + read(errors));
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
        () -> read(errors));
    long graphs = read(errors).lines().filter("graph of 1 launches"::equals).count();
    assertEquals(3 + 2, graphs, "the first step launches, later ones replay, of 3 states in one");
    // three stages of 128 rows and 128 columns, aligned
    long asked = read(errors).lines().filter("99328 bytes asked for"::equals).count();
    assertEquals(wgmma ? 1 : 0, asked, () -> read(errors));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
