package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products on tensor cores, without any: their text is compiled for the processor with
/// `warps.hpp`, which has PTX's description of each instruction, and its results are compared with
/// the reference's.
class TensorProductsTest {
  private record Product(String name, Tensor a, Tensor b, Tensor left, Tensor right) {
    Tensor result() {
      return left.matmulWide(right);
    }
  }

  private static final String TF32 = "jacquard.tf32";

  @TempDir Path folder;

  @BeforeEach
  void allowTf32() {
    System.setProperty(TF32, "true");
  }

  @AfterEach
  void forbidTf32() {
    System.clearProperty(TF32);
  }

  /// A stored matrix whose elements, multiples of 1/8 up to 2, and sums of products are exact.
  private static Tensor stored(DType dtype, long seed, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 8f;
    }
    return Tensor.stored(dtype, values, shape, Device.REFERENCE);
  }

  /// `[m, k]` by `[k, n]`, either of them stored transposed.
  private static Product plain(DType dtype, int m, int n, int k, boolean ta, boolean tb) {
    Tensor a = ta ? stored(dtype, 1, k, m) : stored(dtype, 1, m, k);
    Tensor b = tb ? stored(dtype, 2, n, k) : stored(dtype, 2, k, n);
    String name = "%s %d %d %d %s %s".formatted(dtype, m, n, k, ta, tb);
    return new Product(name, a, b, ta ? a.t() : a, tb ? b.t() : b);
  }

  private static List<Product> products() {
    List<Product> products = new ArrayList<>();
    for (DType dtype : new DType[] {DType.F16, DType.BF16, DType.F32}) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          products.add(plain(dtype, 72, 80, 104, ta, tb)); // 16 bytes at a time
          products.add(plain(dtype, 67, 71, 37, ta, tb)); // one by one
        }
      }
    }
    products.add(plain(DType.BF16, 1456, 1416, 40, false, false)); // large tiles, bands of them
    products.add(plain(DType.BF16, 1456, 1416, 40, true, true));
    products.add(plain(DType.F32, 1456, 1416, 40, true, true));
    products.add(plain(DType.F16, 3, 5, 0, false, false));
    products.add(plain(DType.F16, 1, 130, 9, false, true));
    Tensor q = stored(DType.BF16, 3, 2, 3, 24, 16);
    Tensor keys = stored(DType.BF16, 4, 2, 3, 40, 16);
    products.add(new Product("batched", q, keys, q, keys.t()));
    Tensor heads = stored(DType.F16, 5, 2, 24, 3, 16);
    Tensor shared = stored(DType.F16, 6, 1, 1, 16, 8);
    products.add(
        new Product(
            "heads inside, one matrix for all",
            heads,
            shared,
            heads.permute(0, 2, 1, 3),
            shared.expand(2, 3, 16, 8)));
    Tensor wide = stored(DType.BF16, 7, 40, 100);
    Tensor part = stored(DType.BF16, 8, 33, 16);
    products.add(
        new Product("a part that begins anywhere", wide, part, wide.slice(1, 3, 36), part));
    return products;
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 90})
  void kernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Product product : products()) {
      var root = new Backend.Root(product.result().node(), null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertTrue(kernel.text().contains("mma_"), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      // two groups of 256 items in the 65536 registers of a multiprocessor; where f32 is read one
      // by one, addresses take more
      boolean narrow = !kernel.text().contains("mma_tf32");
      assertTrue(kernel.registers() <= (narrow ? 128 : 168), kernel::toString);
    }
  }

  @Test
  void productsOfF32AreNotRoundedUnasked() {
    System.clearProperty(TF32);
    Product product = plain(DType.F32, 72, 80, 104, false, false);
    var root = new Backend.Root(product.result().node(), null);
    Map<String, String> texts =
        CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root))));
    texts.values().forEach(text -> assertFalse(text.contains("mma_"), text));
  }

  @Test
  void productsAreThoseOfTheReference() throws IOException, InterruptedException {
    List<Product> products = products();
    Map<String, String> texts = new LinkedHashMap<>();
    StringBuilder main = new StringBuilder();
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    for (Product product : products) {
      Schedule schedule =
          CompiledKernel.schedule(List.of(new Backend.Root(product.result().node(), null)));
      assertEquals(1, schedule.tasks().size(), product.name);
      Task.Dot dot = (Task.Dot) schedule.tasks().getFirst();
      Call call = Calls.of(Dialect.CUDA, schedule, dot).getFirst();
      assertTrue(call.text().contains("mma_"), product.name);
      texts.put(call.entry(), call.text());
      main.append("  run(%s, %d, in, out);\n".formatted(call.entry(), call.groups()));
      int[] numbers = call.numbers().toArray();
      ByteBuffer p = bytes(4 * (3 + numbers.length)).putInt(2).putInt(1).putInt(0);
      for (int n : numbers) {
        p.putInt(n);
      }
      write(in, p);
      boolean swapped = dot.a() > dot.b(); // (a b)^T is planned as b^T a^T
      write(in, bits(swapped ? product.b : product.a));
      write(in, bits(swapped ? product.a : product.b));
      write(in, bytes(4 * product.result().shape().arraySize()));
    }
    ByteBuffer out = run(texts, main.toString(), in.toByteArray());
    for (Product product : products) {
      double[] expected =
          Evaluator.evaluate(List.of(product.result().node())).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], out.getFloat(), product.name + " at " + i);
      }
    }
    assertEquals(0, out.remaining());
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer bits(Tensor x) {
    float[] values = x.toFloatArray();
    if (!x.dtype().isHalf()) {
      ByteBuffer all = bytes(4 * values.length);
      all.asFloatBuffer().put(values);
      return all;
    }
    ByteBuffer bits = bytes(2 * values.length);
    for (short s : Half.pack(x.dtype(), values, 0, values.length)) {
      bits.putShort(s);
    }
    return bits;
  }

  private static void write(ByteArrayOutputStream to, ByteBuffer bytes) {
    to.writeBytes(bytes(4).putInt(bytes.capacity()).array());
    to.writeBytes(bytes.array());
  }

  /// Compiles and runs; skips the test, and says so, where there is no compiler.
  private ByteBuffer run(Map<String, String> texts, String main, byte[] in)
      throws IOException, InterruptedException {
    Path source = folder.resolve("products.cpp");
    try (InputStream warps =
        Objects.requireNonNull(TensorProductsTest.class.getResourceAsStream("warps.hpp"))) {
      Files.write(folder.resolve("warps.hpp"), warps.readAllBytes());
    }
    Files.writeString(
        source,
        "#include \"warps.hpp\"\n"
            + Dialect.sharedTiles()
            + String.join("\n", texts.values())
            + "int main(int count, char** names) {\n"
            + "  FILE* in = fopen(names[1], \"rb\");\n  FILE* out = fopen(names[2], \"wb\");\n"
            + main
            + "  fclose(out);\n}\n");
    Path program = folder.resolve("products");
    Process compiler;
    try {
      compiler = start("g++", "-O1", "-w", "-o", program.toString(), source.toString());
    } catch (IOException e) {
      System.err.println("SKIPPED: no g++ on the PATH: products on tensor cores are not emulated");
      assumeTrue(false, "no g++ on the PATH");
      throw e;
    }
    assertEquals(0, ended(compiler), () -> log());
    Path input = Files.write(folder.resolve("in"), in);
    Path output = folder.resolve("out");
    assertEquals(
        0, ended(start(program.toString(), input.toString(), output.toString())), () -> log());
    return ByteBuffer.wrap(Files.readAllBytes(output)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Process start(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static int ended(Process process) throws InterruptedException {
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running");
    return process.exitValue();
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
