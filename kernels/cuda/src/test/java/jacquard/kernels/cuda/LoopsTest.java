package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Loops that take vectors of elements, keep rows in registers, shuffle and share columns: their
/// CUDA text is run by emulated warps and compared with the reference.
class LoopsTest {
  /// A graph, and what the text of its kernels has.
  private record Loop(String name, Tensor result, List<String> has) {}

  @TempDir Path folder;

  private static Tensor random(int... dims) {
    return random(DType.F32, dims);
  }

  /// Multiples of 1/8 between -2 and 2, so that every dtype holds them.
  private static Tensor random(DType dtype, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(shape.hashCode());
    double[] values = new double[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / (dtype.isFloat() ? 8.0 : 1);
    }
    Object array =
        switch (dtype) {
          case F64 -> values;
          case F32, F16, BF16 -> floats(values);
          case I32 -> java.util.Arrays.stream(values).mapToInt(x -> (int) x).toArray();
          case I64 -> java.util.Arrays.stream(values).mapToLong(x -> (long) x).toArray();
          case U8, BOOL -> throw new IllegalArgumentException(dtype.toString());
        };
    return Tensor.stored(dtype, array, shape, Device.REFERENCE);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static Loop loop(String name, Tensor result, String... has) {
    return new Loop(name, result, List.of(has));
  }

  private static final String SHUFFLE = "__shfl_xor_sync";
  private static final String BARRIER = "__syncthreads";
  private static final String PARTS = "terms";

  private static List<Loop> maps() {
    Tensor x = random(300, 384);
    Tensor wide = random(300, 388);
    Tensor half = random(DType.BF16, 300, 384);
    List<Loop> loops = new ArrayList<>();
    loops.add(loop("bias and GELU", x.add(random(384)).gelu(), "load4_f32(x0", "store4_f32"));
    loops.add(loop("a factor a row", x.mul(random(300, 1)), "load4_f32", "x1[c * 4 + j] = b1[k1]"));
    loops.add(loop("large", random(1 << 18, 4).mul(random(4)).exp(), "c < 2", "load4_f32"));
    loops.add(loop("of any size", random((1 << 20) + 77).mul(3), "c < 4", "x0[c] = "));
    loops.add(loop("a part that begins anywhere", wide.slice(1, 3, 387).add(x), "item"));
    loops.add(
        loop("an aligned part", wide.slice(1, 4, 388).add(x), "load4_f32(x0", "load4_f32(x1"));
    loops.add(loop("transposed", random(384, 300).t().add(x), "item"));
    loops.add(loop("a triangle", x.tril(), "load4_f32", " + j)"));
    loops.add(loop("compared", x.lt(random(384)).where(x, x.square()), "load4_f32"));
    loops.add(loop("comparison", x.lt(random(384)), "load4_f32", "store4_u8"));
    loops.add(loop("f64", random(DType.F64, 300, 384).sin(), "load4_f64", "store4_f64"));
    loops.add(loop("i64", random(DType.I64, 300, 384).mul(x.cast(DType.I64)), "store4_i64"));
    loops.add(loop("i32", random(DType.I32, 300, 384).add(1), "load4_i32", "store4_i32"));
    loops.add(loop("bf16", half.mul(half.add(1)), "load8_bf16", "store8_bf16"));
    loops.add(loop("nine halves", total(DType.BF16, 8), "load4_bf16", "store4_bf16"));
    loops.add(loop("f16", random(DType.F16, 300, 384).neg(), "load8_f16", "store8_f16"));
    loops.add(
        loop(
            "bf16 of f32",
            x.mul(half.cast(DType.F32)).cast(DType.BF16),
            "load4_bf16",
            "store4_bf16"));
    loops.add(loop("f16 to f32", random(DType.F16, 300, 384).cast(DType.F32), "load4_f16"));
    loops.add(loop("masks", x.lt(0).and(half.lt(1)), "store4_u8"));
    return loops;
  }

  private static Tensor total(DType dtype, int count) {
    Tensor sum = random(dtype, 300, 384);
    for (int i = 1; i < count; i++) {
      sum = sum.add(random(dtype, 300, 384));
    }
    return sum;
  }

  private static List<Loop> rows() {
    List<Loop> loops = new ArrayList<>();
    for (int n : new int[] {31, 32, 100, 128, 130, 384, 1000, 1024}) {
      String[] has = n < 32 ? new String[0] : new String[] {SHUFFLE, "c < "};
      loops.add(loop("softmax " + n, random(37, n).add(random(n)).softmax(-1), has));
    }
    for (int n : new int[] {1030, 2000, 4095, 4096, 8192}) {
      loops.add(loop("softmax " + n, random(5, n).softmax(-1), SHUFFLE, BARRIER, "c < "));
    }
    loops.add(loop("softmax 4097", random(3, 4097).softmax(-1), SHUFFLE, "r += 256"));
    loops.add(loop("softmax 9000", random(3, 9000).softmax(-1), SHUFFLE, "r += 1024"));
    for (int n : new int[] {36, 384, 1024, 1200}) {
      Tensor x = random(41, n);
      loops.add(loop("norm " + n, x.layerNorm(-1, random(n), random(n), 1e-5), SHUFFLE, "c < "));
      loops.add(loop("part of " + n, x.slice(1, 1, n - 3).softmax(-1), SHUFFLE));
    }
    Tensor half = random(DType.BF16, 9, 512);
    loops.add(loop("norm of bf16", half.cast(DType.F32).layerNorm(-1, 1e-5), "load4_bf16"));
    loops.add(loop("softmax of f64", random(DType.F64, 9, 256).softmax(-1), "load4_f64"));
    loops.add(loop("maximum of i64", random(DType.I64, 9, 260).max(1), "load4_i64", SHUFFLE));
    loops.add(loop("product of i32", random(DType.I32, 9, 70).prod(1), SHUFFLE));
    loops.add(loop("smallest of a turned matrix", random(200, 9).t().min(1), SHUFFLE));
    loops.add(loop("over images", random(6, 5, 8, 12).sum(0, 2, 3), "load4_f32", "xi = left % ni"));
    loops.add(loop("over images of 45", random(6, 5, 9, 5).square().sum(0, 2, 3), SHUFFLE));
    loops.add(loop("several sums", several(random(11, 640)), SHUFFLE));
    loops.add(loop("a long mean", random(1 << 20).square().mean(), PARTS, "load4_f32"));
    loops.add(loop("few long sums", random(3, 70001).sum(1).mul(3), PARTS));
    loops.add(loop("a sum of images", random(40, 3, 40, 40).sum(0, 2, 3), PARTS));
    return loops;
  }

  private static Tensor several(Tensor x) {
    Tensor all = x.sum(1).mul(x.square().sum(1)).add(x.max(1));
    return all.mul(x.abs().max(1)).add(x.exp().sum(1)).sub(x.min(1));
  }

  private static List<Loop> columns() {
    List<Loop> loops = new ArrayList<>();
    loops.add(loop("sums of columns", random(700, 100).mul(random(700, 100)).sum(0), BARRIER));
    loops.add(loop("sums of few columns", random(1000, 3).sum(0), BARRIER, "lane = item / 8"));
    loops.add(loop("in parts", random(20000, 48).square().sum(0).mul(2), PARTS));
    loops.add(loop("few in parts", random(30000, 5).max(0), PARTS));
    loops.add(loop("softmax of columns", random(100, 70).softmax(0), BARRIER));
    loops.add(loop("of each image", random(6, 100, 40).sum(1), BARRIER));
    loops.add(loop("halves in parts", random(DType.BF16, 9000, 40).cast(DType.F32).sum(0), PARTS));
    loops.add(loop("i64", random(DType.I64, 9000, 40).sum(0), BARRIER));
    loops.add(loop("f64", random(DType.F64, 9000, 40).sum(0), BARRIER));
    return loops;
  }

  private static List<Loop> loops() {
    List<Loop> loops = new ArrayList<>(maps());
    loops.addAll(rows());
    loops.addAll(columns());
    return loops;
  }

  private static void requireText(Loop loop, Collection<String> texts) {
    String all = String.join("\n", texts);
    loop.has.forEach(part -> assertTrue(all.contains(part), loop.name + " has no " + part + all));
  }

  @Test
  void loopsComputeWhatTheReferenceDoes() throws IOException, InterruptedException {
    Emulator emulator = new Emulator(KernelOrderTest.PLAIN);
    List<Loop> loops = loops();
    for (Loop loop : loops) {
      emulator.add(
          loop.result,
          plan -> {
            requireText(loop, plan.listing().kernels().values());
            return true;
          });
    }
    assertEquals(loops.size(), emulator.size());
    List<ByteBuffer> results = emulator.run(folder, KernelOrderTest.PLAIN::program);
    for (int l = 0; l < loops.size(); l++) {
      Loop loop = loops.get(l);
      double[] expected = Evaluator.evaluate(List.of(loop.result.node())).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        double actual = element(loop.result.dtype(), results.get(l), i);
        double tolerance = loop.result.dtype().isHalf() ? 0x1p-8 : 1e-5;
        assertEquals(
            expected[i],
            actual,
            tolerance * Math.max(1, Math.abs(expected[i])),
            loop.name + " at " + i);
      }
    }
  }

  /// New values of states, each in the memory of the old one.
  private static List<List<Update>> updates() {
    List<List<Update>> updates = new ArrayList<>();
    // where indices, or rows of a group, are fewer than items want, some of them are read twice
    for (int n : new int[] {1 << 16, (1 << 20) + 4, (1 << 20) + 77}) {
      State x = new State("x", random(n));
      updates.add(List.of(new Update(x, x.value().mul(3).add(1))));
    }
    for (int n : new int[] {33, 384, 1023, 1025, 4097, 9000}) {
      State x = new State("x", random(5, n));
      updates.add(List.of(new Update(x, x.value().softmax(-1))));
    }
    for (int[] rows : new int[][] {{37, 130}, {3, 70000}}) {
      State x = new State("x", random(rows));
      State sums = new State("sums", random(rows[0]));
      updates.add(
          List.of(
              new Update(sums, sums.value().add(x.value().sum(1))),
              new Update(x, x.value().add(1))));
    }
    State x = new State("x", random(20000, 43));
    State sums = new State("sums", random(43));
    updates.add(
        List.of(
            new Update(sums, x.value().sub(sums.value()).square().sum(0)),
            new Update(x, x.value().add(1))));
    return updates;
  }

  /// What an item reads of indices that aren't its own may be written already: it must not go into
  /// anything.
  @Test
  void loopsWriteOverWhatTheyRead() throws IOException, InterruptedException {
    Emulator emulator = new Emulator(KernelOrderTest.PLAIN);
    List<List<Update>> updates = updates();
    updates.forEach(some -> emulator.addUpdates(some, plan -> true));
    assertEquals(updates.size(), emulator.size());
    List<ByteBuffer> results = emulator.run(folder, KernelOrderTest.PLAIN::program);
    for (int u = 0; u < updates.size(); u++) {
      int at = 0;
      for (Update update : updates.get(u)) {
        for (double x : Evaluator.evaluate(List.of(update.value().node())).getFirst().toDoubles()) {
          String place = update.value().shape() + " at " + at;
          assertEquals(
              x, results.get(u).getFloat(4 * at++), 1e-5 * Math.max(1, Math.abs(x)), place);
        }
      }
      assertEquals(4 * at, results.get(u).capacity());
    }
  }

  private static double element(DType dtype, ByteBuffer bytes, int i) {
    return switch (dtype) {
      case F32 -> bytes.getFloat(4 * i);
      case F64 -> bytes.getDouble(8 * i);
      case I32 -> bytes.getInt(4 * i);
      case I64 -> bytes.getLong(8 * i);
      case U8, BOOL -> bytes.get(i);
      case BF16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
      case F16 -> Float.float16ToFloat(bytes.getShort(2 * i));
    };
  }

  /// 2.4 MB must be under way on an H200, of which an item has 4 bytes of four rows each: the
  /// compiler takes so many together. (Bytes stand for floats, which would take four times the
  /// heap.)
  @ParameterizedTest
  @CsvSource({"8192, 768", "4096, 3072", "2048, 8192", "100352, 64"})
  void sumsOfColumnsHaveEnoughGroups(int rows, int columns) {
    Tensor bytes =
        Tensor.stored(
            DType.U8, new byte[rows * columns], Shape.of(rows, columns), Device.REFERENCE);
    var root = new Backend.Root(bytes.cast(DType.F32).sum(0).node(), null);
    Schedule schedule = CompiledKernel.schedule(List.of(root));
    Listing.Placed sums = Listing.of(Dialect.CUDA, schedule, Tiles.USUAL).launches().getFirst();
    int bytesUnderWay = sums.groups() * sums.call().groupSize() * 4 * Float.BYTES;
    assertTrue(
        bytesUnderWay >= 2_000_000, () -> bytesUnderWay + " in " + sums.groups() + " groups");
  }

  /// An index would be negative before it is too large.
  @Test
  void whatCannotBeCountedIsRefused() {
    Tensor sum = random(1).expand(Integer.MAX_VALUE).sum(0);
    var root = new Backend.Root(sum.node(), null);
    Schedule schedule = CompiledKernel.schedule(List.of(root));
    DeviceException refused =
        assertThrows(DeviceException.class, () -> Listing.of(Dialect.CUDA, schedule, Tiles.USUAL));
    assertEquals(
        "a loop over 2147483647 elements, expected at most 2013265919 on a GPU;"
            + " slice the tensor, and combine the results",
        refused.getMessage());
  }

  /// Arrays are registers: nothing of a loop lies in memory of its own.
  @Test
  void nothingIsSpilled() {
    nothingIsSpilled(90);
  }

  @Tag("long")
  @Test
  void nothingIsSpilledFor80() {
    nothingIsSpilled(80);
  }

  private static void nothingIsSpilled(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Loop loop : loops()) {
      if (!loop.name.equals("f64")) { // a sine of f64 looks up a table of its own
        var root = new Backend.Root(loop.result.node(), null);
        Map<String, String> some =
            CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root))));
        requireText(loop, some.values());
        texts.putAll(some);
      }
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      assertEquals(0, kernel.stackBytes(), kernel::toString);
      assertTrue(kernel.registers() <= 168, kernel::toString);
    }
  }
}
